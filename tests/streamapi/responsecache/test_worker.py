"""The worker class on real sockets: gunicorn parses, memory answers."""

from __future__ import annotations

import gc
import json
import socket
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http import get_parser, message, wsgi

from streamapi.responsecache.worker import (
    CacheWorker,
    freeze,
    remembered,
    settle,
)
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.workers import Worker

PAGE = "GET /v1/pages/home HTTP/1.1\r\nHost: testserver\r\n{}\r\n"


class App:
    def __init__(self, wsgi: Any) -> None:
        self._wsgi = wsgi

    def wsgi(self) -> Any:
        return self._wsgi


class Served:
    """A worker class instance around a front door."""

    def __init__(self, wsgi: Any, **settings: Any) -> None:
        cfg = Config()
        for name, value in settings.items():
            cfg.set(name, value)
        freeze(cfg)
        self.log = Logger(cfg)
        self.worker = CacheWorker(1, 0, [], App(wsgi), 30, cfg, self.log)
        self.worker.load_wsgi()

    @property
    def has_short_way(self) -> bool:
        return self.worker._short_way is not None

    def send(self, *requests: str) -> list[tuple[int, dict[str, str], bytes]]:
        """The answers to requests on one connection."""
        ours, theirs = socket.socketpair()
        ours.sendall("".join(requests).encode("latin-1"))
        ours.shutdown(socket.SHUT_WR)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        reading = Reader(ours)
        self.worker.handle(listener, theirs, ("127.0.0.1", 1))
        reading.join(5)
        listener.close()
        ours.close()
        return reading.answers([request.split(" ")[0] for request in requests])


class Reader(threading.Thread):
    """Reads while the worker writes, so that neither waits for the other."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._raw = b""
        self.start()

    def run(self) -> None:
        while chunk := self._sock.recv(65536):
            self._raw += chunk

    def answers(self, methods: list[str]) -> list[tuple[int, dict[str, str], bytes]]:
        rest, found = self._raw, []
        for method in methods:
            if not rest:
                break
            head, _, rest = rest.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            status = int(first.split(" ")[1])
            headers = dict(line.split(": ", 1) for line in lines)
            bodiless = method == "HEAD" or status == 304
            length = int(headers.get("Content-Length", len(rest)))
            body = b"" if bodiless else rest[:length]
            rest = rest[len(body) :]
            found.append((status, headers, body))
        return found


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Makes worker class instances and ends them."""
    made: list[Served] = []

    def make(wsgi: Any, **settings: Any) -> Served:
        made.append(Served(wsgi, **settings))
        return made[-1]

    yield make
    for each in made:
        each.worker.tmp.close()


@pytest.fixture
def served(worker: Worker, serve: Serve) -> Served:
    """A worker class instance with the home page in memory."""
    worker.get()
    return serve(worker.door)


class TestHit:
    def test_is_answered_without_an_environment(
        self, served: Served, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(served.worker, "wsgi", None)
        (status, headers, body), *_ = served.send(PAGE.format(""))
        expected = worker.get()
        assert status == 200
        assert body == expected.body
        own = {"Date", "Connection", "X-Request-Id"}
        assert {name: headers[name] for name in headers if name not in own} == {
            name: expected.headers[name] for name in expected.headers if name not in own
        }
        assert headers["Connection"] == "keep-alive"
        assert headers["Date"].endswith("GMT")

    def test_many_on_one_connection(self, served: Served, backstage: Backstage) -> None:
        answers = served.send(*[PAGE.format("")] * 5)
        assert [status for status, _, _ in answers] == [200] * 5
        assert len({headers["X-Request-Id"] for _, headers, _ in answers}) == 5
        assert backstage.asked == 1

    @pytest.mark.parametrize(
        ("header", "status", "coding"),
        [
            ("Accept-Encoding: gzip\r\n", 200, "gzip"),
            ("Accept-Encoding: gzip, br\r\n", 200, "br"),
            ("If-None-Match: *\r\n", 304, None),
            ('If-None-Match: "other"\r\n', 200, None),
        ],
    )
    def test_negotiates(
        self, served: Served, header: str, status: int, coding: str | None
    ) -> None:
        served.send(PAGE.format("Accept-Encoding: gzip\r\n"))
        (answer,) = served.send(PAGE.format(header))
        assert answer[0] == status
        assert answer[1].get("Content-Encoding") == coding

    def test_head_has_no_body(self, served: Served) -> None:
        head, got = served.send(PAGE.format("").replace("GET", "HEAD"), PAGE.format(""))
        assert head[2] == b""
        assert head[1]["Content-Length"] == str(len(got[2]))

    def test_a_token_makes_it_private(self, served: Served, worker: Worker) -> None:
        worker.get(authorization="Basic x")
        (answer,) = served.send(PAGE.format("Authorization: Basic x\r\n"))
        assert answer[1]["X-Cache"] == "HIT"
        assert answer[1]["Cache-Control"].startswith("private, ")

    def test_age_moves_on(self, served: Served, worker: Worker) -> None:
        served.send(PAGE.format(""))
        worker.clock.now += 5
        (answer,) = served.send(PAGE.format(""))
        assert answer[1]["Age"] == "5"
        assert "max-age=15," in answer[1]["Cache-Control"]

    def test_counts_and_logs(self, served: Served, worker: Worker) -> None:
        worker.door.lines.flush()
        hits = worker.cache.stats.hits
        served.send(PAGE.format("X-Request-Id: caller-12345\r\n"))
        assert worker.cache.stats.hits == hits + 1
        (line,) = worker.door.lines._lines
        said = json.loads(line)
        assert said["message"] == "GET /v1/pages/home 200"
        assert (said["cache"], said["request_id"]) == ("HIT", "caller-12345")


class TestFallsThrough:
    @pytest.mark.parametrize(
        "request_text",
        [
            PAGE.format("").replace("HTTP/1.1", "HTTP/1.0"),
            PAGE.format("Connection: close\r\n"),
            PAGE.format("Content-Length: 0\r\n"),
            PAGE.format("Accept-Language: en\r\nAccept-Language: de\r\n"),
            PAGE.format("").replace("/home", "/other"),
            PAGE.format("Accept-Language: de\r\n"),
            PAGE.format("").replace("/v1/pages/home", "/undeclared"),
        ],
    )
    def test_for_what_it_does_not_know(self, served: Served, request_text: str) -> None:
        (answer,) = served.send(request_text)
        assert answer[0] == 200
        assert answer[1]["Server"] == "gunicorn"

    def test_for_other_methods(self, served: Served) -> None:
        (answer,) = served.send(
            "POST /v1/things HTTP/1.1\r\nHost: testserver\r\nContent-Length: 0\r\n\r\n"
        )
        assert answer[0] == 201

    def test_for_what_is_no_longer_fresh(self, served: Served, worker: Worker) -> None:
        worker.cache.trust_until(0)
        (answer,) = served.send(PAGE.format(""))
        assert answer[1]["Server"] == "gunicorn"


class TestGunicorn:
    def test_closes_after_the_last_request_of_a_worker(
        self, worker: Worker, serve: Serve
    ) -> None:
        worker.get()
        served = serve(worker.door, max_requests=3)
        answers = served.send(*[PAGE.format("")] * 5)
        assert [headers["Connection"] for _, headers, _ in answers] == [
            "keep-alive",
            "keep-alive",
            "close",
        ]
        assert not served.worker.alive

    def test_closes_when_it_is_told_to_stop(self, served: Served) -> None:
        served.worker.alive = False
        answers = served.send(PAGE.format(""), PAGE.format(""))
        assert [headers["Connection"] for _, headers, _ in answers] == ["close"]

    @pytest.mark.parametrize(
        "watching",
        [
            {"accesslog": "-"},
            {"statsd_host": "127.0.0.1:8125"},
            {"pre_request": lambda _worker, _req: None},
            {"keepalive": 0},
        ],
    )
    def test_takes_the_long_way_where_each_request_is_watched(
        self, worker: Worker, serve: Serve, watching: dict
    ) -> None:
        worker.get()
        assert not serve(worker.door, **watching).has_short_way

    def test_serves_an_application_without_a_front_door(self, serve: Serve) -> None:
        def plain(_environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
            start_response("200 OK", [("Content-Length", "2")])
            return [b"ok"]

        served = serve(plain)
        assert not served.has_short_way
        assert served.send(PAGE.format(""))[0][2] == b"ok"

    def test_refuses_what_gunicorn_refuses(self, served: Served) -> None:
        (answer,) = served.send(PAGE.format("Bad Header: x\r\n"))
        assert answer[0] == 400


class Socket:
    """Keeps each piece that is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendall(self, piece: bytes) -> None:
        self.sent.append(piece)


def answered(
    cfg: Config, body: list[bytes], *, length: str, kind: type[Any] | None = None
) -> list[bytes]:
    """What goes to the socket for an answer of gunicorn's, piece by piece."""
    sock = Socket()
    request = SimpleNamespace(method="GET", version=(1, 1), should_close=lambda: False)
    with time_machine.travel(0, tick=False):
        response = (kind or wsgi.Response)(request, sock, cfg)
        lines = [("Content-Length", length)] if length else []
        response.start_response("200 OK", lines)
        for piece in body:
            response.write(piece)
        response.close()
    return sock.sent


class TestSettled:
    @pytest.fixture
    def settled(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
        monkeypatch.setattr(message, "_ip_in_allow_list", message._ip_in_allow_list)
        monkeypatch.setattr(wsgi, "Response", wsgi.Response)
        cfg = Config()
        cfg.set("forwarded_allow_ips", "10.0.0.0/8")
        settle(cfg)
        yield cfg
        gc.unfreeze()

    @pytest.mark.parametrize(
        ("peer", "scheme"), [("10.1.2.3", "https"), ("192.0.2.1", "http")]
    )
    def test_only_a_trusted_proxy_is_believed(
        self, settled: Config, peer: str, scheme: str
    ) -> None:
        head = b"GET / HTTP/1.1\r\nX-Forwarded-Proto: https\r\n\r\n"
        for _ in range(2):
            request = next(get_parser(settled, [head], (peer, 1)))
            assert request.scheme == scheme

    def test_answers_leave_in_one_piece(self, settled: Config) -> None:
        sent = answered(settled, [b"one", b"two"], length="6")
        assert [piece.partition(b"\r\n\r\n")[2] for piece in sent[:1]] == [b"one"]
        assert sent[1:] == [b"two"]

    @pytest.mark.parametrize("length", ["3", ""], ids=["stated", "chunked"])
    def test_they_are_what_gunicorn_would_send(
        self, settled: Config, length: str
    ) -> None:
        ours = answered(settled, [b"one"], length=length)
        theirs = answered(settled, [b"one"], length=length, kind=wsgi.Response.__base__)
        assert len(ours) < len(theirs)
        assert b"".join(ours) == b"".join(theirs)

    def test_what_is_large_is_not_copied(self, settled: Config) -> None:
        large = b"x" * (1 << 20)
        head, body = answered(settled, [large], length=str(len(large)))
        assert head.endswith(b"\r\n\r\n")
        assert body is large

    def test_an_answer_without_a_body_is_a_head(self, settled: Config) -> None:
        (head,) = answered(settled, [], length="0")
        assert head.endswith(b"\r\n\r\n")

    def test_each_address_is_judged_once_for_each_list(self) -> None:
        asked: list[str] = []

        def asks(address: str, _allowed: object, networks: list[str]) -> bool:
            asked.append(address)
            return address in networks

        judge, ours, theirs = remembered(asks, limit=3), ["a"], ["b"]
        for _ in range(2):
            assert judge("a", None, ours)
            assert not judge("b", None, ours)
            assert judge("b", None, theirs)
        assert asked == ["a", "b", "b"]
        judge("c", None, ours)
        judge("a", None, ours)
        assert asked[-2:] == ["c", "a"], "it does not remember more than it may"
