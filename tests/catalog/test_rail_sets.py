"""A rail for each genre, each decade, or both: by the command and in the admin."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from catalog.models import Page, PublishedPage
from catalog.page_content import load
from catalog.page_validation import MAX_RAILS
from tests.factories import catalog

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    return catalog.page("movies")


@pytest.fixture
def shown(publish):
    """Three comedies and two dramas of the nineties, a drama of the eighties."""
    catalog.genre("comedy", en="Comedy", de="Komödie")
    for year, genre, count in (
        (1999, "comedy", 3),
        (1990, "drama", 2),
        (1989, "drama", 1),
    ):
        for _ in range(count):
            publish(catalog.title(genres=(genre,), year=year))
    publish(catalog.title(genres=("drama",), year=None))
    catalog.title("Not shown", genres=("comedy",), year=1999)


def make_rails(*words):
    told = io.StringIO()
    call_command("make_rails", *words, stdout=told)
    return told.getvalue()


def rails(page):
    return [
        (rail["names"]["en"], rail["names"]["de"], rail["rule"])
        for rail in load(page)["rails"]
    ]


NINETIES = {"year_from": 1990, "year_to": 1999}


@pytest.mark.usefixtures("shown")
class TestTheCommand:
    def test_adds_each_genre_of_each_decade_latest_and_largest_first(self, page):
        told = make_rails("movies", "--at-least=1")
        assert "     3 titles  Comedy · 1990s\n" in told
        assert "3 of 3 rails added to movies" in told
        eighties = {"year_from": 1980, "year_to": 1989}
        assert rails(page) == [
            (
                "Comedy · 1990s",
                "Komödie · 1990er",
                NINETIES | {"genres": ["comedy"]},
            ),
            ("Drama · 1990s", "Drama · 1990er", NINETIES | {"genres": ["drama"]}),
            ("Drama · 1980s", "Drama · 1980er", eighties | {"genres": ["drama"]}),
        ]

    def test_a_second_run_adds_nothing(self, page):
        catalog.rail(page, "new")
        make_rails("movies", "--at-least=1")
        before = load(page)
        told = make_rails("movies", "--at-least=1")
        assert "0 of 3 rails added" in told
        assert "Comedy · 1990s  (there already)" in told
        assert load(page) == before

    def test_by_one_of_them_of_a_kind_and_with_enough_titles(self, page):
        make_rails("movies", "--by=genre", "--kind=movie", "--at-least=3")
        made = [(name, rule) for name, _, rule in rails(page)]
        assert made == [
            ("Drama", {"kind": "movie", "genres": ["drama"]}),
            ("Comedy", {"kind": "movie", "genres": ["comedy"]}),
        ]
        make_rails("movies", "--by=decade", "--at-least=5")
        assert rails(page)[2:] == [("1990s", "1990er", NINETIES)]

    def test_a_trial_writes_nothing(self, page):
        assert "this was a trial" in make_rails("movies", "--at-least=1", "--dry-run")
        assert rails(page) == []

    def test_releases_the_page_if_told(self, page, get):
        told = make_rails("movies", "--at-least=1", "--release")
        assert "movies released as version 1" in told
        first, *_ = get("/v1/pages/movies")["rails"]
        assert first["name"] == "Comedy · 1990s"
        assert len(first["results"]) == 3

    def test_says_what_is_wrong(self, page):
        with pytest.raises(CommandError, match="There is no page films"):
            make_rails("films")
        with pytest.raises(CommandError, match="decade, genre, or both"):
            make_rails("movies", "--by=year")
        with pytest.raises(CommandError, match="no rail"):
            make_rails("movies", "--at-least=99", "--release")
        for _ in range(MAX_RAILS - 2):
            catalog.rail(page, "new")
        before = load(page)
        with pytest.raises(CommandError, match="would have 41 rails; at most 40"):
            make_rails("movies", "--at-least=1")
        assert load(page) == before
        assert not PublishedPage.objects.exists()


@pytest.mark.usefixtures("shown")
class TestTheAdmin:
    @pytest.fixture
    def editor(self, client):
        user = User.objects.create_superuser("editor@example.com", "secret")
        client.force_login(user)
        return client

    def url(self, page, query="?at_least=1"):
        return reverse("admin:catalog_page_rails", args=[page.pk]) + query

    def test_shows_what_would_be_in_each_rail(self, editor, page):
        seen = editor.get(self.url(page)).content.decode()
        assert "Everything in comedy from 1990 to 1999, most popular first" in seen
        assert seen.count(" checked>") == 3
        assert "No rail has so many" in editor.get(self.url(page, "")).content.decode()

    def test_asks_as_much_for_many_rails_as_for_one(
        self, editor, page, django_assert_num_queries
    ):
        with CaptureQueriesContext(connection) as one:
            assert len(editor.get(self.url(page, "?at_least=3")).context["lines"]) == 1
        with django_assert_num_queries(len(one)):
            assert len(editor.get(self.url(page)).context["lines"]) == 3

    def test_checks_no_more_than_the_page_has_room_for(self, editor, page):
        for _ in range(MAX_RAILS - 1):
            catalog.rail(page, "new")
        seen = editor.get(self.url(page)).context["lines"]
        checked = [line["name"] for line in seen if line["is_checked"]]
        assert checked == ["Comedy · 1990s"]

    def test_adds_what_is_checked_once(self, editor, page):
        version = page.version
        chosen = {"chosen": ["1990-comedy", "1980-drama", "1880-western"]}
        answer = editor.post(self.url(page), chosen, follow=True)
        assert "2 rails added." in answer.content.decode()
        assert [name for name, _, _ in rails(page)] == [
            "Comedy · 1990s",
            "Drama · 1980s",
        ]
        assert Page.objects.get().version == version + 1
        answer = editor.post(self.url(page), chosen, follow=True)
        assert "0 rails added." in answer.content.decode()
        assert Page.objects.get().version == version + 1
        assert '<span class="catalog-tag">there</span>' in (
            editor.get(self.url(page)).content.decode()
        )

    def test_more_than_the_page_has_room_for_are_refused(self, editor, page):
        for _ in range(MAX_RAILS - 1):
            catalog.rail(page, "new")
        chosen = {"chosen": ["1990-comedy", "1980-drama"]}
        answer = editor.post(self.url(page), chosen, follow=True)
        assert "would have 41 rails" in answer.content.decode()
        assert page.rails.count() == MAX_RAILS - 1

    def test_is_for_those_who_may_edit_pages(self, client, page):
        user = User.objects.create_user("nobody@example.com", "secret")
        User.objects.filter(pk=user.pk).update(is_staff=True)
        client.force_login(user)
        assert client.get(self.url(page)).status_code == 403
