"""Takes channels and their streams over from an M3U playlist, in one transaction.

A channel is found by its guide id, then by its name, as ``channels.matching`` finds it;
what an editor set is left alone. Streams belong to the playlist that brought them: those it
no longer lists are removed, those of other playlists and of editors stay. The same
playlist again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction
from django.utils.text import slugify

from channels import cache_keys, catchup, m3u
from channels.m3u import M3uEntry, M3uHeader, M3uIssue, Readable
from channels.matching import normal_name
from channels.models import (
    Channel,
    ChannelGroup,
    ChannelMatch,
    ChannelSource,
    EpgSource,
)
from channels.models.channels import MAX_CATCHUP_HOURS
from channels.shifts import shifted_id
from streamapi.responsecache import purge

MAX_ISSUES: Final = 1000
_LOCK_SPACE: Final = 7_311_002


@dataclass(slots=True)
class Report:
    """What an import did, or would do."""

    entries: int = 0
    guide_urls: tuple[str, ...] = ()
    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    streams: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    issues: list[M3uIssue] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How much is not as it was."""
        return len(self.created) + len(self.changed) + sum(self.streams.values())


class _Undo(Exception):
    """Leaves the transaction of a dry run without its changes."""


def run(
    stream: Readable, *, origin: str, create: bool = True, dry_run: bool = False
) -> Report:
    """Import the playlist that is known as ``origin``."""
    report = Report()
    entries = list(_entries(stream, report))
    try:
        with transaction.atomic():
            _lock(origin)
            _Import(origin, report, create=create).take(entries)
            if dry_run:
                raise _Undo
            if report.changes:
                purge({cache_keys.CHANNELS})
    except _Undo:
        return report
    return report


def _entries(stream: Readable, report: Report) -> Iterable[M3uEntry]:
    """What can be used; the rest is named in the report."""
    for item in m3u.read(stream):
        if isinstance(item, M3uHeader):
            report.guide_urls = item.guide_urls
            continue
        report.entries += 1
        if isinstance(item, M3uIssue):
            _refuse(report, item)
        elif item.is_vod:
            _refuse(report, M3uIssue(item.line, item.name, "not_live"))
        else:
            yield item


def _refuse(report: Report, issue: M3uIssue) -> None:
    report.refused[issue.code] += 1
    if len(report.issues) < MAX_ISSUES:
        report.issues.append(issue)


def _lock(origin: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, origin]
        )


class _Import:
    """Puts entries in their place; loads what there is once."""

    def __init__(self, origin: str, report: Report, *, create: bool) -> None:
        self._origin = origin
        self._report = report
        self._create = create
        channels = Channel.objects.order_by("-pk")
        self._channels = {channel.pk: channel for channel in channels}
        self._names = {normal_name(c.name): c.pk for c in self._channels.values()}
        self._slugs = {c.slug: c.pk for c in self._channels.values()}
        self._guide_ids = dict(
            ChannelMatch.objects.filter(state=ChannelMatch.State.MATCHED)
            .exclude(channel=None)
            .values_list("external_id", "channel_id")
        )
        self._groups = {group.name: group for group in ChannelGroup.objects.all()}
        self._shifts_changed = False

    def take(self, entries: Iterable[M3uEntry]) -> None:
        """All entries: channels first, then the streams of each."""
        streams: dict[int, list[M3uEntry]] = defaultdict(list)
        for entry in entries:
            pk = self._find(entry)
            if pk is None and not self._create:
                self._report.unknown.append(entry.name)
                continue
            if pk is None:
                pk = self._created(entry)
            elif pk not in streams:
                self._describe(self._channels[pk], entry)
            streams[pk].append(entry)
        self._streams(streams)
        if self._shifts_changed:  # every feed is read again, though it has not changed
            EpgSource.objects.update(content_digest="", etag="", last_modified="")

    def _find(self, entry: M3uEntry) -> int | None:
        """By the id of the guide, then by the names in the order players try them."""
        if entry.tvg_id:
            listing = shifted_id(entry.tvg_id, entry.shift_s)
            known = self._guide_ids.get(listing) or self._slugs.get(listing)
            if known:
                return known
        for name in (entry.tvg_name, entry.tvg_name.replace("_", " "), entry.name):
            known = self._names.get(normal_name(name)) if name else None
            if known:
                return known
        return None

    def _created(self, entry: M3uEntry) -> int:
        channel = Channel(name=entry.name, slug=self._free_slug(entry))
        for name, value in self._values(entry).items():
            setattr(channel, name, value)
        channel.save()
        self._channels[channel.pk] = channel
        self._names.setdefault(normal_name(entry.name), channel.pk)
        self._slugs[channel.slug] = channel.pk
        if entry.tvg_id:
            listing = shifted_id(entry.tvg_id, entry.shift_s)
            self._guide_ids.setdefault(listing, channel.pk)
        self._report.created.append(entry.name)
        return channel.pk

    def _free_slug(self, entry: M3uEntry) -> str:
        text = entry.tvg_id or entry.name
        base = slugify(text.replace(".", "-"))[:70] or "channel"
        slug, number = base, 2
        while slug in self._slugs:
            slug, number = f"{base}-{number}", number + 1
        return slug

    def _describe(self, channel: Channel, entry: M3uEntry) -> None:
        changed = channel.set_imported(**self._values(entry))
        if changed:
            channel.save(update_fields=[*changed, "updated_at"])
            self._report.changed.append(channel.name)

    def _values(self, entry: M3uEntry) -> dict[str, object]:
        """What the entry says of its channel; what it leaves out is left as it is."""
        values: dict[str, object] = {"kind": Channel.Kind.TV}
        if entry.is_radio:
            values["kind"] = Channel.Kind.RADIO
        if entry.logo_url:
            values["logo_url"] = entry.logo_url
        if entry.number:
            values["number_major"], values["number_minor"] = entry.number
        if entry.groups:
            values["group"] = self._group(entry.groups[0])
        if entry.catchup and entry.catchup.days:
            hours = entry.catchup.days * 24
            values["catchup_hours"] = min(hours, MAX_CATCHUP_HOURS)
        return values

    def _group(self, name: str) -> ChannelGroup:
        if name not in self._groups:
            slug = slugify(name)[:60] or f"group-{len(self._groups) + 1}"
            self._groups[name], _ = ChannelGroup.objects.get_or_create(
                slug=slug, defaults={"name": name, "position": len(self._groups)}
            )
        return self._groups[name]

    def _streams(self, wanted: Mapping[int, list[M3uEntry]]) -> None:
        known: dict[int, list[ChannelSource]] = defaultdict(list)
        for source in ChannelSource.objects.order_by("position", "pk"):
            known[source.channel_id].append(source)
        for pk in wanted.keys() | known.keys():
            self._streams_of(pk, wanted.get(pk, []), known[pk])

    def _streams_of(
        self, pk: int, entries: list[M3uEntry], known: list[ChannelSource]
    ) -> None:
        """Streams keep their row, and so their health, as long as their address."""
        mine = {one.url: one for one in known if one.origin == self._origin}
        place = max((one.position for one in known), default=-1) + 1
        for url, entry in {entry.url: entry for entry in entries}.items():
            source = mine.pop(url, None)
            if source is None:
                source = ChannelSource(
                    channel_id=pk, url=url, origin=self._origin, position=place
                )
                place += 1
            self._write(source, _stream(entry))
        for gone in mine.values():
            gone.delete()
            self._report.streams["removed"] += 1

    def _write(self, source: ChannelSource, values: Mapping[str, Any]) -> None:
        changed = [n for n, value in values.items() if getattr(source, n) != value]
        if source.pk and not changed:
            return
        self._report.streams["changed" if source.pk else "added"] += 1
        before = source.options.get("shift_s", 0)
        self._shifts_changed |= values["options"].get("shift_s", 0) != before
        for name in changed:
            setattr(source, name, values[name])
        source.save()


def _stream(entry: M3uEntry) -> dict[str, Any]:
    """The columns of a stream that a playlist decides."""
    rule = entry.catchup
    pattern = catchup.template(rule.mode, entry.url, rule.source) if rule else ""
    pattern = pattern if len(pattern) <= 1000 else ""
    options: dict[str, Any] = {
        "headers": dict(entry.headers),
        "properties": dict(entry.properties),
        "vlc_options": dict(entry.vlc_options),
        "attributes": dict(entry.attributes),
        "shift_s": entry.shift_s,
    }
    if rule:
        options["catchup"] = {
            "mode": rule.mode,
            "source": rule.source,
            "days": rule.days,
            "correction_s": rule.correction_s,
        }
    kinds = ChannelSource.Kind
    return {
        "kind": kinds.TEMPLATE if pattern else kinds.HLS,
        "catchup_template": pattern,
        "options": {name: value for name, value in options.items() if value},
    }
