"""The guide's commands as an operator runs them."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from channels.models import EpgSource, GuideVersion, Programme
from tests.factories.channels import make_channel, make_feed, make_programme

pytestmark = pytest.mark.django_db

FEED = (
    '<tv><channel id="a.example"><display-name>A</display-name></channel>'
    '<channel id="b.example"><display-name>A tv</display-name></channel>'
    '<programme channel="a.example" start="20261123200000" stop="20261123210000">'
    "<title>News</title></programme>"
    '<programme channel="a.example" start="20261123200000" stop="20261123210000">'
    "<title>News</title></programme>"
    '<programme channel="b.example" start="20261123200000" stop="20261123210000">'
    "<title>Film</title></programme></tv>"
)


def run(name, *arguments, **options):
    out, err = StringIO(), StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err, **options)
    except CommandError as error:
        return f"{out.getvalue()}{err.getvalue()}CommandError: {error}"
    return out.getvalue()


class TestImportEpg:
    def test_a_new_file_becomes_a_source(self, tmp_path):
        (tmp_path / "guide.xml").write_text(FEED)
        out = run("import_epg", str(tmp_path / "guide.xml"))
        assert "3 programmes on 2 channels: 2 in the guide, 1 rejected, 0 on" in out
        assert "2 added, 0 changed, 0 removed" in out
        assert "rejected, duplicate: 1" in out
        assert EpgSource.objects.get().slug == "guide"

    def test_two_files_of_one_name_are_two_sources(self, tmp_path):
        for name in ("x", "y", "z"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "guide.xml").write_text(FEED)
            run("import_epg", str(tmp_path / name / "guide.xml"))
        slugs = EpgSource.objects.order_by("slug").values_list("slug", flat=True)
        assert list(slugs) == ["guide", "guide-2", "guide-3"]

    def test_known_sources_need_no_name(self, tmp_path):
        (tmp_path / "guide.xml").write_text(FEED)
        make_feed(slug="mine", location=str(tmp_path / "guide.xml"))
        make_feed(slug="off", is_active=False)
        assert "in the guide" in run("import_epg")
        assert "Unchanged" in run("import_epg", "mine")

    def test_the_clock_checks_each_feed_at_its_interval(self, tmp_path):
        (tmp_path / "guide.xml").write_text(FEED)
        feed = make_feed(location=str(tmp_path / "guide.xml"), interval_min=90)
        off = make_feed(slug="off", is_active=False)
        assert "in the guide" in run("import_epg", due=True)
        assert not run("import_epg", due=True)
        for minutes, said in ((89, ""), (90, "Unchanged")):
            checked = timezone.now() - timedelta(minutes=minutes)
            EpgSource.objects.filter(pk=feed.pk).update(checked_at=checked)
            out = run("import_epg", due=True)
            assert said in out
            assert bool(out) == bool(said)
        off.refresh_from_db()
        assert off.checked_at is None

    def test_a_dry_run_stores_nothing(self, tmp_path):
        (tmp_path / "guide.xml").write_text(FEED)
        out = run("import_epg", str(tmp_path / "guide.xml"), dry_run=True)
        assert "tried only" in out
        assert not Programme.objects.exists()

    def test_what_is_held_fails_the_command(self, tmp_path):
        (tmp_path / "guide.xml").write_text("<tv></tv>")
        out = run("import_epg", str(tmp_path / "guide.xml"))
        assert "hold: {'code': 'empty'}" in out
        assert out.endswith("CommandError: Not every source was imported.")

    def test_a_channel_that_waits_for_an_editor_is_named(self, tmp_path):
        (tmp_path / "guide.xml").write_text(FEED)
        make_feed(
            slug="g", location=str(tmp_path / "guide.xml"), unknown_channels="propose"
        )
        out = run("import_epg", "g", accept=True)
        assert "unmatched a.example: 2" in out

    @pytest.mark.parametrize("name", ["nowhere.xml", "https://127.0.0.1/feed.xml"])
    def test_what_cannot_be_had_is_an_error(self, name):
        assert "CommandError" in run("import_epg", name)

    def test_one_bad_source_does_not_stop_the_next(self, tmp_path):
        (tmp_path / "bad.xml").write_text("<html/>")
        (tmp_path / "good.xml").write_text(FEED)
        out = run("import_epg", str(tmp_path / "bad.xml"), str(tmp_path / "good.xml"))
        assert "The root element is not tv." in out
        assert Programme.objects.count() == 2


class TestRollbackEpg:
    def test_it_takes_the_last_version_back(self, tmp_path):
        path = str(tmp_path / "guide.xml")
        (tmp_path / "guide.xml").write_text(FEED)
        run("import_epg", path)
        assert "rolled back" in run("rollback_epg", path)
        assert not Programme.objects.exists()
        assert "no version to roll back" in run("rollback_epg", "guide")
        assert GuideVersion.objects.get().state == "rolled_back"

    def test_it_knows_no_source_of_that_name(self):
        assert "no source" in run("rollback_epg", "nowhere")


class TestPruneGuide:
    def test_it_drops_what_is_older_than_asked(self):
        channel = make_channel()
        make_programme(channel, timezone.now() - timedelta(days=3))
        make_programme(channel, timezone.now() - timedelta(days=1))
        assert run("prune_guide", keep_days=2) == "1 programmes dropped.\n"
