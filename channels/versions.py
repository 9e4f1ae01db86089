"""The guide in versions: an import is staged, compared, weighed, and swapped in whole.

The guide changes within one transaction or not at all. What an import changed or removed
is kept beside it, so that the version before can be put back; what it would do is known
before it does it, and what looks wrong is held for a person to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any, Final, NamedTuple

from django.db import connection, transaction

from channels import (
    cache_keys,
    feeds,
    linking,
    matching,
    series_names,
    staging,
    swap_sql,
    xmltv,
)
from channels.categories import genre_map
from channels.models import (
    ChannelMatch,
    EpgSource,
    GuideVersion,
    ImportIssue,
    Programme,
    SupersededProgramme,
)
from channels.shifts import Shifts
from channels.xmltv_times import format_time
from streamapi.errors import Conflict, DomainError
from streamapi.responsecache import purge

MAX_ISSUES: Final = 10_000
"""Kept one by one; beyond that they are only counted."""

_LOCK_SPACE: Final = 7_311_001
_BAD: Final = frozenset(
    {"bad_time", "bad_zone", "unknown_zone", "time_out_of_range", "no_channel"}
    | {"no_title", "empty_period", "reversed_period", "longer_than_a_day"}
)
"""Refusals that say that the feed is broken, and not only untidy."""


class ImportRunning(Conflict):
    """Another import of the source is at work."""

    code = "import_running"
    title = "The source is being imported already"


class NothingToRollBack(Conflict):
    """The source has no version in force."""

    code = "nothing_to_roll_back"
    title = "There is no version to roll back"


class _Undo(Exception):
    """Leaves the transaction without its changes; the version tells the story."""


class ChannelDay(NamedTuple):
    """What a purge is about."""

    channel: int
    day: str


@dataclass(slots=True)
class Outcome:
    """What an import found; becomes the version's counts and report."""

    programmes: int = 0
    channels: int = 0
    bytes_read: int = 0
    stored: int = 0
    cut: int = 0
    filled: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    unmatched: dict[str, int] = field(default_factory=dict)
    per_channel: dict[str, dict[str, Any]] = field(default_factory=dict)
    holds: list[dict[str, Any]] = field(default_factory=list)
    issues: list[ImportIssue] = field(default_factory=list)
    days: list[ChannelDay] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many programmes would not be as they were."""
        return sum(self.kinds.values())

    def counts(self) -> dict[str, Any]:
        """Every programme of the file: stored, unmatched or rejected."""
        return {
            "channels": self.channels,
            "programmes": self.programmes,
            "stored": self.stored,
            "cut": self.cut,
            "filled": self.filled,
            "added": self.kinds.get("added", 0),
            "changed": self.kinds.get("changed", 0) + self.kinds.get("cut", 0),
            "removed": self.kinds.get("removed", 0),
            "rejected": self.rejected,
            "unmatched": self.unmatched,
        }


def run_import(
    source: EpgSource,
    *,
    now: datetime,
    dry_run: bool = False,
    accept: bool = False,
    force: bool = False,
) -> GuideVersion:
    """Import the feed of ``source`` as a version.

    ``dry_run`` finds out what would change; ``accept`` takes what was held for review at
    its word, so that a feed that shrank also removes; ``force`` reads a file that has not
    changed since. A file that waits for review goes on waiting in the version it has.
    """
    source.refresh_from_db()
    version = GuideVersion.objects.create(source=source, started_at=now)
    state = GuideVersion.State
    again = force or accept or dry_run
    try:
        with feeds.obtain(source, conditional=not again) as feed:
            if feed is None or (not again and feed.digest == source.content_digest):
                return _finish(version, state.UNCHANGED, now)
            waiting = None if again else _waiting(source, feed.digest)
            if waiting is not None:
                version.delete()
                _checked(source.pk, now)
                return waiting
            version.content_digest = feed.digest
            outcome = Outcome()
            _check_rolled_back(source, feed.digest, outcome)
            with _undoable(), _import_transaction(source):
                _stage(source, version, feed, outcome, now=now, accept=accept)
                version.state = _verdict(outcome, dry_run=dry_run, accept=accept)
                if version.state != state.APPLIED:
                    raise _Undo
                _swap(source, version, outcome)
                _remember(source, version, feed, now)
    except DomainError as error:
        version.error = f"{error.code}: {error.detail}"
        _finish(version, state.FAILED, now)
        raise
    return _report(version, outcome, now)


@contextmanager
def _undoable() -> Iterator[None]:
    try:
        yield
    except _Undo:
        return


@contextmanager
def _import_transaction(source: EpgSource) -> Iterator[None]:
    """One transaction, one import of a source at a time, no limit on statements."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL statement_timeout = 0;"
            " SET LOCAL idle_in_transaction_session_timeout = 0;"
            " SET LOCAL lock_timeout = '10s'; SET LOCAL work_mem = '64MB'"
        )
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, source.pk]
        )
        if not cursor.fetchone()[0]:
            raise ImportRunning
        yield


def _stage(
    source: EpgSource,
    version: GuideVersion,
    feed: feeds.Feed,
    outcome: Outcome,
    *,
    now: datetime,
    accept: bool,
) -> None:
    """Read the feed and find out what it would change."""
    with connection.cursor() as cursor:
        cursor.execute(staging.CREATE)
        shifts = Shifts()
        channels = _copy(cursor, source, version, feed, outcome, shifts)
        shifts.realign(source)
        matches = matching.match_channels(source, channels, shifts.channels())
        stage = staging.Stage(cursor, source)
        stage.arrange(_matched(matches))
        _count_unmatched(cursor, outcome)
        _count_plan(cursor, outcome)
        cursor.execute(swap_sql.SCOPE)
        cursor.execute("ANALYZE epg_plan; ANALYZE epg_scope")
        _weigh(cursor, source, outcome, now=now, accept=accept)
        cursor.execute(swap_sql.DIFFERENCE, {"source": source.pk})
        cursor.execute("ANALYZE epg_diff")
        _compare(cursor, version, outcome)


def _copy(
    cursor: Any,
    source: EpgSource,
    version: GuideVersion,
    feed: feeds.Feed,
    outcome: Outcome,
    shifts: Shifts,
) -> dict[str, xmltv.FeedChannel]:
    """Parse and stage in one pass; the channels are few and stay in memory."""
    reader = feed.reader()
    builder = staging.RowBuilder(source, genre_map())
    channels: dict[str, xmltv.FeedChannel] = {}
    with cursor.copy(staging.COPY) as copy:
        copy.write_row(builder.filler())
        for item in xmltv.read(reader):
            if isinstance(item, xmltv.FeedProgramme):
                for shown in shifts.shown(item):
                    outcome.programmes += 1
                    name = shown.external_id
                    if name not in channels:
                        channels[name] = xmltv.FeedChannel(name)
                    copy.write_row(builder.row(shown))
            elif isinstance(item, xmltv.FeedChannel):
                name = item.external_id
                if name and shifts.shows_as_it_is(name):
                    channels[name] = item
            else:
                outcome.programmes += 1
                _refuse(version, outcome, item)
    outcome.channels = len(channels)
    outcome.bytes_read = reader.unpacked
    return channels


def _refuse(version: GuideVersion, outcome: Outcome, issue: xmltv.FeedIssue) -> None:
    outcome.rejected[issue.code] = outcome.rejected.get(issue.code, 0) + 1
    if len(outcome.issues) < MAX_ISSUES:
        outcome.issues.append(
            ImportIssue(
                version=version,
                line=issue.line,
                external_id=issue.external_id,
                start=issue.start,
                title=issue.title,
                code=issue.code,
            )
        )


def _matched(matches: dict[str, ChannelMatch]) -> dict[str, int]:
    return {
        external_id: match.channel_id
        for external_id, match in matches.items()
        if match.state == ChannelMatch.State.MATCHED and match.channel_id is not None
    }


def _count_unmatched(cursor: Any, outcome: Outcome) -> None:
    cursor.execute(
        "SELECT external_id, count(*) FROM epg_stage"
        " WHERE seq > 0 AND external_id NOT IN (SELECT external_id FROM epg_map)"
        " GROUP BY external_id ORDER BY external_id"
    )
    outcome.unmatched = dict(cursor.fetchall())


def _count_plan(cursor: Any, outcome: Outcome) -> None:
    cursor.execute("SELECT code, count(*) FROM epg_issue GROUP BY code")
    for code, count in cursor.fetchall():
        outcome.rejected[code] = outcome.rejected.get(code, 0) + count
    cursor.execute(
        "SELECT count(*) FILTER (WHERE seq > 0), count(*) FILTER (WHERE is_cut),"
        " count(*) FILTER (WHERE seq = 0) FROM epg_plan"
    )
    outcome.stored, outcome.cut, outcome.filled = cursor.fetchone()


def _weigh(
    cursor: Any, source: EpgSource, outcome: Outcome, *, now: datetime, accept: bool
) -> None:
    """What a person should look at before viewers do."""
    bad = sum(count for code, count in outcome.rejected.items() if code in _BAD)
    if bad * 100 > source.max_bad_pct * outcome.programmes:
        outcome.holds.append({"code": "too_many_bad", "bad": bad})
    cursor.execute(
        "SELECT count(*) FROM channels_programme WHERE source_id = %s"
        " AND starts_at >= (SELECT min(lo) FROM epg_scope)",
        [source.pk],
    )
    [before] = cursor.fetchone()
    if before and outcome.stored * 100 < before * (100 - source.max_shrink_pct):
        hold = {"code": "shrinks", "before": before, "after": outcome.stored}
        outcome.holds.append(hold)
    cursor.execute(swap_sql.EMPTIED, {"source": source.pk, "now": now})
    emptied = cursor.fetchall()
    if emptied:
        names = [external_id for external_id, _ in emptied]
        outcome.holds.append({"code": "channels_emptied", "channels": names})
        cursor.execute(
            "INSERT INTO epg_scope SELECT unnest(%s::bigint[]), %s, 'infinity'",
            [[channel for _, channel in emptied], now],
        )
    if not outcome.stored and (before or emptied or not outcome.programmes):
        outcome.holds.append({"code": "empty"})
    if accept and outcome.holds:
        # Taken at its word: what it does not list from its first start on is removed.
        cursor.execute("UPDATE epg_scope SET hi = 'infinity'")


def _compare(cursor: Any, version: GuideVersion, outcome: Outcome) -> None:
    cursor.execute(swap_sql.PER_CHANNEL)
    for public_id, name, kind, count in cursor.fetchall():
        entry = outcome.per_channel.setdefault(public_id, {"name": name})
        entry[kind] = count
        outcome.kinds[kind] = outcome.kinds.get(kind, 0) + count
    cursor.execute(swap_sql.CHANNEL_DAYS)
    outcome.days = [ChannelDay(pk, intern(day)) for pk, day in cursor]
    cursor.execute(
        "SELECT s.line, s.external_id, s.starts_at, left(s.title, 200), i.code"
        " FROM (SELECT seq, code FROM epg_issue UNION ALL"
        "       SELECT seq, 'cut_short' FROM epg_plan WHERE is_cut AND seq > 0) i"
        " JOIN epg_stage s USING (seq) ORDER BY s.line LIMIT %s",
        [MAX_ISSUES - len(outcome.issues)],
    )
    outcome.issues += [
        ImportIssue(
            version=version,
            line=line,
            external_id=external_id,
            start=format_time(starts_at),
            title=title,
            code=code,
        )
        for line, external_id, starts_at, title, code in cursor.fetchall()
    ]


def _verdict(outcome: Outcome, *, dry_run: bool, accept: bool) -> str:
    if dry_run:
        return GuideVersion.State.DRY_RUN
    if outcome.holds and not accept:
        return GuideVersion.State.HELD
    return GuideVersion.State.APPLIED


def _swap(source: EpgSource, version: GuideVersion, outcome: Outcome) -> None:
    """Put the new version in the place of the old one, and purge what it touched."""
    if not outcome.changes:
        return
    names = {"source": source.pk, "version": version.pk}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS programme_no_overlap DEFERRED")
        for statement in swap_sql.SWAP:
            cursor.execute(statement, names)
        cursor.execute("SET CONSTRAINTS programme_no_overlap IMMEDIATE")
    series_names.keep_imported()
    linking.link_imported()
    _purge(outcome.days)


def _purge(days: list[ChannelDay]) -> None:
    """Only the channel-days that changed, and guide pages that show them."""
    purge(cache_keys.channel_days(days))


def _remember(
    source: EpgSource, version: GuideVersion, feed: feeds.Feed, now: datetime
) -> None:
    """Know this file again; within the transaction, so that both hold or neither."""
    EpgSource.objects.filter(pk=source.pk).update(
        etag=feed.etag,
        last_modified=feed.last_modified,
        content_digest=feed.digest,
        checked_at=now,
    )
    source.refresh_from_db()
    version.save(update_fields=["state", "content_digest"])


def _check_rolled_back(source: EpgSource, digest: str, outcome: Outcome) -> None:
    """A file that was rolled back does not come in again by itself."""
    decided = [GuideVersion.State.APPLIED, GuideVersion.State.ROLLED_BACK]
    same = source.versions.filter(content_digest=digest, state__in=decided)
    latest = same.order_by("-pk").first()
    if latest and latest.state == GuideVersion.State.ROLLED_BACK:
        outcome.holds.append({"code": "rolled_back_before", "version": latest.pk})


def _report(version: GuideVersion, outcome: Outcome, now: datetime) -> GuideVersion:
    version.bytes_read = outcome.bytes_read
    version.counts = outcome.counts()
    version.per_channel = outcome.per_channel
    version.holds = outcome.holds
    ImportIssue.objects.bulk_create(outcome.issues, batch_size=1000)
    if version.state == GuideVersion.State.APPLIED:
        if outcome.changes:
            version.changed_at = now
        else:
            version.state = GuideVersion.State.UNCHANGED
    return _finish(version, version.state, now)


def _finish(version: GuideVersion, state: str, now: datetime) -> GuideVersion:
    version.state = state
    version.finished_at = now
    version.save()
    _checked(version.source_id, now)
    return version


def _checked(source_pk: int, now: datetime) -> None:
    EpgSource.objects.filter(pk=source_pk).update(checked_at=now)


def _waiting(source: EpgSource, digest: str) -> GuideVersion | None:
    """The version in which this very file is held, unless something came after it."""
    state = GuideVersion.State
    decided = [state.APPLIED, state.HELD, state.ROLLED_BACK]
    latest = source.versions.filter(state__in=decided).order_by("-pk").first()
    if latest and latest.state == state.HELD and latest.content_digest == digest:
        return latest
    return None


def roll_back(source: EpgSource, *, now: datetime) -> GuideVersion:
    """Put back the guide as it was before the version in force; the version undone.

    Again undoes the one before it, as long as it is kept. Programmes that an editor took
    over meanwhile stay as the editor left them.
    """
    with _import_transaction(source):
        version = (
            source.versions.filter(state=GuideVersion.State.APPLIED)
            .order_by("-pk")
            .first()
        )
        if version is None:
            raise NothingToRollBack
        names = {"version": version.pk}
        with connection.cursor() as cursor:
            cursor.execute(swap_sql.TOUCHED, names)
            days = [ChannelDay(*row) for row in cursor.fetchall()]
        Programme.objects.filter(version=version).delete()
        with connection.cursor() as cursor:
            cursor.execute(swap_sql.RESTORE, names)
        SupersededProgramme.objects.filter(superseded_by=version).delete()
        version.changed_at = now
        _finish(version, GuideVersion.State.ROLLED_BACK, now)
        EpgSource.objects.filter(pk=source.pk).update(
            content_digest="", etag="", last_modified=""
        )
        _purge(days)
    return version


def prune(*, before: datetime) -> int:
    """Drop the programmes that ended before ``before``; how many there were.

    Rows go in one statement without locks on anything that is read; a day of a thousand
    channels is a fraction of a second.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "DELETE FROM channels_supersededprogramme WHERE ends_at <= %s", [before]
        )
        cursor.execute("DELETE FROM channels_programme WHERE ends_at <= %s", [before])
        dropped = int(cursor.rowcount)
        series_names.forget_unused()
    return dropped
