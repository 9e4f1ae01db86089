"""Channels and programmes as devices read them: plain values from plain rows.

What stands above the maturity ceiling of the one who asks is masked: its time is shown, so
that the grid has no holes, and nothing else about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.core.files.storage import default_storage

from channels.models import Blackout, Channel, programme_id
from channels.models.channels import number_text
from channels.series_ids import series_id

_MASK_TITLES: Final = {
    "en": "Not for this profile",
    "de": "Nicht für dieses Profil",
}
_IMAGE_ROLES: Final = {"poster": "poster", "backdrop": "backdrop", "still": "still"}
_SIZES: Final = {"P": "2:3", "L": "16:9"}


class Cell(NamedTuple):
    """A row of ``ProgrammeQuerySet.cells``."""

    channel_id: int
    start_s: int
    end_s: int
    language: str
    title: str
    subtitle: str
    translated: Mapping[str, str] | None
    season: int | None
    episode: int | None
    min_age: int | None
    genres: Sequence[str]
    is_live: bool
    is_new: bool
    is_premiere: bool
    is_repeat: bool
    is_last_chance: bool
    can_start_over: bool | None
    can_catch_up: bool | None
    can_record: bool | None
    can_pause: bool | None
    content_id: str
    is_filler: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, as far as a guide may depend on it."""

    language: str
    maturity: int


@lru_cache(maxsize=65536)
def moment(seconds: int) -> str:
    """A moment as devices read it; the channels of a page share most of them."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def channel_card(channel: Channel, language: str) -> dict[str, Any]:
    """What every list shows of a channel; from ``placed(...).for_card()``."""
    group = channel.group
    return {
        "id": channel.public_id,
        "slug": channel.slug,
        "name": channel.name,
        "kind": channel.kind,
        "number": number_text(channel.major, channel.minor),  # type: ignore[attr-defined]
        "group": group
        and {"slug": group.slug, "name": group.translations.get(language, group.name)},
        "languages": channel.languages,
        "images": _logos(channel),
        "packages": channel.package_codes,  # type: ignore[attr-defined]
        "maturity": {"min_age": channel.min_age, "label": str(channel.min_age)},
        "capabilities": {
            "live_pause": channel.can_pause,
            "start_over": channel.can_start_over,
            "catchup_hours": channel.catchup_hours,
            "recording": channel.can_record,
        },
    }


def _logos(channel: Channel) -> list[dict[str, Any]]:
    if channel.logo:
        width, height = channel.logo_width, channel.logo_height
        url = default_storage.url(channel.logo.name)
    elif channel.logo_url.startswith("https://"):
        width, height, url = None, None, channel.logo_url
    else:
        return []
    return [
        {
            "role": "logo",
            "url": url,
            "width": width,
            "height": height,
            "aspect": None,
            "alt": channel.name,
            "lang": None,
            "placeholder": None,
        }
    ]


class Grid:
    """Turns the rows of one channel into cells; one for each channel of a page."""

    def __init__(self, channel: Channel, reader: Reader) -> None:
        self._channel = channel
        self._reader = reader
        self._prefix = channel.public_id
        self._usual = _abilities(channel, None, None, None, None)

    def cell(self, row: Cell) -> dict[str, Any]:
        """What a grid shows of a programme."""
        min_age = row.min_age
        if min_age is None:
            min_age = 0 if row.is_filler else self._channel.unrated_age
        if min_age > self._reader.maturity:
            return self._masked(row, min_age)
        title, subtitle = self._words(row)
        return {
            "id": programme_id(self._prefix, row.start_s),
            "starts_at": moment(row.start_s),
            "ends_at": moment(row.end_s),
            "title": title,
            "episode_title": subtitle,
            "season": row.season,
            "episode": row.episode,
            "min_age": min_age,
            "genres": row.genres,
            "flags": _flags(row),
            "can": self._abilities(row),
            "content_id": row.content_id or None,
            "is_masked": False,
        }

    def _masked(self, row: Cell, min_age: int) -> dict[str, Any]:
        titles = _MASK_TITLES
        return {
            "id": programme_id(self._prefix, row.start_s),
            "starts_at": moment(row.start_s),
            "ends_at": moment(row.end_s),
            "title": titles.get(self._reader.language, titles["en"]),
            "episode_title": "",
            "season": None,
            "episode": None,
            "min_age": min_age,
            "genres": [],
            "flags": [],
            "can": [],
            "content_id": None,
            "is_masked": True,
        }

    def _words(self, row: Cell) -> tuple[str, str]:
        other = row.translated
        if not other or row.language == self._reader.language:
            return row.title, row.subtitle
        return other.get("title", row.title), other.get("subtitle", row.subtitle)

    def _abilities(self, row: Cell) -> list[str]:
        own = (row.can_pause, row.can_start_over, row.can_catch_up, row.can_record)
        if own == (None, None, None, None):
            return self._usual
        return _abilities(self._channel, *own)


def _flags(row: Cell) -> list[str]:
    return [
        name
        for name, is_set in (
            ("live", row.is_live),
            ("new", row.is_new),
            ("premiere", row.is_premiere),
            ("repeat", row.is_repeat),
            ("last_chance", row.is_last_chance),
            ("filler", row.is_filler),
        )
        if is_set
    ]


def _abilities(
    channel: Channel,
    pause: bool | None,
    start_over: bool | None,
    catch_up: bool | None,
    record: bool | None,
) -> list[str]:
    """What can be done with a programme: what it says, else what its channel does."""
    usual = (
        ("live_pause", pause, channel.can_pause),
        ("start_over", start_over, channel.can_start_over),
        ("catchup", catch_up, channel.catchup_hours > 0),
        ("recording", record, channel.can_record),
    )
    return [name for name, own, default in usual if (default if own is None else own)]


def availability(
    channel: Channel, cell: Mapping[str, Any], end_s: int
) -> dict[str, Any]:
    """When a programme can be watched, beyond the time at which it runs."""
    can = cell["can"]
    until = None
    if "catchup" in can and channel.catchup_hours:
        until = moment(end_s + channel.catchup_hours * 3600)
    return {
        "live": not cell["is_masked"],
        "start_over": "start_over" in can,
        "catchup": until is not None,
        "catchup_until": until,
        "recording": "recording" in can,
    }


def blackout(item: Blackout) -> dict[str, Any]:
    """A blackout; from ``select_related("alternative")``."""
    return {
        "starts_at": item.starts_at,
        "ends_at": item.ends_at,
        "reason": item.reason,
        "form_factors": item.form_factors,
        "alternative_channel_id": item.alternative and item.alternative.public_id,
    }


def programme(
    channel: Channel,
    cell: dict[str, Any],
    row: Mapping[str, Any],
    reader: Reader,
) -> dict[str, Any]:
    """All about a programme: its cell, and what only its page shows."""
    masked = cell["is_masked"]
    details = {} if masked else row["details"]
    synopsis = ""
    if not masked:
        synopsis = _synopsis(row, reader)
    return {
        **cell,
        "channel_id": channel.public_id,
        "duration_s": row["end_s"] - row["start_s"],
        "synopsis": synopsis,
        "series_id": None if masked else series_id(row["series_key"]),
        "part": None if masked else row["part"],
        "categories": [] if masked else row["categories"],
        "year": _year(details.get("date", "")),
        "ratings": details.get("ratings", []),
        "credits": [
            {"name": c["name"], "role": c["role"], "character": c.get("character", "")}
            for c in details.get("credits", ())
        ],
        "images": _images(details, cell["title"]),
        "availability": availability(channel, cell, row["end_s"]),
    }


def _synopsis(row: Mapping[str, Any], reader: Reader) -> str:
    own: str = row["synopsis"]
    if row["language"] == reader.language:
        return own
    translated: str = row["translations"].get(reader.language, {}).get("synopsis", own)
    return translated


def _year(date: str) -> int | None:
    year = date[:4]
    return int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None


def _images(details: Mapping[str, Any], alt: str) -> list[dict[str, Any]]:
    found = [
        (item["url"], _IMAGE_ROLES.get(item.get("type", ""), "still"), item)
        for item in details.get("images", ())
    ]
    found += [(item["url"], "still", item) for item in details.get("icons", ())]
    return [
        {
            "role": role,
            "url": url,
            "width": item.get("width"),
            "height": item.get("height"),
            "aspect": _SIZES.get(item.get("orient", "")),
            "alt": alt,
            "lang": None,
            "placeholder": None,
        }
        for url, role, item in found
        if url.startswith("https://")
    ]
