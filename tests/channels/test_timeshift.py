"""The words in which origins are asked for a part of a channel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from channels import timeshift
from channels.models import ChannelSource
from channels.timeshift import Span, Stream

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPAN = Span(NOON - 2 * HOUR, NOON - HOUR)
START, END = 1795428000, 1795431600
URL = "https://origin.example/x/index.m3u8"
Kind = ChannelSource.Kind


def test_live_is_the_address_itself() -> None:
    for kind in Kind:
        assert Stream(kind, URL).address(None, NOON) == URL


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        (Kind.ORIGIN, f"start={START}&end={END}"),
        (Kind.MEDIAPACKAGE_V1, f"start={START}&end={END}"),
        (Kind.MEDIAPACKAGE_V2, f"aws.manifestsettings=start:{START};end:{END}"),
    ],
)
def test_a_range_in_the_words_of_each_origin(kind: str, query: str) -> None:
    assert Stream(kind, URL).address(SPAN, NOON) == f"{URL}?{query}"
    assert Stream(kind, f"{URL}?a=1").address(SPAN, NOON) == f"{URL}?a=1&{query}"


def test_a_range_without_an_end_goes_on() -> None:
    span = Span(SPAN.start)
    assert Stream(Kind.ORIGIN, URL).address(span, NOON) == f"{URL}?start={START}"


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("https://o/{utc}-{utcend}.m3u8", f"https://o/{START}-{END}.m3u8"),
        ("https://o/${start}-${end}.m3u8", f"https://o/{START}-{END}.m3u8"),
        (
            "https://o/a?utc={utc}&lutc={lutc}",
            f"https://o/a?utc={START}&lutc={START + 7200}",
        ),
        ("https://o/v-{utc}-{duration}.m3u8", f"https://o/v-{START}-3600.m3u8"),
        ("https://o/{duration:60}/x.m3u8", "https://o/60/x.m3u8"),
        ("https://o/rel-{offset:1}.m3u8", "https://o/rel-7200.m3u8"),
    ],
)
def test_templates_of_other_origins(template: str, address: str) -> None:
    assert Stream(Kind.TEMPLATE, URL, template).address(SPAN, NOON) == address


def test_a_template_knows_the_id_and_the_clock_of_the_archive() -> None:
    template = "https://o/{catchup-id}/{utc}-{utcend}"
    stream = Stream(Kind.TEMPLATE, URL, template, correction_s=-3600)
    span = Span(SPAN.start, SPAN.end, "a b")
    assert stream.address(span, NOON) == f"https://o/a%20b/{START - 3600}-{END - 3600}"


def test_some_origins_play_live_only() -> None:
    assert not Stream(Kind.HLS, URL).shifts
    assert Stream(Kind.TEMPLATE, URL).shifts


@pytest.mark.parametrize(
    "query",
    [
        {"start": str(START), "end": str(END)},
        {"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T12:00:00+01:00"},
        {"aws.manifestsettings": f"start:{START};end:{END}"},
        {
            "aws.manifestsettings": "end:2026-11-23T11:00:00Z;x;start:2026-11-23T10:00:00Z"
        },
    ],
)
def test_both_forms_are_read(query: dict[str, str]) -> None:
    assert timeshift.read(query) == SPAN


def test_what_names_no_start_is_live() -> None:
    assert timeshift.read({}) is None
    assert timeshift.read({"end": str(END)}) is None
    assert timeshift.read({"start": str(START)}) == Span(SPAN.start)


@pytest.mark.parametrize(
    "start", ["now", "2026-11-23T10:00:00", "99999999999999", "-1", "٣"]
)
def test_what_is_no_moment(start: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 any reason will do
        timeshift.read({"start": start})
