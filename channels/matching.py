"""Which channel of ours a channel of a feed describes: by id, by name, by resemblance.

What is certain is matched, what merely resembles is proposed to an editor, and what
resembles nothing is created or proposed, as the source says.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.text import slugify

from channels import cache_keys
from channels.models import Channel, ChannelMatch, EpgSource
from channels.xmltv import FeedChannel
from streamapi.responsecache import purge

_QUALITY: Final = frozenset({"hd", "uhd", "fhd", "sd", "4k", "tv"})
_WORDS: Final = re.compile(r"[^\W_]+|\+\d+", re.UNICODE)
_PROPOSE_FROM: Final = 60
_NAME_CONFIDENCE: Final = 95
_NOBODY: Final[Mapping[str, int]] = {}


def match_channels(
    source: EpgSource,
    feed: Mapping[str, FeedChannel],
    said: Mapping[str, int] = _NOBODY,
) -> dict[str, ChannelMatch]:
    """The match of every channel of the feed, new ones found and stored.

    ``said`` are channels that somebody has named for an id already.
    """
    matches = {match.external_id: match for match in source.matches.all()}
    unknown = [channel for name, channel in feed.items() if name not in matches]
    if unknown:
        found = _Finder(source, said).find_all(unknown)
        ChannelMatch.objects.bulk_create(found)
        matches |= {match.external_id: match for match in found}
    _take_over(matches.values(), feed)
    return {name: matches[name] for name in feed}


def create_channel(match: ChannelMatch) -> Channel:
    """A new channel for what a feed has and nothing here resembles."""
    described = FeedChannel(
        match.external_id,
        names=[("", name) for name in match.names],
        logo_url=match.logo_url,
    )
    channel = _Finder(match.source).new_channel(described)
    channel.save()
    return channel


def normal_name(name: str) -> str:
    """A name as it is compared: no accents, no punctuation, no words of quality.

    ``+1`` stays: a channel an hour later is another channel.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    words = _WORDS.findall(plain)
    kept = [word for word in words if word not in _QUALITY]
    return "".join(kept or words)


class _Finder:
    """Finds channels for those that no feed of this source had before."""

    def __init__(self, source: EpgSource, said: Mapping[str, int] = _NOBODY) -> None:
        self._source = source
        taken = ChannelMatch.objects.filter(state=ChannelMatch.State.MATCHED)
        self._taken = set(taken.values_list("channel_id", flat=True))
        self._channels = {channel.pk: channel for channel in Channel.objects.all()}
        self._by_name: dict[str, int] = {}
        self._by_trigram: dict[str, set[int]] = defaultdict(set)
        self._slugs: dict[str, int] = {}
        self._new_slugs: set[str] = set()
        for channel in self._channels.values():
            self._add(channel)
        self._by_id = dict(
            ChannelMatch.objects.exclude(source=source)
            .filter(channel__isnull=False, state=ChannelMatch.State.MATCHED)
            .values_list("external_id", "channel_id")
        ) | dict(said)

    def find_all(self, unknown: Iterable[FeedChannel]) -> list[ChannelMatch]:
        """One match each, matched, proposed, or for a channel just created."""
        matches = [self._find(channel) for channel in unknown]
        created = [
            match.channel
            for match in matches
            if match.method == ChannelMatch.Method.CREATED and match.channel
        ]
        if created:
            Channel.objects.bulk_create(created)
            purge({cache_keys.CHANNELS})
        return matches

    def _add(self, channel: Channel) -> None:
        name = normal_name(channel.name)
        self._by_name.setdefault(name, channel.pk)
        self._slugs[channel.slug] = channel.pk
        for trigram in _trigrams(name):
            self._by_trigram[trigram].add(channel.pk)

    def _find(self, feed: FeedChannel) -> ChannelMatch:
        match = ChannelMatch(
            source=self._source,
            external_id=feed.external_id,
            names=list(dict.fromkeys(name for _, name in feed.names)),
            logo_url=feed.logo_url,
        )
        pk, method, match.confidence = self._candidate(feed)
        match.method = ChannelMatch.Method(method)
        if pk is None and self._creates():
            match.channel = self.new_channel(feed)
            match.method, match.confidence = ChannelMatch.Method.CREATED, 100
            match.state = ChannelMatch.State.MATCHED
        elif pk is not None:
            match.channel_id = pk
            if match.confidence >= _NAME_CONFIDENCE and pk not in self._taken:
                match.state = ChannelMatch.State.MATCHED
                self._taken.add(pk)
        return match

    def _creates(self) -> bool:
        return self._source.unknown_channels == EpgSource.UnknownChannels.CREATE

    def _candidate(self, feed: FeedChannel) -> tuple[int | None, str, int]:
        pk = self._by_id.get(feed.external_id) or self._slugs.get(feed.external_id)
        if pk is not None:
            return pk, "id", 100
        names = [normal_name(name) for _, name in feed.names]
        for name in names:
            if name in self._by_name:
                return self._by_name[name], "name", _NAME_CONFIDENCE
        best = max((self._nearest(name) for name in names), default=(0, None))
        if best[0] >= _PROPOSE_FROM:
            return best[1], "fuzzy", best[0]
        return None, "none", 0

    def _nearest(self, name: str) -> tuple[int, int | None]:
        """The channel that shares most trigrams, and how many of them in per cent."""
        own = _trigrams(name)
        shared: dict[int, int] = defaultdict(int)
        for trigram in own:
            for pk in self._by_trigram.get(trigram, set()) - self._taken:
                shared[pk] += 1
        best, nearest = 0, None
        for pk, count in shared.items():
            other = len(_trigrams(normal_name(self._channels[pk].name)))
            score = round(200 * count / (len(own) + other))
            if score > best:
                best, nearest = score, pk
        return best, nearest

    def new_channel(self, feed: FeedChannel) -> Channel:
        """A channel as the feed describes it, not yet stored.

        It is no candidate for the rest of the feed: its channels differ from one
        another, however alike "Two" and "Three" are.
        """
        name = feed.names[0][1] if feed.names else feed.external_id
        slug = self._free_slug(feed.external_id)
        self._new_slugs.add(slug)
        return Channel(
            name=name[:120],
            slug=slug,
            logo_url=feed.logo_url,
            languages=sorted({language for language, _ in feed.names if language}),
        )

    def _free_slug(self, text: str) -> str:
        base = slugify(text.replace(".", "-"))[:70] or "channel"
        slug, number = base, 2
        while slug in self._slugs or slug in self._new_slugs:
            slug, number = f"{base}-{number}", number + 1
        return slug


def _trigrams(name: str) -> set[str]:
    padded = f"  {name} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _take_over(
    matches: Iterable[ChannelMatch], feed: Mapping[str, FeedChannel]
) -> None:
    """Let the feed name and picture its channels where no editor spoke."""
    states = {
        match.channel_id: match
        for match in matches
        if match.state == ChannelMatch.State.MATCHED
        and match.channel_id is not None
        and match.external_id in feed
    }
    for channel in Channel.objects.filter(pk__in=list(states)):
        match = states[channel.pk]
        described = feed[match.external_id]
        values: dict[str, object] = {}
        if described.logo_url:
            values["logo_url"] = described.logo_url
        if match.method == ChannelMatch.Method.CREATED and described.names:
            values["name"] = described.names[0][1][:120]
        changed = channel.set_imported(**values)
        if changed:
            channel.save(update_fields=[*changed, "updated_at"])
