"""``tvg-shift``: a channel that shows the listing of a feed later, or earlier."""

import io
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from channels import playlist_import, versions
from channels.models import Channel, ChannelMatch, GuideVersion, Programme
from channels.shifts import shifted_id
from tests.factories.channels import NOON, make_feed

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
STATE = GuideVersion.State
FEED = """<tv>
<channel id="itv.example"><display-name>ITV</display-name></channel>
<channel id="two.example"><display-name>Two</display-name></channel>
<programme channel="itv.example" start="20261123120000" stop="20261123130000">
<title>News</title></programme>
<programme channel="itv.example" start="20261123130000">
<title>Film</title></programme>
<programme channel="itv.example" start="20261123150000" stop="20261123160000">
<title>Late</title></programme>
<programme channel="two.example" start="20261123120000" stop="20261123130000">
<title>Other</title></programme>
</tv>"""


def listed(*entries, header=""):
    """Import a playlist of ``(name, tvg-id, attributes)``."""
    lines = [f"#EXTM3U {header}"]
    for name, tvg_id, attributes in entries:
        lines.append(f'#EXTINF:-1 tvg-id="{tvg_id}" {attributes},{name}')
        lines.append(f"https://o.example/{name.replace(' ', '')}.m3u8")
    text = "\n".join(lines).encode()
    return playlist_import.run(io.BytesIO(text), origin="upstream")


@pytest.fixture
def source(tmp_path):
    (tmp_path / "feed.xml").write_text(FEED)
    return make_feed(location=str(tmp_path / "feed.xml"))


def shown(name):
    """How much later than the feed has them a channel shows its programmes."""
    times = {"News": NOON, "Film": NOON + HOUR, "Late": NOON + 3 * HOUR, "Other": NOON}
    found = Programme.objects.filter(channel__name=name).order_by("starts_at")
    return {one.title: (one.starts_at - times[one.title]) / HOUR for one in found}


ITV = ("ITV", "itv.example", "")
PLUS = ("ITV +1", "itv.example", 'tvg-shift="1"')


def test_one_listing_is_shown_by_two_channels(source):
    report = listed(ITV, PLUS)
    assert report.created == ["ITV", "ITV +1"]
    version = versions.run_import(source, now=NOON)
    assert shown("ITV") == {"News": 0, "Film": 0, "Late": 0}
    assert shown("ITV +1") == {"News": 1, "Film": 1, "Late": 1}
    film = Programme.objects.get(channel__name="ITV +1", title="Film")
    assert film.ends_at == NOON + 4 * HOUR  # the next start, as on ITV
    assert version.counts["programmes"] == version.counts["stored"] == 7
    again = versions.run_import(source, now=NOON, force=True)
    assert again.state == STATE.UNCHANGED


def test_half_hours_and_earlier(source):
    listed(("ITV", "itv.example", 'tvg-shift="-1.5"'))
    versions.run_import(source, now=NOON)
    assert shown("ITV") == {"News": -1.5, "Film": -1.5, "Late": -1.5}
    assert shown("Two") == {"Other": 0}
    assert Channel.objects.count() == 2  # nobody shows the listing as it is


def test_a_shift_for_all_stands_in_the_header(source):
    listed(ITV, ("Two", "two.example", 'tvg-shift="0"'), header='tvg-shift="2"')
    versions.run_import(source, now=NOON)
    assert shown("ITV")["News"] == 2
    assert shown("Two")["Other"] == 0


def test_a_shift_that_changes_moves_the_guide_with_the_next_import(source):
    listed(ITV)
    versions.run_import(source, now=NOON)
    for attributes, hours in (('tvg-shift="1"', 1), ('tvg-shift="2"', 2), ("", 0)):
        listed(("ITV", "itv.example", attributes))
        assert shown("ITV")["News"] != hours
        version = versions.run_import(source, now=NOON)
        assert version.state == STATE.APPLIED, version.holds
        assert (shown("ITV")["News"], shown("ITV")["Film"]) == (hours, hours)
        match = ChannelMatch.objects.get(channel__name="ITV")
        assert match.external_id == shifted_id("itv.example", hours * 3600)
    assert Channel.objects.count() == 2


def test_a_listing_that_another_channel_has_is_not_taken_from_it(source):
    listed(ITV, PLUS)
    versions.run_import(source, now=NOON)
    listed(ITV, ("ITV +1", "itv.example", ""))
    versions.run_import(source, now=NOON)
    assert shown("ITV")["News"] == 0
    assert ChannelMatch.objects.filter(state=ChannelMatch.State.MATCHED).count() == 3


def test_a_proposal_gives_way_to_the_channel_that_was_matched(source):
    listed(ITV)
    versions.run_import(source, now=NOON)
    listed(("ITV", "itv.example", 'tvg-shift="1"'))
    name = shifted_id("itv.example", 3600)
    ChannelMatch.objects.create(source=source, external_id=name)
    versions.run_import(source, now=NOON)
    assert shown("ITV")["News"] == 1


def test_operators_get_the_shift_back(source, tmp_path):
    listed(ITV, PLUS)
    call_command("export_m3u", str(tmp_path / "out.m3u"), stdout=StringIO())
    written = (tmp_path / "out.m3u").read_text().splitlines()
    [itv, plus] = [line for line in written if line.startswith("#EXTINF")]
    assert "tvg-shift" not in itv
    assert 'tvg-id="itv.example"' in plus
    assert 'tvg-shift="1"' in plus
