"""An evening of one household on real processes, beside a model of what must come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from playback import rules
from streamapi.local.processes import wait_until
from tests.household.fleet import LEASE_S, Fleet
from tests.household.screens import Screen

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

FILM_MS = 5_400_000
EPISODE_MS = 1_800_000


@dataclass
class Model:
    """What the household should find: the newest event of each content, and no more."""

    durations: dict[str, int]
    newest: dict[str, tuple[datetime, int, int]] = field(default_factory=dict)

    def tell(self, content: str, position_ms: int, at: datetime, seq: int = 0) -> None:
        """An event that the service acknowledged."""
        known = self.newest.get(content)
        if known is None or known[:2] < (at, seq):
            self.newest[content] = (at, seq, position_ms)

    def history(self) -> dict[str, tuple[int, bool]]:
        """Position and whether it was watched to the end, by content."""
        return {
            content: (
                position,
                rules.finished(
                    position,
                    self.durations[content],
                    0,
                    self.durations[content] == EPISODE_MS,
                ),
            )
            for content, (_, _, position) in self.newest.items()
        }


class Household:
    """Four devices, and the model that hears what they hear."""

    def __init__(self, fleet: Fleet, settled: dict[str, Any]) -> None:
        self.fleet = fleet
        (home,) = settled["households"]
        self.account: str = home["account"]
        self.screens = [
            Screen(f"Screen {number}", fleet.port, token, self.account)
            for number, token in enumerate(home["tokens"])
        ]
        self.film: str = settled["film"]
        self.episodes: list[str] = settled["episodes"]
        durations = dict.fromkeys(self.episodes, EPISODE_MS) | {self.film: FILM_MS}
        self.model = Model(durations)

    def beat(self, screen: Screen, position_ms: int, state: str = "playing") -> str:
        """A heartbeat that must be taken; the action it is answered with."""
        reply = screen.beat(position_ms, state)
        assert reply.status == 200, reply.body
        told = screen.acknowledged[-1]
        if reply.body["action"] == "continue":
            self.model.tell(told.content, position_ms, told.at, told.seq)
        return str(reply.body["action"])

    def history(self) -> dict[str, tuple[int, bool]]:
        """What the service shows."""
        results = self.screens[0].ask("GET", "/v1/me/history").body["results"]
        return {
            one["content_id"]: (one["position_ms"], one["completed"]) for one in results
        }

    def goes_on_with(self) -> dict[str, int]:
        """What is offered to be continued, with its position."""
        reply = self.screens[0].ask("GET", "/v1/me/continue-watching")
        return {one["content_id"]: one["position_ms"] for one in reply.body["results"]}


@pytest.fixture
def home(fleet: Fleet) -> Iterator[Household]:
    settled = fleet.settle(households=1, screens=4)
    fleet.serve()
    made = Household(fleet, settled)
    yield made
    for screen in made.screens:
        screen.leave()


def test_an_evening(home: Household) -> None:
    phone, television, tablet, laptop = home.screens
    first, second, _third = home.episodes

    # Begun on the phone, paused, gone on with on the television.
    assert phone.play(home.film).body["resume_position_ms"] == 0
    assert home.beat(phone, 60_000) == "continue"
    assert home.beat(phone, 300_000, "paused") == "continue"
    assert television.play(home.film).body["resume_position_ms"] == 300_000
    assert home.beat(television, 600_000) == "continue"
    assert phone.stop().status == 204

    # A third screen is one too many; it takes the television's place.
    assert tablet.play(first).status == 201
    assert home.beat(tablet, 200_000) == "continue"
    refused = laptop.play(home.film)
    assert (refused.status, refused.body["code"]) == (409, "concurrent_stream_limit")
    active = {one["session_id"]: one for one in refused.body["active"]}
    assert set(active) == {television.session, tablet.session}
    token = active[television.session]["take_over"]
    answer = laptop.play(home.film, take_over=token)
    assert (answer.status, answer.body["resume_position_ms"]) == (201, 600_000)
    assert home.beat(television, 610_000) == "stop"
    assert home.beat(laptop, 900_000) == "continue"

    # The tablet crashes: its place is free when its lease is over, no sooner.
    tablet.leave()
    assert phone.play(second).status == 409

    def place_is_free() -> bool:
        home.beat(laptop, 901_000)
        return phone.play(second).status == 201

    assert wait_until(place_is_free, LEASE_S + 10)
    assert phone.stop().status == 204

    # It comes back: the old session is over. What it played offline arrives late, and in
    # disorder, beside something older than what the service knows of the film.
    assert tablet.beat(210_000).status == 410
    now = datetime.now(UTC)
    reports = [
        (first, 900_000, now - timedelta(seconds=1), 7),
        (first, 400_000, now - timedelta(seconds=3), 5),
        (home.film, 30_000, now - timedelta(hours=2), 1),
        (first, 700_000, now - timedelta(seconds=2), 6),
    ]
    events = [
        {
            "content_id": content,
            "position_ms": position,
            "at": at.isoformat(),
            "seq": seq,
        }
        for content, position, at, seq in reports
    ]
    for sent in (events, events[::-1]):
        assert tablet.ask("POST", "/v1/me/progress", {"events": sent}).status == 200
    for content, position, at, seq in reports:
        home.model.tell(content, position, at, seq)

    # It goes on from there, to the end; the next episode is offered and begun.
    assert tablet.play(first).body["resume_position_ms"] == 900_000
    assert home.beat(tablet, 1_780_000, "ended") == "continue"
    assert tablet.stop().status == 204
    assert wait_until(lambda: home.goes_on_with().get(second) == 0, 15)
    assert tablet.play(second).body["resume_position_ms"] == 0
    assert home.beat(tablet, 150_000) == "continue"
    assert tablet.stop().status == 204
    assert laptop.stop().status == 204

    # What is left: the model's positions, no slot, no open session, nothing unsaved.
    assert wait_until(lambda: home.fleet.unsaved() == 0, 15)
    assert home.history() == home.model.history()
    assert home.goes_on_with() == {home.film: 901_000, second: 150_000}
    assert home.fleet.leases(home.account) == 0
    assert home.fleet.rows(
        "SELECT count(*) FROM playback_playbacksession WHERE ended_at IS NULL"
    ) == [(0,)]
    assert [screen.play(home.film).status for screen in home.screens[:3]] == [
        201,
        201,
        409,
    ]
    assert [one for screen in home.screens for one in screen.wrong] == []
