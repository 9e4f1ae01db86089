"""Writes M3U playlists of television in the form that Kodi, VLC and TiviMate read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from channels.m3u import CatchupRule


@dataclass(frozen=True, slots=True)
class Line:
    """One stream as it is written."""

    name: str
    url: str
    tvg_id: str = ""
    number: str = ""
    logo_url: str = ""
    group: str = ""
    is_radio: bool = False
    catchup: CatchupRule | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    vlc_options: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)


def export(lines: Iterable[Line], *, guide_url: str = "") -> Iterator[str]:
    """The playlist, line by line; the guide's address under both of its names."""
    guide = {"x-tvg-url": guide_url, "url-tvg": guide_url} if guide_url else {}
    yield f"#EXTM3U{_attributes(guide)}\n"
    for line in lines:
        yield from _entry(line)


def _entry(line: Line) -> Iterator[str]:
    name = _value(line.name)
    yield f"#EXTINF:-1{_attributes(_described(line))},{name}\n"
    for keyword, values in (
        ("#KODIPROP", line.properties),
        ("#EXTVLCOPT", line.vlc_options),
    ):
        for key, value in values.items():
            yield f"{keyword}:{_value(key)}={_value(value)}\n"
    headers = "&".join(f"{key}={value}" for key, value in line.headers.items())
    yield f"{line.url}|{headers}\n" if headers else f"{line.url}\n"


def _described(line: Line) -> dict[str, str]:
    """The attributes of an entry; those that are empty are left out."""
    named = {
        "tvg-id": line.tvg_id,
        "tvg-name": line.name,
        "tvg-chno": line.number,
        "tvg-logo": line.logo_url,
        "group-title": line.group,
        "radio": "true" if line.is_radio else "",
    }
    return {**line.attributes, **named, **_catchup(line.catchup)}


def _catchup(rule: CatchupRule | None) -> dict[str, str]:
    if rule is None:
        return {}
    hours = f"{rule.correction_s / 3600:g}" if rule.correction_s else ""
    return {
        "catchup": rule.mode,
        "catchup-days": "" if rule.days is None else str(rule.days),
        "catchup-source": rule.source,
        "catchup-correction": hours,
    }


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(
        f' {key}="{_value(value)}"' for key, value in values.items() if value
    )


def _value(text: str) -> str:
    """What cannot leave its quotes or its line."""
    return " ".join(text.replace('"', "'").split())
