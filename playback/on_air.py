"""A channel and what is on it, read as one value: the live half of pressing play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.db.models import Model

from channels import blackouts
from channels.blackouts import Ban
from channels.models import Channel, ChannelSource, Programme
from channels.models.programmes import MAX_DURATION
from channels.programme_ids import parse_programme_id
from playback.households import Question

M = TypeVar("M", bound=Model)
_MOMENT: Final = timedelta(microseconds=1)

# Sources in the order in which they are tried; what is known to be down comes last.
_SQL: Final = """
SELECT jsonb_build_object(
  'channel', to_jsonb(channel),
  'packages', ARRAY(
    SELECT package.code FROM accounts_package package
    JOIN channels_channel_packages sold ON sold.package_id = package.id
    WHERE sold.channel_id = channel.id ORDER BY package.code),
  'sources', ARRAY(
    SELECT to_jsonb(source) FROM channels_channelsource source
    WHERE source.channel_id = channel.id AND source.is_active
    ORDER BY source.health = 'down', source.position, source.id),
  'programme', (
    SELECT to_jsonb(programme) FROM channels_programme programme
    WHERE programme.channel_id = channel.id
      AND programme.starts_at > %(starts_after)s
      AND programme.starts_at < %(starts_before)s AND programme.ends_at > %(ends_after)s
    ORDER BY programme.starts_at LIMIT 1),
  'bans', ARRAY(
    SELECT to_jsonb(ban) || jsonb_build_object('alternative', other.public_id)
    FROM channels_blackout ban
    LEFT JOIN channels_channel other ON other.id = ban.alternative_id
    WHERE ban.channel_id = channel.id AND ban.ends_at > %(banned_after)s))
FROM channels_channel channel
WHERE channel.is_active
  AND (channel.public_id = %(channel_id)s OR channel.slug = %(slug)s)
"""


@dataclass(frozen=True, slots=True)
class OnAir:
    """A channel, its streams, the programme asked for, and when it may not be shown."""

    channel: Channel
    packages: frozenset[str]
    sources: Sequence[ChannelSource]
    programme: Programme | None
    bans: Sequence[Ban]


def question(
    channel_id: str, airing_id: str, now: datetime, *, at: datetime | None = None
) -> Question:
    """For the programme of this id, else for what is on ``at`` a moment, else now."""
    moment = at or now
    starts_after, starts_before = moment - MAX_DURATION, moment + _MOMENT
    parsed = parse_programme_id(airing_id)
    if airing_id:
        channel_id, moment = parsed or ("", now)
        starts_after, starts_before = moment - _MOMENT, moment + _MOMENT
    by_id = channel_id.startswith("ch_")
    return Question(
        _SQL,
        {
            "channel_id": channel_id if by_id else None,
            "slug": None if by_id else channel_id,
            "starts_after": starts_after,
            "starts_before": starts_before,
            "ends_after": moment,
            "banned_after": now - blackouts.BEHIND,
        },
    )


def found(answer: Mapping[str, Any] | None) -> OnAir | None:
    """What the answer tells; none when there is no such channel."""
    if answer is None:
        return None
    channel, programme = _row(Channel, answer["channel"]), None
    if answer["programme"]:
        programme = _row(Programme, answer["programme"])
        programme.channel = channel
    return OnAir(
        channel=channel,
        packages=frozenset(answer["packages"]),
        sources=[_row(ChannelSource, one) for one in answer["sources"]],
        programme=programme,
        bans=[blackouts.from_columns(one) for one in answer["bans"]],
    )


def _row(model: type[M], columns: Mapping[str, Any]) -> M:
    """The instance that these columns are of."""
    return model(
        **{
            field.attname: field.to_python(columns[str(field.column)])
            for field in model._meta.concrete_fields
            if not field.generated
        }
    )
