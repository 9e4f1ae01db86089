"""The guide for players is packed ahead, and what has not changed is not packed again."""

from __future__ import annotations

import gzip
import io
import zlib
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from channels import gzip_parts, packed_guides, versions, xmltv
from channels.gzip_parts import Part, Trailer
from channels.models import Channel, PackedSchedule, Programme
from channels.xmltv_export import export
from tests.channels.test_xmltv import FULL
from tests.factories.channels import NOON, make_channel, make_feed, make_programme

HOUR = timedelta(hours=1)


@given(st.lists(st.binary(max_size=3000)))
def test_parts_make_one_file_with_its_checksum(texts):
    trailer = Trailer()
    packed = gzip_parts.HEAD
    for text in texts:
        packed += trailer.add(Part.of(text))
    packed += trailer.end()
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(packed) == b"".join(texts)
    assert reader.eof
    assert reader.unused_data == b""  # one member, or players would stop in the middle


def packed(ceiling=18, channels=None):
    listed = list(channels or Channel.objects.order_by("pk"))
    return gzip.decompress(b"".join(packed_guides.stream(listed, ceiling=ceiling)))


def titles(text):
    return [
        item.texts["en"]["title"]
        for item in xmltv.read(io.BytesIO(text))
        if isinstance(item, xmltv.FeedProgramme)
    ]


@pytest.mark.django_db
class TestRefresh:
    def test_packs_what_changed_and_nothing_else(self):
        one, two = make_channel("One"), make_channel("Two")
        make_programme(one, NOON, title="A")
        changed = make_programme(two, NOON, title="B")
        assert packed_guides.refresh(now=NOON) == 2
        assert packed_guides.refresh(now=NOON + HOUR) == 0
        Programme.objects.filter(pk=changed.pk).update(title="C")
        assert packed_guides.refresh(now=NOON) == 1
        assert titles(packed()) == ["A", "C"]

    def test_forgets_what_is_gone(self):
        channel = make_channel("One")
        make_programme(channel, NOON, min_age=6)
        make_programme(channel, NOON + HOUR, min_age=16)
        assert packed_guides.refresh(now=NOON) == 2
        Programme.objects.filter(min_age=16).delete()
        assert packed_guides.refresh(now=NOON) == 0
        Channel.objects.update(is_active=False)
        packed_guides.refresh(now=NOON)
        assert not PackedSchedule.objects.exists()

    def test_the_age_of_unrated_programmes_is_the_channel_s(self):
        channel = make_channel("One", unrated_age=12)
        make_programme(channel, NOON, title="Unrated")
        make_programme(channel, NOON + HOUR, title="Mild", min_age=0)
        packed_guides.refresh(now=NOON)
        assert titles(packed(ceiling=6)) == ["Mild"]
        Channel.objects.update(unrated_age=0)
        packed_guides.refresh(now=NOON)
        assert sorted(titles(packed(ceiling=6))) == ["Mild", "Unrated"]

    def test_by_the_command(self):
        make_programme(make_channel("One"), NOON)
        out = StringIO()
        with time_machine.travel(NOON, tick=False):
            call_command("pack_guide", stdout=out)
        assert out.getvalue() == "1 parts packed.\n"


@pytest.mark.django_db
class TestStream:
    def test_says_the_same_as_the_export(self, tmp_path):
        (tmp_path / "feed.xml").write_text(FULL.replace("one.example", "one-example"))
        source = make_feed(location=str(tmp_path / "feed.xml"))
        versions.run_import(source, now=NOON)
        Channel.objects.update(is_active=True)
        packed_guides.refresh(now=NOON)
        channels = Channel.objects.order_by("pk")
        day = timedelta(days=1)
        assert packed() == b"".join(export(channels, start=NOON - day, end=NOON + day))
        (tmp_path / "feed.xml").write_bytes(packed())
        assert versions.run_import(source, now=NOON).state == "unchanged"

    def test_reads_a_bounded_number_at_a_time(self, django_assert_num_queries):
        for number in range(3):
            make_programme(make_channel(f"C{number}"), NOON, title=f"T{number}")
        packed_guides.refresh(now=NOON)
        channels = list(Channel.objects.order_by("pk"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(packed_guides, "_CHANNELS", 2)
            with django_assert_num_queries(2):
                assert titles(packed(channels=channels)) == ["T0", "T1", "T2"]
