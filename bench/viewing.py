"""Rows about what a viewer does: press play, stay alive, see their own on a page."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import throughput
from bench.exchange import fetch
from bench.load import Load, Target, WrongAnswer
from bench.opponents import GUNICORN
from bench.plan import Plan
from bench.processes import Server, free_port
from bench.results import Row, compare
from bench.service import Service
from bench.site import ROOT
from bench.throughput import Comparison

HOUSEHOLDS = 500
PLAYERS = 100
"""Households that press play; the others are watching: who plays again on the same device
ends what it watched before."""
CLIENTS = 32
"""As many plays at once as a pool of ten connections serves without refusing one."""
WANTED_VIEWERS = 20_000
LONGEST_MS = 250
MIX = {"heartbeat": 30, "shared": 20, "personal": 60, "play": 1800}
"""Seconds between two requests of one viewer, by kind."""
SHARED = "/v1/titles?limit=24"
PERSONAL = "/v1/me/continue-watching"
PLAY = "/v1/playback/sessions"
OVERLAY = "/v1/me/overlay"
COMPARISONS = [
    Comparison(
        "press play, hot",
        "bare WSGI + one Lua call + one P-256 signature",
        *("play", "bare play", 0.3),
    ),
    Comparison(
        "heartbeat", "bare WSGI + one Redis call", "heartbeat", "bare heartbeat", 0.4
    ),
    Comparison(
        "overlay of 240 items",
        "same SQL + orjson.dumps",
        *("overlay", "bare overlay", 0.5),
    ),
]


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request as everybody sends it, and what must come back."""

    name: str
    lines: Sequence[tuple[str, str, str, str]]
    """Method, path, token and body of each request."""
    status: int
    body: bytes
    alike: Callable[[bytes], object]
    mixed: bool = False
    """Whether answers differ in size: those with cookies do."""

    def target(self, server: Server, directory: Path, name: str) -> Target:
        """The requests of this case to one server."""
        file = directory / f"{self.name}.requests"
        file.write_text("".join("\t".join(line) + "\n" for line in self.lines))
        method, path, token, body = self.lines[0]
        return Target(
            name,
            server.pid,
            server.port,
            path,
            self.body,
            status=self.status,
            headers=_headers(token),
            method=method,
            content=body.encode(),
            requests=file,
            alike=self.alike,
            mixed=self.mixed,
        )


def measure(service: Service, plan: Plan, say: Callable[[str], None]) -> list[Row]:
    """Each command beside the bare minimum that could answer it."""
    made = json.loads(service.run("-m", "bench.households", str(HOUSEHOLDS)))
    directory = service.site.directory
    with ExitStack() as running:
        ours = running.enter_context(service.server("viewing"))
        targets = []
        cases = _cases(ours.port, made)
        for case in cases:
            peer = running.enter_context(_peer(service, case, made["sql"]))
            targets.append(case.target(ours, directory, case.name))
            targets.append(case.target(peer, directory, f"bare {case.name}"))
        beats, _overlay, plays = cases
        mix = replace(
            beats.target(ours, directory, "viewer mix"),
            requests=_mix(directory, beats, plays),
            mixed=True,
        )
        fewer = replace(plan, clients=CLIENTS)
        runs = throughput.take_turns([*targets, mix], service.site, fewer, say)
    return [*throughput.rows(runs, COMPARISONS), _viewers(runs[mix.name])]


def _mix(directory: Path, beats: Case, plays: Case) -> Path:
    """Requests as many viewers send them together, in a random order."""
    tokens = [token for _, _, token, _ in beats.lines]
    kinds = {
        "heartbeat": list(beats.lines),
        "shared": [("GET", SHARED, "", "")],
        "personal": [("GET", PERSONAL, token, "") for token in tokens],
        "play": list(plays.lines),
    }
    chance = random.Random(5)
    lines = [
        chance.choice(kinds[kind])
        for kind, seconds in MIX.items()
        for _ in range(36_000 // seconds)
    ]
    chance.shuffle(lines)
    file = directory / "mix.requests"
    file.write_text("".join("\t".join(line) + "\n" for line in lines))
    return file


def _viewers(runs: Sequence[Load]) -> Row:
    """How many viewers the answers of a second are enough for."""
    each = sum(1 / seconds for seconds in MIX.values())
    p99 = max(run.p99_ms for run in runs)
    row = compare(
        "viewer mix: viewers carried, no error",
        f"{WANTED_VIEWERS:,} viewers",
        ours=[run.per_second / each for run in runs],
        theirs=[WANTED_VIEWERS],
        unit="viewers",
        goal=1.0,
        note=f"p99 {p99:.0f} ms, at most {LONGEST_MS}",
    )
    return replace(row, met=bool(row.met) and p99 <= LONGEST_MS)


def _cases(port: int, made: dict[str, Any]) -> list[Case]:
    asked = json.dumps({"content_id": made["film"], "device": {"platform": "web"}})
    tokens: list[str] = made["tokens"]
    players, watching = tokens[:PLAYERS], tokens[PLAYERS:]
    plays = [("POST", PLAY, token, asked) for token in players]
    beat = json.dumps({"position_ms": 61_000, "state": "playing", "seq": 1})
    begun = [_ask(port, "POST", PLAY, token, asked, status=201) for token in watching]
    beats = [
        ("POST", json.loads(body)["heartbeat"]["url"], token, beat)
        for body, token in zip(begun, watching, strict=True)
    ]
    page = ("POST", OVERLAY, tokens[0], json.dumps({"ids": made["ids"]}))
    return [
        Case("heartbeat", beats, 200, _ask(port, *beats[0]), json.loads),
        Case("overlay", [page], 200, _ask(port, *page), json.loads),
        Case(
            "play",
            plays,
            201,
            _ask(port, *plays[0], status=201),
            _same_play,
            mixed=True,
        ),
    ]


def _ask(
    port: int, method: str, path: str, token: str, body: str, *, status: int = 200
) -> bytes:
    answer = fetch(port, path, _headers(token), method=method, content=body.encode())
    if answer.status != status:
        raise WrongAnswer(f"{method} {path}: {answer.status} {answer.decoded[:500]!r}")
    return answer.decoded


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _same_play(body: bytes) -> object:
    """A play without what is new each time: the session, its times and signatures.

    And without where to go on: heartbeats were sent meanwhile.
    """
    answer = json.loads(body)
    answer.pop("resume_position_ms")
    for name in ("session_id", "heartbeat", "delivery_auth", "expires_at", "cmcd"):
        if not answer.pop(name):
            raise WrongAnswer(f"a play without {name}")
    return answer


def _peer(service: Service, case: Case, statements: Sequence[str]) -> Server:
    port = free_port()
    directory = service.site.directory
    answer = directory / f"{case.name}.answer"
    answer.write_bytes(case.body)
    file = directory / f"{case.name}.sql"
    file.write_text(json.dumps(statements))
    module = f"bench.peers.{case.name}:application"
    return Server(
        f"bare-{case.name}",
        [*GUNICORN, "--bind", f"127.0.0.1:{port}", module],
        core=service.site.cores.server,
        port=port,
        directory=directory,
        variables={
            "BENCH_ANSWER": str(answer),
            "BENCH_STATEMENTS": str(file),
            "DATABASE_URL": service.database_url,
            "REDIS_URL": service.site.redis(5),
            "PYTHONPATH": str(ROOT),
        },
    )
