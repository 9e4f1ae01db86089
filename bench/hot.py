"""Rows about hot reads: our ways of answering beside every peer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from bench import edge, opponents, throughput
from bench.exchange import Answer, fetch
from bench.load import Target, WrongAnswer
from bench.plan import Plan
from bench.results import Row
from bench.sample import Sample
from bench.service import WSGI_WORKER, Service
from bench.throughput import Comparison

WEIGHT = 4600
"""Bytes of a gzipped list, which peers and we serve alike."""
HEADERS: Mapping[str, str] = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "Accept-Language": "en",
    "User-Agent": "stream/4.2 (tv)",
    "X-Device-Platform": "android-tv",
}
"""What a device sends; everyone is asked with the same."""

WORKER, DOOR, REDIS_ONLY = "cache worker", "front door", "redis only"
NOT_MODIFIED, EDGE, SILENT = "not modified", "our nginx", "no access lines"

COMPARISONS = [
    Comparison("hot read, worker class", "bare WSGI", WORKER, "wsgi", 1.8),
    Comparison("hot read, WSGI front door", "bare WSGI", DOOR, "wsgi", 0.9),
    Comparison("hot read, worker class", "DRF cache_page + gzip", WORKER, "drf", 40),
    Comparison("hot read, worker class", "FastAPI + redis", WORKER, "fastapi", 3),
    Comparison("hot read, worker class", "Fastify + ioredis", WORKER, "fastify", None),
    Comparison("behind our nginx", "nginx static file", EDGE, "nginx-static", 0.8),
    Comparison(
        "behind our nginx",
        "nginx static file, open_file_cache",
        EDGE,
        "nginx-open-files",
        None,
    ),
    Comparison(
        "memory empty, Redis full",
        "bare WSGI + one Redis GET",
        REDIS_ONLY,
        "wsgi-redis",
        0.7,
    ),
    Comparison("304 on a hot read", "hot read", NOT_MODIFIED, WORKER, 1),
    Comparison(
        "hot read with its access line", "the same without", WORKER, SILENT, 0.9
    ),
]


def measure(service: Service, plan: Plan, say: Callable[[str], None]) -> list[Row]:
    """All throughput rows, everyone running at once, loaded in turns."""
    with ExitStack() as running:
        ours = running.enter_context(our_targets(service))
        sample = Sample.of(
            fetch(ours[0].port, ours[0].path, HEADERS),
            service.site.directory / "sample",
        )
        say(
            f"  the answer: {len(sample.plain):,} bytes, {len(sample.gzipped):,} gzipped"
        )
        targets = [*ours]
        for name in opponents.STARTERS:
            lacking = opponents.missing(name)
            if lacking:
                say(f"  without {name}: {', '.join(lacking)} not installed")
                continue
            peer = running.enter_context(opponents.opponent(name, service.site, sample))
            targets.append(replace(peer, headers=HEADERS))
        runs = throughput.take_turns(targets, service.site, plan, say)
    return throughput.rows(runs, COMPARISONS)


@contextmanager
def our_targets(service: Service) -> Iterator[list[Target]]:
    """The worker class with and without access lines, and each other way to us."""
    with ExitStack() as running:
        worker = running.enter_context(service.server("cache-worker"))
        door = running.enter_context(service.server("front-door", worker=WSGI_WORKER))
        bare_memory = running.enter_context(
            service.server("redis-only", RESPONSE_CACHE_MEMORY_MB="0")
        )
        silent = running.enter_context(
            service.server("silent", RESPONSE_CACHE_LOG_SAMPLE="0")
        )
        path, answer = list_of_weight(worker.port, WEIGHT)
        body = answer.decoded
        hot = Target(WORKER, worker.pid, worker.port, path, body, headers=HEADERS)
        targets = [
            hot,
            replace(hot, name=DOOR, pid=door.pid, port=door.port),
            replace(hot, name=SILENT, pid=silent.pid, port=silent.port),
            replace(hot, name=REDIS_ONLY, pid=bare_memory.pid, port=bare_memory.port),
            replace(
                hot,
                name=NOT_MODIFIED,
                status=304,
                body=b"",
                headers={**HEADERS, "If-None-Match": answer.headers["etag"]},
            ),
        ]
        if opponents.missing("nginx-static") == []:
            nginx = running.enter_context(edge.before(worker, service))
            targets.append(replace(hot, name=EDGE, pid=nginx.pid, port=nginx.port))
        yield targets


def list_of_weight(port: int, weight: int) -> tuple[str, Answer]:
    """The list of titles whose gzipped answer comes nearest to a weight."""
    nearest: tuple[int, str, Answer] | None = None
    for limit in range(1, 101):
        path = f"/v1/titles?limit={limit}"
        answer = fetch(port, path, HEADERS)
        if answer.status != 200 or answer.headers.get("content-encoding") != "gzip":
            answer = fetch(port, path, HEADERS)
        if answer.status != 200:
            raise WrongAnswer(f"{path}: status {answer.status}")
        distance = abs(len(answer.body) - weight)
        if nearest is None or distance < nearest[0]:
            nearest = distance, path, answer
        if len(answer.body) > weight:
            break
    if nearest is None:
        raise WrongAnswer("there is no list of titles")
    return nearest[1:]
