"""Editors see who changed what, go back, and never overwrite one another unawares."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Package
from catalog import revisions, workflow
from catalog.models import Credit, Episode, Revision, Season, Title
from catalog.models.titles import Status
from streamapi.errors import Conflict
from tests.catalog.test_admin import filled, messages, page, submit
from tests.factories import accounts, catalog

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(accounts.make_staff(email="first@example.com"))
    return client


@pytest.fixture
def colleague():
    other = Client()
    other.force_login(accounts.make_staff(email="second@example.com"))
    return other


def history(title):
    return reverse("admin:catalog_title_history", args=[title.pk])


def go_back(client, title, number):
    return client.post(history(title), {"number": str(number)}, follow=True)


class TestTwoEditorsOnOneTitle:
    def test_the_second_sees_what_the_first_changed(self, editor, colleague):
        title = catalog.title("Old name")
        late = filled(colleague, page(title))
        submit(editor, page(title), year="1999", **{"translations-0-name": "New"})
        answer = colleague.post(page(title), late | {"_save": "1", "year": "2001"})
        text = answer.content.decode()
        assert "first@example.com has saved this title since you opened it" in text
        assert "<code>year</code> <del>2020</del> <ins>1999</ins>" in text
        assert "<code>text en name</code> <del>Old name</del> <ins>New</ins>" in text
        title.refresh_from_db()
        assert (title.year, title.translations.get().name) == (1999, "New")

    def test_saving_again_then_is_a_decision(self, editor, colleague):
        title = catalog.title()
        late = filled(colleague, page(title)) | {"_save": "1", "year": "2001"}
        submit(editor, page(title), year="1999")
        refused = colleague.post(page(title), late)
        form = refused.context["adminform"].form
        late["seen_version"] = form["seen_version"].value()
        assert colleague.post(page(title), late).status_code == 302
        assert Title.objects.get().year == 2001

    def test_a_long_list_is_cut(self, editor, colleague):
        title = catalog.title()
        late = filled(colleague, page(title)) | {"_save": "1"}
        submit(editor, page(title))
        for number in range(40):
            catalog.credit(title, f"Person {number}")
        text = colleague.post(page(title), late).content.decode()
        assert "and 10 more" in text

    def test_a_change_by_an_import_is_noticed_too(self, editor):
        title = catalog.title()
        late = filled(editor, page(title)) | {"_save": "1", "year": "2001"}
        Title.objects.update(version=7, year=1950)
        text = editor.post(page(title), late).content.decode()
        assert "Someone else has saved this title since you opened it." in text
        assert Title.objects.get().year == 1950


class TestHistory:
    def test_names_who_changed_what(self, editor):
        title = catalog.title("Night Train", genres=["drama"])
        catalog.credit(title, "Ada Example")
        submit(editor, page(title), year="1999", **{"credits-0-DELETE": "on"})
        text = editor.get(history(title)).content.decode()
        assert "first@example.com" in text
        assert "as it was before" in text
        assert "<code>year</code> <del>2020</del> <ins>1999</ins>" in text
        assert "<code>credit Ada Example actor</code>" in text

    def test_goes_back_to_a_version_without_devices_seeing_it(
        self, editor, get, publish
    ):
        title = catalog.title("First", genres=["drama"])
        catalog.credit(title, "Ada Example")
        title.packages.add(accounts.make_package("basic"))
        before = revisions.state(title)
        submit(
            editor,
            page(title),
            year="1999",
            packages=[],
            **{"translations-0-name": "Second"},
        )
        title.credits.all().delete()
        title.refresh_from_db()
        publish(title)
        answer = go_back(editor, title, 1)
        assert "Back to version 1" in messages(answer)[0]
        assert revisions.state(title) == before
        assert get(f"/v1/titles/{title.public_id}")["name"] == "Second"
        title.refresh_from_db()
        assert title.edited_since_publish
        assert title.revisions.latest("number").note == "back to version 1"

    def test_covers_seasons_and_episodes(self, editor):
        show = catalog.series("Show", seasons=(2,))
        episode = Episode.objects.get(number=1)
        url = reverse("admin:catalog_episode_change", args=[episode.pk])
        submit(editor, url, **{"translations-0-name": "Renamed"})
        show.refresh_from_db()
        assert show.version == 2
        steps = list(revisions.steps(show))
        assert [one.where for one in steps[0].changes] == ["episode text 1 1 en name"]
        season = Season.objects.get()
        editor.post(
            reverse("admin:catalog_season_delete", args=[season.pk]), {"post": "yes"}
        )
        assert not Episode.objects.exists()
        show.refresh_from_db()
        assert show.version == 3
        go_back(editor, show, 2)
        assert Episode.objects.get(pk=episode.pk).public_id == episode.public_id
        assert Episode.objects.get(pk=episode.pk).translations.get().name == "Renamed"

    def test_says_what_cannot_come_back(self, editor):
        title = catalog.title()
        title.packages.add(accounts.make_package("basic"))
        submit(editor, page(title), packages=[])
        Package.objects.all().delete()
        answer = go_back(editor, title, 1)
        assert messages(answer)[1] == "What these pointed to is gone: package: 1."
        assert not title.packages.exists()

    def test_of_a_version_that_is_not_kept_is_refused(self, editor):
        title = catalog.title()
        for number in ("9", "x"):
            assert go_back(editor, title, number).status_code == 404

    def test_is_not_rewritten_by_who_may_only_look(self, client):
        user = accounts.make_user(is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_title"))
        client.force_login(user)
        title = catalog.title()
        revisions.begin(title, now=timezone.now())
        assert "Go back" not in client.get(history(title)).content.decode()
        assert go_back(client, title, 1).status_code == 403

    def test_keeps_the_last_hundred(self, monkeypatch):
        monkeypatch.setattr(revisions, "KEPT", 3)
        title = catalog.title()
        for number in range(1, 8):
            title.version = number
            revisions.keep(title, by=None, now=timezone.now())
        assert list(title.revisions.values_list("number", flat=True)) == [5, 6, 7]
        assert str(Revision.objects.last()) == "#7"

    def test_costs_the_same_however_much_there_is(self):
        def queries(show):
            with CaptureQueriesContext(connection) as captured:
                revisions.keep(show, by=None, now=timezone.now())
            return len(captured)

        small, large = catalog.series(seasons=(1,)), catalog.series(seasons=(30, 30))
        assert queries(small) == queries(large)

    def test_of_a_title_that_does_not_exist_leads_home(self, editor):
        url = reverse("admin:catalog_title_history", args=[77])
        assert editor.get(url).status_code == 302
        assert not Credit.objects.exists()


class TestWorkflow:
    def press(self, client, title, status):
        return messages(submit(client, page(title), f"_to_{status}"))[-1]

    def test_goes_to_review_back_and_to_the_archive(self, editor):
        title = catalog.title("Film")
        text = editor.get(page(title)).content.decode()
        assert "Save and send to review" in text
        assert "Save as a draft again" not in text
        for status in ("in_review", "draft", "archived", "draft"):
            self.press(editor, title, status)
            title.refresh_from_db()
            assert title.status == status

    def test_two_who_move_it_at_once_do_not_both(self):
        title = catalog.title()
        Title.objects.update(status="archived")
        with pytest.raises(Conflict, match="just moved"):
            workflow.move(title, Status.IN_REVIEW)

    def test_an_archived_title_is_not_published(self, editor):
        title = catalog.title()
        self.press(editor, title, "archived")
        refused = submit(editor, page(title), "_publish")
        assert "archived" in messages(refused)[0]

    def test_what_devices_show_is_taken_from_them_first(self, editor, publish):
        title = publish(catalog.title("Film"))
        assert "Take the title from devices" in self.press(editor, title, "archived")
        url = reverse("admin:catalog_title_delete", args=[title.pk])
        assert editor.post(url, {"post": "yes"}).status_code == 403
        assert Title.objects.exists()
