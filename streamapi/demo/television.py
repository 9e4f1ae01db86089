"""The demo's television: twelve invented channels with a guide around now, or a thousand.

What is on depends on the channel and the day alone, so a seed that runs again adds the days
that have come since and leaves the others as they are.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import orjson
from django.core.files.base import ContentFile
from django.db import connection, transaction
from font_manrope import ManropeExtraBold
from PIL import Image, ImageDraw, ImageFont

from accounts.models import Package
from catalog.bulk import copy_into
from channels import cache_keys, linking, series_names
from channels.models import (
    Channel,
    ChannelGroup,
    ChannelSource,
    EpgSource,
    Programme,
)
from streamapi.demo import catalogue
from streamapi.demo.films.script import films
from streamapi.demo.seeding import Seeding
from streamapi.responsecache import purge

BEFORE: Final = 2
"""Days of guide before today."""

_DATA: Final[dict[str, Any]] = orjson.loads(
    (Path(__file__).parent / "data" / "television.json").read_bytes()
)
_PARTS: Final = (("morning", 6), ("day", 12), ("evening", 18), ("night", 24))
_DAY_STARTS: Final = time(6, tzinfo=UTC)
_PART: Final = timedelta(hours=6)
_LOGO: Final = (320, 180)
_COLUMNS: Final = (
    "channel", "source", "starts_at", "ends_at", "language", "title", "subtitle",
    "synopsis", "translations", "series_key", "season", "episode", "categories",
    "genres", "min_age", "is_live", "is_new", "is_premiere", "is_repeat",
    "is_last_chance", "is_filler", "details", "digest", "content_id",
    "is_linked_by_hand",
)  # fmt: skip


def seed(seeding: Seeding) -> None:
    """Add channels that are missing, and days of the guide that are missing."""
    wanted = max(len(_DATA["channels"]), seeding.channels)
    progress = seeding.progress("Television", wanted)
    source, _ = EpgSource.objects.get_or_create(
        slug="demo",
        defaults={"name": "Demo", "location": "demo:", "is_active": False},
    )
    groups, loops = _groups(), _loops()
    first = seeding.now.date() - timedelta(days=BEFORE)
    days = [first + timedelta(days=n) for n in range(seeding.guide_days)]
    added = 0
    for number in range(wanted):
        channel, plan = _channel(number, groups)
        _stream(channel, number, loops)
        added += _fill(channel, plan, source, days)
        progress.at(number + 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE channels_programme")
    series_names.keep_all()
    linking.link_ahead(seeding.now)
    purge({cache_keys.CHANNELS, *map(cache_keys.guide, days)})
    progress.end(f"{wanted} channels, {added} programmes added")


def _groups() -> dict[str, ChannelGroup]:
    return {
        slug: ChannelGroup.objects.get_or_create(
            slug=slug,
            defaults={
                "name": names["en"],
                "translations": {"de": names["de"]},
                "position": position,
            },
        )[0]
        for position, (slug, names) in enumerate(_DATA["groups"].items())
    }


def _channel(
    number: int, groups: Mapping[str, ChannelGroup]
) -> tuple[Channel, Mapping[str, Any]]:
    """The channel of that number; beyond the twelve, more of the same kinds."""
    plan = _DATA["channels"][number % len(_DATA["channels"])]
    copy = number // len(_DATA["channels"])
    slug = f"{plan['slug']}-{copy + 1}" if copy else plan["slug"]
    known = Channel.objects.filter(slug=slug).first()
    if known:
        return known, plan
    major, _, minor = plan["number"].partition(".")
    channel = Channel(
        slug=slug,
        name=f"{plan['name']} {copy + 1}" if copy else plan["name"],
        number_major=int(major) + 100 * copy,
        number_minor=int(minor) if minor else None,
        group=groups[plan["group"]],
        languages=["en", "de"],
        min_age=plan.get("min_age", 0),
        catchup_hours=plan["catchup_hours"],
    )
    if not copy:
        channel.logo = ContentFile(_logo(plan), f"{slug}.png")
    channel.save()
    codes = plan.get("packages", ())
    channel.packages.set(Package.objects.filter(code__in=codes))
    return channel, plan


def _loops() -> list[str]:
    """The titles whose films the channels play round and round; protected ones cannot."""
    clear = [film for film in films() if not film.is_protected]
    titles = (catalogue.title_of(film.title.slug) for film in clear)
    return [title.public_id for title in titles if title is not None]


def _stream(channel: Channel, number: int, loops: list[str]) -> None:
    """A film of its own, and until it is made the one that is made first."""
    if not loops or channel.sources.filter(url__in=loops).exists():
        return
    wanted = dict.fromkeys(loops[number % len(loops) :][:1] + loops[:1])
    for position, title_id in enumerate(wanted):
        ChannelSource.objects.update_or_create(
            channel=channel,
            position=position,
            defaults={"kind": ChannelSource.Kind.ORIGIN, "url": title_id},
        )


def _logo(plan: Mapping[str, Any]) -> bytes:
    """The channel's name in white on its colour."""
    image = Image.new("RGB", _LOGO, plan["colour"])
    pen = ImageDraw.Draw(image)
    words = plan["name"].split()
    font = ImageFont.truetype(ManropeExtraBold, 54)
    for row, word in enumerate(words):
        height = _LOGO[1] / 2 + (row - (len(words) - 1) / 2) * 60
        pen.text((_LOGO[0] / 2, height), word, font=font, fill="#ffffff", anchor="mm")
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


@transaction.atomic
def _fill(
    channel: Channel,
    plan: Mapping[str, Any],
    source: EpgSource,
    days: Sequence[date],
) -> int:
    """Add the programmes of the days that have none."""
    start, end = _starts(days[0]), _starts(days[-1]) + timedelta(days=1)
    known = channel.programmes.within(start, end).values_list("starts_at", flat=True)
    there = {(moment - timedelta(hours=6)).date() for moment in known}
    rows = [
        row
        for day in days
        if day not in there
        for row in _day(channel, plan, source, day)
    ]
    copy_into(Programme, _COLUMNS, rows)
    return len(rows)


def _starts(day: date) -> datetime:
    return datetime.combine(day, _DAY_STARTS)


def _day(
    channel: Channel, plan: Mapping[str, Any], source: EpgSource, day: date
) -> Iterator[tuple[Any, ...]]:
    """A day of television, from six in the morning to six in the morning."""
    chance = random.Random(f"{channel.slug} {day}")  # noqa: S311 the same every time
    moment = _starts(day)
    for part, _hour in _PARTS:
        shows = [show for show in plan["shows"] if part in show["parts"]]
        end = moment + _PART
        turn = chance.randrange(len(shows))
        while moment < end:
            show = shows[turn % len(shows)]
            turn += 1
            until = moment + timedelta(minutes=show["minutes"])
            if end - until < timedelta(minutes=15):
                until = end
            yield _row(channel, source, show, moment, until)
            moment = until


def _row(
    channel: Channel,
    source: EpgSource,
    show: Mapping[str, Any],
    starts_at: datetime,
    ends_at: datetime,
) -> tuple[Any, ...]:
    season, episode = _number(show, starts_at)
    german = {"title": show["title"]["de"], "synopsis": show["synopsis"]["de"]}
    flags = show["flags"]
    return (
        channel.pk,
        source.pk,
        starts_at,
        ends_at,
        "en",
        show["title"]["en"],
        "",
        show["synopsis"]["en"],
        orjson.dumps({"de": german}).decode(),
        show["title"]["en"].casefold(),
        season,
        episode,
        "{}",
        [show["genre"]] if show["genre"] else "{}",
        show["min_age"],
        *(name in flags for name in ("live", "new", "premiere", "repeat")),
        False,
        False,
        "{}",
        0,
        "",
        False,
    )


def _number(
    show: Mapping[str, Any], starts_at: datetime
) -> tuple[int | None, int | None]:
    """Seasons by the year, episodes by the day, as for anything that runs daily."""
    if not show["is_series"]:
        return None, None
    return starts_at.year - 2019, starts_at.timetuple().tm_yday
