"""What goes well after what: by meaning, and the same every time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from catalog import charts, plays, related
from catalog.models import ChartEntry, RelatedTitle
from catalog.plays import Play
from tests.factories import catalog

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def played(monkeypatch):
    """Plays that some part of the product tells of."""
    told = []

    def source(start, end):
        return [one for one in told if start <= one.at < end]

    monkeypatch.setattr(plays, "_sources", [source])
    return told


def _neighbours(title):
    rows = RelatedTitle.objects.filter(title=title).order_by("position")
    return [row.other.original_name for row in rows.select_related("other")]


class TestRelated:
    def test_a_sequel_and_the_same_director_rank_above_the_same_year(self, publish):
        film = catalog.title("Alien", genres=("horror",), year=1979)
        sequel = catalog.title("Aliens", genres=("action",), year=1986)
        same_director = catalog.title("Gladiator", genres=("drama",), year=2000)
        same_genre = catalog.title("Halloween", genres=("horror",), year=1999)
        catalog.title("Kramer", genres=("romance",), year=1979)
        others = [catalog.title(f"Other {n}", genres=("comedy",)) for n in range(9)]
        catalog.collection("alien", film, sequel)
        for title in (film, same_director):
            catalog.credit(title, "Ridley", role="director")
        publish(film, sequel, same_director, same_genre, *others)
        publish(*(one for one in type(film).objects.filter(original_name="Kramer")))
        related.relate(now=NOW)
        assert _neighbours(film)[:3] == ["Aliens", "Gladiator", "Halloween"]
        reasons = RelatedTitle.objects.get(title=film, position=0).reasons
        assert reasons[0] == "collection"

    def test_what_the_same_people_watched_comes_nearer(self, publish, played):
        film, liked, other = (catalog.title(n, genres=("drama",)) for n in "abc")
        publish(film, liked, other)
        for viewer in range(1, 9):
            played += [Play(viewer, one.pk, "US", NOW - DAY) for one in (film, liked)]
        related.relate(now=NOW)
        assert _neighbours(film) == ["b", "c"]
        row = RelatedTitle.objects.get(title=film, position=0)
        assert "watched_together" in row.reasons

    def test_plays_of_strangers_say_nothing_about_taste(self, publish, played):
        film, other = (catalog.title(n, genres=("drama",)) for n in "ab")
        publish(film, other)
        played += [Play(0, one.pk, "US", NOW - DAY) for one in (film, other)]
        related.relate(now=NOW)
        assert RelatedTitle.objects.get(title=film).reasons[0] == "genre"

    def test_who_shares_nothing_gets_what_is_popular(self, publish):
        alone = catalog.title("Alone")
        popular = catalog.title("Popular", popularity=9, genres=("drama",))
        less = catalog.title("Less", popularity=1, genres=("comedy",))
        publish(alone, popular, less)
        related.relate(now=NOW)
        assert _neighbours(alone) == ["Popular", "Less"]
        assert RelatedTitle.objects.filter(title=alone)[0].reasons == ["popular"]

    def test_twice_gives_the_same(self, publish):
        films = [catalog.title(f"f{n}", genres=("drama",)) for n in range(6)]
        publish(*films)
        related.relate(now=NOW)
        first = list(RelatedTitle.objects.values_list("title", "other", "position"))
        related.relate(now=NOW)
        assert first == list(
            RelatedTitle.objects.values_list("title", "other", "position")
        )

    def test_titles_taken_from_devices_are_forgotten(self, publish):
        films = [catalog.title(genres=("drama",)) for _ in range(2)]
        publish(*films)
        related.relate(now=NOW)
        films[0].published.all().delete()
        related.relate(now=NOW)
        assert not RelatedTitle.objects.filter(title=films[0]).exists()

    def test_the_command_explains(self, publish, capsys):
        film, other = (catalog.title(n, genres=("drama",)) for n in ("A", "B"))
        publish(film, other)
        call_command("discover", explain=film.slug)
        told = capsys.readouterr().out
        assert "B" in told
        assert "genre" in told
        with pytest.raises(CommandError, match="no title nothing"):
            call_command("discover", explain="nothing")


class TestCharts:
    @pytest.fixture
    def films(self, publish):
        films = [catalog.title(name, popularity=10 - n) for n, name in enumerate("abc")]
        publish(*films)
        return films

    def test_the_most_watched_of_the_week_lead_in_their_territory(
        self, get, films, played
    ):
        _, second, third = films
        played += [Play(n, third.pk, "US", NOW - DAY) for n in range(1, 4)]
        played += [Play(n, second.pk, "US", NOW - 2 * DAY) for n in range(1, 3)]
        played += [Play(n, second.pk, "DE", NOW - DAY) for n in range(1, 9)]
        charts.chart(now=NOW)
        top = get("/v1/charts/top")["results"]
        assert [card["name"] for card in top] == ["c", "b"]

    def test_one_viewer_counts_once_a_day(self, films, played):
        first, second, _ = films
        played += [Play(1, first.pk, "US", NOW - DAY)] * 5
        played += [Play(n, second.pk, "US", NOW - DAY) for n in (2, 3)]
        charts.chart(now=NOW)
        best = ChartEntry.objects.get(chart="top", territory="US", position=1)
        assert best.title == second

    def test_what_rises_beats_what_is_always_watched(self, films, played):
        steady, rising, _ = films
        for day in range(1, 28):
            played += [Play(n, steady.pk, "US", NOW - day * DAY) for n in range(1, 9)]
        played += [Play(n, rising.pk, "US", NOW - DAY) for n in range(1, 9)]
        charts.chart(now=NOW)
        best = ChartEntry.objects.get(chart="trending", territory="US", position=1)
        assert best.title == rising
        most = ChartEntry.objects.get(chart="top", territory="US", position=1)
        assert most.title == steady

    def test_without_plays_they_fall_back_on_popularity(self, get, films):
        charts.chart(now=NOW)
        names = [card["name"] for card in get("/v1/charts/trending")["results"]]
        assert names == ["a", "b", "c"]

    def test_there_is_no_other_chart(self, api):
        assert api.get("/v1/charts/worst").status_code == 404

    def test_the_command_makes_all(self, films, capsys):
        call_command("discover")
        assert "3 titles related" in capsys.readouterr().out
