"""Parts die while households watch; then it is compared with the devices' own logs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

import pytest

from streamapi.local.processes import wait_until
from tests.household.fleet import FLUSH_S, Fleet
from tests.household.people import STREAMS
from tests.household.screens import Acknowledged, Screen

pytestmark = [pytest.mark.fault, pytest.mark.timeout(400)]

HOUSEHOLDS = 4
SCREENS = 3
ENOUGH = 5
"""How many positions of each device that watches are taken before and after."""
OVERLAY = "/v1/me/overlay"
LOSS_S = 2 * FLUSH_S
"""What docs/playback.md says that a loss of Redis can cost."""
_SAVED = """
SELECT account.public_id, watched.content_id, watched.event_at, watched.position_ms
FROM playback_watchprogress watched
JOIN accounts_profile profile ON profile.id = watched.profile_id
JOIN accounts_account account ON account.id = profile.account_id
"""


@dataclass
class Mix:
    """Devices that watch, browse, stop and start; half fall silent when told to."""

    screens: list[Screen]
    contents: list[str]

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._silence = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=(number, screen))
            for number, screen in enumerate(self.screens)
        ]

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def silence(self) -> None:
        """Every other device stops in the middle of what it plays, without a word."""
        self._silence.set()
        time.sleep(0.2)

    def taken(self) -> int:
        """How many positions were acknowledged so far."""
        return sum(len(screen.acknowledged) for screen in self.screens)

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        for screen in self.screens:
            screen.leave()

    def _watch(self, number: int, screen: Screen) -> None:
        position, turn = 1000 * number, 0
        while not self._over.is_set():
            if number % 2 and self._silence.is_set():
                return
            turn += 1
            position += 1000
            try:
                self._once(screen, number, turn, position)
            except OSError:
                time.sleep(0.05)
            except Exception as problem:  # noqa: BLE001 a thread's death must be seen
                screen.wrong.append(f"{type(problem).__name__}: {problem}")
                return
            self._over.wait(0.05)

    def _once(self, screen: Screen, number: int, turn: int, position: int) -> None:
        if not screen.session:
            screen.play(self.contents[(number + turn) % len(self.contents)])
            return
        if screen.beat(position).status in {404, 410} or self._told_to_stop(screen):
            screen.session = ""
        elif turn % 40 == 39:
            screen.stop()
            screen.session = ""
        elif turn % 5 == 0:
            screen.ask("GET", f"/v1/titles?limit={1 + number}")
        elif turn % 7 == 0:
            self._is_mine(screen)

    @staticmethod
    def _told_to_stop(screen: Screen) -> bool:
        return bool(screen.spans) and screen.session != screen.spans[-1].session

    @staticmethod
    def _is_mine(screen: Screen) -> None:
        """Nobody is ever told about somebody else."""
        reply = screen.ask("GET", "/v1/me")
        if reply.status == 200 and reply.body["account"]["id"] != screen.account:
            screen.wrong.append(f"{screen.account} was told of {reply.body['account']}")


@pytest.fixture(scope="module")
def served(fleet: Fleet) -> tuple[Fleet, dict]:
    settled = fleet.settle(households=HOUSEHOLDS, screens=SCREENS)
    fleet.serve()
    return fleet, settled


@pytest.fixture
def mix(served: tuple[Fleet, dict]) -> Iterator[Mix]:
    fleet, settled = served
    screens = [
        Screen(f"{home['account']}-{number}", fleet.port, token, home["account"])
        for home in settled["households"]
        for number, token in enumerate(home["tokens"])
    ]
    made = Mix(screens, [settled["film"], *settled["episodes"]])
    made.begin()
    yield made
    made.end()


# Each returns the moment at which the harm was done; what it mends comes after.


def killed_web_worker(fleet: Fleet) -> float:
    fleet.kill_a_worker()
    return time.monotonic()


def killed_flusher(fleet: Fleet) -> float:
    return _killed(fleet, "flusher")


def restarted_postgresql(fleet: Fleet) -> float:
    return _killed(fleet, "postgresql")


def killed_valkey(fleet: Fleet) -> float:
    return _killed(fleet, "valkey")


def emptied_valkey(fleet: Fleet) -> float:
    fleet.flush_valkey()
    return time.monotonic()


def _killed(fleet: Fleet, part: str) -> float:
    fleet.kill(part)
    harmed = time.monotonic()
    time.sleep(1.5)
    fleet.start(part)
    return harmed


# What each may cost: positions that were acknowledged this long before, and no older.
FAULTS: list[tuple[Callable[[Fleet], float], float]] = [
    (killed_web_worker, 0),
    (killed_flusher, 0),
    (restarted_postgresql, 0),
    (killed_valkey, LOSS_S),
    (emptied_valkey, LOSS_S),
]


@pytest.mark.parametrize(
    ("fault", "costs_s"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS]
)
def test_nothing_is_lost_and_no_limit_is_passed(
    served: tuple[Fleet, dict],
    mix: Mix,
    fault: Callable[[Fleet], float],
    costs_s: float,
) -> None:
    fleet, _ = served
    assert wait_until(lambda: mix.taken() > ENOUGH * len(mix.screens), 60)
    mix.silence()
    before = mix.taken()
    harmed = fault(fleet)
    after = ENOUGH * len(mix.screens) / 2
    assert wait_until(lambda: mix.taken() > before + after, 60)
    mix.end()
    assert wait_until(lambda: fleet.unsaved() == 0, 30)

    assert [one for screen in mix.screens for one in screen.wrong] == [], fleet.log()
    allowed = 3 if fault is killed_web_worker else 0
    assert max(screen.resets for screen in mix.screens) <= allowed
    assert _lost(fleet, mix, harmed, costs_s) == []
    assert _too_many(mix) == []


@pytest.fixture
def narrow(served: tuple[Fleet, dict]) -> Iterator[tuple[Fleet, list[Screen]]]:
    """Web workers that have one connection to PostgreSQL each, and many devices."""
    fleet, settled = served
    fleet.variables["DATABASE_POOL_SIZE"] = "1"
    fleet.kill("web")
    fleet.start("web")
    home = settled["households"][0]
    screens = [
        Screen(f"page {number}", fleet.port, home["tokens"][0], home["account"])
        for number in range(16)
    ]
    yield fleet, screens
    for screen in screens:
        screen.leave()


def test_overlays_keep_no_connection(
    narrow: tuple[Fleet, list[Screen]], served: tuple[Fleet, dict]
) -> None:
    fleet, screens = narrow
    body = {"ids": [served[1]["film"], *served[1]["episodes"]]}
    over = threading.Event()

    def look(screen: Screen) -> None:
        while not over.is_set():
            screen.insist("POST", OVERLAY, body)

    def all_see_something() -> bool:
        return min(screen.seen[200] for screen in screens) > ENOUGH

    def some_see_nothing() -> bool:
        return sum(screen.seen[503] for screen in screens) > len(screens)

    threads = [threading.Thread(target=look, args=(one,)) for one in screens]
    for thread in threads:
        thread.start()
    seen = wait_until(all_see_something, 60)
    fleet.kill("postgresql")
    refused = wait_until(some_see_nothing, 60)
    fleet.start("postgresql")
    for screen in screens:
        screen.seen[200] = 0
    again = wait_until(all_see_something, 60)
    over.set()
    for thread in threads:
        thread.join()

    assert (seen, refused, again) == (True, True, True), fleet.log()
    assert [one for screen in screens for one in screen.wrong] == [], fleet.log()
    last = screens[0].insist("POST", OVERLAY, body)
    assert (last.status, "X-Frame-Options" in last.headers) == (200, False)


def _lost(fleet: Fleet, mix: Mix, harmed: float, costs_s: float) -> list[str]:
    """Contents of which PostgreSQL knows less than a device was promised."""
    saved = {
        (account, content): (at, position)
        for account, content, at, position in fleet.rows(_SAVED)
    }
    lost = []
    for key, promised in _promises(mix, harmed, costs_s).items():
        at, position = saved.get(key, (None, None))
        if at is None or at < _milliseconds(promised.at):
            lost.append(f"{key}: promised {promised}, kept {at} {position}")
    return lost


def _promises(
    mix: Mix, harmed: float, costs_s: float
) -> dict[tuple[str, str], Acknowledged]:
    """The newest acknowledged position of each content that must still be there."""
    promised: dict[tuple[str, str], Acknowledged] = {}
    for screen in mix.screens:
        for one in screen.acknowledged:
            if _may_be_lost(one, harmed, costs_s):
                continue
            key = (screen.account, one.content)
            if key not in promised or promised[key].at < one.at:
                promised[key] = one
    return promised


def _may_be_lost(one: Acknowledged, harmed: float, costs_s: float) -> bool:
    """Whether it was in Redis alone: sent before the harm, said to be kept not too long
    before.
    """
    return costs_s > 0 and one.sent <= harmed <= one.received + costs_s


def _milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _too_many(mix: Mix) -> list[str]:
    """Moments at which more sessions of a household were certainly alive than allowed."""
    found = []
    for account in {screen.account for screen in mix.screens}:
        spans = [
            span
            for screen in mix.screens
            if screen.account == account
            for span in screen.spans
            if span.ended > span.began
        ]
        for several in combinations(spans, STREAMS + 1):
            began = max(span.began for span in several)
            ended = min(span.ended for span in several)
            if began < ended:
                found.append(f"{account}: {several}")
    return found
