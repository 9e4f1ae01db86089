"""A wrong answer fails the bench, however fast it is."""

from __future__ import annotations

import json

import pytest

from bench import load
from bench.cores import Cores
from bench.load import Target, WrongAnswer
from bench.processes import tool

SUMMARY = {
    "requests": 5000,
    "duration_us": 2_000_000,
    "bytes": 500_000,
    "failed_sockets": 0,
    "failed_statuses": 0,
    "p50_us": 1500,
    "p99_us": 9000,
}
needs_wrk = pytest.mark.skipif(tool("wrk") is None, reason="wrk is not installed")


class TestParse:
    def test_reads_the_last_line(self):
        seen = load.parse("x", "Running 2s test\n" + json.dumps(SUMMARY) + "\n")
        assert (seen.per_second, seen.p50_ms, seen.p99_ms) == (2500, 1.5, 9)
        assert seen.bytes_per_answer == 100

    @pytest.mark.parametrize("field", ["failed_sockets", "failed_statuses"])
    def test_failures_are_wrong_answers(self, field):
        with pytest.raises(WrongAnswer):
            load.parse("x", json.dumps(SUMMARY | {field: 1}))

    def test_silence_is_a_wrong_answer(self):
        with pytest.raises(WrongAnswer):
            load.parse("x", json.dumps(SUMMARY | {"requests": 0}))


class TestCheck:
    def test_the_expected_body_passes(self, serve, own_pid):
        port = serve(lambda _: (200, b"right"))
        answer = Target("x", own_pid, port, "/", b"right").check()
        assert answer.body == b"right"

    @pytest.mark.parametrize("answer", [(200, b"wrong"), (500, b"right"), (200, b"")])
    def test_anything_else_fails(self, serve, own_pid, answer):
        port = serve(lambda _: answer)
        with pytest.raises(WrongAnswer):
            Target("x", own_pid, port, "/", b"right").check()


class TestCommands:
    def test_what_is_new_each_time_is_not_compared(self, serve, own_pid):
        port = serve(lambda said: (201, b'{"id": %d}' % len(said[2])))
        target = Target(
            *("x", own_pid, port, "/", b'{"id": 7}'),
            status=201,
            method="POST",
            content=b"{}",
            alike=lambda body: sorted(json.loads(body)),
        )
        assert target.check().body == b'{"id": 2}'

    @needs_wrk
    def test_prepared_requests_are_sent_in_turn(self, serve, own_pid, tmp_path):
        seen = set()

        def answer(said):
            seen.add(said)
            return 200, b"noted" * 20

        file = tmp_path / "requests"
        file.write_text("POST\t/a\tone\t{}\nPOST\t/b\t\t{'x': 1}\n")
        target = Target(
            *("x", own_pid, serve(answer), "/a", b"noted" * 20),
            headers={"Authorization": "Bearer one"},
            method="POST",
            content=b"{}",
            requests=file,
        )
        done = load.run(target, Cores.of_this_machine(), seconds=1, clients=4)
        assert done.requests > 10
        assert seen == {
            ("/a", "Bearer one", b"{}"),
            ("/b", None, b"{'x': 1}"),
        }


@needs_wrk
class TestRun:
    def run(self, port, pid):
        target = Target("x", pid, port, "/", b"right" * 100)
        return load.run(target, Cores.of_this_machine(), seconds=1, clients=4)

    def test_measures_speed_and_processor_time(self, serve, own_pid):
        port = serve(lambda _: (200, b"right" * 100))
        seen = self.run(port, own_pid)
        assert seen.requests > 10
        assert seen.cpu_seconds > 0

    def test_other_bytes_under_load_fail(self, serve, own_pid):
        # The first answer, the one that is compared, is right; those under load are not.
        port = serve(lambda n: (200, b"right" * (100 if n == 0 else 10)))
        with pytest.raises(WrongAnswer):
            self.run(port, own_pid)
