"""What an editor does with pages and rails in the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from catalog import releasing
from catalog.models import Page, PublishedPage, Rail
from tests.catalog.conftest import NOW
from tests.factories import accounts, catalog

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    """The admin as seen by someone who may do everything."""
    client.force_login(User.objects.create_superuser("editor@example.com", "secret"))
    return client


@pytest.fixture
def page():
    page = catalog.page("home", names={"en": "Home", "fr": "Accueil"})
    catalog.rail(page, "new", names={"en": "New"})
    catalog.rail(page, "top_ten", layout="top_ten", names={"en": "Top"})
    return page


def page_url(page, view="change"):
    return reverse(f"admin:catalog_page_{view}", args=[page.pk])


def rail_url(rail):
    return reverse("admin:catalog_rail_change", args=[rail.pk])


def filled(client, url):
    """The form of a page, as a browser would send it back untouched."""
    response = client.get(url)
    assert response.status_code == 200, response.content
    form = response.context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        name = bound.html_name
        if name == "names":
            for tag in ("en", "de"):
                data[f"names_{tag}"] = (value or {}).get(tag, "")
        elif isinstance(value, (list, tuple)):
            data[name] = [str(getattr(one, "pk", one)) for one in value]
        elif value is True:
            data[name] = "1"
        elif value is not None and value is not False:
            data[name] = value
    return data


def submit(client, url, button="_save", **changes):
    data = filled(client, url) | changes | {button: "1"}
    return client.post(url, data, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


class TestAPage:
    def test_keeps_the_order_and_the_names_in_languages_not_asked_for(
        self, editor, page
    ):
        first, second = page.rails.order_by("position")
        submit(
            editor,
            page_url(page),
            rail_order=f"{second.pk},{first.pk}",
            names_de="Start",
        )
        page.refresh_from_db()
        assert list(page.rails.order_by("position")) == [second, first]
        assert page.names == {"en": "Home", "de": "Start", "fr": "Accueil"}

    def test_is_released_withdrawn_and_rolled_back(self, editor, page, api):
        answer = submit(editor, page_url(page), "_release")
        assert "home: Released as version 1." in said(answer)
        catalog.rail(page, "curated", names={"en": "More"})
        submit(editor, page_url(page), "_release")
        shown = editor.get(page_url(page, "versions")).content.decode()
        assert "Rail added in place 3: More" in shown
        editor.post(page_url(page, "versions"), {"number": 1})
        assert PublishedPage.objects.get().number == 1
        submit(editor, page_url(page), "_withdraw")
        assert not PublishedPage.objects.exists()
        assert "home: The page is not released." in said(
            submit(editor, page_url(page), "_withdraw")
        )

    def test_says_why_it_cannot_be_released(self, editor, page):
        catalog.rail(page, "gone", names={"en": "Old"})
        shown = editor.get(page_url(page)).content.decode()
        assert "ERROR: The rail &#x27;Old&#x27; is filled with something" in shown
        answer = submit(editor, page_url(page), "_release")
        assert "is not offered any more" in said(answer)[-1]

    def test_roll_back_that_is_refused_says_so(self, editor, page):
        releasing.release(page, by=None, now=NOW)
        page.slug = "start"
        page.save()
        releasing.release(page, by=None, now=NOW)
        other = catalog.page("home")
        catalog.rail(other, "new")
        releasing.release(other, by=None, now=NOW)
        answer = editor.post(page_url(page, "versions"), {"number": 1}, follow=True)
        assert "taken the slug" in said(answer)[0]

    def test_of_someone_who_saved_meanwhile_is_not_overwritten(self, editor, page):
        data = filled(editor, page_url(page))
        submit(editor, page_url(page), names_en="Theirs")
        answer = editor.post(page_url(page), data | {"names_en": "Mine"})
        assert "Someone else has saved this" in answer.content.decode()
        page.refresh_from_db()
        assert page.names["en"] == "Theirs"

    def test_a_new_one_is_opened_for_its_rails(self, editor):
        url = reverse("admin:catalog_page_add")
        answer = editor.post(
            url, {"names_en": "Kids", "slug": "kids", "position": 0}, follow=True
        )
        page = Page.objects.get()
        assert answer.redirect_chain[-1][0] == page_url(page)

    def test_a_new_one_stands_behind_the_others(self, editor):
        url = reverse("admin:catalog_page_add")
        place = editor.get(url).context["adminform"].form["position"].value
        assert place() == 0
        catalog.page("live", position=4)
        assert editor.get(url).context["adminform"].form["position"].value() == 5

    def test_an_order_that_is_none_is_refused(self, editor, page):
        answer = editor.post(
            page_url(page), filled(editor, page_url(page)) | {"rail_order": "1,x"}
        )
        assert "The order is not one." in str(answer.context["adminform"].form.errors)

    def test_the_list_has_as_many_queries_for_many_pages(self, editor):
        counts = []
        url = reverse("admin:catalog_page_changelist")
        for size in (1, 6):
            for number in range(size):
                page = catalog.page(f"page-{size}-{number}")
                catalog.rail(page, "new")
                if number % 2:
                    releasing.release(page, by=None, now=NOW)
            with CaptureQueriesContext(connection) as captured:
                shown = editor.get(url).content.decode()
            counts.append(len(captured))
        assert counts[0] == counts[1]
        assert "not released" in shown
        assert "released, edited since" in shown


class TestPermissions:
    @pytest.fixture
    def writer(self, client):
        """Someone who may edit pages but not release them."""
        user = User.objects.create_user("writer@example.com", "secret")
        user.is_staff = True
        user.save()
        codes = ("view_page", "change_page")
        user.user_permissions.set(Permission.objects.filter(codename__in=codes))
        client.force_login(user)
        return client

    def test_releasing_and_rolling_back_need_their_own(self, writer, page):
        assert b'name="_release"' not in writer.get(page_url(page)).content
        data = filled(writer, page_url(page)) | {"_release": "1"}
        assert writer.post(page_url(page), data).status_code == 403
        answer = writer.post(page_url(page, "versions"), {"number": 1})
        assert answer.status_code == 403

    def test_without_any_there_is_nothing_to_see(self, client, page):
        user = User.objects.create_user("nobody@example.com", "secret")
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.refresh_from_db()
        client.force_login(user)
        assert client.get(page_url(page, "versions")).status_code == 403
        assert client.get(reverse("admin:catalog_rail_titles")).status_code == 403
        assert client.post(reverse("admin:catalog_rail_look")).status_code == 403


class TestARail:
    def test_is_added_to_its_page(self, editor, page):
        url = f"{reverse('admin:catalog_rail_add')}?page={page.pk}"
        one, other = catalog.title(), catalog.title()
        answer = submit(
            editor,
            url,
            names_en="Mine",
            source="curated",
            layout="poster",
            items=f"{other.pk},{one.pk},{one.pk},999999",
        )
        assert answer.redirect_chain, answer.context["adminform"].form.errors
        assert answer.redirect_chain[-1][0] == page_url(page)
        rail = page.rails.get(names__en="Mine")
        assert rail.position == 2
        assert [item.title for item in rail.items.order_by("position")] == [other, one]

    def test_without_a_page_there_is_none(self, editor):
        answer = editor.get(reverse("admin:catalog_rail_add"))
        assert answer["Location"] == reverse("admin:catalog_page_changelist")
        data = {"names_en": "x", "source": "new", "layout": "poster", "size": 20}
        answer = editor.post(reverse("admin:catalog_rail_add"), data)
        assert answer["Location"] == reverse("admin:catalog_page_changelist")

    def test_five_hundred_titles_keep_their_order(self, editor, page):
        made = [catalog.title() for _ in range(500)]
        rail = catalog.rail(page, titles=made)
        wanted = [title.pk for title in reversed(made)]
        submit(editor, rail_url(rail), "_continue", items=",".join(map(str, wanted)))
        kept = rail.items.order_by("position").values_list("title_id", flat=True)
        assert list(kept) == wanted
        shown = editor.get(rail_url(rail)).context["titles"]
        assert [line["id"] for line in shown] == wanted

    def test_a_rule_is_kept_and_shown_again(self, editor, page):
        catalog.genre("drama")
        accounts.make_package("basic")
        catalog.keyword(catalog.title(), "heist")
        rail = catalog.rail(page, "rule")
        submit(
            editor,
            rail_url(rail),
            rule_kind="movie",
            rule_genres=["drama"],
            rule_year_from=1990,
            rule_languages="en, ja",
            rule_keywords="heist",
            rule_max_age=12,
            rule_sort="release",
        )
        rail.refresh_from_db()
        expected = {
            "kind": "movie",
            "genres": ["drama"],
            "year_from": 1990,
            "languages": ["en", "ja"],
            "keywords": ["heist"],
            "max_age": 12,
            "sort": "release",
        }
        assert rail.rule == expected
        submit(editor, rail_url(rail))
        rail.refresh_from_db()
        assert rail.rule == expected

    def test_a_rule_names_only_what_there_is(self, editor, page):
        rail = catalog.rail(page, "rule")
        answer = submit(editor, rail_url(rail), rule_studios="ufa, nobody")
        (problem,) = answer.context["adminform"].form.errors["rule_studios"]
        assert problem == "There is nothing by the slug nobody, ufa."
        rail.refresh_from_db()
        assert rail.rule == {}

    def test_targets_are_kept(self, editor, page):
        package = accounts.make_package("basic")
        rail = page.rails.first()
        submit(
            editor,
            rail_url(rail),
            form_factors=["tv"],
            territories=["DE", "AT"],
            languages=["de"],
            maturity_to="12",
            packages=[package.pk],
            holders="",
            starts_at_0="2026-03-01",
            starts_at_1="12:00",
        )
        rail.refresh_from_db()
        assert rail.form_factors == ["tv"]
        assert rail.territories == ["DE", "AT"]
        assert rail.maturity_to == 12
        assert rail.holders is False
        assert rail.starts_at == NOW
        words = editor.get(page_url(page)).content.decode()
        assert (
            "on televisions, for profiles up to 12 years, in de, for those who do not "
            "have basic, only in DE and AT, from 1 March 2026 12:00 UTC" in words
        )

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            (
                {"layout": "channel"},
                "New here is drawn as hero or poster or landscape.",
            ),
            (
                {"source": "rule", "rule_year_from": 2000, "rule_year_to": 1990},
                "year_to must be no earlier than year_from.",
            ),
            ({"maturity_from": "16", "maturity_to": "7"}, "The lower age is not above"),
            ({"size": 999}, "less than or equal to 40"),
        ],
    )
    def test_what_cannot_be_is_refused_beside_the_field(
        self, editor, page, changes, problem
    ):
        rail = page.rails.first()
        before = Rail.objects.filter(pk=rail.pk).values().get()
        answer = submit(editor, rail_url(rail), **changes)
        assert problem in str(answer.context["adminform"].form.errors)
        assert Rail.objects.filter(pk=rail.pk).values().get() == before

    def test_more_titles_than_there_may_be_are_refused(self, editor, page):
        rail = page.rails.first()
        answer = submit(editor, rail_url(rail), items=",".join(map(str, range(1001))))
        assert "at most 1000 titles" in str(answer.context["adminform"].form.errors)

    def test_a_change_of_it_is_one_of_its_page(self, editor, page):
        releasing.release(page, by=None, now=NOW)
        version = Page.objects.get().version
        rail = page.rails.first()
        submit(editor, rail_url(rail), names_en="Newer")
        assert Page.objects.get().version == version + 1
        delete = reverse("admin:catalog_rail_delete", args=[rail.pk])
        editor.post(delete, {"post": "yes"})
        assert Page.objects.get().version == version + 2
        assert page.rails.count() == 1


class TestLooking:
    def look(self, client, **data):
        given = {
            "names_en": "Mine",
            "source": "rule",
            "layout": "poster",
            "size": 20,
            "maturity_from": 0,
            "maturity_to": 18,
            "items": "",
        }
        url = reverse("admin:catalog_rail_look")
        return client.post(url, given | data).content.decode()

    def test_shows_what_a_rule_finds_and_how_many(self, editor, publish):
        catalog.genre("drama")
        publish(*(catalog.title(f"Drama {n}", genres=("drama",)) for n in range(14)))
        publish(catalog.title("A comedy", genres=("comedy",)))
        shown = self.look(editor, rule_genres=["drama"])
        assert "Everything in drama, most popular first" in shown
        assert '<span data-testid="count">14</span>' in shown
        assert shown.count("Drama ") == 12
        assert "A comedy" not in shown

    def test_shows_chosen_titles_that_devices_may_see(self, editor, publish):
        shown_one, draft = publish(catalog.title("Seen")), catalog.title("Draft")
        shown = self.look(editor, source="curated", items=f"{shown_one.pk},{draft.pk}")
        assert "Seen" in shown
        assert "Draft" not in shown
        assert "2 chosen titles" in shown

    def test_counts_no_further_than_it_has_to(self, editor, publish, monkeypatch):
        monkeypatch.setattr("catalog.admin.rails._COUNTED", 1)
        publish(catalog.title(), catalog.title())
        assert '<span data-testid="count">1+</span>' in self.look(editor)

    def test_of_a_personal_rail_says_that_it_is_one(self, editor):
        shown = self.look(editor, source="watchlist")
        assert "Each viewer has their own entries." in shown

    def test_says_what_is_wrong(self, editor):
        assert "must be no earlier" in self.look(
            editor, rule_year_from=2000, rule_year_to=1990
        )

    def test_of_nothing_says_that_it_would_be_left_out(self, editor):
        assert "Nothing: the rail would be left out." in self.look(editor)


class TestFindingTitles:
    def find(self, client, text):
        url = reverse("admin:catalog_rail_titles")
        return [one["name"] for one in client.get(url, {"q": text}).json()["results"]]

    def test_by_name_in_any_language_by_id_or_by_slug(self, editor):
        title = catalog.title("Night Train", slug="night-train")
        title.translations.create(language="de", name="Nachtzug")
        catalog.title("Other")
        for text in ("night", "nachtz", title.public_id, "night-train"):
            assert self.find(editor, text) == ["Night Train"]
        assert self.find(editor, " ") == []

    def test_says_what_devices_see_of_them(self, editor, publish):
        publish(catalog.title("Seen"))
        url = reverse("admin:catalog_rail_titles")
        (found,) = editor.get(url, {"q": "seen"}).json()["results"]
        assert found["status"] == "Published"
