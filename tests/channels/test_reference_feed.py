"""A real broadcaster's week, where it is at hand: imported, shown, exported, the same."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels import versions, xmltv
from channels.models import Channel, ImportIssue, Programme
from channels.xmltv_export import export
from tests.factories.channels import make_feed

pytestmark = pytest.mark.django_db

FEED = next(
    (
        folder / "shared/data/epg/freeview.xml"
        for folder in Path(__file__).resolve().parents
        if (folder / "shared/data/epg/freeview.xml").is_file()
    ),
    None,
)


@pytest.mark.skipif(FEED is None, reason="the reference feed is not here")
def test_it_is_imported_shown_and_exported_as_the_same(get, tmp_path):
    source = make_feed(location=str(FEED))
    read = [
        item
        for item in xmltv.read(io.BytesIO(FEED.read_bytes()))
        if isinstance(item, xmltv.FeedProgramme)
    ]
    now = min(item.starts_at for item in read)
    version = versions.run_import(source, now=now)
    counts = version.counts
    assert (version.state, counts["programmes"]) == ("applied", len(read))
    assert counts["stored"] + sum(counts["rejected"].values()) == len(read)
    refused = Counter(
        ImportIssue.objects.exclude(code="cut_short").values_list("code", flat=True)
    )
    assert refused == counts["rejected"]
    assert Programme.objects.count() == counts["stored"]

    start = datetime.combine(now.date(), datetime.min.time(), UTC) + timedelta(days=1)
    page = get("/v1/guide", from_=f"{start:%Y-%m-%dT%H:%M:%SZ}")
    assert sum(bool(row["programmes"]) for row in page["results"]) > 5

    channels = Channel.objects.order_by("sort_number", "pk")
    end = now + timedelta(days=60)
    text = b"".join(export(channels, start=now - timedelta(days=2), end=end))
    before = everything()
    again = make_feed(location=str(tmp_path / "again.xml"))
    Path(again.location).write_bytes(text)
    source.matches.all().delete()
    second = versions.run_import(again, now=now, accept=True)
    assert (second.counts["rejected"], second.counts["added"]) == ({}, 0)
    assert second.counts["removed"] == 0
    assert everything() == before


def everything():
    """All that a feed decides, of every programme."""
    return list(
        Programme.objects.order_by("channel__slug", "starts_at").values_list(
            *("channel__slug", "starts_at", "ends_at", "language", "title", "subtitle"),
            *("synopsis", "translations", "season", "episode", "part", "categories"),
            *("min_age", "is_live", "is_new", "is_premiere", "is_repeat", "details"),
        )
    )
