"""Video for six of the demo's titles: one at once, the others by background jobs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from playback import jobs
from playback.models import Asset, PackagingJob
from streamapi.demo import catalogue, filming, tasks
from streamapi.demo.films.script import Film, films
from streamapi.demo.seeding import Seeding

_POLL_S: Final = 1.0


class NotPackaged(Exception):
    """The first film could not be made playable; the message says why."""


def seed(seeding: Seeding) -> None:
    """Make the first film playable now; queue its trailer and the others."""
    wanted = _wanted() if seeding.video else []
    if not wanted:
        return
    missing = [film for film in wanted[1:] if filming.asset_of(film) is None]
    first = _make_now(wanted[0], seeding)
    filming.add_trailer(wanted[0], first, now=seeding.now)
    for film in missing:
        tasks.shoot.enqueue(film.title.slug)
    if missing:
        seeding.notes.append(
            f"{len(missing)} more films are made by the worker:"
            " `manage.py seed --follow` shows how far they are."
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one film is."""

    name: str
    state: str
    percent: int

    @property
    def settled(self) -> bool:
        """Nothing more will happen by itself."""
        return self.state in {Asset.State.READY, Asset.State.FAILED}


def standings() -> list[Standing]:
    """How far every film is: waiting, filming, packaging, ready or failed."""
    return [_standing(film) for film in _wanted()]


def _wanted() -> list[Film]:
    """The films whose titles are in the catalogue."""
    return [film for film in films() if catalogue.title_of(film.title.slug)]


def follow(
    tell: Callable[[Standing], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Tell whatever changed until all films are settled."""
    told: dict[str, Standing] = {}
    while True:
        now = standings()
        for one in _changed(now, told):
            tell(one)
        told = {one.name: one for one in now}
        if all(one.settled for one in now):
            return
        sleep(_POLL_S)


def _changed(now: Iterable[Standing], told: dict[str, Standing]) -> list[Standing]:
    return [one for one in now if told.get(one.name) != one]


def _standing(film: Film) -> Standing:
    name = film.title.texts["en"].name
    asset = filming.asset_of(film)
    if asset is None:
        return Standing(name, "waiting", 0)
    job = PackagingJob.objects.filter(asset=asset).order_by("-pk").first()
    return Standing(name, asset.state, job.progress if job else 0)


def _make_now(film: Film, seeding: Seeding) -> Asset:
    asset = filming.asset_of(film)
    if asset is not None and asset.playable:
        return asset
    name = film.title.texts["en"].name
    progress = seeding.progress(f"First film, “{name}”", 3)
    asset = asset or filming.create(film, seeding.now)
    progress.at(1, "packaging")
    job, _ = jobs.create(asset, now=seeding.now)
    jobs.run(job.pk, clock=timezone.now)
    job.refresh_from_db()
    if job.state != PackagingJob.State.DONE:
        raise NotPackaged(job.error or f"its job is {job.state}")
    progress.end("playable")
    return asset
