"""Sources become assets, jobs package them, failures are told, nothing is half done."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import boto3
import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.test import Client
from moto import mock_aws
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog import publishing
from catalog.models import Episode, PublishedTitle, Title
from playback import assets, jobs, media_section, tasks
from playback.models import Asset, PackagingJob, PlaybackSession, SourceText
from playback.packaging import PackagingFailed, tools
from tests.factories import catalog, playback

NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
WORKER = ["db_worker", "--queue-name", "media", "--batch", "--no-startup-delay"]

pytestmark = pytest.mark.django_db(transaction=True)


def clock() -> datetime:
    return NOW


def work() -> None:
    """What the media worker does with everything that is queued."""
    call_command(*WORKER, verbosity=0)


def document(title: Title) -> dict:
    """What devices get of a title."""
    found = PublishedTitle.objects.get(title=title, language="en")
    return json.loads(found.document)


@pytest.mark.media
class TestAFilm:
    def test_is_packaged_by_the_worker_and_becomes_playable(
        self, film: Path, words: Path, video_storage: Path
    ) -> None:
        title = catalog.title("Harbour Lights", genres=["drama"])
        publishing.publish(title, by=None, now=NOW)
        before = document(title)
        assert before["playable"] is False
        asset = assets.create_from_source(
            title=title,
            source=film,
            subtitles=[assets.Subtitle(words, "de")],
            now=NOW,
        )
        job = assets.enqueue(asset, now=NOW)
        work()
        job.refresh_from_db()
        asset.refresh_from_db()
        assert (job.state, job.progress, job.error) == ("done", 100, "")
        assert asset.state == Asset.State.READY
        assert asset.duration_ms == 8000
        assert [rung.height for rung in asset.renditions.order_by("height")] == [
            144,
            240,
            360,
        ]
        assert asset.text_tracks.get().label == "Deutsch"
        assert (video_storage / asset.folder / "master.m3u8").exists()
        after = document(title)
        assert after["playable"] is True
        assert after["audio_languages"] == ["en"]
        assert after["subtitle_languages"] == ["de"]

    def test_is_packaged_straight_into_s3(
        self, film: Path, settings: Settings, video_storage: Path
    ) -> None:
        with mock_aws():
            s3 = boto3.client("s3", region_name="us-east-1")
            s3.create_bucket(Bucket="films")
            options = {"bucket_name": "films", "location": "v", "file_overwrite": False}
            backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
            settings.STORAGES = settings.STORAGES | {"video": backend}
            asset = assets.create_from_source(
                title=catalog.title(), source=film, now=NOW
            )
            job, _ = jobs.create(asset, now=NOW)
            jobs.run(job.pk, clock=clock)
            asset.refresh_from_db()
            assert asset.state == Asset.State.READY, asset.jobs.get().error
            found = {
                name: s3.head_object(Bucket="films", Key=f"v/{asset.folder}/{name}")
                for name in ("master.m3u8", "manifest.mpd", "v360/1.m4s")
            }
        assert {name: head["ContentType"] for name, head in found.items()} == {
            "master.m3u8": "application/vnd.apple.mpegurl",
            "manifest.mpd": "application/dash+xml",
            "v360/1.m4s": "video/iso.segment",
        }


class TestFailure:
    @pytest.fixture
    def broken(self, video_storage: Path, tmp_path: Path) -> Asset:
        source = tmp_path / "broken.mp4"
        source.write_bytes(b"this is not a film")
        return assets.create_from_source(title=catalog.title(), source=source, now=NOW)

    def test_says_why_and_leaves_no_half_asset(
        self, broken: Asset, video_storage: Path
    ) -> None:
        assets.enqueue(broken, now=NOW)
        work()
        broken.refresh_from_db()
        job = broken.jobs.get()
        assert job.state == PackagingJob.State.FAILED
        assert "Invalid data found" in job.error
        assert broken.state == Asset.State.FAILED
        assert not broken.playable
        assert [path.name for path in video_storage.iterdir()] == ["sources"]

    def test_an_older_package_goes_on_playing(self, broken: Asset) -> None:
        Asset.objects.filter(pk=broken.pk).update(folder="as_x/old")
        assets.enqueue(broken, now=NOW)
        work()
        broken.refresh_from_db()
        assert broken.state == Asset.State.READY
        assert broken.folder == "as_x/old"

    def test_a_storage_that_fails_midway_is_left_clean(
        self,
        film: Path,
        video_storage: Path,
        settings: Settings,
    ) -> None:
        asset = assets.create_from_source(title=catalog.title(), source=film, now=NOW)
        backend = f"{__name__}.FullStorage"
        video = settings.STORAGES["video"] | {"BACKEND": backend}
        settings.STORAGES = settings.STORAGES | {"video": video}
        job, _ = jobs.create(asset, now=NOW)
        jobs.run(job.pk, clock=clock)
        job.refresh_from_db()
        assert job.error == "OSError: No space left on device"
        assert not list((video_storage / asset.public_id).rglob("*.m4s"))

    def test_a_tool_that_is_missing_is_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tools.shutil, "which", lambda _name: None)
        with pytest.raises(PackagingFailed, match="pip install shaka-streamer"):
            tools.path_of("mp4box")
        tools.path_of.cache_clear()

    def test_a_source_without_a_picture_is_refused(
        self, video_storage: Path, tmp_path: Path
    ) -> None:
        tone = tmp_path / "tone.m4a"
        made = ["-v", "error", "-f", "lavfi", "-i", "sine=d=1", str(tone)]
        tools.run("ffmpeg", made)
        asset = assets.create_from_source(title=catalog.title(), source=tone, now=NOW)
        job, _ = jobs.create(asset, now=NOW)
        jobs.run(job.pk, clock=clock)
        job.refresh_from_db()
        assert job.error == "the file has no moving picture"


class TestQueue:
    @pytest.fixture
    def asset(self) -> Asset:
        return playback.asset()

    def test_an_open_job_is_not_queued_twice(self, asset: Asset) -> None:
        first = assets.enqueue(asset, now=NOW)
        assert assets.enqueue(asset, now=NOW).pk == first.pk
        assert PackagingJob.objects.count() == 1

    def test_a_job_that_someone_took_is_left_alone(self, asset: Asset) -> None:
        job, _ = jobs.create(asset, now=NOW)
        PackagingJob.objects.update(state=PackagingJob.State.DONE)
        jobs.run(job.pk, clock=clock)
        job.refresh_from_db()
        assert job.started_at is None

    def test_a_job_whose_worker_died_is_started_again(self, asset: Asset) -> None:
        job, _ = jobs.create(asset, now=NOW)
        jobs._started(job.pk, NOW)
        later = NOW + jobs.LOST_AFTER
        assert tasks.requeue_lost(now=later) == 0
        assert tasks.requeue_lost(now=later + timedelta(seconds=1)) == 1
        states = list(
            PackagingJob.objects.order_by("pk").values_list("state", flat=True)
        )
        assert states == ["failed", "queued"]

    def test_progress_is_written_at_most_once_a_second(
        self, asset: Asset, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        job, _ = jobs.create(asset, now=NOW)
        with time_machine.travel(NOW, tick=False) as traveller:
            follow = jobs._Follower(job, lambda: datetime.now(UTC))
            with django_assert_num_queries(1):
                for hundredth in range(10):
                    follow(hundredth / 100, "encoding")
            traveller.shift(1.5)
            with django_assert_num_queries(1):
                follow(0.5, "encoding")
        job.refresh_from_db()
        assert (job.progress, job.step) == (50, "encoding")


class TestCommand:
    def test_queues_by_id_and_shows_progress(self, tmp_path: Path) -> None:
        asset = playback.asset()
        out = StringIO()
        call_command("package", asset.public_id, stdout=out)
        assert f"{asset.public_id}: job" in out.getvalue()
        assert "queued" in out.getvalue()

    def test_waits_until_nothing_is_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asset = playback.asset()
        jobs.create(asset, now=NOW)
        out = StringIO()
        monkeypatch.setattr(
            "playback.management.commands.package.time.sleep",
            lambda _s: PackagingJob.objects.update(state="done"),
        )
        call_command("package", wait=True, stdout=out)
        assert out.getvalue() == f"{asset.public_id} queued 0% \n"

    def test_repairs_what_was_lost(self) -> None:
        out = StringIO()
        call_command("package", lost=True, stdout=out)
        assert out.getvalue() == "0 lost jobs started again\n"

    def test_an_unknown_asset_is_an_error(self) -> None:
        with pytest.raises(CommandError, match="there is no asset as_x"):
            call_command("package", "as_x")


class TestMediaSection:
    def test_a_film_says_how_long_and_how_good_it_is(self) -> None:
        asset = playback.asset(heights=(240, 1080), audio=("en", "de", "en"))
        asset.text_tracks.update(role="caption")
        assert media_section.build([asset.title_id]) == {
            asset.title_id: {
                "playable": True,
                "runtime_s": 5400,
                "audio_languages": ["en", "de"],
                "subtitle_languages": ["de"],
                "badges": ["full_hd", "captions"],
                "episodes": {},
            }
        }

    def test_a_series_is_told_by_its_episodes(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        series = catalog.series(seasons=(2,))
        first, second = Episode.objects.filter(season__title=series).order_by("number")
        for episode in (first, second):
            playback.asset(episode=episode, heights=(240,), texts=())
        with django_assert_num_queries(6):
            section = media_section.build([series.pk])[series.pk]
        assert set(section["episodes"]) == {first.public_id, second.public_id}
        assert section["badges"] == []
        assert "runtime_s" not in section

    def test_video_that_does_not_play_yet_is_not_told(self) -> None:
        asset = playback.asset(folder="")
        assert media_section.build([asset.title_id]) == {}


class TestAdmin:
    @pytest.fixture
    def editor(self, client: Client) -> Client:
        client.force_login(User.objects.create_superuser("ed@example.com", "secret"))
        return client

    def test_lists_show_state_length_and_progress(self, editor: Client) -> None:
        asset = playback.asset()
        series = catalog.series("Tides", seasons=(1,))
        episode = Episode.objects.get(season__title=series)
        playback.asset(episode=episode)
        jobs.create(asset, now=NOW)
        shown = editor.get("/admin/playback/asset/").content.decode()
        assert "1:30:00" in shown
        assert "Tides (2020) S1 E1" in shown
        jobs_shown = editor.get("/admin/playback/packagingjob/").content.decode()
        assert '<progress max="100" value="0">' in jobs_shown
        assert editor.get("/admin/playback/packagingjob/add/").status_code == 403

    def test_sessions_are_shown_and_not_changed(self, editor: Client) -> None:
        session = PlaybackSession.objects.create(
            asset=playback.asset(), content_id="ti_x", platform="web", max_height=720
        )
        page = "/admin/playback/playbacksession/"
        assert session.public_id in editor.get(page).content.decode()
        assert editor.get(f"{page}add/").status_code == 403
        shown = editor.get(f"{page}{session.pk}/change/").content.decode()
        assert "ti_x" in shown
        assert "Save" not in shown

    def test_an_upload_is_packaged_in_the_background(
        self, editor: Client, film: Path
    ) -> None:
        title = catalog.title()
        with film.open("rb") as source:
            form = self.form(title=str(title.pk), source=source)
            answer = editor.post("/admin/playback/asset/add/", form)
        assert answer.status_code == 302, answer.content.decode()
        asset = Asset.objects.get(title=title)
        assert asset.jobs.get().state == PackagingJob.State.QUEUED
        asset.source.delete(save=False)

    def test_saving_without_a_new_source_packages_nothing(self, editor: Client) -> None:
        asset = playback.asset(source="sources/film.mp4")
        page = f"/admin/playback/asset/{asset.pk}/change/"
        assert editor.get(page).status_code == 200
        form = self.form(title=str(asset.title_id))
        assert editor.post(page, form).status_code == 302
        assert not asset.jobs.exists()

    def test_packaging_again_is_an_action(self, editor: Client) -> None:
        asset = playback.asset()
        form = {"action": "package_again", "_selected_action": [asset.pk]}
        editor.post("/admin/playback/asset/", form)
        assert asset.jobs.get().state == PackagingJob.State.QUEUED

    @staticmethod
    def form(**fields: object) -> dict[str, object]:
        inlines = [
            "source_texts",
            "windows",
            "markers",
            "renditions",
            "audio_tracks",
            "text_tracks",
            "jobs",
        ]
        management = {
            f"{name}-{count}_FORMS": "0"
            for name in inlines
            for count in ("TOTAL", "INITIAL")
        }
        plain = {"kind": "main", "language": "en", "position": 0}
        return plain | management | fields


def test_models_are_named_for_people() -> None:
    asset = playback.asset()
    asset.markers.create(kind="intro", start_ms=1000, end_ms=2000)
    text = SourceText.objects.create(asset=asset, language="de", file="x.vtt")
    assert str(asset) == asset.public_id
    assert str(asset.markers.get()) == "intro at 1000 ms"
    assert str(asset.renditions.get(height=720)) == "720p"
    assert str(asset.audio_tracks.get()) == "en"
    assert str(asset.text_tracks.get()) == "de"
    assert str(text) == "de subtitle"


class FullStorage(FileSystemStorage):
    """A disk that is full after a few files."""

    saved = 0

    def save(self, name: str, content: object, max_length: int | None = None) -> str:
        if FullStorage.saved == 5:
            raise OSError("No space left on device")
        FullStorage.saved += 1
        return super().save(name, content, max_length)
