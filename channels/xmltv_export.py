"""The guide as XMLTV: in the order of the DTD, so that a re-import finds it identical."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from lxml import etree

from channels.models import Channel, Programme
from channels.xmltv_times import format_time

START: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n'
    b'<tv generator-info-name="stream-api-service">\n'
)
END: Final = b"</tv>\n"
_WORDS: Final = {"title": "title", "sub-title": "subtitle", "desc": "synopsis"}
_ATTRIBUTES: Final = {
    "pdc-start": "pdc_start",
    "vps-start": "vps_start",
    "showview": "showview",
    "videoplus": "videoplus",
    "catchup-id": "catchup_id",
}


def export(
    channels: Iterable[Channel], *, start: datetime, end: datetime
) -> Iterator[bytes]:
    """The document piece by piece; programmes are read a channel at a time."""
    listed = list(channels)
    yield START
    yield from map(channel, listed)
    for one in listed:
        rows = Programme.objects.on([one.pk]).within(start, end)
        for item in rows.filter(is_filler=False).order_by("starts_at"):
            yield programme(one, item)
    yield END


def channel(described: Channel) -> bytes:
    """The ``channel`` element."""
    return _bytes(_channel(described))


def programme(on: Channel, described: Programme) -> bytes:
    """The ``programme`` element."""
    return _bytes(_programme(on, described))


def _bytes(element: Any) -> bytes:
    text: bytes = etree.tostring(element, encoding="utf-8")
    return text + b"\n"


def _add(parent: Any, name: str, text: str = "", **attributes: Any) -> Any:
    """One element; attributes that are empty are left out."""
    given = {key: str(value) for key, value in attributes.items() if value}
    child = etree.SubElement(parent, name, given)
    child.text = text or None
    return child


def _channel(channel: Channel) -> Any:
    element = etree.Element("channel", {"id": channel.slug})
    _add(element, "display-name", channel.name)
    if channel.number:
        _add(element, "display-name", channel.number)
    if channel.logo_url:
        _add(element, "icon", src=channel.logo_url)
    return element


def _programme(channel: Channel, programme: Programme) -> Any:
    details = programme.details
    attributes = {
        "start": format_time(programme.starts_at),
        "stop": format_time(programme.ends_at),
        "channel": channel.slug,
    }
    attributes |= {n: details[k] for n, k in _ATTRIBUTES.items() if k in details}
    element = etree.Element("programme", attributes)
    _texts(element, programme)
    _credits(element, details)
    _add_single(element, details, "date", "date")
    _categories(element, programme)
    _add_values(element, details, "keyword", "keywords")
    _add_single(element, details, "language", "spoken_language")
    _add_single(element, details, "orig-language", "original_language")
    if "length_s" in details:
        _add(element, "length", str(details["length_s"]), units="seconds")
    for icon in details.get("icons", ()):
        size = {name: icon.get(name) for name in ("width", "height")}
        _add(element, "icon", src=icon["url"], **size)
    _add_values(element, details, "url", "urls")
    _add_values(element, details, "country", "countries")
    for number in details.get("numbering", ()):
        _add(element, "episode-num", number["value"], system=number["system"])
    _media(element, details)
    _flags(element, programme)
    _judgements(element, details)
    return element


def _texts(element: Any, programme: Programme) -> None:
    own = {name: getattr(programme, name) for name in _WORDS.values()}
    languages = [(programme.language, own), *programme.translations.items()]
    for tag, key in _WORDS.items():
        for language, words in languages:
            if words.get(key):
                _add(element, tag, words[key], lang=language)
        for other in programme.details.get(f"other_{key}s", ()):
            _add(element, tag, other["value"], lang=other.get("lang"))


def _credits(element: Any, details: Mapping[str, Any]) -> None:
    if not details.get("credits"):
        return
    group = _add(element, "credits")
    for credit in details["credits"]:
        guest = "yes" if credit.get("is_guest") else ""
        role = credit.get("character")
        person = _add(group, credit["role"], credit["name"], role=role, guest=guest)
        for kind in ("image", "url"):
            for address in credit.get(f"{kind}s", ()):
                _add(person, kind, address)


def _categories(element: Any, programme: Programme) -> None:
    languages = dict(programme.details.get("category_languages", ()))
    for category in programme.categories:
        _add(element, "category", category, lang=languages.get(category))


def _add_single(element: Any, details: Mapping[str, Any], tag: str, key: str) -> None:
    if key in details:
        _add(element, tag, details[key])


def _add_values(element: Any, details: Mapping[str, Any], tag: str, key: str) -> None:
    for item in details.get(key, ()):
        _add(element, tag, item["value"], lang=item.get("lang"))


def _media(element: Any, details: Mapping[str, Any]) -> None:
    for kind in ("video", "audio"):
        if kind in details:
            group = _add(element, kind)
            for name, value in details[kind].items():
                _add(group, name, value)


def _flags(element: Any, programme: Programme) -> None:
    flags = (
        ("previously-shown", programme.is_repeat, "previously_shown"),
        ("premiere", programme.is_premiere, "premiere"),
        ("last-chance", programme.is_last_chance, "last_chance"),
        ("new", programme.is_new, ""),
        ("live", programme.is_live, ""),
    )
    for tag, is_set, key in flags:
        if is_set:
            kept = dict(programme.details.get(key, {}))
            _add(element, tag, kept.pop("value", ""), **kept)


def _judgements(element: Any, details: Mapping[str, Any]) -> None:
    for item in details.get("subtitles", ()):
        group = _add(element, "subtitles", type=item.get("type"))
        if "language" in item:
            _add(group, "language", item["language"], lang=item.get("lang"))
    for tag, key in (("rating", "ratings"), ("star-rating", "star_ratings")):
        for item in details.get(key, ()):
            group = _add(element, tag, system=item["system"])
            _add(group, "value", item["value"])
            if "icon" in item:
                _add(group, "icon", src=item["icon"])
    for item in details.get("reviews", ()):
        rest = {name: text for name, text in item.items() if name != "value"}
        _add(element, "review", item["value"], **rest)
    for item in details.get("images", ()):
        rest = {name: text for name, text in item.items() if name != "url"}
        _add(element, "image", item["url"], **rest)
