"""Editors import files, export what they filter, publish by the hundred, and plan."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog import exporting, ingest
from catalog.admin import bulk, titles
from catalog.models import (
    AvailabilityWindow,
    IngestDocument,
    Page,
    PublishedTitle,
    Title,
)
from tests.catalog.test_admin import messages
from tests.catalog.test_import import record
from tests.catalog.test_ingest import with_rights, work
from tests.factories import accounts, catalog

pytestmark = pytest.mark.django_db
RIGHT_TO_LEFT = (
    "ألف ليلة وليلة",
    "שלום, \u200eStar Wars\u200f 2",
)
IMPORT = "admin:catalog_ingestdocument_import"
LIST = "admin:catalog_title_changelist"


@pytest.fixture
def editor(client):
    client.force_login(accounts.make_staff())
    return client


@pytest.fixture
def upload(editor, django_capture_on_commit_callbacks):
    """Upload a file and let the worker try it; hands back the page of the trial."""

    def upload(content, name="titles.json", client=editor, **more):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        data = {"file": SimpleUploadedFile(name, raw)} | more
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(reverse(IMPORT), data)
        if answer.status_code == 200:
            return answer
        work()
        return client.get(answer["Location"])

    return upload


def import_now(client, page, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page.request["PATH_INFO"])
    work()
    return client.get(answer["Location"])


def select(client, action, chosen):
    data = {"action": action, "_selected_action": [one.pk for one in chosen]}
    return client.post(reverse(LIST), data)


class TestImportingAFile:
    def test_is_tried_first(self, upload):
        page = upload([record(1), {"year": 1999}])
        text = page.content.decode()
        assert "This was a trial: nothing was written." in text
        assert "/external_ids must name at least one id." in text
        assert page.context["counts"]["created"] == 1
        assert not Title.objects.exists()

    def test_is_done_once_an_editor_says_so(
        self, editor, upload, django_capture_on_commit_callbacks
    ):
        page = upload([record(1), record(2)])
        done = import_now(editor, page, django_capture_on_commit_callbacks)
        assert done.context["counts"]["created"] == 2
        again = import_now(editor, page, django_capture_on_commit_callbacks)
        assert again.context["document"] == done.context["document"]
        assert Title.objects.count() == 2
        refused = editor.post(done.request["PATH_INFO"])
        assert refused.status_code == 403

    def test_may_publish_too(self, editor, upload, django_capture_on_commit_callbacks):
        page = upload([record(1)], publish="on")
        import_now(editor, page, django_capture_on_commit_callbacks)
        assert PublishedTitle.objects.exists()

    def test_reads_csv_and_foreign_layouts(self, upload):
        page = upload(b"external_id,name:en\nown:1,Film\n", name="titles.CSV")
        assert page.context["counts"]["created"] == 1
        film = {"title": "Airplane!", "year": 1980, "cast": [], "genres": ["Comedy"]}
        page = upload([film | {"href": "x", "extract": "y"}], mapping="us-films")
        assert page.context["counts"]["created"] == 1

    def test_names_the_line_of_a_csv_and_the_place_in_a_json(self, upload):
        rows = (
            "external_id,name:en,synopsis:en,year",
            'own:1,Film,"of two\nlines",1999',
            'own:2,Film,"again\nof two",nineteen',
        )
        page = upload("\n".join(rows).encode(), name="titles.csv").content.decode()
        assert "<code>line 4 /year</code>" in page
        page = upload([record(1), record(2, year="nineteen")]).content.decode()
        assert "<code>/1/year</code>" in page

    def test_says_where_a_file_breaks_off_and_keeps_what_was_before(self, upload):
        page = upload(json.dumps([record(1), record(2)]).encode()[:-20])
        assert "breaks off" in page.context["document"].failure
        assert page.context["counts"]["created"] == 1
        assert page.context["document"].state == "failed"

    @pytest.mark.parametrize(
        ("name", "raw", "reason"),
        [
            ("titles.xlsx", b"PK", "ends in .json or .csv"),
            ("titles.json", b"", "empty"),
            ("titles.json", b" " * 9, "larger than 8 MB"),
        ],
    )
    def test_refuses_what_is_no_such_file(self, upload, monkeypatch, name, raw, reason):
        if "larger" in reason:
            monkeypatch.setattr(ingest, "MAX_FILE_BYTES", 8)
        assert reason in upload(raw, name=name).content.decode()
        assert not IngestDocument.objects.exists()

    def test_is_for_those_who_may_edit(self, client, upload):
        page = upload([record(1)])
        reader = with_rights("view_title", "view_ingestdocument")
        client.force_login(reader)
        assert client.get(reverse(IMPORT)).status_code == 403
        path = page.request["PATH_INFO"]
        assert "Import it now" not in client.get(path).content.decode()
        assert client.post(path).status_code == 403
        client.force_login(with_rights("view_title"))
        assert client.get(path).status_code == 403

    def test_waits_when_too_many_are_open(self, editor, monkeypatch):
        monkeypatch.setattr(ingest, "MAX_OPEN", 0)
        data = {"file": SimpleUploadedFile("a.json", b"[]")}
        answer = editor.post(reverse(IMPORT), data, follow=True)
        assert "are waiting" in messages(answer)[0]

    def test_shows_what_was_ordered_and_renews_itself_until_it_is_done(self, editor):
        data = {"file": SimpleUploadedFile("a.json", b"[]")}
        page = editor.post(reverse(IMPORT), data, follow=True)
        assert 'http-equiv="refresh"' in page.content.decode()
        listed = editor.get(reverse("admin:catalog_ingestdocument_changelist"))
        assert "import of a file a.json (trial)" in listed.content.decode()


class TestExporting:
    def body(self, answer):
        return b"".join(answer.streaming_content)

    def rich(self):
        show = catalog.series("Show", seasons=(2,), genres=["drama"], min_age=12)
        catalog.credit(show, "Ada Example", character="Herself")
        show.packages.add(accounts.make_package("basic"))
        show.external_ids.create(system="own", value="show-1")
        special = show.seasons.create(number=0).episodes.create(
            number=1, after_season=1, after_episode=1
        )
        special.translations.create(language="en", name="Between the two")
        return show

    def test_comes_back_as_it_was(self, editor, tmp_path):
        show, plain = self.rich(), catalog.title("Plain")
        before = list(exporting.records([show.pk, plain.pk]))
        answer = select(editor, "export_json", [show, plain])
        assert answer["Content-Disposition"] == 'attachment; filename="titles.json"'
        path = tmp_path / "titles.json"
        path.write_bytes(self.body(answer))
        call_command("import_titles", path)
        assert list(exporting.records([show.pk, plain.pk])) == before
        assert Title.objects.count() == 2
        assert not plain.external_ids.exists()

    @pytest.mark.parametrize("kind", ["json", "csv"])
    @pytest.mark.parametrize("words", RIGHT_TO_LEFT)
    def test_right_to_left_words_come_back_as_they_were(
        self, editor, tmp_path, kind, words
    ):
        title = catalog.title(words)
        title.translations.create(language="de", name=words, synopsis=f"{words} ١٢٣.")
        before = list(exporting.records([title.pk]))
        path = tmp_path / f"titles.{kind}"
        path.write_bytes(self.body(select(editor, f"export_{kind}", [title])))
        title.translations.filter(language="de").update(name="x", synopsis="y")
        call_command("import_titles", path)
        assert list(exporting.records([title.pk])) == before

    def test_for_a_spreadsheet_comes_back_too(self, editor, tmp_path):
        title = catalog.title('Comma, "quoted"', genres=["drama"], min_age=None)
        catalog.credit(title, "Ada Example")
        before = list(exporting.records([title.pk]))
        path = tmp_path / "titles.csv"
        path.write_bytes(self.body(select(editor, "export_csv", [title])))
        call_command("import_titles", path)
        assert list(exporting.records([title.pk])) == before

    def test_of_nothing_is_an_empty_list(self):
        assert json.loads(b"".join(exporting.as_json([]))) == []

    def test_of_very_many_is_for_the_command(self, editor, monkeypatch):
        monkeypatch.setattr(bulk, "MOST_EXPORTED", 1)
        chosen = [catalog.title(), catalog.title()]
        data = {
            "action": "export_json",
            "_selected_action": [one.pk for one in chosen],
        }
        answer = editor.post(reverse(LIST), data, follow=True)
        assert "use manage.py export_titles" in messages(answer)[0]

    def test_by_command(self, tmp_path, capsys):
        self.rich()
        catalog.title()
        call_command("export_titles", tmp_path / "all.json")
        call_command("export_titles", tmp_path / "films.csv", kind="movie")
        assert len(json.loads((tmp_path / "all.json").read_bytes())) == 2
        assert len((tmp_path / "films.csv").read_text().splitlines()) == 2
        assert "1 titles in" in capsys.readouterr().out
        with pytest.raises(CommandError, match="ends in"):
            call_command("export_titles", tmp_path / "all.xml")

    def test_costs_the_same_for_many(self):
        def queries(count):
            pks = [self.rich_one(number).pk for number in range(count)]
            with CaptureQueriesContext(connection) as captured:
                list(exporting.records(pks))
            return len(captured)

        assert queries(1) == queries(4)

    def rich_one(self, number):
        show = catalog.series(seasons=(2, 2))
        catalog.credit(show, f"Person {number}")
        return show

    def test_an_own_id_that_is_unknown_is_refused(self, tmp_path, capsys):
        path = tmp_path / "titles.json"
        bad = record(1, external_ids={"public-id": "ti_nothing"})
        path.write_text(json.dumps([bad]))
        call_command("import_titles", path)
        assert "unknown_title" in capsys.readouterr().err


class TestPublishingByTheHundred:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        monkeypatch.setattr(titles, "_AT_ONCE", 1)

    def test_is_done_in_the_background_and_reported(
        self, editor, django_capture_on_commit_callbacks
    ):
        good, bad = catalog.title("Good"), catalog.series("Bad", seasons=())
        with django_capture_on_commit_callbacks(execute=True):
            answer = select(editor, "publish_selected", [good, bad])
        work()
        page = editor.get(answer["Location"])
        assert page.context["counts"]["published"] == 1
        assert page.context["counts"]["refused"] == 1
        assert "The series has no episode." in page.content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            answer = select(editor, "unpublish_selected", [good, bad])
        work()
        page = editor.get(answer["Location"])
        assert page.context["counts"]["taken"] == 1
        assert "The title is not published." in page.content.decode()
        assert not PublishedTitle.objects.exists()


class TestCalendar:
    def test_shows_what_will_change_by_itself(self, editor):
        now = datetime(2026, 3, 4, 12, tzinfo=UTC)
        soon = catalog.title("Soon", publish_at=now)
        AvailabilityWindow.objects.create(
            title=soon,
            territories=["DE"],
            starts_at=now + timedelta(days=1),
            ends_at=now + timedelta(days=90),
        )
        AvailabilityWindow.objects.create(title=soon, ends_at=now + timedelta(days=2))
        AvailabilityWindow.objects.create(
            title=soon,
            excluded=True,
            territories=["US"],
            ends_at=now + timedelta(days=3),
        )
        Page.objects.create(slug="home", release_at=now)
        url = reverse("admin:catalog_title_calendar")
        text = editor.get(url, {"from": "2026-03-04"}).content.decode()
        for words in ("is published", "arrives", "leaves", "is released"):
            assert words in text
        for where in ("DE", "everywhere", "everywhere but US"):
            assert f'<span class="catalog-tag">{where}</span>' in text
        assert 'datetime="2026-03-02"' in text
        assert 'datetime="2026-03-29"' in text

    @pytest.mark.parametrize("day", ["", "tomorrow", "0001-01-01", "9999-12-31"])
    def test_begins_with_this_week(self, editor, day):
        url = reverse("admin:catalog_title_calendar")
        text = editor.get(url, {"from": day}).content.decode()
        assert f'datetime="{timezone.localdate()}"' in text

    def test_is_for_those_who_may_look(self, client):
        client.force_login(with_rights("view_person"))
        url = reverse("admin:catalog_title_calendar")
        assert client.get(url).status_code == 403


def test_the_list_names_windows(editor):
    title = catalog.title()
    for number in range(3):
        AvailabilityWindow.objects.create(
            title=title,
            territories=["DE", "AT"],
            starts_at=datetime(2026, 3, 1 + number, tzinfo=UTC),
        )
    text = editor.get(reverse(LIST)).content.decode()
    assert "<div>DE, AT: 1 Mar 2026 to …</div>" in text
    assert "and 1 more" in text


def test_the_list_costs_the_same_at_any_size(editor):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(reverse(LIST)).status_code == 200
        return len(captured)

    catalog.title()
    first = queries()
    for _ in range(8):
        AvailabilityWindow.objects.create(title=catalog.title())
    assert queries() == first
