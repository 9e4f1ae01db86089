"""Many clients that ask the same thing in the same instant."""

from __future__ import annotations

import gzip
import select
import socket
import time
from dataclasses import dataclass, field

TIMEOUT_S = 60.0


@dataclass(slots=True)
class _Client:
    connection: socket.socket
    asked: float = 0.0
    answered: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    expected: int = -1

    def read(self) -> bool:
        """Take what is there; true once the answer is whole."""
        data = self.connection.recv(262_144)
        if not data:
            raise ConnectionError("the server closed the connection in its answer")
        self.received += data
        if self.expected < 0:
            self.expected = _whole_length(self.received)
        return 0 <= self.expected <= len(self.received)


@dataclass(frozen=True, slots=True)
class Storm:
    """How long each client waited, and which different answers came."""

    seconds: list[float]
    statuses: dict[int, int]
    bodies: int

    @property
    def slowest_s(self) -> float:
        """The wait of the client that waited longest."""
        return max(self.seconds)


def _whole_length(received: bytearray) -> int:
    """Head and body together, once the head is complete; -1 before."""
    head, found, _ = bytes(received).partition(b"\r\n\r\n")
    if not found:
        return -1
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return len(head) + 4 + int(value)
    raise ConnectionError("an answer without Content-Length")


def _connect(port: int) -> _Client:
    connection = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _Client(connection)


def ask_all(port: int, request: bytes, clients: int) -> Storm:
    """Open every connection first, then ask on all of them at once."""
    crowd = {}
    for _ in range(clients):
        client = _connect(port)
        crowd[client.connection.fileno()] = client
    try:
        return _exchange(crowd, request)
    finally:
        for client in crowd.values():
            client.connection.close()


def _exchange(crowd: dict[int, _Client], request: bytes) -> Storm:
    poll = select.epoll()
    for descriptor in crowd:
        poll.register(descriptor, select.EPOLLIN)
    for client in crowd.values():
        client.asked = time.perf_counter()
        client.connection.sendall(request)
    waiting = set(crowd)
    ends = time.monotonic() + TIMEOUT_S
    while waiting and time.monotonic() < ends:
        for descriptor, _event in poll.poll(1.0):
            client = crowd[descriptor]
            if client.read():
                client.answered = time.perf_counter()
                waiting.discard(descriptor)
                poll.unregister(descriptor)
    poll.close()
    if waiting:
        raise TimeoutError(f"{len(waiting)} clients got no answer")
    return _summary(list(crowd.values()))


def _summary(crowd: list[_Client]) -> Storm:
    statuses: dict[int, int] = {}
    bodies = set()
    for client in crowd:
        head, _, body = bytes(client.received).partition(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        statuses[status] = statuses.get(status, 0) + 1
        bodies.add((b"\r\ncontent-encoding: gzip" in head.lower(), body))
    texts = {gzip.decompress(body) if zipped else body for zipped, body in bodies}
    return Storm(
        seconds=[client.answered - client.asked for client in crowd],
        statuses=statuses,
        bodies=len(texts),
    )
