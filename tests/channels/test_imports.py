"""An import as a version: what it stores, refuses, holds, changes and takes back."""

import gzip
import lzma
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import TestCase

from catalog.models import Genre, GenreTranslation
from channels import versions
from channels.models import (
    Channel,
    ChannelMatch,
    EpgSource,
    GuideVersion,
    Programme,
    SupersededProgramme,
)
from streamapi.errors import DomainError, InvalidInput, NotFound
from streamapi.responsecache import purging
from streamapi.responsecache.purging import _receivers, on_purge
from tests.factories.channels import NOON, make_channel, make_feed, make_programme

pytestmark = pytest.mark.django_db


def at(text):
    """A moment of the test day: ``20:00``, or ``+1 06:00`` for the day after."""
    days, _, clock = text.rpartition(" ")
    hours, minutes = clock.split(":")
    day = NOON.replace(hour=0) + timedelta(days=int(days or 0))
    return day + timedelta(hours=int(hours), minutes=int(minutes))


def element(start, stop, title="", channel="one.example", inner="", **attributes):
    extra = "".join(f' {name}="{value}"' for name, value in attributes.items())
    until = f' stop="{at(stop):%Y%m%d%H%M%S} +0000"' if stop else ""
    return (
        f'<programme start="{at(start):%Y%m%d%H%M%S} +0000"{until} channel="{channel}"'
        f"{extra}><title>{title or start}</title>{inner}</programme>\n"
    )


def document(*elements, channels=("one.example",)):
    heads = (
        f'<channel id="{name}"><display-name>{name}</display-name></channel>\n'
        for name in channels
    )
    return f"<tv>\n{''.join(heads)}{''.join(elements)}</tv>"


DAY = document(
    element("06:00", "07:00", "Breakfast"),
    element("07:00", "09:00", "Film"),
    element("09:00", "09:30", "News"),
    element("09:30", "23:00", "Cricket"),
)


@pytest.fixture
def feed(tmp_path):
    """A source with a file that a test writes."""
    source = make_feed(location=str(tmp_path / "feed.xml"))

    def write(text):
        raw = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "feed.xml").write_bytes(raw)
        return source

    source.write = write
    return source


@pytest.fixture
def purged():
    """The tags of every purge; those that other tests rolled back are forgotten."""
    purging._pending.clear()
    seen = []
    on_purge(seen.append)
    yield seen
    _receivers.remove(seen.append)


def run(source, *, now=NOON, **options):
    with TestCase.captureOnCommitCallbacks(execute=True):
        return versions.run_import(source, now=now, **options)


def roll_back(source):
    with TestCase.captureOnCommitCallbacks(execute=True):
        return versions.roll_back(source, now=NOON)


def schedule(channel=None):
    """What is in the guide: start, end and title in order."""
    rows = Programme.objects.order_by("channel__name", "starts_at")
    if channel:
        rows = rows.filter(channel__name=channel)
    return [
        f"{row.starts_at:%H:%M}-{row.ends_at:%H:%M} {row.title}".strip() for row in rows
    ]


def accounted(version):
    counts = version.counts
    refused = sum(counts["rejected"].values()) + sum(counts["unmatched"].values())
    return counts["programmes"] == counts["stored"] + refused


class TestImport:
    def test_a_day_is_in_the_guide(self, feed):
        version = run(feed.write(DAY))
        assert version.state == "applied"
        assert schedule() == [
            "06:00-07:00 Breakfast",
            "07:00-09:00 Film",
            "09:00-09:30 News",
            "09:30-23:00 Cricket",
        ]
        assert version.counts["added"] == 4
        assert accounted(version)

    @pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
    def test_packed_feeds_too(self, feed, pack):
        run(feed.write(pack(DAY.encode())))
        assert len(schedule()) == 4

    def test_everything_a_programme_says_is_kept(self, feed):
        genre = Genre.objects.create(slug="drama")
        GenreTranslation.objects.create(genre=genre, language="de", name="Schauspiel")
        inner = (
            '<title lang="de">Der Film</title><desc lang="de">Worte</desc>'
            "<sub-title>Part</sub-title><desc>Words</desc>"
            "<category>Schauspiel / Action</category><live/>"
            '<episode-num system="dd_progid">EP001.0002</episode-num>'
            '<episode-num system="xmltv_ns">0.4.</episode-num>'
            '<rating system="FSK"><value>16</value></rating>'
        )
        run(feed.write(document(element("20:00", "22:00", "The Film", inner=inner))))
        programme = Programme.objects.get()
        assert programme.language == "en"
        assert (programme.title, programme.subtitle) == ("The Film", "Part")
        assert programme.synopsis == "Words"
        assert programme.translations == {
            "de": {"title": "Der Film", "synopsis": "Worte"}
        }
        assert (programme.season, programme.episode) == (1, 5)
        assert (programme.min_age, programme.is_live) == (16, True)
        assert programme.categories == ["Schauspiel / Action"]
        assert programme.genres == ["drama"]
        assert programme.series_key == "dd:EP001"
        assert programme.details["ratings"] == [{"system": "FSK", "value": "16"}]

    def test_categories_of_any_letters(self, feed):
        odd = ['a "b"', "c\\d", "{e,f}", "ä", "NULL"]
        inner = "".join(f"<category>{text}</category>" for text in odd)
        run(feed.write(document(element("20:00", "22:00", inner=inner))))
        assert Programme.objects.get().categories == odd

    def test_a_text_without_a_language_is_in_that_of_the_source(self, feed):
        EpgSource.objects.filter(pk=feed.pk).update(language="de")
        inner = '<title lang="fr">Le film</title>'
        run(feed.write(document(element("20:00", "22:00", "Der Film", inner=inner))))
        programme = Programme.objects.get()
        assert (programme.language, programme.title) == ("de", "Der Film")
        assert programme.translations == {"fr": {"title": "Le film"}}

    def test_a_title_in_another_language_alone_is_the_main_one(self, feed):
        text = document(element("20:00", "22:00")).replace(
            "<title>20:00</title>", '<title lang="fr">Le film</title><desc>Text</desc>'
        )
        run(feed.write(text))
        programme = Programme.objects.get()
        assert (programme.language, programme.title) == ("fr", "Le film")
        assert programme.translations == {"en": {"synopsis": "Text"}}

    def test_programmes_may_come_before_their_channel_and_in_any_order(self, feed):
        text = (
            "<tv>"
            + element("21:00", "22:00", "B")
            + element("20:00", "21:00", "A")
            + '<channel id="one.example"><display-name>One</display-name></channel></tv>'
        )
        run(feed.write(text))
        assert schedule("One") == ["20:00-21:00 A", "21:00-22:00 B"]

    def test_a_file_that_breaks_off_changes_nothing(self, feed):
        run(feed.write(DAY))
        before = schedule()
        feed.write(document(element("06:00", "12:00", "Other"))[:-20])
        with pytest.raises(InvalidInput):
            run(feed)
        assert schedule() == before
        version = GuideVersion.objects.latest("pk")
        assert (version.state, version.error[:13]) == ("failed", "xmltv_invalid")

    def test_there_must_be_a_file(self, feed):
        with pytest.raises(NotFound):
            run(feed)

    @pytest.mark.django_db(transaction=True)
    def test_one_import_of_a_source_at_a_time(self, feed):
        feed.write(DAY)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_lock(%s, %s)", [versions._LOCK_SPACE, feed.pk]
                )
            with pytest.raises(DomainError) as caught:
                run(feed)
        finally:
            other.close()
        assert caught.value.code == "import_running"


class TestTimes:
    def test_a_missing_stop_is_the_next_start(self, feed):
        version = run(
            feed.write(
                document(
                    element("20:00", "", "A"),
                    element("21:30", "22:00", "B"),
                    element("22:00", "", "C"),
                )
            )
        )
        assert schedule() == ["20:00-21:30 A", "21:30-22:00 B"]
        assert version.counts["rejected"] == {"no_stop": 1}
        assert accounted(version)

    def test_a_missing_stop_is_at_most_a_day_away(self, feed):
        run(
            feed.write(
                document(element("20:00", "", "A"), element("3 20:00", "3 21:00", "B"))
            )
        )
        first = Programme.objects.earliest("starts_at")
        assert first.duration == timedelta(hours=24)

    def test_a_clump_shares_its_slot(self, feed):
        run(
            feed.write(
                document(
                    element("20:00", "20:30", "News", clumpidx="0/2"),
                    element("20:00", "20:30", "Weather", clumpidx="1/2"),
                    element("20:30", "21:00", "Film"),
                )
            )
        )
        assert schedule() == [
            "20:00-20:15 News",
            "20:15-20:30 Weather",
            "20:30-21:00 Film",
        ]

    def test_a_clump_without_a_stop_ends_at_the_next_programme(self, feed):
        run(
            feed.write(
                document(
                    element("20:00", "", "News", clumpidx="0/2"),
                    element("20:00", "", "Weather", clumpidx="1/2"),
                    element("21:00", "22:00", "Film"),
                )
            )
        )
        assert schedule()[:2] == ["20:00-20:30 News", "20:30-21:00 Weather"]

    @pytest.mark.parametrize(
        ("start", "stop", "code"),
        [
            ("20:00", "20:00", "empty_period"),
            ("20:00", "19:00", "reversed_period"),
            ("20:00", "2 20:00", "longer_than_a_day"),
        ],
    )
    def test_an_impossible_period_is_named(self, feed, start, stop, code):
        version = run(
            feed.write(
                document(
                    *(element(f"{hour:02}:00", f"{hour:02}:30") for hour in range(19)),
                    *(
                        element(f"{hour:02}:30", f"{hour + 1:02}:00")
                        for hour in range(9)
                    ),
                    element(start, stop, "Odd"),
                )
            )
        )
        issue = version.issues.get()
        assert (issue.code, issue.title) == (code, "Odd")
        assert issue.start == "20261123200000 +0000"
        assert accounted(version)

    @pytest.mark.parametrize(
        ("day", "hours"), [("20260329", 23), ("20261025", 25), ("20260822", 24)]
    )
    def test_days_of_23_and_25_hours(self, feed, day, hours):
        following = f"{int(day) + 1}"
        feed.write(
            f'<tv><programme channel="a" start="{day}000000 Europe/London"'
            f' stop="{day}120000 Europe/London"><title>Morning</title></programme>'
            f'<programme channel="a" start="{day}120000 Europe/London"'
            f' stop="{following}000000 Europe/London"><title>Evening</title></programme>'
            "</tv>"
        )
        run(feed)
        morning, evening = Programme.objects.order_by("starts_at")
        assert morning.ends_at == evening.starts_at
        assert evening.ends_at - morning.starts_at == timedelta(hours=hours)


class TestOverlaps:
    CASES = document(
        element("20:00", "22:00", "Film"),
        element("21:00", "21:15", "News"),
        element("21:10", "23:00", "Sport"),
    )

    @pytest.mark.parametrize(
        ("policy", "expected", "rejected"),
        [
            (
                "cut_earlier",
                ["20:00-21:00 Film", "21:00-21:10 News", "21:10-23:00 Sport"],
                {},
            ),
            ("cut_later", ["20:00-22:00 Film", "22:00-23:00 Sport"], {"overlap": 1}),
            ("reject", ["20:00-22:00 Film"], {"overlap": 2}),
        ],
    )
    def test_by_policy(self, feed, policy, expected, rejected):
        EpgSource.objects.filter(pk=feed.pk).update(overlaps=policy)
        version = run(feed.write(self.CASES))
        assert schedule() == expected
        assert version.counts["rejected"] == rejected
        assert accounted(version)

    def test_what_is_rejected_cuts_nothing(self, feed):
        EpgSource.objects.filter(pk=feed.pk).update(overlaps="reject")
        run(
            feed.write(
                document(
                    element("20:00", "21:00", "A"),
                    element("20:30", "22:00", "B"),
                    element("21:00", "22:00", "C"),
                )
            )
        )
        assert schedule() == ["20:00-21:00 A", "21:00-22:00 C"]

    def test_of_duplicates_the_last_counts(self, feed):
        version = run(
            feed.write(
                document(
                    element("20:00", "21:00", "Old"), element("20:00", "21:30", "New")
                )
            )
        )
        assert schedule() == ["20:00-21:30 New"]
        assert version.counts["rejected"] == {"duplicate": 1}


class TestGaps:
    CASE = document(element("20:00", "21:00", "A"), element("22:00", "23:00", "B"))

    @pytest.mark.parametrize(
        ("policy", "expected"),
        [
            ("keep", ["20:00-21:00 A", "22:00-23:00 B"]),
            ("fill", ["20:00-21:00 A", "21:00-22:00 No information", "22:00-23:00 B"]),
            ("reject", []),
        ],
    )
    def test_by_policy(self, feed, policy, expected):
        EpgSource.objects.filter(pk=feed.pk).update(gaps=policy)
        version = run(feed.write(self.CASE))
        assert schedule() == expected
        assert accounted(version)

    def test_a_gap_of_days_is_filled_day_by_day(self, feed):
        EpgSource.objects.filter(pk=feed.pk).update(gaps="fill")
        run(
            feed.write(
                document(
                    element("20:00", "21:00", "A"), element("2 22:00", "2 23:00", "B")
                )
            )
        )
        fillers = Programme.objects.filter(is_filler=True).order_by("starts_at")
        assert [f.duration for f in fillers] == [
            timedelta(hours=24),
            timedelta(hours=24),
            timedelta(hours=1),
        ]
        assert fillers[0].translations["de"]["title"] == "Keine Angaben"

    def test_filling_again_changes_nothing(self, feed):
        EpgSource.objects.filter(pk=feed.pk).update(gaps="fill")
        run(feed.write(self.CASE))
        assert run(feed, force=True).state == "unchanged"

    def test_a_gap_shorter_than_the_smallest_is_none(self, feed):
        EpgSource.objects.filter(pk=feed.pk).update(gaps="fill", gap_min_s=7200)
        run(feed.write(self.CASE))
        assert not Programme.objects.filter(is_filler=True).exists()


class TestReimport:
    def test_an_unchanged_file_is_not_even_read(self, feed, purged):
        run(feed.write(DAY))
        purged.clear()
        assert run(feed).state == "unchanged"
        assert purged == []

    def test_the_same_programmes_change_nothing_and_purge_nothing(self, feed, purged):
        run(feed.write(DAY))
        before = list(Programme.objects.order_by("pk").values())
        purged.clear()
        version = run(feed.write(DAY.replace("<tv>", "<tv><!-- new file -->")))
        assert version.state == "unchanged"
        assert list(Programme.objects.order_by("pk").values()) == before
        assert purged == []

    def test_a_small_change_purges_only_its_channel_day(self, feed, purged):
        two = ("one.example", "two.example")
        text = document(
            element("20:00", "21:00", "A", "one.example"),
            element("1 20:00", "1 21:00", "B", "one.example"),
            element("20:00", "21:00", "C", "two.example"),
            channels=two,
        )
        run(feed.write(text))
        purged.clear()
        version = run(feed.write(text.replace(">B<", ">Changed<")))
        channel = Channel.objects.get(name="one.example")
        assert version.per_channel == {
            channel.public_id: {"name": "one.example", "changed": 1}
        }
        assert purged == [
            {
                f"schedule:{channel.pk}:2026-11-24",
                "guide:2026-11-24",
            }
        ]

    def test_a_programme_over_midnight_purges_both_days(self, feed, purged):
        run(feed.write(document(element("23:00", "1 01:00", "A"))))
        days = {tag for tag in purged[-1] if tag.startswith("guide")}
        assert days == {"guide:2026-11-23", "guide:2026-11-24"}

    def test_what_moved_is_moved(self, feed):
        run(feed.write(DAY))
        version = run(
            feed.write(
                document(
                    element("06:00", "07:30", "Breakfast"),
                    element("07:30", "09:00", "Film"),
                    element("09:00", "09:30", "News"),
                    element("09:30", "23:00", "Cricket"),
                )
            )
        )
        assert schedule()[:2] == ["06:00-07:30 Breakfast", "07:30-09:00 Film"]
        counts = version.counts
        assert (counts["added"], counts["changed"], counts["removed"]) == (1, 1, 1)

    def test_days_that_a_file_does_not_speak_of_stay(self, feed):
        run(
            feed.write(
                document(
                    element("20:00", "21:00", "Today"),
                    element("1 20:00", "1 21:00", "Tomorrow"),
                )
            )
        )
        run(feed.write(document(element("1 20:00", "1 21:00", "Tomorrow, corrected"))))
        assert [row.partition(" ")[2] for row in schedule()] == [
            "Today",
            "Tomorrow, corrected",
        ]

    def test_what_runs_into_a_new_file_is_cut(self, feed):
        run(feed.write(document(element("20:00", "23:00", "Long"))))
        run(feed.write(document(element("22:00", "23:00", "New"))))
        assert schedule() == ["20:00-22:00 Long", "22:00-23:00 New"]

    def test_what_an_editor_took_over_stays(self, feed):
        run(feed.write(DAY))
        Programme.objects.filter(title="Film").update(source=None, title="Better film")
        version = run(feed.write(DAY.replace("Film", "Another film")), accept=True)
        assert "07:00-09:00 Better film" in schedule()
        assert version.counts["rejected"] == {"held_by_editor": 1}

    def test_what_editors_say_of_a_programme_stays(self, feed):
        run(feed.write(DAY))
        Programme.objects.filter(title="Film").update(
            can_catch_up=False, content_id="ti_1", is_linked_by_hand=True
        )
        run(feed.write(DAY.replace("Film", "The film")))
        film = Programme.objects.get(title="The film")
        assert (film.can_catch_up, film.content_id) == (False, "ti_1")

    def test_another_source_takes_a_channel_over(self, feed, tmp_path):
        run(feed.write(DAY))
        ChannelMatch.objects.all().delete()
        other = make_feed(location=str(tmp_path / "other.xml"))
        (tmp_path / "other.xml").write_text(DAY.replace("News", "Headlines"))
        run(other)
        assert "09:00-09:30 Headlines" in schedule()
        assert set(Programme.objects.values_list("source", flat=True)) == {other.pk}


class TestDryRun:
    def test_it_tells_and_changes_nothing(self, feed, purged):
        run(feed.write(DAY))
        purged.clear()
        before = list(Programme.objects.order_by("pk").values())
        text = document(
            element("06:00", "07:00", "Breakfast"),
            element("07:00", "09:00", "Changed"),
            element("09:00", "09:15", "Added"),
            element("09:30", "23:00", "Cricket"),
            channels=("one.example", "new.example"),
        )
        version = run(feed.write(text), dry_run=True)
        counts = version.counts
        assert version.state == "dry_run"
        assert (counts["added"], counts["changed"], counts["removed"]) == (0, 2, 0)
        assert list(Programme.objects.order_by("pk").values()) == before
        assert not Channel.objects.filter(name="new.example").exists()
        assert purged == []
        assert run(feed).state == "applied"


class TestGates:
    def many(self, count, channel="one.example"):
        return [
            element(
                f"{i // 24} {i % 24:02}:00",
                f"{i // 24} {i % 24:02}:30",
                f"P{i}",
                channel,
            )
            for i in range(count)
        ]

    def test_a_feed_that_shrinks_is_held(self, feed):
        run(feed.write(document(*self.many(40))))
        version = run(feed.write(document(*self.many(10))))
        assert version.state == "held"
        assert version.holds == [{"code": "shrinks", "before": 40, "after": 10}]
        assert len(schedule()) == 40

    def test_what_was_held_can_be_accepted(self, feed):
        run(feed.write(document(*self.many(40))))
        run(feed.write(document(*self.many(10))))
        assert run(feed, accept=True).state == "applied"
        assert len(schedule()) == 10

    def test_what_is_held_waits_in_its_version(self, feed):
        run(feed.write(document(*self.many(40))))
        held = run(feed.write(document(*self.many(10))))
        later = NOON + timedelta(hours=1)
        assert run(feed, now=later) == held
        assert feed.versions.count() == 2
        feed.refresh_from_db()
        assert feed.checked_at == later

    def test_another_file_is_weighed_anew(self, feed):
        run(feed.write(document(*self.many(40))))
        held = run(feed.write(document(*self.many(10))))
        assert run(feed.write(document(*self.many(11)))).pk > held.pk
        assert run(feed.write(document(*self.many(41)))).state == "applied"
        assert run(feed.write(document(*self.many(10)))).pk > held.pk
        assert run(feed, force=True).pk > held.pk

    def test_an_empty_feed_is_held(self, feed):
        run(feed.write(DAY))
        version = run(feed.write("<tv></tv>"))
        assert version.state == "held"
        assert "empty" in [hold["code"] for hold in version.holds]
        assert len(schedule()) == 4

    def test_a_first_feed_without_programmes_is_held(self, feed):
        assert run(feed.write("<tv></tv>")).holds == [{"code": "empty"}]

    def test_a_channel_that_falls_silent_is_held(self, feed):
        two = ("one.example", "two.example")
        both = [*self.many(40), *self.many(40, "two.example")]
        run(feed.write(document(*both, channels=two)))
        version = run(feed.write(document(*self.many(41), channels=two)))
        assert version.holds == [
            {"code": "channels_emptied", "channels": ["two.example"]}
        ]
        run(feed, accept=True)
        ahead = Programme.objects.filter(channel__name="two.example")
        assert not ahead.filter(starts_at__gte=NOON).exists()

    def test_too_many_bad_programmes_are_held(self, feed):
        bad = '<programme start="x" channel="one.example"><title>T</title></programme>'
        version = run(feed.write(document(*self.many(10), bad)))
        assert version.holds == [{"code": "too_many_bad", "bad": 1}]
        assert version.issues.get().start == "x"
        assert accounted(version)


class TestRollback:
    def test_the_guide_is_as_it_was(self, feed, purged):
        run(feed.write(DAY))
        before = list(Programme.objects.order_by("pk").values())
        run(
            feed.write(
                document(
                    element("06:00", "07:30", "Breakfast"),
                    element("07:30", "09:00", "Film"),
                    element("09:30", "23:00", "Cricket"),
                )
            )
        )
        purged.clear()
        version = roll_back(feed)
        assert version.state == "rolled_back"
        assert list(Programme.objects.order_by("pk").values()) == before
        assert any("2026-11-23" in tag for tag in purged[0])
        assert not SupersededProgramme.objects.exists()

    def test_step_by_step_to_nothing(self, feed):
        run(feed.write(DAY))
        run(feed.write(DAY.replace("Film", "Other")))
        roll_back(feed)
        assert "07:00-09:00 Film" in schedule()
        roll_back(feed)
        assert schedule() == []
        with pytest.raises(versions.NothingToRollBack):
            roll_back(feed)

    def test_the_same_file_does_not_come_back_by_itself(self, feed):
        run(feed.write(DAY))
        version = roll_back(feed)
        again = run(feed)
        assert again.holds == [{"code": "rolled_back_before", "version": version.pk}]
        assert run(feed, accept=True).state == "applied"
        assert run(feed, force=True).state == "unchanged"

    def test_what_an_editor_did_meanwhile_stays(self, feed):
        run(feed.write(DAY))
        run(feed.write(DAY.replace("Film", "Other")))
        Programme.objects.filter(title="Other").update(
            source=None, version=None, title="By hand"
        )
        roll_back(feed)
        assert "07:00-09:00 By hand" in schedule()
        assert len(schedule()) == 4


class TestPrune:
    def test_old_days_go_and_the_rest_stays(self):
        channel = make_channel()
        make_programme(channel, NOON - timedelta(days=3), title="old")
        make_programme(channel, NOON - timedelta(hours=1), 120, title="running")
        assert versions.prune(before=NOON) == 1
        assert Programme.objects.get().title == "running"


def test_the_reference_feed_imports_as_it_is(feed):
    """A real broadcaster's week in shape: eight channels, duplicates, one silent."""
    start = datetime(2026, 8, 22, tzinfo=UTC)
    channels = [f"c{n}.ie" for n in range(9)]
    rows = []
    for name in channels[:8]:
        for slot in range(200):
            moment = start + timedelta(minutes=45 * slot)
            row = (
                f'<programme channel="{name}" start="{moment:%Y%m%d%H%M%S} +0100"'
                f' stop="{moment + timedelta(minutes=45):%Y%m%d%H%M%S} +0100">'
                f'<title lang="en">P{slot}</title></programme>'
            )
            rows += [row, row] if slot % 10 == 0 else [row]
    version = run(feed.write(document(*rows, channels=channels)))
    assert version.counts["channels"] == 9
    assert version.counts["stored"] == 1600
    assert version.counts["rejected"] == {"duplicate": 160}
    assert accounted(version)
