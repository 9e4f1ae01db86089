"""Start-over and catch-up in the words of the origins that offer them.

A range is asked for by the boundaries of a programme, so that all who watch it afterwards
share one playlist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from channels import catchup
from channels.catchup import Past
from channels.models import ChannelSource

_Kind = ChannelSource.Kind
_SETTINGS: Final = "aws.manifestsettings"


@dataclass(frozen=True, slots=True)
class Span:
    """``[start, end)`` of a channel; an end that is to come makes a list that grows."""

    start: datetime
    end: datetime | None = None
    catchup_id: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """What plays live, and how an earlier part of it is asked for.

    ``correction_s`` is by how much the clock of the archive differs from the guide's.
    """

    kind: str
    url: str
    template: str = ""
    correction_s: int = 0

    @property
    def shifts(self) -> bool:
        """Whether earlier parts can be asked for at all."""
        return self.kind in _FORMS

    def address(self, span: Span | None, now: datetime) -> str:
        """What to play: live, or a range; raises KeyError where there are no ranges."""
        return self.url if span is None else _FORMS[self.kind](self, span, now)


def read(query: Mapping[str, str]) -> Span | None:
    """The range that a request names in either form; raises ValueError."""
    values = {name: query[name] for name in ("start", "end") if name in query}
    if _SETTINGS in query:
        pairs = (part.split(":", 1) for part in query[_SETTINGS].split(";"))
        settings = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
        values = {name: settings[name] for name in ("start", "end") if name in settings}
    if "start" not in values:
        return None
    end = values.get("end")
    return Span(_moment(values["start"]), _moment(end) if end else None)


def _moment(text: str) -> datetime:
    """Seconds since 1970, or ISO 8601."""
    if text.isascii() and text.isdigit() and len(text) < 12:
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text[:40])
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(UTC)


def _v1(stream: Stream, span: Span, _now: datetime) -> str:
    pairs = [f"{name}={seconds}" for name, seconds in _seconds(span).items()]
    return _with_query(stream.url, "&".join(pairs))


def _v2(stream: Stream, span: Span, _now: datetime) -> str:
    pairs = [f"{name}:{seconds}" for name, seconds in _seconds(span).items()]
    return _with_query(stream.url, f"{_SETTINGS}={';'.join(pairs)}")


def _template(stream: Stream, span: Span, now: datetime) -> str:
    past = Past(span.start, span.end or now, span.catchup_id, stream.correction_s)
    return catchup.fill(stream.template, past, now=now)


def _seconds(span: Span) -> dict[str, int]:
    pairs = {"start": int(span.start.timestamp())}
    if span.end is not None:
        pairs["end"] = int(span.end.timestamp())
    return pairs


def _with_query(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}"


_FORMS: Final[Mapping[str, Callable[[Stream, Span, datetime], str]]] = {
    _Kind.ORIGIN: _v1,
    _Kind.MEDIAPACKAGE_V1: _v1,
    _Kind.MEDIAPACKAGE_V2: _v2,
    _Kind.TEMPLATE: _template,
}
