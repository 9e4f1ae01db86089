"""What editors do with the guide in the admin."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from channels import tasks, versions
from channels.models import (
    ChannelMatch,
    EpgSource,
    GuideVersion,
    LinkRule,
    Programme,
    SeriesName,
)
from tests.factories import catalog
from tests.factories.accounts import make_user
from tests.factories.channels import (
    NOON,
    make_blackout,
    make_channel,
    make_feed,
    make_group,
    make_lineup,
    make_programme,
)

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db

FEED = (
    '<tv><channel id="a.example"><display-name>A</display-name></channel>'
    '<programme channel="a.example" start="20261123200000" stop="20261123210000">'
    "<title>News</title></programme></tv>"
)


@pytest.fixture
def editor(client):
    """The admin as seen by someone who may do everything."""
    client.force_login(User.objects.create_superuser("editor@example.com", "x" * 12))
    return client


def url(model, page="changelist", *arguments):
    return reverse(f"admin:channels_{model}_{page}", args=arguments)


def form_of(client, address):
    """The form of a page, as a browser would send it back untouched."""
    response = client.get(address)
    assert response.status_code == 200
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False or bound.name == "logo":
                continue
            data[bound.html_name] = value
    for name in ("languages", "territories", "locked_fields", "categories", "genres"):
        if isinstance(data.get(name), list):
            data[name] = ",".join(data[name])
    for name in ("starts_at", "ends_at"):
        moment = data.pop(name, None)
        if moment:
            data |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}
    return data


def imported(tmp_path):
    (tmp_path / "feed.xml").write_text(FEED)
    source = make_feed(location=str(tmp_path / "feed.xml"))
    return versions.run_import(source, now=NOON)


class TestPages:
    def test_every_list_opens(self, editor, tmp_path):
        imported(tmp_path)
        channel = make_channel(group=make_group())
        make_lineup("north", [channel])
        make_blackout(channel)
        make_programme(channel, NOON)
        for model in (
            *("channel", "channelgroup", "lineup", "blackout", "programme"),
            *("epgsource", "channelmatch", "guideversion"),
        ):
            assert editor.get(url(model)).status_code == 200, model

    def test_feeds_show_their_last_result_and_next_check(self, editor, tmp_path):
        version = imported(tmp_path)
        make_feed(slug="new")
        make_feed(slug="off", is_active=False)
        page = editor.get(url("epgsource")).content.decode()
        assert f'?source__id__exact={version.source_id}">Applied</a>' in page
        assert "never imported" in page
        assert "with the next tick" in page
        assert "not active" in page
        page = editor.get(url("epgsource", "change", version.source_id))
        assert "Applied</a>" in page.content.decode()

    def test_a_gap_is_seen_in_the_list(self, editor):
        channel = make_channel()
        make_programme(channel, NOON, 60)
        make_programme(channel, NOON.replace(hour=14), 60)
        assert "gap of 1:00:00" in editor.get(url("programme")).content.decode()


class TestChannel:
    def test_what_an_editor_changes_is_locked(self, editor):
        channel = make_channel("Before")
        address = url("channel", "change", channel.pk)
        data = form_of(editor, address) | {"name": "After"}
        response = editor.post(address, data)
        assert response.status_code == 302, response.context["errors"]
        channel.refresh_from_db()
        assert (channel.name, channel.locked_fields) == ("After", ["name"])


class TestLineup:
    @pytest.fixture
    def lineup(self):
        return make_lineup("north", [make_channel(), make_channel()])

    def save(self, editor, lineup, *rows, added=()):
        """The line-up with other numbers, and with more channels."""
        address = url("lineup", "change", lineup.pk)
        data = form_of(editor, address)
        for place, (major, minor) in enumerate(rows):
            data[f"entries-{place}-number_major"] = major
            data[f"entries-{place}-number_minor"] = minor
        for place, (channel, major, minor) in enumerate(added, 2):
            data[f"entries-{place}-channel"] = channel
            data[f"entries-{place}-number_major"] = major
            data[f"entries-{place}-number_minor"] = minor
        data["entries-TOTAL_FORMS"] = 2 + len(added)
        return editor.post(address, data)

    def numbers(self, lineup):
        return [str(entry) for entry in lineup.entries.order_by("channel")]

    def codes(self, response):
        [inline] = response.context["inline_admin_formsets"]
        return [
            {name: error[0].code for name, error in form.errors.as_data().items()}
            for form in inline.formset.forms
        ]

    @pytest.mark.django_db(transaction=True)
    def test_numbers_are_exchanged(self, editor, lineup):
        response = self.save(editor, lineup, (2, ""), (1, ""))
        assert response.status_code == 302, self.codes(response)
        assert self.numbers(lineup) == ["2", "1"]

    @pytest.mark.parametrize("minor", ["", 4])
    def test_a_number_is_given_once(self, editor, lineup, minor):
        response = self.save(editor, lineup, (7, minor), (7, minor))
        assert self.codes(response) == [{}, {"number_major": "number_twice"}]
        assert self.numbers(lineup) == ["1", "2"]

    def test_a_channel_has_one_place_and_exists(self, editor, lineup):
        first = lineup.entries.first().channel_id
        added = [(first, 8, ""), (0, 9, "")]
        response = self.save(editor, lineup, (1, ""), (2, ""), added=added)
        wrong = [{"channel": "channel_twice"}, {"channel": "invalid_choice"}]
        assert self.codes(response) == [{}, {}, *wrong]
        assert lineup.entries.count() == 2

    def test_a_place_that_is_removed_gives_its_number_free(self, editor, lineup):
        address = url("lineup", "change", lineup.pk)
        data = form_of(editor, address)
        data |= {"entries-0-DELETE": "on", "entries-1-number_major": 1}
        assert editor.post(address, data).status_code == 302
        assert self.numbers(lineup) == ["1"]


class TestProgrammeLink:
    @pytest.fixture
    def change(self, editor, tmp_path):
        imported(tmp_path)

        def change(**values):
            address = url("programme", "change", Programme.objects.get().pk)
            unchanged = {
                f"{place}{name}": "{}"
                for name in ("translations", "details")
                for place in ("", "initial-")
            }
            data = form_of(editor, address) | unchanged
            return editor.post(address, data | values)

        return change

    def test_a_link_by_hand_leaves_the_programme_to_its_feed(self, change):
        title = catalog.title("The Bulletin")
        assert change(content_id=title.public_id).status_code == 302
        programme = Programme.objects.get()
        assert programme.source is not None
        assert programme.content_id == title.public_id
        assert programme.is_linked_by_hand
        assert LinkRule.objects.get().content_id == title.public_id

    def test_a_link_to_nothing_that_exists(self, change):
        for content_id in ("ti_none", "ep_none", "x"):
            response = change(content_id=content_id)
            assert "no such title" in response.content.decode()
        assert not LinkRule.objects.exists()

    def test_an_ability_leaves_the_programme_to_its_feed(self, change):
        change(can_catch_up="false")
        programme = Programme.objects.get()
        assert (programme.can_catch_up, programme.source is None) == (False, False)

    def test_a_word_takes_it_over_and_it_is_found(self, change):
        change(title="Headlines")
        programme = Programme.objects.get()
        assert programme.source is None
        assert SeriesName.objects.filter(series_key=programme.series_key).exists()


class TestProgramme:
    def test_what_is_saved_belongs_to_the_editor(self, editor, tmp_path):
        imported(tmp_path)
        programme = Programme.objects.get()
        address = url("programme", "change", programme.pk)
        data = form_of(editor, address)
        data |= {"title": "By hand", "translations": "{}", "details": "{}"}
        response = editor.post(address, data)
        assert response.status_code == 302, response.context["errors"]
        programme.refresh_from_db()
        assert (programme.title, programme.source) == ("By hand", None)


class TestDayByDay:
    def page(self, editor, channel, day="2026-11-23"):
        response = editor.get(url("channel", "day", channel.pk), {"day": day})
        assert response.status_code == 200
        return response.context["sheet"], response.content.decode()

    def test_gaps_and_programmes(self, editor):
        channel = make_channel()
        make_programme(channel, NOON - 13 * HOUR, 120, title="Over midnight")
        make_programme(channel, NOON, 60, title="Noon", content_id="ti_x")
        make_blackout(channel, NOON, 30)
        sheet, page = self.page(editor, channel)
        assert [(slot.is_gap, slot.minutes, slot.width) for slot in sheet.slots] == [
            (False, 120, 60),
            (True, 660, 660),
            (False, 60, 60),
            (True, 660, 660),
        ]
        assert "2 gaps" in page
        assert "nothing that did not fit" in page
        assert (sheet.before.day, sheet.after.day) == (22, 24)
        assert [slot.x for slot in sheet.blackouts] == [720]
        empty, _ = self.page(editor, channel, "2026-12-01")
        assert len(empty.gaps) == 1

    def test_a_gap_is_filled_from_there(self, editor):
        channel = make_channel()
        make_programme(channel, NOON)
        _, page = self.page(editor, channel)
        link = re.search(r'href="([^"]*programme/add/[?][^"]*)"', page)[1]
        form = editor.get(html.unescape(link)).context["adminform"].form
        assert form["channel"].value() == str(channel.pk)
        assert (form["starts_at"].value(), form["ends_at"].value()) == (
            NOON - 12 * HOUR,
            NOON,
        )

    def test_what_overlapped_in_the_feed(self, editor, tmp_path):
        path = tmp_path / "feed.xml"
        path.write_text(
            FEED.replace(
                "</tv>",
                '<programme channel="a.example" start="20261123203000"'
                ' stop="20261123220000"><title>Film</title></programme></tv>',
            )
        )
        versions.run_import(make_feed(location=str(path)), now=NOON)
        channel = Programme.objects.first().channel
        sheet, page = self.page(editor, channel)
        assert [(i.title, i.code) for i in sheet.issues] == [("News", "cut_short")]
        assert "1 that did not fit" in page

    def test_a_whole_day_has_no_gaps(self, editor):
        channel = make_channel()
        make_programme(channel, NOON - 12 * HOUR, 24 * 60)
        assert "No gaps" in self.page(editor, channel)[1]

    def test_no_such_day_and_nobody_else(self, editor, client):
        channel = make_channel()
        address = url("channel", "day", channel.pk)
        assert editor.get(address, {"day": "soon"}).status_code == 404
        assert editor.get(address).status_code == 200
        client.force_login(make_user(is_staff=True))
        assert client.get(address).status_code == 403

    def test_the_channel_leads_there(self, editor):
        channel = make_channel()
        page = editor.get(url("channel", "change", channel.pk)).content.decode()
        assert url("channel", "day", channel.pk) in page


class TestMatches:
    def proposed(self, channel):
        return ChannelMatch.objects.create(
            source=make_feed(content_digest="known"),
            external_id="a",
            channel=channel,
            state="proposed",
        )

    def accept(self, editor, match):
        data = {"action": "accept", "_selected_action": [match.pk]}
        return editor.post(url("channelmatch"), data, follow=True).content.decode()

    def test_a_proposal_is_accepted_and_the_feed_read_again(self, editor):
        match = self.proposed(make_channel())
        assert "1 accepted" in self.accept(editor, match)
        match.refresh_from_db()
        assert (match.state, match.method) == ("matched", "hand")
        assert EpgSource.objects.get(pk=match.source_id).content_digest == ""

    def test_a_channel_has_one_feed(self, editor):
        channel = make_channel()
        ChannelMatch.objects.create(
            source=make_feed(), external_id="b", channel=channel, state="matched"
        )
        assert "fed by another match" in self.accept(editor, self.proposed(channel))

    def test_channels_are_created_and_others_ignored(self, editor):
        match = self.proposed(None)
        match.names = ["Example News"]
        match.save()
        assert "nothing alike" in editor.get(url("channelmatch")).content.decode()
        for action, state in (("create", "matched"), ("ignore", "ignored")):
            data = {"action": action, "_selected_action": [match.pk]}
            editor.post(url("channelmatch"), data)
            match.refresh_from_db()
            assert (match.state, match.method) == (state, "hand")
        assert match.channel.name == "Example News"


class TestJobs:
    @pytest.fixture(autouse=True)
    def at_once(self, settings):
        settings.TASKS = {
            "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}
        }

    def chosen(self, editor, model, action, row):
        data = {"action": action, "_selected_action": [row.pk]}
        return editor.post(url(model), data, follow=True).content.decode()

    def test_a_source_is_imported_now(self, editor, tmp_path):
        (tmp_path / "feed.xml").write_text(FEED)
        source = make_feed(location=str(tmp_path / "feed.xml"))
        page = self.chosen(editor, "epgsource", "import_now", source)
        assert "is being imported" in page
        assert Programme.objects.count() == 1

    def test_what_was_held_is_taken(self, editor, tmp_path):
        version = imported(tmp_path)
        (tmp_path / "feed.xml").write_text("<tv></tv>")
        held = versions.run_import(version.source, now=NOON)
        assert held.state == GuideVersion.State.HELD
        with time_machine.travel(NOON, tick=False):
            tasks.import_source.enqueue(held.source_id, accept=False)
            self.chosen(editor, "guideversion", "take_held", held)
        assert GuideVersion.objects.latest("pk").state == GuideVersion.State.APPLIED

    def test_a_feed_that_is_gone_is_told_by_its_version(self, tmp_path):
        source = make_feed(location=str(tmp_path / "none.xml"))
        tasks.import_source.enqueue(source.pk, accept=False)
        tasks.import_source.enqueue(0, accept=False)
        assert GuideVersion.objects.get().state == GuideVersion.State.FAILED


class TestVersions:
    def test_a_version_shows_its_difference_and_refusals(self, editor, tmp_path):
        version = imported(tmp_path)
        page = editor.get(url("guideversion", "change", version.pk)).content.decode()
        assert "<td>A</td><td>1</td>" in page

    def test_it_is_rolled_back(self, editor, tmp_path):
        version = imported(tmp_path)
        data = {"action": "roll_back", "_selected_action": [version.pk]}
        for expected in ("Rolled back", "no version to roll back"):
            page = editor.post(url("guideversion"), data, follow=True)
            assert expected in page.content.decode()
        assert not Programme.objects.exists()
        assert GuideVersion.objects.get().state == "rolled_back"
