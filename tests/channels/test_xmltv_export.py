"""What is exported comes in again as it was."""

import gzip
import io
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from channels import versions, xmltv
from channels.models import Channel
from channels.xmltv_export import export
from tests.channels.test_xmltv import FULL
from tests.factories.channels import NOON, make_channel, make_feed, make_programme

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def exported():
    channels = Channel.objects.order_by("sort_number", "pk")
    return b"".join(export(channels, start=NOON - DAY, end=NOON + DAY))


def test_every_element_is_written_and_read_back(tmp_path):
    (tmp_path / "feed.xml").write_text(FULL.replace("one.example", "one-example"))
    source = make_feed(location=str(tmp_path / "feed.xml"))
    assert versions.run_import(source, now=NOON).state == "applied"
    before = list(xmltv.read(io.BytesIO((tmp_path / "feed.xml").read_bytes())))[1]
    text = exported()
    after = next(
        item
        for item in xmltv.read(io.BytesIO(text))
        if isinstance(item, xmltv.FeedProgramme)
    )
    assert after.details == before.details
    assert after.texts == before.texts
    (tmp_path / "feed.xml").write_bytes(text)
    version = versions.run_import(source, now=NOON)
    assert (version.state, version.counts["stored"]) == ("unchanged", 1)


def test_a_file_of_the_command_is_packed_by_its_name(tmp_path):
    make_programme(make_channel("One", number_major=1), title="Film & more")
    make_programme(make_channel("Two", slug="two"), title="Other")
    path = tmp_path / "guide.xml.gz"
    with time_machine.travel(NOON, tick=False):
        call_command("export_epg", str(path), "--channel=two", stdout=StringIO())
        assert b"Film" not in gzip.decompress(path.read_bytes())
        call_command("export_epg", str(path), stdout=StringIO())
    assert b"Film &amp; more" in gzip.decompress(path.read_bytes())
