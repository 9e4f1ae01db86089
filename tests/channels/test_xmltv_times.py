"""Every time form of XMLTV, and what is no time at all."""

from datetime import UTC, datetime

import pytest

from channels.xmltv_times import TimeInvalid, format_time, parse_time


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("20000728173300 +0000", "2000-07-28T17:33:00"),
        ("20000728173300", "2000-07-28T17:33:00"),
        ("200007281733 BST", "2000-07-28T16:33:00"),
        ("200007281733", "2000-07-28T17:33:00"),
        ("2000072817", "2000-07-28T17:00:00"),
        ("20000728", "2000-07-28T00:00:00"),
        ("200209", "2002-09-01T00:00:00"),
        ("2002", "2002-01-01T00:00:00"),
        ("19880523083000 +0300", "1988-05-23T05:30:00"),
        ("20260822160000 +01:00", "2026-08-22T15:00:00"),
        ("20260822160000 -05", "2026-08-22T21:00:00"),
        ("20260822160000+0530", "2026-08-22T10:30:00"),
        ("20260822160000 +1400", "2026-08-22T02:00:00"),
        ("20260822160000 -1200", "2026-08-23T04:00:00"),
        ("  20260822160000   CEST ", "2026-08-22T14:00:00"),
        ("20260822160000 est", "2026-08-22T21:00:00"),
        ("20260822160000 Z", "2026-08-22T16:00:00"),
        ("20260329003000 Europe/London", "2026-03-29T00:30:00"),
        ("20260329023000 Europe/London", "2026-03-29T01:30:00"),
        ("20261025003000 Europe/London", "2026-10-24T23:30:00"),
        ("20261025023000 Europe/London", "2026-10-25T02:30:00"),
    ],
)
def test_a_time_names_one_moment(text, utc):
    assert parse_time(text) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_time"),
        ("now", "bad_time"),
        ("202", "bad_time"),
        ("20260", "bad_time"),
        ("20261301", "bad_time"),
        ("20260230", "bad_time"),
        ("20260822250000", "bad_time"),
        ("99999999999999", "bad_time"),
        ("00010101000000 +0100", "bad_time"),
        ("20260822160000 +0", "bad_zone"),
        ("20260822160000 +2500", "bad_zone"),
        ("20260822160000 +0199", "bad_zone"),
        ("20260822160000 XYZ", "unknown_zone"),
        ("20260822160000 ../../etc/passwd", "unknown_zone"),
        ("19000101", "time_out_of_range"),
        ("99990101", "time_out_of_range"),
        ("\uff12\uff10\uff12\uff16", "bad_time"),
    ],
)
def test_what_is_no_time_says_why(text, code):
    with pytest.raises(TimeInvalid) as caught:
        parse_time(text)
    assert caught.value.code == code


def test_what_is_written_is_read_back():
    moment = datetime(2026, 11, 23, 12, 30, 15, tzinfo=UTC)
    assert format_time(moment) == "20261123123015 +0000"
    assert parse_time(format_time(moment)) == moment
