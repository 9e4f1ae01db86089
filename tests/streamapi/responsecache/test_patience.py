"""Silent connections end, and nothing else does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import gevent
import pytest

from streamapi.responsecache.patience import Patience


@pytest.fixture
def patience() -> Iterator[Patience]:
    gevent.get_hub().loop.update_now()  # it stood still during the tests before
    made = Patience(0.2)
    yield made
    made.stop()


def wait_for_a_request(patience: Patience, seconds: float) -> str:
    """As gunicorn does: no request when the block ends without one."""
    with patience:
        gevent.sleep(seconds)
        return "a request"
    return ""


class TestPatience:
    def test_ends_who_is_silent_and_nobody_else(self, patience: Patience) -> None:
        silent = [gevent.spawn(wait_for_a_request, patience, 30) for _ in range(3)]
        heard = gevent.spawn(wait_for_a_request, patience, 0.01)
        gevent.joinall([*silent, heard], timeout=10)
        assert [one.value for one in silent] == ["", "", ""]
        assert heard.value == "a request"
        assert not patience._since

    def test_each_request_has_the_whole_time(self, patience: Patience) -> None:
        def busy() -> list[str]:
            return [wait_for_a_request(patience, 0.05) for _ in range(8)]

        busily = gevent.spawn(busy)
        busily.join(10)
        assert busily.value == ["a request"] * 8

    def test_what_the_block_raises_goes_on(self, patience: Patience) -> None:
        with pytest.raises(StopIteration), patience:
            raise StopIteration

    def test_one_that_was_heard_meanwhile_is_left_alone(
        self, patience: Patience
    ) -> None:
        """Ending one connection may let others run."""
        thrown: list[str] = []

        class Waiting:
            def __init__(self, name: str, then: Callable[[], object]) -> None:
                self._name, self._then = name, then

            def throw(self, _kind: type[BaseException]) -> None:
                thrown.append(self._name)
                self._then()

        second = Waiting("second", lambda: None)
        first = Waiting("first", lambda: patience._since.pop(second))
        patience._since |= dict.fromkeys((first, second), time.monotonic() - 60)
        patience.end_the_silent()
        assert thrown == ["first"]
        patience._since.clear()
