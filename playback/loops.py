"""A packaged film as a channel that never ends: playlists computed from the wall clock.

Nothing runs and nothing is remembered. What a playlist says follows from the package, the
channel's place in it and the moment alone, so any number of servers say the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from channels.timeshift import Span

WINDOW: Final = timedelta(minutes=15)
"""How far back a live playlist reaches."""
KEPT: Final = timedelta(days=14)
"""How far back a range may start."""
LONGEST: Final = timedelta(hours=24)
"""How much one playlist may hold."""

_FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""When every channel began; media sequence numbers count from here."""
_MS: Final = timedelta(milliseconds=1)
_KEPT_TAGS: Final = (
    "#EXT-X-VERSION",
    "#EXT-X-TARGETDURATION",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    "#EXT-X-I-FRAMES-ONLY",
)
_URI: Final = re.compile(r'URI="([^"]*)"')
Link = Callable[[str], str]


class OutOfRange(ValueError):
    """No playlist can be made of this range."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment: its lines as packaged, and the header and keys that it needs."""

    duration_ms: int
    lines: tuple[str, ...]
    uri: str
    header: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """A media playlist of the package: what stands at its head, and its segments."""

    head: tuple[str, ...]
    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def duration_ms(self) -> int:
        """How long it runs before it starts again."""
        return self.ends[-1]


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a round takes, and when the first one began."""

    round_ms: int
    began: datetime

    @classmethod
    def of(cls, track: Track, place: int) -> Clock:
        """Channels at other places show other parts of the same film."""
        round_ms = track.duration_ms
        return cls(round_ms, _FIRST - place % round_ms * _MS)


def read(text: str) -> Track:
    """A media playlist as it was packaged; raises ValueError when it has no segments."""
    head: list[str] = []
    pieces: list[Piece] = []
    header: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    lines: list[str] = []
    after_key = False
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith(_KEPT_TAGS):
            head.append(line)
        elif line.startswith("#EXT-X-MAP:"):
            header = (line,)
        elif line.startswith("#EXT-X-KEY:"):
            keys = (*keys, line) if after_key else (line,)
        elif line.startswith(("#EXTINF:", "#EXT-X-BYTERANGE:")):
            lines.append(line)
        elif not line.startswith("#"):
            pieces.append(Piece(_duration(lines), tuple(lines), line, header, keys))
            lines = []
        after_key = line.startswith("#EXT-X-KEY:")
    if not pieces:
        raise ValueError("a playlist without segments")
    ends = tuple(accumulate(piece.duration_ms for piece in pieces))
    return Track(tuple(head), tuple(pieces), (0, *ends[:-1]), ends)


def live(track: Track, clock: Clock, now: datetime, link: Link) -> str:
    """The playlist of the last quarter of an hour."""
    first = _ending_after(track, clock, now - WINDOW)
    return _playlist(track, clock, range(first, _ending_after(track, clock, now)), link)


def ranged(track: Track, clock: Clock, span: Span, now: datetime, link: Link) -> str:
    """The playlist of a range: it grows while its end is to come, then it is complete."""
    end = span.end or now
    if not now - KEPT <= span.start < now or not span.start < end:
        raise OutOfRange("the range starts before what is kept, or ends before it")
    if min(end, now) - span.start > LONGEST:
        raise OutOfRange("the range is longer than a playlist may be")
    growing = span.end is None or span.end > now
    first = _ending_after(track, clock, span.start)
    last = _ending_after(track, clock, now)
    if not growing:
        last = min(last, _starting_at(track, clock, end))
    kind = "EVENT" if growing else "VOD"
    end_tag = () if growing else ("#EXT-X-ENDLIST",)
    return _playlist(track, clock, range(first, last), link, _head_of(kind), end_tag)


def _head_of(kind: str) -> tuple[str, ...]:
    """A range starts at its start, though a player would join a growing one at its end."""
    return f"#EXT-X-PLAYLIST-TYPE:{kind}", "#EXT-X-START:TIME-OFFSET=0"


def linked(multivariant: str, link: Link) -> str:
    """A multivariant playlist with every address in it put through ``link``."""
    return "".join(f"{_linked(line, link)}\n" for line in multivariant.splitlines())


def _linked(line: str, link: Link) -> str:
    if line.startswith("#"):
        return _URI.sub(lambda found: f'URI="{link(found[1])}"', line)
    return link(line) if line else line


def _duration(lines: Iterable[str]) -> int:
    seconds = next(line for line in lines if line.startswith("#EXTINF:"))
    return round(float(seconds[8:].partition(",")[0]) * 1000)


def _playlist(
    track: Track,
    clock: Clock,
    numbers: range,
    link: Link,
    opening: tuple[str, ...] = (),
    last: tuple[str, ...] = (),
) -> str:
    count = len(track.pieces)
    lines = [
        "#EXTM3U",
        *track.head,
        *opening,
        f"#EXT-X-MEDIA-SEQUENCE:{numbers.start}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{numbers.start // count}",
        *_segments(track, clock, numbers, link),
        *last,
    ]
    return "\n".join(lines) + "\n"


def _segments(track: Track, clock: Clock, numbers: range, link: Link) -> Iterator[str]:
    count = len(track.pieces)
    header: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    for number in numbers:
        piece = track.pieces[number % count]
        is_first = number % count == 0
        if is_first and number != numbers.start:
            yield "#EXT-X-DISCONTINUITY"
        if is_first or number == numbers.start:
            at = _start(track, clock, number).isoformat(timespec="milliseconds")
            yield f"#EXT-X-PROGRAM-DATE-TIME:{at.replace('+00:00', 'Z')}"
        if piece.header != header:
            yield from (_linked(line, link) for line in piece.header)
        if piece.keys != keys:
            yield from piece.keys or ("#EXT-X-KEY:METHOD=NONE",)
        header, keys = piece.header, piece.keys
        yield from piece.lines
        yield link(piece.uri)


def _start(track: Track, clock: Clock, number: int) -> datetime:
    rounds, index = divmod(number, len(track.pieces))
    return clock.began + (rounds * clock.round_ms + track.starts[index]) * _MS


def _end(track: Track, clock: Clock, number: int) -> datetime:
    rounds, index = divmod(number, len(track.pieces))
    return clock.began + (rounds * clock.round_ms + track.ends[index]) * _MS


def _ending_after(track: Track, clock: Clock, moment: datetime) -> int:
    """The first segment that is not finished at ``moment``."""
    rounds, rest = divmod((moment - clock.began) // _MS, clock.round_ms)
    count = len(track.pieces)
    before = rounds * count - 1  # may run a few milliseconds over the seam
    if _end(track, clock, before) > moment:
        return before
    return rounds * count + bisect_right(track.ends, rest)


def _starting_at(track: Track, clock: Clock, moment: datetime) -> int:
    """The first segment that starts at ``moment`` or later."""
    since = -((clock.began - moment) // _MS)
    rounds, rest = divmod(since, clock.round_ms)
    return rounds * len(track.pieces) + bisect_left(track.starts, rest)
