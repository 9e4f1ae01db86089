"""Many clients at once: each is timed, every different answer is seen."""

from __future__ import annotations

import time

import pytest

from bench import storm

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class TestAskAll:
    def test_counts_answers_and_finds_one_body(self, serve):
        seen = storm.ask_all(serve(lambda _: (200, b"same")), REQUEST, 50)
        assert seen.statuses == {200: 50}
        assert seen.bodies == 1
        assert len(seen.seconds) == 50

    def test_tells_different_bodies_apart(self, serve):
        seen = storm.ask_all(
            serve(lambda n: (200, b"odd" if n % 2 else b"even")), REQUEST, 20
        )
        assert seen.bodies == 2

    def test_the_slowest_client_counts(self, serve):
        def answer(number):
            if number == 3:
                time.sleep(0.2)
            return 200, b"x"

        assert storm.ask_all(serve(answer), REQUEST, 10).slowest_s >= 0.2

    def test_statuses_are_kept_apart(self, serve):
        port = serve(lambda n: (503 if n == 0 else 200, b"x"))
        assert storm.ask_all(port, REQUEST, 10).statuses == {503: 1, 200: 9}

    def test_a_closed_connection_is_an_error(self, serve):
        port = serve(lambda _: (_ for _ in ()).throw(BrokenPipeError))
        with pytest.raises(ConnectionError):
            storm.ask_all(port, REQUEST, 2)
