"""Previews: the real answer at another moment and place, drafts included, nothing kept."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from catalog import previewing, publishing, releasing
from catalog.models import PageVersion, PublishedPage, PublishedTitle, Snapshot
from catalog.previewing import Preview
from tests.factories import accounts, catalog

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def editor():
    return User.objects.create_superuser("editor@example.com", "correct horse")


@pytest.fixture
def look(api, editor):
    """The answer of an address as a preview sees it."""

    def look(path, *, token=None, query=None, **fields):
        if token is None:
            token = previewing.sign(
                Preview(
                    **{
                        "at": NOON.isoformat(),
                        "language": "en",
                        "territory": "US",
                        "form_factor": "web",
                        "maturity": 18,
                        "plan": "",
                        "packages": [],
                        "pages": [],
                        "titles": [],
                        "staff": editor.pk,
                    }
                    | fields
                )
            )
        return api.get(f"/v1/preview{path}", query, headers={"X-Preview": token})

    return look


@pytest.fixture
def page():
    return catalog.page("home")


def names(answer):
    assert answer.status_code == 200, answer.content
    return [card["name"] for rail in answer.json()["rails"] for card in rail["results"]]


class TestDrafts:
    def test_of_pages_and_of_the_titles_in_them_are_shown(self, look, page):
        draft = catalog.title("A draft")
        catalog.rail(page, titles=[draft])
        assert names(look("/pages/home", pages=[page.pk])) == ["A draft"]

    def test_of_titles_are_shown_on_their_page(self, look):
        title = catalog.title("A draft")
        assert look(f"/titles/{title.slug}").status_code == 404
        answer = look(f"/titles/{title.slug}", titles=[title.pk])
        assert answer.json()["name"] == "A draft"

    def test_are_not_kept(self, look, api, page):
        title = catalog.title("A draft")
        catalog.rail(page, titles=[title])
        assert names(look("/pages/home", pages=[page.pk], titles=[title.pk]))
        for model in (PublishedPage, PublishedTitle, PageVersion, Snapshot):
            assert not model.objects.exists()
        title.refresh_from_db()
        assert title.status == "draft"
        assert api.get("/v1/pages/home").status_code == 404

    def test_that_cannot_be_published_leave_what_devices_see(self, look, page):
        shown = catalog.title("Shown")
        publishing.publish(shown, by=None, now=NOON)
        catalog.rail(page, titles=[shown])
        releasing.release(page, by=None, now=NOON)
        catalog.rail(page, "gone")
        broken = catalog.series("Broken", seasons=())
        answer = look("/pages/home", pages=[page.pk], titles=[broken.pk])
        assert names(answer) == ["Shown"]


class TestConditions:
    def test_windows_and_schedules_are_those_of_the_moment(self, look, page):
        next_week = NOON + 7 * DAY
        title = catalog.title("Next week in Germany")
        title.windows.create(territories=["DE"], starts_at=NOON + 6 * DAY)
        publishing.publish(title, by=None, now=NOON)
        catalog.rail(page, titles=[title])
        releasing.release(page, by=None, now=NOON)
        seen = {
            (moment, territory): names(
                look("/pages/home", at=moment.isoformat(), territory=territory)
            )
            for moment in (NOON, next_week)
            for territory in ("DE", "US")
        }
        assert [key for key, value in seen.items() if value] == [(next_week, "DE")]

    def test_what_is_scheduled_until_then_is_there(self, look, page):
        title = catalog.title("Scheduled", publish_at=NOON + DAY)
        catalog.rail(page, "new")
        page.release_at = NOON + 2 * DAY
        page.save()
        assert look("/pages/home").status_code == 404
        later = (NOON + 2 * DAY).isoformat()
        assert names(look("/pages/home", at=later)) == [title.original_name]

    def test_screen_language_and_age_count(self, look, page):
        for name, fields in (
            ("tv", {"form_factors": ["tv"]}),
            ("de", {"languages": ["de"]}),
            ("kids", {"maturity_to": 7}),
        ):
            title = catalog.title(name)
            publishing.publish(title, by=None, now=NOON)
            catalog.rail(page, titles=[title], **fields)
        releasing.release(page, by=None, now=NOON)
        assert names(look("/pages/home")) == []
        assert names(look("/pages/home", form_factor="tv")) == ["tv"]
        assert names(look("/pages/home", language="de")) == ["de"]
        assert names(look("/pages/home", maturity=7)) == ["kids"]

    def test_the_client_can_ask_what_they_are(self, look):
        answer = look("", plan="Standard", packages=["standard"], maturity=12)
        assert answer.json() == {
            "at": "2026-03-01T12:00:00Z",
            "language": "en",
            "territory": "US",
            "form_factor": "web",
            "maturity": 12,
            "plan": "Standard",
            "packages": ["standard"],
        }

    def test_parameters_reach_the_view_as_far_as_it_declares_them(self, look):
        for kind in ("movie", "series"):
            make = catalog.series if kind == "series" else catalog.title
            publishing.publish(make(kind), by=None, now=NOON)
        answer = look("/titles", query={"kind": "series", "lang": "de", "odd": "1"})
        assert [card["name"] for card in answer.json()["results"]] == ["series"]


class TestSafety:
    def test_an_answer_is_never_kept_anywhere(self, look, page):
        catalog.rail(page, "new")
        answer = look("/pages/home", pages=[page.pk])
        assert answer["Cache-Control"] == "private, no-store"
        assert not answer.has_header("Cache-Tag")

    @pytest.mark.parametrize("token", ["", "nonsense", "a:b:c"])
    def test_without_a_token_of_ours_there_is_none(self, look, token):
        answer = look("/titles", token=token or " ")
        assert answer.status_code == 403
        assert answer.json()["code"] == "preview_refused"

    def test_it_is_over_after_an_hour(self, look, at_noon, editor):
        token = previewing.sign(
            Preview(NOON.isoformat(), "en", "US", "web", 18, "", [], [], [], editor.pk)
        )
        assert look("/titles", token=token).status_code == 200
        at_noon.move_to(NOON + timedelta(minutes=61))
        assert look("/titles", token=token).status_code == 403

    def test_or_when_its_maker_is_no_longer_of_the_staff(self, look, editor):
        User.objects.filter(pk=editor.pk).update(is_staff=False)
        assert look("/titles").status_code == 403

    @pytest.mark.parametrize("path", ["/me", "/nothing", "/preview/titles", "/livez"])
    def test_only_shared_answers_can_be_previewed(self, look, path):
        assert look(path).status_code == 404

    def test_errors_are_those_of_the_view(self, look):
        assert look("/titles", query={"sort": "chance"}).json()["code"] == (
            "invalid_filter"
        )


class TestTheForm:
    def post(self, client, url, **changes):
        data = {
            "at_0": "2026-03-08",
            "at_1": "12:00",
            "territory": "DE",
            "plan": "",
            "form_factor": "tv",
            "language": "de",
            "maturity": "12",
        }
        return client.post(url, data | changes)

    def test_leads_to_the_web_client_with_what_was_chosen(self, client, editor, page):
        client.force_login(editor)
        plan = accounts.make_product("standard", "standard")
        url = reverse("admin:catalog_page_preview", args=[page.pk])
        assert client.get(url).status_code == 200
        answer = self.post(client, url, plan=plan.pk)
        where, token = answer["Location"].split("#preview=")
        assert where == "/"
        preview = previewing.read(token)
        assert preview.moment == NOON + 7 * DAY
        assert preview.variant.territory == "DE"
        assert preview.variant.maturity == 12
        assert list(preview.packages) == ["standard"]
        assert list(preview.pages) == [page.pk]
        assert preview.staff == editor.pk

    def test_of_a_title_leads_to_its_page(self, client, editor):
        client.force_login(editor)
        title = catalog.title()
        url = reverse("admin:catalog_title_preview", args=[title.pk])
        answer = self.post(client, url)
        assert answer["Location"].startswith(f"/title/{title.slug}#preview=")

    def test_is_for_those_who_may_see_the_page(self, client, page):
        helper = User.objects.create_user("helper@example.com", "correct horse")
        User.objects.filter(pk=helper.pk).update(is_staff=True)
        helper.refresh_from_db()
        client.force_login(helper)
        url = reverse("admin:catalog_page_preview", args=[page.pk])
        assert client.get(url).status_code == 403

    def test_refuses_what_is_not_served(self, client, editor, page):
        client.force_login(editor)
        url = reverse("admin:catalog_page_preview", args=[page.pk])
        assert "XX" not in settings.TERRITORIES
        assert self.post(client, url, territory="XX").status_code == 200
