"""``manage.py seed``: complete, repeatable, honest about what it did."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Offer, Profile, User
from catalog.models import Artwork, Page, PublishedTitle, Title
from playback import jobs
from playback.models import Asset, PackagingJob
from streamapi.demo import (
    cinema,
    content,
    filming,
    gallery,
    people,
    tasks,
    workers,
)
from streamapi.demo.films.script import films
from streamapi.demo.seeding import Seeding

pytestmark = pytest.mark.django_db

SERIES = next(one for one in content.titles() if one.kind == "series")


@pytest.fixture(autouse=True)
def _own_state(settings, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


def seed(**options) -> str:
    output = io.StringIO()
    call_command("seed", stdout=output, **{"no_video": True, **options})
    return output.getvalue()


class TestOwnTitles:
    def test_devices_can_list_and_open_them_in_both_languages(
        self, client: Client
    ) -> None:
        seed(demo_titles=3)
        english = client.get("/v1/titles?lang=en").json()["results"]
        assert len(english) == 3
        assert english[0]["slug"] == "the-keepers-light"
        german = client.get("/v1/titles/the-keepers-light?lang=de").json()
        assert german["name"] == "Das Licht der Wärterin"
        assert german["tagline"] == "Jemand muss wach bleiben."
        roles = {image["role"]: image for image in german["images"]}
        assert set(roles) == {"poster", "backdrop", "logo"}
        assert roles["poster"]["lang"] == "de"
        assert roles["backdrop"]["aspect"] == "16:9"
        assert german["maturity"] == {"min_age": 6, "label": "FSK 6"}

    def test_a_repeat_adds_nothing(self) -> None:
        seed(demo_titles=2)
        before = Title.objects.count(), Artwork.objects.count(), User.objects.count()
        output = seed(demo_titles=2)
        assert (
            Title.objects.count(),
            Artwork.objects.count(),
            User.objects.count(),
        ) == before
        assert "Titles: all there" in output
        assert "Accounts as before" in output

    def test_there_are_pages_in_both_languages(self, client: Client) -> None:
        told = seed(demo_titles=3)
        assert "home, movies, series, kids, live" in told
        listed = client.get("/v1/pages?lang=de").json()["results"]
        assert [one["name"] for one in listed][:2] == ["Start", "Filme"]
        for page in listed:
            answer = client.get(f"/v1/pages/{page['slug']}?lang=de").json()
            assert bool(answer["rails"]) is (page["slug"] != "series")
            assert all(rail["name"] for rail in answer["rails"])
        versions = Page.objects.values_list("version", flat=True)
        seed(demo_titles=3)
        assert list(Page.objects.values_list("version", flat=True)) == list(versions)

    def test_a_larger_seed_adds_what_is_missing(self) -> None:
        seed(demo_titles=1)
        assert "Titles: 1 added" in seed(demo_titles=2)
        assert Title.objects.count() == 2

    def test_pictures_are_stored_once_under_the_name_of_their_content(
        self, settings
    ) -> None:
        seed(demo_titles=1)
        seed(demo_titles=1)
        files = list((Path(settings.MEDIA_ROOT) / "artwork").rglob("*.*"))
        assert len(files) == Artwork.objects.count() == 5

    def test_episodes_have_their_own_stills(self) -> None:
        drawn = gallery.draw(SERIES.slug, ["en"])
        stills = [one for one in drawn if one.episode]
        assert len(stills) == sum(len(one.episodes) for one in SERIES.seasons)
        assert len({one.file for one in stills}) == len(stills)

    def test_a_series_comes_with_its_episodes(self, client: Client) -> None:
        seed(demo_titles=7)
        season = client.get(f"/v1/titles/{SERIES.slug}/seasons/1?lang=de").json()
        first = SERIES.seasons[0].episodes[0]
        assert season["episodes"][0]["name"] == first.texts["de"].name
        assert [one["role"] for one in season["episodes"][0]["images"]] == ["still"]
        assert len(season["episodes"]) == len(SERIES.seasons[0].episodes)

    def test_many_titles_are_drawn_by_several_processes(self) -> None:
        slugs = [title.slug for title in content.titles()[:4]]
        drawn = list(gallery.draw_all(slugs, ["en"]))
        assert [pictures[0].slug for pictures in drawn] == slugs


class TestPeople:
    def test_the_printed_passwords_open_both_doors(self, client: Client) -> None:
        output = seed(demo_titles=0)
        email, password = re.findall(r"Viewer +(\S+) +(\S+)", output)[0]
        answer = client.post(
            "/v1/auth/sign-in",
            {"email": email, "password": password, "device": {"platform": "web"}},
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.content
        assert [one["name"] for one in answer.json()["profiles"]] == ["Robin", "Kim"]
        email, password = re.findall(r"Admin +(\S+) +(\S+)", output)[0]
        assert client.login(username=email, password=password)
        assert client.get("/admin/").status_code == 200

    def test_passwords_are_kept_for_the_owner_alone(self, settings) -> None:
        output = seed(demo_titles=0)
        notebook = Path(settings.STATE_DIR) / "demo-accounts.txt"
        assert notebook.stat().st_mode & 0o077 == 0
        assert all(line in output for line in notebook.read_text().splitlines())

    def test_there_is_a_profile_for_a_child(self) -> None:
        seed(demo_titles=0)
        kim = Profile.objects.get(name="Kim")
        assert (kim.is_kids, kim.maturity) == (True, 7)

    def test_plans_an_add_on_and_a_bundle_are_on_sale_everywhere(self) -> None:
        seed(demo_titles=0)
        on_sale = Offer.objects.on_sale(timezone.now())
        assert set(on_sale.values_list("product__kind", flat=True)) == {
            "plan",
            "add_on",
            "bundle",
        }
        for offer in on_sale:
            assert offer.prices.count() == len(configured.TERRITORIES)

    def test_the_household_may_watch_the_package(self) -> None:
        seed(demo_titles=0)
        owned = User.objects.get(email=people.VIEWER).account.entitlements.get()
        codes = owned.product.packages.values_list("code", flat=True)
        assert list(codes) == [people.PACKAGE]


class TestSynthetic:
    def test_the_same_number_gives_the_same_titles(self) -> None:
        seed(demo_titles=1, titles=30, random_seed=7)
        first = _synthetic()
        Title.objects.filter(external_ids__system="synthetic").delete()
        seed(demo_titles=1, titles=30, random_seed=7)
        assert _synthetic() == first
        assert len(first) == 30

    def test_another_number_gives_others(self) -> None:
        seed(demo_titles=0, titles=5, random_seed=1)
        seed(demo_titles=0, titles=5, random_seed=2)
        assert len({public_id for public_id, _ in _synthetic()}) == 10

    def test_they_are_published_with_pictures_people_and_genres(
        self, client: Client
    ) -> None:
        seed(demo_titles=1, titles=3)
        slug = "synthetic-1-2"
        title = client.get(f"/v1/titles/{slug}?lang=de").json()
        assert title["name"].startswith("Die ")
        assert len(title["credits"]) == 4
        assert len(title["genres"]) == 2
        assert {image["role"] for image in title["images"]} == {"poster", "backdrop"}
        assert PublishedTitle.objects.filter(slug=slug).count() == 2

    def test_without_own_titles_they_have_no_pictures(self, client: Client) -> None:
        seed(demo_titles=0, titles=1)
        assert client.get("/v1/titles/synthetic-1-1").json()["images"] == []

    def test_a_larger_number_adds_the_difference(self) -> None:
        seed(demo_titles=0, titles=4)
        assert "2 added and published" in seed(demo_titles=0, titles=6)

    def test_gaps_of_an_interrupted_run_are_filled(self) -> None:
        seed(demo_titles=0, titles=5)
        before = _synthetic()
        Title.objects.get(slug="synthetic-1-2").delete()
        assert "1 added and published" in seed(demo_titles=0, titles=5)
        assert _synthetic() == before

    @pytest.mark.django_db(transaction=True)
    def test_many_are_made_by_several_processes(self, monkeypatch) -> None:
        monkeypatch.setattr("streamapi.demo.synthetic.BATCH", 10)
        assert "25 added and published" in seed(demo_titles=0, titles=25)
        assert PublishedTitle.objects.filter(language="en").count() == 25

    @pytest.mark.parametrize("wrong", ["-1", "1000001", "many"])
    def test_a_number_that_cannot_be_is_refused(self, wrong: str) -> None:
        with pytest.raises(CommandError):
            call_command("seed", f"--titles={wrong}")


def _synthetic() -> list[tuple[str, str]]:
    rows = Title.objects.filter(external_ids__system="synthetic").order_by("public_id")
    return list(rows.values_list("public_id", "original_name"))


class TestFilms:
    @pytest.mark.media
    def test_the_first_is_playable_at_once_the_others_wait_for_the_worker(
        self, client: Client, settings
    ) -> None:
        settings.PACKAGING_LADDER = ["144:80", "240:280"]
        settings.PACKAGING_PRESET = "ultrafast"
        output = seed(demo_titles=6, no_video=False)
        assert "playable" in output
        assert "5 more films" in output
        assert [one.state for one in cinema.standings()] == ["ready"] + ["waiting"] * 5
        title = client.get("/v1/titles/the-keepers-light").json()
        assert title["playable"]
        assert title["subtitle_languages"] == ["en", "de"]
        play = client.post(
            "/v1/playback/sessions",
            {"content_id": title["id"], "device": {"platform": "web"}},
            content_type="application/json",
        )
        assert play.status_code == 201, play.content
        assert len(play.json()["text_tracks"]) == 2
        assert title["trailers"] == []
        [queued] = PackagingJob.objects.filter(state="queued")
        jobs.run(queued.pk, clock=timezone.now)
        title = client.get("/v1/titles/the-keepers-light").json()
        [trailer] = title["trailers"]
        assert (trailer["kind"], trailer["language"]) == ("trailer", "en")
        assert 8_000 < trailer["duration_ms"] < 12_000
        assert title["runtime_s"] > 20
        assert "First film" not in seed(demo_titles=6, no_video=False)
        assert Asset.objects.filter(kind="trailer").count() == 1

    def test_a_film_that_exists_is_not_shot_again(self) -> None:
        asset = _asset_of_the_first()
        tasks.shoot.call(films()[0].title.slug)
        assert list(Asset.objects.all()) == [asset]

    def test_a_package_that_fails_is_told(self) -> None:
        _asset_of_the_first()
        with pytest.raises(CommandError, match="not playable"):
            seed(demo_titles=1, no_video=False)

    def test_whoever_follows_hears_of_every_change_once(self) -> None:
        asset = _asset_of_the_first()
        job, _ = jobs.create(asset, now=timezone.now())
        steps = iter(
            [
                lambda: _moved(asset, job, "packaging", 40),
                lambda: None,
                lambda: _moved(asset, job, "ready", 100),
            ]
        )
        told: list[tuple[str, int]] = []
        cinema.follow(
            lambda one: told.append((one.state, one.percent)),
            sleep=lambda _: next(steps)(),
        )
        assert told == [("waiting", 0), ("packaging", 40), ("ready", 100)]

    def test_the_command_follows_until_all_are_settled(self) -> None:
        asset = _asset_of_the_first()
        Asset.objects.filter(pk=asset.pk).update(state=Asset.State.FAILED)
        assert seed(follow=True) == "  The Keeper's Light: failed\n"


def _asset_of_the_first() -> Asset:
    """An asset whose source is not there."""
    seed(demo_titles=1)
    title = Title.objects.get(slug=films()[0].title.slug)
    return Asset.objects.create(title=title, source="sources/none.mp4")


def _moved(asset: Asset, job: PackagingJob, state: str, percent: int) -> None:
    Asset.objects.filter(pk=asset.pk).update(state=state)
    PackagingJob.objects.filter(pk=job.pk).update(progress=percent)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestProgress:
    def test_a_terminal_sees_a_bar_that_ends_as_a_line(self) -> None:
        output = _Terminal()
        seeding = Seeding(now=timezone.now(), output=output)
        progress = seeding.progress("Work", 4)
        progress.at(2, "half")
        progress.at(4, "all")
        progress.end("done")
        text = output.getvalue()
        assert "Work [" in text
        assert "100% all" in text
        assert re.search(r"\r\x1b\[K  Work: done \(\d+\.\d s\)\n\Z", text)

    def test_a_pipe_sees_one_line_when_it_was_quick(self) -> None:
        output = io.StringIO()
        progress = Seeding(now=timezone.now(), output=output).progress("Work", 10)
        for done in range(11):
            progress.at(done)
        progress.end("10 things")
        assert re.fullmatch(r"  Work: 10 things \(0\.\d s\)\n", output.getvalue())

    def test_a_pipe_sees_every_tenth_when_it_is_slow(self, monkeypatch) -> None:
        moments = iter(range(0, 1000, 2))
        monkeypatch.setattr(
            "streamapi.demo.progress.time.monotonic", lambda: next(moments)
        )
        output = io.StringIO()
        progress = Seeding(now=timezone.now(), output=output).progress("Work", 100)
        for done in range(0, 101, 5):
            progress.at(done, "busy")
        assert output.getvalue().count("\n") == 10
        assert "  Work: 50% busy\n" in output.getvalue()


def test_a_new_process_joins_on_the_same_database() -> None:
    workers._join(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_filming_needs_a_title_in_the_catalogue() -> None:
    assert filming.asset_of(films()[0]) is None
