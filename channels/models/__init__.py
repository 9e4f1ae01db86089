"""The tables of `channels`, one aggregate a module."""

from __future__ import annotations

from channels.models.channels import Channel, ChannelGroup, ChannelSource
from channels.models.imports import (
    ChannelMatch,
    EpgSource,
    GuideVersion,
    ImportIssue,
)
from channels.models.lineups import Lineup, LineupEntry
from channels.models.links import PlaylistLink
from channels.models.packed import PackedSchedule
from channels.models.programmes import (
    Broadcast,
    Programme,
    SupersededProgramme,
    programme_id,
)
from channels.models.restrictions import Blackout
from channels.models.series import LinkRule, SeriesName
from channels.models.viewers import FavouriteChannel, FollowedSeries, Reminder

__all__ = [
    "Blackout",
    "Broadcast",
    "Channel",
    "ChannelGroup",
    "ChannelMatch",
    "ChannelSource",
    "EpgSource",
    "FavouriteChannel",
    "FollowedSeries",
    "GuideVersion",
    "ImportIssue",
    "Lineup",
    "LineupEntry",
    "LinkRule",
    "PackedSchedule",
    "PlaylistLink",
    "Programme",
    "Reminder",
    "SeriesName",
    "SupersededProgramme",
    "programme_id",
]
