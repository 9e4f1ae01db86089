"""Trailers and extras come with an import, go with an export, and are never made twice."""

import json
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.urls import reverse
from rest_framework.test import APIClient

from catalog import exporting, publishing
from catalog.models import Title
from playback.models import Asset, PackagingJob
from tests.catalog.test_ingest import holding, items, with_rights, work
from tests.factories import catalog, playback
from tests.factories.accounts import make_staff
from tests.factories.playback import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("video_storage")]
TRAILER = {
    "kind": "trailer",
    "name": "Official trailer",
    "language": "de",
    "source": "sources/in/trailer.mp4",
}
SCENE = {
    "kind": "scene",
    "name": "",
    "language": "en",
    "source": "sources/in/scene.mp4",
}


@pytest.fixture(autouse=True)
def _delivered(video_storage):
    for name in ("trailer", "scene"):
        storages["video"].save(f"sources/in/{name}.mp4", ContentFile(b"film"))


def record(*videos, number=1):
    return {
        "external_ids": {"own": str(number)},
        "translations": {"en": {"name": f"Film {number}"}},
        "videos": list(videos),
    }


@pytest.fixture
def load(tmp_path):
    """Import records; hands back one line of the report for each."""

    def load(*records, **options):
        path, report = tmp_path / "titles.json", tmp_path / "report.jsonl"
        path.write_text(json.dumps(records))
        silent = {"stdout": StringIO(), "stderr": StringIO()}
        call_command("import_titles", path, report=report, **silent, **options)
        return [json.loads(line) for line in report.read_bytes().splitlines()]

    return load


def shown():
    rows = Asset.objects.order_by("position", "pk")
    return [(one.kind, one.name, one.language, str(one.source)) for one in rows]


def facts(*videos):
    return [tuple(one.values()) for one in videos]


class TestImport:
    def test_makes_assets_and_queues_their_packaging(
        self, load, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks() as queued:
            load(record(TRAILER, SCENE))
        assert shown() == facts(TRAILER, SCENE)
        jobs = PackagingJob.objects.order_by("pk")
        assert [str(job.asset.source) for job in jobs] == [
            TRAILER["source"],
            SCENE["source"],
        ]
        assert len(queued) >= 2

    def test_takes_its_name_in_each_language_and_keeps_what_is_left_out(self, load):
        words = {"de": {"name": "Der Trailer"}, "ar": {"name": "الإعلان"}}
        load(record(TRAILER | {"translations": words}))
        asset = Asset.objects.get()
        assert asset.names == {"de": "Der Trailer", "ar": "الإعلان"}
        load(record(TRAILER | {"name": "Other"}))
        asset.refresh_from_db()
        assert (asset.name, len(asset.names)) == ("Other", 2)
        load(record(TRAILER | {"translations": {}}))
        asset.refresh_from_db()
        assert asset.names == {}

    def test_the_same_again_changes_nothing(self, load):
        load(record(TRAILER))
        assert load(record(TRAILER))[0]["outcome"] == "unchanged"
        load(record(TRAILER, SCENE))
        assert Asset.objects.count() == PackagingJob.objects.count() == 2

    def test_renames_and_puts_in_order_what_it_knows(self, load):
        load(record(TRAILER, SCENE))
        teaser = TRAILER | {"kind": "teaser", "name": "First look"}
        load(record(SCENE, teaser))
        assert shown() == facts(SCENE, teaser)
        assert PackagingJob.objects.count() == 2

    def test_keeps_what_is_left_out(self, load):
        load(record(TRAILER))
        load(record())
        load({**record(), "videos": None})
        assert shown() == facts(TRAILER)

    def test_what_is_known_needs_its_file_no_longer(self, load):
        load(record(TRAILER))
        storages["video"].delete(TRAILER["source"])
        load(record(TRAILER | {"name": "Other"}))
        assert shown() == facts(TRAILER | {"name": "Other"})

    def test_fills_in_what_is_not_said(self, load):
        load(record({"kind": "clip", "source": "sources/in/scene.mp4"}))
        assert shown() == [("clip", "", "en", "sources/in/scene.mp4")]

    def test_a_dry_run_leaves_nothing(self, load, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as queued:
            assert load(record(TRAILER), dry_run=True)[0]["outcome"] == "created"
        assert not Asset.objects.exists()
        assert queued == []

    def test_the_film_itself_is_not_an_extra(self, load):
        load(record(TRAILER))
        film = playback.asset(Title.objects.get(), source="sources/in/film.mp4")
        load(record(TRAILER, SCENE))
        film.refresh_from_db()
        assert film.kind == "main"
        assert Asset.objects.count() == 3

    def test_a_batch_costs_the_same_whatever_is_in_it(
        self, load, django_assert_max_num_queries
    ):
        load(*(record(TRAILER, number=number) for number in range(9)))
        renamed = TRAILER | {"name": "Other"}
        with django_assert_max_num_queries(60):
            load(*(record(renamed, number=number) for number in range(9)))

    @pytest.mark.parametrize(
        ("videos", "code", "pointer"),
        [
            ("x", "wrong_type", "/videos"),
            (["x"], "wrong_type", "/videos/0"),
            ([{"source": "sources/a"}], "required", "/videos/0/kind"),
            ([TRAILER | {"kind": "main"}], "invalid_choice", "/videos/0/kind"),
            ([{"kind": "clip"}], "required", "/videos/0/source"),
            ([TRAILER | {"source": "as_x/1/a"}], "invalid", "/videos/0/source"),
            (
                [TRAILER | {"source": "sources/no"}],
                "unknown_source",
                "/videos/0/source",
            ),
            (
                [TRAILER, SCENE | {"source": "sources/../../etc/passwd"}],
                "unknown_source",
                "/videos/1/source",
            ),
            ([TRAILER, TRAILER], "duplicate", "/videos"),
            ([TRAILER | {"language": "?"}], "invalid", "/videos/0/language"),
            ([TRAILER | {"name": "x" * 201}], "too_long", "/videos/0/name"),
            ([TRAILER | {"title": "x"}], "unknown_field", "/videos/0/title"),
            (
                [TRAILER | {"translations": {"?": {"name": "x"}}}],
                "invalid",
                "/videos/0/translations/?",
            ),
            (
                [TRAILER | {"translations": {"de": {"name": ""}}}],
                "required",
                "/videos/0/translations/de/name",
            ),
            (
                [TRAILER | {"translations": {"de": {"name": "x", "synopsis": "x"}}}],
                "unknown_field",
                "/videos/0/translations/de/synopsis",
            ),
            (
                [TRAILER | {"source": f"sources/{n}"} for n in range(101)],
                "too_many",
                "/videos",
            ),
        ],
    )
    def test_names_what_is_wrong_and_writes_the_others(
        self, load, videos, code, pointer
    ):
        wrong = {**record(number=2), "videos": videos}
        good, bad = load(record(TRAILER, number=1), wrong)
        assert good["outcome"] == "created"
        assert bad["outcome"] == "rejected"
        error = bad["error"]
        assert (error["code"], error["pointer"]) == (code, pointer)
        assert Title.objects.count() == Asset.objects.count() == 1


class TestExport:
    def test_comes_back_as_it_was(self, load):
        named = TRAILER | {"translations": {"de": {"name": "Der Trailer"}}}
        load(record(named, SCENE), record(number=2))
        titles = list(Title.objects.order_by("pk").values_list("pk", flat=True))
        before = list(exporting.records(titles))
        assert before[0]["videos"] == [named, SCENE]
        assert "videos" not in before[1]
        plain = json.loads(b"".join(exporting.as_json(before)))
        load(*plain)
        assert list(exporting.records(titles)) == before
        assert Asset.objects.count() == 2


class TestIngest:
    def test_takes_them_from_a_program(self, django_capture_on_commit_callbacks):
        client = holding(with_rights("add_title", "change_title"))
        wrong = record(TRAILER | {"source": "sources/no"}, number=2)
        body = {"key": "k1", "items": [record(TRAILER), wrong]}
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/v1/ingest", body, format="json")
        with django_capture_on_commit_callbacks(execute=True):
            work()
        assert shown() == facts(TRAILER)
        status = client.get(answer["Location"]).json()
        _, refused = items(client, status)["results"]
        assert refused["errors"][0]["pointer"] == "/videos/0/source"


class TestTitlePage:
    def test_shows_trailers_in_their_order_once_they_are_packaged(self):
        title = catalog.title("Film", slug="film")
        for position, name in ((2, "Second"), (1, "First")):
            playback.asset(title, kind="trailer", name=name, position=position)
        publishing.publish(title, by=None, now=NOW)
        page = APIClient().get("/v1/titles/film").json()
        assert [one["name"] for one in page["trailers"]] == ["First", "Second"]

    def test_calls_a_trailer_by_its_name_in_the_readers_language(self):
        title = catalog.title("Film", slug="film")
        names = {"de": "Der Trailer", "fr": "La bande-annonce"}
        playback.asset(title, kind="trailer", name="The trailer", names=names)
        publishing.publish(title, by=None, now=NOW)
        for wanted, name in (
            ("en", "The trailer"),
            ("de", "Der Trailer"),
            ("en,de", "Der Trailer"),
        ):
            page = APIClient().get("/v1/titles/film", {"lang": wanted}).json()
            assert page["trailers"][0]["name"] == name
            assert "names" not in page["trailers"][0]

    def test_an_editor_names_it_in_the_languages_of_the_service(self, client):
        title = catalog.title("Film")
        names = {"fr": "La bande-annonce"}
        asset = playback.asset(
            title, kind="trailer", names=names, source=TRAILER["source"]
        )
        client.force_login(make_staff())
        url = reverse("admin:playback_asset_change", args=[asset.pk])
        page = client.get(url)
        shown = {one.html_name: one.value() for one in page.context["adminform"].form}
        data = {name: value for name, value in shown.items() if value is not None}
        del data["names"], data["source"]
        for inline in page.context["inline_admin_formsets"]:
            for field in inline.formset.management_form:
                data[field.html_name] = field.value()
        written = {"names_en": "The trailer", "names_de": "Der Trailer"}
        answer = client.post(url, data | written)
        assert answer.status_code == 302, answer.context["errors"]
        asset.refresh_from_db()
        assert asset.names == names | {"en": "The trailer", "de": "Der Trailer"}
