"""Load by wrk from the other core, checked for correctness while it runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import cpu
from bench.cores import Busy, Cores
from bench.exchange import Answer, fetch

SUMMARY = Path(__file__).with_name("summary.lua")
REQUESTS = Path(__file__).with_name("requests.lua")
SIZE_TOLERANCE = 0.02
"""Answers may differ in the digits of Date and Age, not in their bodies."""


class WrongAnswer(Exception):
    """A server answered something else than it must: its speed counts for nothing."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked, and what has to come back."""

    name: str
    pid: int
    port: int
    path: str
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    content: bytes | None = None
    requests: Path | None = None
    """Different requests to send in turn, for requests.lua."""
    mixed: bool = False
    """Whether those are of different kinds, with answers of different sizes."""
    alike: Callable[[bytes], object] = bytes
    """What of a body is compared: all of it, or what is not new each time."""

    def check(self) -> Answer:
        """Ask once and compare byte for byte, after the content encoding."""
        answer = fetch(
            self.port,
            self.path,
            self.headers,
            method=self.method,
            content=self.content,
        )
        if answer.status != self.status:
            raise WrongAnswer(f"{self.name}: status {answer.status}")
        if self.alike(answer.decoded) != self.alike(self.body):
            raise WrongAnswer(
                f"{self.name}: {len(answer.decoded)} bytes, not the expected"
                f" {len(self.body)}"
            )
        return answer


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk showed."""

    per_second: float
    p50_ms: float
    p99_ms: float
    bytes_per_answer: float
    server_busy: float = 0.0
    cpu_seconds: float = 0.0
    requests: int = 0

    @property
    def per_cpu_second(self) -> float:
        """Answers for each second that the server itself spent on a processor.

        What a core could do if the load never let it wait and nobody else used it.
        """
        return self.requests / max(self.cpu_seconds, 0.01)


def wrk_command(
    target: Target, cores: Cores, *, seconds: int, clients: int
) -> list[str]:
    """The command line of one run."""
    headers = [
        part
        for name, value in target.headers.items()
        for part in ("--header", f"{name}: {value}")
    ]
    script = SUMMARY if target.requests is None else REQUESTS
    return [
        *("taskset", "--cpu-list", str(cores.load)),
        *("env", f"BENCH_SUMMARY={SUMMARY}", f"BENCH_REQUESTS={target.requests}"),
        *("wrk", "--threads", "1", "--connections", str(clients)),
        *("--duration", f"{seconds}s", "--timeout", "10s", "--latency"),
        *("--script", str(script), *headers),
        f"http://127.0.0.1:{target.port}{target.path}",
    ]


def run(target: Target, cores: Cores, *, seconds: int, clients: int) -> Load:
    """Check, load, check again; any wrong answer fails the run."""
    before = target.check()
    spent = cpu.seconds(target.pid)
    with Busy(cores.server) as busy:
        done = subprocess.run(
            wrk_command(target, cores, seconds=seconds, clients=clients),
            capture_output=True,
            text=True,
            check=True,
        )
    spent = cpu.seconds(target.pid) - spent
    target.check()
    load = parse(target.name, done.stdout)
    if not target.mixed:
        _check_size(target.name, before, load)
    return replace(load, server_busy=busy.share, cpu_seconds=spent)


def parse(name: str, output: str) -> Load:
    """Read the line of summary.lua; failed requests are wrong answers."""
    seen = json.loads(output.strip().splitlines()[-1])
    if seen["failed_statuses"] or seen["failed_sockets"]:
        raise WrongAnswer(
            f"{name}: {seen['failed_statuses']} failed answers,"
            f" {seen['failed_sockets']} failed connections"
        )
    if not seen["requests"]:
        raise WrongAnswer(f"{name}: no answer under load")
    return Load(
        per_second=seen["requests"] / (seen["duration_us"] / 1e6),
        p50_ms=seen["p50_us"] / 1e3,
        p99_ms=seen["p99_us"] / 1e3,
        requests=seen["requests"],
        bytes_per_answer=seen["bytes"] / seen["requests"],
    )


def _check_size(name: str, answer: Answer, load: Load) -> None:
    """Under load every answer must be as long as the one that was compared."""
    lines = sum(len(key) + len(value) + 4 for key, value in answer.headers.items())
    expected = len(f"HTTP/1.1 {answer.status} OK\r\n\r\n") + lines + len(answer.body)
    tolerated = max(SIZE_TOLERANCE * expected, 24)
    if abs(load.bytes_per_answer - expected) > tolerated:
        raise WrongAnswer(
            f"{name}: {load.bytes_per_answer:.0f} bytes an answer under load,"
            f" {expected} expected"
        )
