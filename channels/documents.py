"""Channels and programmes as devices read them: plain values from plain rows.

What stands above the maturity ceiling of the one who asks is masked: its time is shown, so
that the grid has no holes, and nothing else about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from django.core.files.storage import default_storage

from catalog.languages import default_language
from channels.cell_rows import FLAGS, Cell, FullCell
from channels.channel_rows import ChannelRow, GroupRow
from channels.models import Channel, ChannelGroup, programme_id
from channels.models.channels import number_text
from channels.series_ids import series_id

_MASK_TITLES: Final = {
    "en": "Not for this profile",
    "de": "Nicht für dieses Profil",
}
_FLAGS: Final = tuple(
    [name for place, name in enumerate(FLAGS) if bits >> place & 1]
    for bits in range(1 << len(FLAGS))
)
"""The names of every combination of flags."""
_IMAGE_ROLES: Final = {"poster": "poster", "backdrop": "backdrop", "still": "still"}
_SIZES: Final = {"P": "2:3", "L": "16:9"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, as far as a guide may depend on it."""

    languages: Sequence[str]
    maturity: int


@lru_cache(maxsize=65536)
def moment(seconds: int) -> str:
    """A moment as devices read it; the channels of a page share most of them."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def group_name(group: ChannelGroup | GroupRow, wanted: Sequence[str]) -> str:
    """A heading in the first of these languages; its own name is of the default one."""
    for language in wanted:
        if group.translations.get(language):
            return str(group.translations[language])
        if language == default_language():
            break
    return group.name


def channel_card(
    channel: Channel | ChannelRow, wanted: Sequence[str]
) -> dict[str, Any]:
    """What every list shows of a channel; a model from ``placed(...).for_card()``."""
    group = channel.group
    return {
        "id": channel.public_id,
        "slug": channel.slug,
        "name": channel.name,
        "kind": channel.kind,
        "number": number_text(channel.major, channel.minor),  # type: ignore[union-attr]
        "group": group and {"slug": group.slug, "name": group_name(group, wanted)},
        "languages": channel.languages,
        "images": _logos(channel),
        "packages": channel.package_codes,  # type: ignore[union-attr]
        "maturity": {"min_age": channel.min_age, "label": str(channel.min_age)},
        "capabilities": {
            "live_pause": channel.can_pause,
            "start_over": channel.can_start_over,
            "catchup_hours": channel.catchup_hours,
            "recording": channel.can_record,
        },
    }


def _logos(channel: Channel | ChannelRow) -> list[dict[str, Any]]:
    name = str(channel.logo)
    if name:
        width, height = channel.logo_width, channel.logo_height
        url = default_storage.url(name)
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

    def __init__(self, channel: Channel | ChannelRow, reader: Reader) -> None:
        self._channel = channel
        self._maturity = reader.maturity
        known = (_MASK_TITLES[one] for one in reader.languages if one in _MASK_TITLES)
        self._mask = next(known, _MASK_TITLES["en"])
        self._prefix = channel.public_id
        self._unrated = channel.unrated_age
        self._usual = _abilities(channel, (None, None, None, None))

    def cell(self, row: Cell) -> dict[str, Any]:
        """What a grid shows of a programme."""
        min_age = self._unrated if row.min_age is None else row.min_age
        if min_age > self._maturity:
            return self._masked(row, min_age)
        return {
            "id": programme_id(self._prefix, row.start_s),
            "starts_at": moment(row.start_s),
            "ends_at": moment(row.end_s),
            "title": row.title,
            "episode_title": row.subtitle,
            "season": row.season,
            "episode": row.episode,
            "min_age": min_age,
            "genres": row.genres,
            "flags": _FLAGS[row.flags],
            "can": _abilities(self._channel, row.can) if row.can else self._usual,
            "content_id": row.content_id or None,
            "is_masked": False,
        }

    def _masked(self, row: Cell, min_age: int) -> dict[str, Any]:
        return {
            "id": programme_id(self._prefix, row.start_s),
            "starts_at": moment(row.start_s),
            "ends_at": moment(row.end_s),
            "title": self._mask,
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


def _abilities(channel: Channel | ChannelRow, said: Sequence[bool | None]) -> list[str]:
    """What can be done with a programme: what it says, else what its channel does."""
    usual = (
        ("live_pause", channel.can_pause),
        ("start_over", channel.can_start_over),
        ("catchup", channel.catchup_hours > 0),
        ("recording", channel.can_record),
    )
    pairs = zip(usual, said, strict=True)
    return [name for (name, default), own in pairs if (default if own is None else own)]


def availability(
    channel: Channel | ChannelRow, cell: Mapping[str, Any], end_s: int
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


def blackout(
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    form_factors: Sequence[str],
    alternative_id: str | None,
) -> dict[str, Any]:
    """A blackout, and the channel to offer instead."""
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "reason": reason,
        "form_factors": form_factors,
        "alternative_channel_id": alternative_id,
    }


def programme(channel: Channel, row: FullCell, reader: Reader) -> dict[str, Any]:
    """All about a programme: its cell, and what only its page shows."""
    cell = Grid(channel, reader).cell(row.cell)
    masked = cell["is_masked"]
    details = {} if masked else row.details
    return {
        **cell,
        "channel_id": channel.public_id,
        "duration_s": row.cell.end_s - row.cell.start_s,
        "synopsis": "" if masked else row.synopsis,
        "series_id": None if masked else series_id(row.series_key),
        "part": None if masked else row.part,
        "categories": [] if masked else row.categories,
        "year": _year(details.get("date", "")),
        "ratings": details.get("ratings", []),
        "credits": [
            {"name": c["name"], "role": c["role"], "character": c.get("character", "")}
            for c in details.get("credits", ())
        ],
        "images": _images(details, cell["title"]),
        "availability": availability(channel, cell, row.cell.end_s),
    }


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
