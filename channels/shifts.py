"""Channels that show a feed's programmes later or earlier: ``tvg-shift`` of playlists.

A feed has one listing of ITV; a playlist says that ITV is shown by it, and ITV +1 as well,
an hour later. To the guide the shifted listing is a channel of the feed of its own, with an
id that says by how much.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from channels.models import ChannelMatch, ChannelSource, EpgSource
from channels.xmltv import FeedProgramme

_SHIFTED: Final = re.compile(r"(.+) ([+-]\d+) s")
_LONGEST: Final = 180


def shifted_id(external_id: str, shift_s: int) -> str:
    """The id of a listing that is shown by so much later; as it is for none."""
    return f"{external_id[:_LONGEST]} {shift_s:+d} s" if shift_s else external_id


class Shifts:
    """What playlists say of the listings of feeds, read once for an import."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[int, int]] = defaultdict(dict)
        self._by_channel: dict[tuple[int, str], int] = {}
        for pk, tvg_id, shift_s in _said_by_playlists():
            self._channels[tvg_id].setdefault(shift_s, pk)
            self._by_channel.setdefault((pk, tvg_id), shift_s)
        self._shown = {
            tvg_id: tuple(by_shift)
            for tvg_id, by_shift in self._channels.items()
            if any(by_shift)
        }

    def shows_as_it_is(self, external_id: str) -> bool:
        """Whether a listing is wanted at its own times."""
        return 0 in self._shown.get(external_id, (0,))

    def shown(self, programme: FeedProgramme) -> Iterator[FeedProgramme]:
        """The programme, once for each channel that shows it."""
        for shift_s in self._shown.get(programme.external_id, (0,)):
            yield _later(programme, shift_s) if shift_s else programme

    def channels(self) -> Mapping[str, int]:
        """The channel of each shifted listing."""
        return {
            shifted_id(tvg_id, shift_s): pk
            for tvg_id, by_shift in self._channels.items()
            for shift_s, pk in by_shift.items()
            if shift_s
        }

    def realign(self, source: EpgSource) -> None:
        """A channel that is matched stays so when its playlist changes the shift."""
        known = {match.external_id: match for match in source.matches.all()}
        for match in list(known.values()):
            listing, shift_s = _parts(match.external_id)
            wanted = self._by_channel.get((match.channel_id or 0, listing), 0)
            if match.state != ChannelMatch.State.MATCHED or wanted == shift_s:
                continue
            name = shifted_id(listing, wanted)
            rival = known.get(name)
            if rival is not None and rival.state == ChannelMatch.State.MATCHED:
                continue
            if rival is not None:
                rival.delete()
            match.external_id = name
            match.save(update_fields=["external_id", "updated_at"])


def _said_by_playlists() -> Iterator[tuple[int, str, int]]:
    """Channel, id of its listing and shift, in the order of failing over."""
    streams = ChannelSource.objects.filter(options__attributes__has_key="tvg-id")
    for pk, options in streams.order_by("position", "pk").values_list(
        "channel_id", "options"
    ):
        yield pk, options["attributes"]["tvg-id"], options.get("shift_s", 0)


def _parts(external_id: str) -> tuple[str, int]:
    match = _SHIFTED.fullmatch(external_id)
    return (match[1], int(match[2])) if match else (external_id, 0)


def _later(programme: FeedProgramme, shift_s: int) -> FeedProgramme:
    shift = timedelta(seconds=shift_s)
    return replace(
        programme,
        external_id=shifted_id(programme.external_id, shift_s),
        starts_at=programme.starts_at + shift,
        ends_at=programme.ends_at and programme.ends_at + shift,
    )
