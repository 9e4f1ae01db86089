"""XMLTV as plain values: a streaming reader in constant memory, without a database.

libxml2 parses (through lxml): the expat that Python 3.11 ships with needs seconds for
attributes and minutes for attribute lists that libxml2 refuses at once. Nothing is
fetched, no entity is defined, depth and text are bounded by libxml2, the size of one
element by :data:`MAX_ELEMENT`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from html.entities import html5
from typing import Any, Final, Protocol

from lxml import etree

from channels.age_ratings import strictest
from channels.episode_numbers import best_number
from channels.xml_safety import MAX_PROLOG, check_prolog
from channels.xmltv_times import TimeInvalid, parse_time
from streamapi.errors import InvalidInput

MAX_ELEMENT: Final = 2 * 1024 * 1024
"""No channel and no programme has more bytes than this."""
_CHUNK: Final = 64 * 1024
_MAX_ITEMS: Final = 100
"""Of one kind within a programme: credits, images, keywords."""

_TITLE_LENGTH: Final = 500
_TEXT_LENGTH: Final = 10_000
_ID_LENGTH: Final = 200
_URL_LENGTH: Final = 1000


class XmltvInvalid(InvalidInput):
    """Not an XMLTV file, or one that ends in the middle."""

    code = "xmltv_invalid"
    title = "The file is not valid XMLTV"


@dataclass(slots=True)
class FeedChannel:
    """A ``channel`` element."""

    external_id: str
    names: list[tuple[str, str]] = field(default_factory=list)
    logo_url: str = ""
    urls: list[str] = field(default_factory=list)


@dataclass(slots=True)
class FeedIssue:
    """A ``programme`` that cannot be used."""

    line: int
    external_id: str
    start: str
    title: str
    code: str


@dataclass(slots=True)
class FeedProgramme:
    """A ``programme`` element; texts by language, numbers counted from one."""

    line: int
    external_id: str
    starts_at: datetime
    ends_at: datetime | None
    clump: tuple[int, int] | None = None
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    season: int | None = None
    episode: int | None = None
    part: int | None = None
    min_age: int | None = None
    categories: list[str] = field(default_factory=list)
    is_live: bool = False
    is_new: bool = False
    is_premiere: bool = False
    is_repeat: bool = False
    is_last_chance: bool = False
    details: dict[str, Any] = field(default_factory=dict)


class Readable(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; empty at the end."""


FeedItem = FeedChannel | FeedProgramme | FeedIssue


def read(stream: Readable) -> Iterator[FeedItem]:
    """The channels and programmes of a file, in the order of the file.

    Raises :class:`XmltvInvalid`, possibly after items have been given out: nothing of
    the file may be kept then.
    """
    parser = _parser()
    try:
        yield from _items(parser, stream)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise XmltvInvalid(str(error)) from error
    if _local(root.tag) != "tv":
        raise XmltvInvalid("The root element is not tv.", code="not_xmltv")


class _NothingElse(etree.Resolver):  # type: ignore[misc]  # lxml has no types
    """Answers every request for another file, the DTD above all, with nothing."""

    def resolve(self, _url: str, _public_id: str, context: Any) -> Any:
        return self.resolve_empty(context)


def _parser() -> Any:
    # Not collect_ids=False: it makes libxml2 load the DTD that load_dtd=False forbids.
    parser = etree.XMLPullParser(
        events=("end",),
        tag=("{*}channel", "{*}programme"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    parser.resolvers.add(_NothingElse())
    return parser


def _items(parser: Any, stream: Readable) -> Iterator[FeedItem]:
    head = _head(stream)
    check_prolog(head)
    open_bytes, root, chunk = 0, None, head
    while chunk:
        parser.feed(chunk)
        open_bytes += len(chunk)
        for _, element in parser.read_events():
            root = element.getroottree().getroot() if root is None else root
            if element.getparent() is root:
                open_bytes = 0
                yield _item(element)
        if root is not None:
            del root[:-1]
        if open_bytes > MAX_ELEMENT:
            raise XmltvInvalid(
                f"An element is longer than {MAX_ELEMENT} bytes.", code="too_long"
            )
        chunk = stream.read(_CHUNK)


def _head(stream: Readable) -> bytes:
    """The first bytes: all of the prolog, however short the reads of the stream are."""
    head = b""
    while len(head) < MAX_PROLOG:
        chunk = stream.read(MAX_PROLOG - len(head))
        if not chunk:
            break
        head += chunk
    if not head.strip():
        raise XmltvInvalid("The file is empty.", code="empty")
    return head


def _item(element: Any) -> FeedItem:
    if _local(element.tag) == "channel":
        return _channel(element)
    return _programme(element)


@lru_cache(maxsize=512)
def _local(tag: str) -> str:
    """The name without a namespace: some feeds declare one that XMLTV never had."""
    return tag.rpartition("}")[2]


@lru_cache(maxsize=4096)
def _language(raw: str | None) -> str:
    """A BCP 47 tag: ``en_GB`` is ``en-GB``; empty when there is none."""
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?", (raw or "").strip())
    if match is None:
        return ""
    return match[1].lower() + (f"-{match[2].upper()}" if match[2] else "")


def _text(element: Any, limit: int = _TITLE_LENGTH) -> str:
    """The text of an element: entities of HTML resolved, white space collapsed."""
    text = element.text or ""
    if len(element):
        text += "".join(_child_text(child) for child in element)
    return _collapsed(text)[:limit]


def _collapsed(text: str) -> str:
    """White space as single spaces; most texts have no other, which is seen quickly."""
    if "  " not in text and text.isprintable():
        return text.strip()
    return " ".join(text.split())


def _child_text(child: Any) -> str:
    if child.tag is etree.Entity:
        return html5.get(f"{child.name};", "") + (child.tail or "")
    return "".join(child.itertext()) + (child.tail or "")


def _lines(element: Any) -> str:
    """A long text: as :func:`_text`, with its paragraphs kept."""
    text = element.text or ""
    if len(element) or "\n" not in text:
        return _text(element, _TEXT_LENGTH)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)[:_TEXT_LENGTH]


def _channel(element: Any) -> FeedChannel:
    channel = FeedChannel(element.get("id", "").strip()[:_ID_LENGTH])
    for child in element:
        name = _local(child.tag) if isinstance(child.tag, str) else ""
        if name == "display-name" and len(channel.names) < _MAX_ITEMS:
            channel.names.append((_language(child.get("lang")), _text(child, 120)))
        elif name == "icon" and not channel.logo_url:
            channel.logo_url = child.get("src", "").strip()[:_URL_LENGTH]
        elif name == "url" and len(channel.urls) < _MAX_ITEMS:
            channel.urls.append(_text(child, _URL_LENGTH))
    channel.names = [pair for pair in channel.names if pair[1]]
    return channel


def _programme(element: Any) -> FeedProgramme | FeedIssue:
    attributes = element.attrib
    external_id = attributes.get("channel", "").strip()[:_ID_LENGTH]
    start = attributes.get("start", "")
    try:
        if not external_id:
            raise TimeInvalid("", "no_channel")
        stop = attributes.get("stop", "").strip()
        programme = FeedProgramme(
            element.sourceline,
            external_id,
            parse_time(start),
            parse_time(stop) if stop else None,
            _clump(attributes.get("clumpidx")),
        )
    except TimeInvalid as error:
        return _issue(element, external_id, start, error.code)
    _read_children(element, programme)
    if not any("title" in words for words in programme.texts.values()):
        return _issue(element, external_id, start, "no_title")
    if len(attributes) > 3:
        _read_attributes(attributes, programme)
    _conclude(programme)
    return programme


def _issue(element: Any, external_id: str, start: str, code: str) -> FeedIssue:
    title = next((_text(c, 200) for c in element if c.tag == "title"), "")
    return FeedIssue(element.sourceline, external_id, start[:60], title, code)


def _clump(raw: str | None) -> tuple[int, int] | None:
    """``1/2``: the second of two programmes that share one slot."""
    if not raw:
        return None
    match = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(\d{1,2})\s*", raw)
    if match is None or not int(match[1]) < int(match[2]) or int(match[2]) < 2:
        return None
    return int(match[1]), int(match[2])


_KEPT_ATTRIBUTES: Final = {
    "pdc-start": "pdc_start",
    "vps-start": "vps_start",
    "showview": "showview",
    "videoplus": "videoplus",
    "clumpidx": "clumpidx",
    "catchup-id": "catchup_id",
}


def _read_attributes(attributes: Any, programme: FeedProgramme) -> None:
    for name, key in _KEPT_ATTRIBUTES.items():
        if attributes.get(name):
            programme.details[key] = attributes[name].strip()[:_ID_LENGTH]


def _read_children(element: Any, programme: FeedProgramme) -> None:
    for child in element:
        tag = child.tag
        if isinstance(tag, str):
            reader = _READERS.get(tag) or _READERS.get(_local(tag))
            if reader is not None:
                reader(child, programme)


def _conclude(programme: FeedProgramme) -> None:
    """What several elements say together: the number of an episode, the age."""
    details = programme.details
    if "numbering" in details:
        pairs = [(item["system"], item["value"]) for item in details["numbering"]]
        programme.season, programme.episode, programme.part = best_number(pairs)
    if "ratings" in details:
        pairs = [(item["system"], item["value"]) for item in details["ratings"]]
        programme.min_age = strictest(pairs)


Reader = Callable[[Any, FeedProgramme], None]


def _localized(key: str, read_text: Callable[[Any], str]) -> Reader:
    """The first text in each language counts; others are kept as alternatives."""

    def read(child: Any, programme: FeedProgramme) -> None:
        text = read_text(child)
        if not text:
            return
        texts = programme.texts.setdefault(_language(child.get("lang")), {})
        if key not in texts:
            texts[key] = text
        else:
            _add(programme, f"other_{key}s", {"value": text, **_lang(child)})

    return read


def _lang(child: Any) -> dict[str, str]:
    language = _language(child.get("lang"))
    return {"lang": language} if language else {}


def _add(programme: FeedProgramme, key: str, value: Any) -> None:
    items = programme.details.setdefault(key, [])
    if len(items) < _MAX_ITEMS:
        items.append(value)


def _valued(key: str, limit: int = _TITLE_LENGTH) -> Reader:
    """An element of text, with its language, that may come more than once."""

    def read(child: Any, programme: FeedProgramme) -> None:
        value = _text(child, limit)
        if value:
            _add(programme, key, {"value": value, **_lang(child)})

    return read


def _single(key: str, limit: int = _ID_LENGTH) -> Reader:
    def read(child: Any, programme: FeedProgramme) -> None:
        value = _text(child, limit)
        if value:
            programme.details.setdefault(key, value)

    return read


def _flag(name: str, key: str = "") -> Reader:
    """A flag; what the element says beside it is kept under ``key``."""

    def read(child: Any, programme: FeedProgramme) -> None:
        setattr(programme, name, True)
        kept = {k: v.strip()[:_ID_LENGTH] for k, v in child.attrib.items() if v.strip()}
        text = _text(child)
        if text:
            kept["value"] = text
        if kept and key:
            programme.details[key] = kept

    return read


def _category(child: Any, programme: FeedProgramme) -> None:
    value = _text(child, 120)
    if value and len(programme.categories) < _MAX_ITEMS:
        programme.categories.append(value)
        language = _language(child.get("lang"))
        if language:
            _add(programme, "category_languages", [value, language])


def _credits(child: Any, programme: FeedProgramme) -> None:
    for person in child:
        if isinstance(person.tag, str):
            name = " ".join(
                (
                    (person.text or "") + "".join((part.tail or "") for part in person)
                ).split()
            )
            if name:
                _add(programme, "credits", _credit(person, name[:200]))


def _credit(person: Any, name: str) -> dict[str, Any]:
    credit: dict[str, Any] = {"role": _local(person.tag)[:40], "name": name}
    if person.get("role"):
        credit["character"] = person.get("role").strip()[:200]
    if person.get("guest") == "yes":
        credit["is_guest"] = True
    for part in person:
        kind = _local(part.tag) if isinstance(part.tag, str) else ""
        if kind in {"image", "url"}:
            credit.setdefault(f"{kind}s", []).append(_text(part, _URL_LENGTH))
    return credit


_UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3600}


def _length(child: Any, programme: FeedProgramme) -> None:
    raw, unit = _text(child, 12), child.get("units", "").strip()
    if raw.isascii() and raw.isdigit() and unit in _UNITS:
        programme.details["length_s"] = min(int(raw) * _UNITS[unit], 10**7)


def _icon(child: Any, programme: FeedProgramme) -> None:
    url = child.get("src", "").strip()[:_URL_LENGTH]
    if url:
        _add(programme, "icons", {"url": url, **_numbers(child, "width", "height")})


def _numbers(child: Any, *names: str) -> dict[str, int]:
    raw = {name: (child.get(name) or "").strip() for name in names}
    return {
        name: int(value)
        for name, value in raw.items()
        if value.isascii() and value.isdigit() and len(value) <= 5
    }


def _image(child: Any, programme: FeedProgramme) -> None:
    url = _text(child, _URL_LENGTH)
    if url:
        kept = _attributes(child, "type", "size", "orient", "system")
        _add(programme, "images", {"url": url, **kept})


def _attributes(child: Any, *names: str) -> dict[str, str]:
    return {
        name: value.strip()[:_ID_LENGTH]
        for name in names
        if (value := child.get(name)) and value.strip()
    }


def _episode_number(child: Any, programme: FeedProgramme) -> None:
    value = _text(child, _ID_LENGTH)
    if value:
        system = (child.get("system") or "onscreen").strip()[:60]
        _add(programme, "numbering", {"system": system, "value": value})


def _parts(key: str) -> Reader:
    """An element whose children are single words: ``video``, ``audio``."""

    def read(child: Any, programme: FeedProgramme) -> None:
        parts = {
            _local(part.tag)[:20]: _text(part, 60)
            for part in child
            if isinstance(part.tag, str)
        }
        if parts:
            programme.details[key] = parts

    return read


def _subtitles(child: Any, programme: FeedProgramme) -> None:
    kept = _attributes(child, "type")
    for part in child:
        if isinstance(part.tag, str) and _local(part.tag) == "language":
            kept |= {"language": _text(part, 60), **_lang(part)}
    _add(programme, "subtitles", kept)


def _rating(key: str) -> Reader:
    def read(child: Any, programme: FeedProgramme) -> None:
        parts = {_local(p.tag): p for p in child if isinstance(p.tag, str)}
        value = _text(parts["value"], 60) if "value" in parts else _text(child, 60)
        if not value:
            return
        rating = {"system": (child.get("system") or "").strip()[:60], "value": value}
        if "icon" in parts and parts["icon"].get("src"):
            rating["icon"] = parts["icon"].get("src").strip()[:_URL_LENGTH]
        _add(programme, key, rating)

    return read


def _review(child: Any, programme: FeedProgramme) -> None:
    value = _text(child, _TEXT_LENGTH)
    if value:
        kept = _attributes(child, "type", "source", "reviewer")
        _add(programme, "reviews", {"value": value, **kept, **_lang(child)})


_READERS: Final[dict[str, Reader]] = {
    "title": _localized("title", _text),
    "sub-title": _localized("subtitle", _text),
    "desc": _localized("synopsis", _lines),
    "credits": _credits,
    "date": _single("date"),
    "category": _category,
    "keyword": _valued("keywords"),
    "language": _single("spoken_language"),
    "orig-language": _single("original_language"),
    "length": _length,
    "icon": _icon,
    "url": _valued("urls", _URL_LENGTH),
    "country": _valued("countries"),
    "episode-num": _episode_number,
    "video": _parts("video"),
    "audio": _parts("audio"),
    "previously-shown": _flag("is_repeat", "previously_shown"),
    "premiere": _flag("is_premiere", "premiere"),
    "last-chance": _flag("is_last_chance", "last_chance"),
    "new": _flag("is_new"),
    "live": _flag("is_live"),
    "subtitles": _subtitles,
    "rating": _rating("ratings"),
    "star-rating": _rating("star_ratings"),
    "review": _review,
    "image": _image,
}
