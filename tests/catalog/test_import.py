"""Imports: what is good gets in, what is not is named, and twice is as good as once."""

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Package
from catalog.importing import fields, intake, readers
from catalog.models import (
    AttributeDefinition,
    Collection,
    Credit,
    Episode,
    Genre,
    ImportRun,
    Person,
    Title,
)
from tests.factories import catalog

pytestmark = pytest.mark.django_db
FILMS = next(
    (
        folder / "shared" / "data" / "titles"
        for folder in Path(__file__).resolve().parents
        if (folder / "shared" / "data" / "titles").is_dir()
    ),
    None,
)


def record(number=1, **more):
    return {
        "external_ids": {"own": str(number)},
        "translations": {"en": {"name": f"Film {number}", "synopsis": "A story."}},
        "year": 1999,
    } | more


@pytest.fixture
def load(tmp_path):
    """Import records, or raw bytes; hands back the report, the output and the errors."""

    def load(content, *options, name="titles.json", fails=False):
        path = tmp_path / name
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(raw)
        report = tmp_path / "report.jsonl"
        out, err = io.StringIO(), io.StringIO()
        arguments = [str(path), *options, "--report", str(report)]
        if fails:
            with pytest.raises(CommandError):
                call_command("import_titles", *arguments, stdout=out, stderr=err)
        else:
            call_command("import_titles", *arguments, stdout=out, stderr=err)
        lines = [json.loads(line) for line in report.read_bytes().splitlines()]
        return lines, out.getvalue(), err.getvalue()

    return load


def outcomes(lines):
    return [line["outcome"] for line in lines]


class TestImport:
    def test_creates_a_title_with_everything_that_is_given(self, load):
        Package.objects.create(code="basic", name="Basic")
        lines, out, _ = load(
            [
                record(
                    kind="movie",
                    original_language="fr",
                    released_on="1999-05-01",
                    runtime_s=5400,
                    languages=["fr", "en"],
                    genres=["Science Fiction", "Drama"],
                    packages=["basic"],
                    translations={
                        "fr": {"name": "L'Été", "tagline": "Un", "synopsis": "Deux"},
                        "ar": {"name": "الصيف"},
                    },
                    credits=[
                        {"name": "Ada", "role": "director"},
                        {"name": "Ben", "character": "Captain"},
                    ],
                    ratings=[
                        {
                            "system": "fsk",
                            "value": "12",
                            "country": "DE",
                            "min_age": 12,
                            "descriptors": ["violence"],
                        }
                    ],
                )
            ]
        )
        assert outcomes(lines) == ["created"]
        assert "1 created, 0 updated, 0 unchanged, 0 rejected" in out
        title = Title.objects.get(public_id=lines[0]["title_id"])
        assert title.slug == "lete-1999"
        assert title.original_name == "L'Été"
        assert title.status == "draft"
        assert title.translations.get(language="ar").name == "الصيف"
        assert [genre.slug for genre in title.genres.order_by("pk")] == [
            "science-fiction",
            "drama",
        ]
        assert title.packages.get().code == "basic"
        assert title.ratings.get().descriptors == ["violence"]
        parts = title.credits.order_by("position")
        assert [(one.person.name, one.role) for one in parts] == [
            ("Ada", "director"),
            ("Ben", "actor"),
        ]

    def test_again_changes_nothing_and_keeps_what_an_editor_wrote(self, load):
        load([record(1), record(2)])
        Title.objects.update(original_name="Edited")
        lines, _, _ = load([record(1), record(2)])
        assert outcomes(lines) == ["unchanged", "unchanged"]
        assert set(Title.objects.values_list("original_name", flat=True)) == {"Edited"}

    def test_a_changed_record_updates_what_it_gives_and_nothing_else(self, load):
        load([record(genres=["Drama"], runtime_s=60, credits=[{"name": "Ada"}])])
        before = Title.objects.get()
        lines, _, _ = load([record(year=2000, credits=[{"name": "Ben"}])])
        after = Title.objects.get()
        assert outcomes(lines) == ["updated"]
        assert (after.public_id, after.slug) == (before.public_id, before.slug)
        assert (after.year, after.runtime_s) == (2000, 60)
        assert after.version == before.version + 1
        assert after.updated_at > before.updated_at
        assert after.genres.get().slug == "drama"
        assert after.credits.get().person.name == "Ben"

    def test_a_title_is_known_by_any_of_its_ids(self, load):
        load([record(external_ids={"own": "1", "imdb": "tt1"})])
        lines, _, _ = load([record(external_ids={"imdb": "tt1", "eidr": "10/x"})])
        assert outcomes(lines) == ["updated"]
        assert set(Title.objects.get().external_ids.values_list("system", "value")) == {
            ("own", "1"),
            ("imdb", "tt1"),
            ("eidr", "10/x"),
        }

    def test_namesakes_share_a_person_and_slugs_never_clash(self, load):
        same = {"credits": [{"name": "Ada"}]}
        load([record(n, translations={"en": {"name": "Same"}}, **same) for n in (1, 2)])
        assert Person.objects.count() == 1
        assert Credit.objects.count() == 2
        slugs = sorted(Title.objects.values_list("slug", flat=True))
        assert slugs[0] == "same-1999"
        assert slugs[1].startswith("same-1999-")

    def test_a_name_without_letters_still_gets_a_slug(self, load):
        load([record(translations={"ja": {"name": "東京物語"}})])
        assert Title.objects.get().slug.endswith("-1999")

    def test_series_keep_their_episodes_ids(self, load):
        def serie(name):
            episode = {"number": 1, "translations": {"en": {"name": name}}}
            season = {
                "number": 1,
                "translations": {"en": {"name": "One"}},
                "episodes": [episode | {"runtime_s": 60}],
            }
            return [record(kind="series", seasons=[season])]

        load(serie("Pilot"))
        before = Episode.objects.get()
        lines, _, _ = load(serie("The Pilot"))
        after = Episode.objects.get()
        assert outcomes(lines) == ["updated"]
        assert after.public_id == before.public_id
        assert after.translations.get().name == "The Pilot"
        assert after.season.translations.get().name == "One"

    def test_a_dry_run_reports_the_same_and_writes_nothing(self, load):
        content = [record(1, genres=["Drama"]), record(2, year="soon")]
        lines, out, _ = load(content, "--dry-run")
        assert outcomes(lines) == ["created", "rejected"]
        assert "nothing was written" in out
        assert not Title.objects.exists()
        assert not Genre.objects.exists()
        assert not ImportRun.objects.exists()

    def test_the_number_of_queries_does_not_grow_with_the_batch(self, load):
        def queries(first, count):
            records = [
                record(n, genres=["Drama"], credits=[{"name": f"P {n}"}])
                for n in range(first, first + count)
            ]
            with CaptureQueriesContext(connection) as captured:
                load(records)
            return len(captured)

        queries(0, 1)
        assert queries(10, 2) == queries(20, 30)


class TestResume:
    def test_goes_on_after_the_batch_that_was_last_written(self, load, monkeypatch):
        write = intake.write
        calls = []

        def stops_in_the_second_batch(entries, **more):
            calls.append(len(entries))
            if len(calls) == 2:
                raise KeyboardInterrupt
            write(entries, **more)

        monkeypatch.setattr(intake, "write", stops_in_the_second_batch)
        content = [record(n) for n in range(6)]
        with pytest.raises(KeyboardInterrupt):
            load(content, "--batch", "2")
        assert Title.objects.count() == 2
        assert ImportRun.objects.get().position == 2
        monkeypatch.undo()
        path = Path(ImportRun.objects.get().path)
        out = io.StringIO()
        call_command("import_titles", str(path), "--batch", "2", stdout=out)
        assert "after record 2: 4 created" in out.getvalue()
        assert Title.objects.count() == 6
        assert ImportRun.objects.get().finished_at is not None

    def test_a_finished_import_starts_anew(self, load):
        load([record()])
        _, out, _ = load([record()])
        assert "after record" not in out


class TestRejection:
    @pytest.mark.parametrize(
        ("bad", "code", "pointer"),
        [
            ({"external_ids": {}}, "required", "/external_ids"),
            ({"external_ids": None}, "required", "/external_ids"),
            ({"external_ids": {"own": ""}}, "required", "/external_ids/own"),
            ({"external_ids": {"o w": "1"}}, "invalid", "/external_ids/o w"),
            ({"external_ids": {"own": 7}}, "wrong_type", "/external_ids/own"),
            ({"external_ids": "own:1"}, "wrong_type", "/external_ids"),
            ({"title": "x"}, "unknown_field", "/title"),
            ({"kind": "opera"}, "invalid_choice", "/kind"),
            ({"slug": "no spaces"}, "invalid", "/slug"),
            ({"slug": "s" * 201}, "too_long", "/slug"),
            ({"year": "soon"}, "wrong_type", "/year"),
            ({"year": 1999.5}, "wrong_type", "/year"),
            ({"year": True}, "wrong_type", "/year"),
            ({"year": 12}, "out_of_range", "/year"),
            ({"released_on": "1999-02-30"}, "invalid_date", "/released_on"),
            ({"released_on": 1999}, "wrong_type", "/released_on"),
            ({"runtime_s": -1}, "out_of_range", "/runtime_s"),
            ({"original_language": "English"}, "invalid", "/original_language"),
            ({"translations": {}}, "required", "/original_name"),
            ({"translations": []}, "wrong_type", "/translations"),
            (
                {"translations": {"en": {"name": ""}}},
                "required",
                "/translations/en/name",
            ),
            (
                {"translations": {"english": {"name": "x"}}},
                "invalid",
                "/translations/english",
            ),
            (
                {"translations": {"en": {"name": "x", "plot": "y"}}},
                "unknown_field",
                "/translations/en/plot",
            ),
            (
                {"translations": {"en": {"name": "n" * 10_000_000}}},
                "too_long",
                "/translations/en/name",
            ),
            (
                {"translations": {"en": {"name": "a\x00b"}}},
                "invalid_character",
                "/translations/en/name",
            ),
            ({"genres": "Drama"}, "wrong_type", "/genres"),
            ({"genres": [1]}, "wrong_type", "/genres/0"),
            ({"genres": ["g"] * 2001}, "too_many", "/genres"),
            ({"packages": ["gold"]}, "unknown_package", "/packages/0"),
            ({"credits": [{"role": "actor"}]}, "required", "/credits/0/name"),
            (
                {"credits": [{"name": "Ada", "role": "cook"}]},
                "invalid_choice",
                "/credits/0/role",
            ),
            ({"credits": ["Ada"]}, "wrong_type", "/credits/0"),
            (
                {"ratings": [{"system": "fsk", "value": "12"}]},
                "required",
                "/ratings/0/min_age",
            ),
            (
                {"ratings": [{"system": "fsk", "value": "99", "min_age": 99}]},
                "out_of_range",
                "/ratings/0/min_age",
            ),
            ({"seasons": [{}]}, "required", "/seasons/0/number"),
            (
                {"seasons": [{"number": 1, "episodes": [{"number": 1}] * 2}]},
                "duplicate",
                "/seasons/0/episodes",
            ),
        ],
    )
    def test_names_the_field_and_leaves_the_others_in(self, load, bad, code, pointer):
        lines, _, err = load([record(1), record(2) | bad, record(3)])
        assert outcomes(lines) == ["created", "rejected", "created"]
        assert lines[1]["error"]["code"] == code
        assert lines[1]["error"]["pointer"] == pointer
        assert f"record 2 (/1{pointer}): {code}" in err
        assert Title.objects.count() == 2

    def test_a_record_that_is_no_object(self, load):
        lines, _, _ = load([record(1), "Film", record(3)])
        assert [one["error"] and one["error"]["code"] for one in lines] == [
            None,
            "wrong_type",
            None,
        ]

    def test_an_id_that_an_earlier_record_gave(self, load):
        lines, _, _ = load([record(1), record(1, year=2000), record(2)])
        assert outcomes(lines) == ["created", "rejected", "created"]
        assert lines[1]["error"]["code"] == "duplicate_id"
        assert "record 1" in lines[1]["error"]["detail"]

    def test_ids_of_two_titles_in_one_record(self, load):
        load([record(1), record(2, external_ids={"imdb": "tt2"})])
        lines, _, _ = load([record(external_ids={"own": "1", "imdb": "tt2"})])
        assert lines[0]["error"]["code"] == "ids_conflict"

    def test_a_slug_that_is_taken(self, load):
        catalog.title(slug="taken")
        lines, _, _ = load(
            [record(1, slug="taken"), record(2, slug="new"), record(3, slug="new")]
        )
        assert [one["error"] and one["error"]["code"] for one in lines] == [
            "slug_taken",
            None,
            "slug_taken",
        ]

    def test_a_slug_that_is_its_own_may_stay(self, load):
        load([record(slug="mine")])
        lines, _, _ = load([record(slug="mine", year=2001)])
        assert outcomes(lines) == ["updated"]

    def test_bytes_that_are_no_utf8_spoil_their_record_alone(self, load):
        raw = json.dumps([record(1), record(2), record(3)]).encode()
        lines, _, _ = load(raw.replace(b"Film 2", b"Film \xff\xfe2"))
        assert outcomes(lines) == ["created", "rejected", "created"]
        assert lines[1]["error"]["code"] == "invalid_utf8"


class TestFile:
    def test_a_truncated_file_keeps_what_came_before(self, load):
        raw = json.dumps([record(1), record(2), record(3)]).encode()[:-40]
        lines, out, err = load(raw, fails=True)
        assert outcomes(lines) == ["created", "created"]
        assert "2 created" in out
        assert "after record 2" in err
        assert Title.objects.count() == 2

    def test_a_repaired_file_imports_the_rest(self, load):
        raw = json.dumps([record(1), record(2)]).encode()
        load(raw[:-30], fails=True)
        lines, _, _ = load(raw)
        assert outcomes(lines) == ["unchanged", "created"]

    @pytest.mark.parametrize("raw", [b'{"titles": []}', b"null", b'"x"', b"12"])
    def test_json_that_is_no_array(self, load, raw):
        _, _, err = load(raw, fails=True)
        assert "one JSON array" in err

    @pytest.mark.parametrize("raw", [b"", b"nonsense", b"[{]"])
    def test_what_is_no_json(self, load, raw):
        _, _, err = load(raw, fails=True)
        assert "malformed after record 0" in err

    def test_an_empty_array_is_an_empty_import(self, load):
        lines, out, _ = load([])
        assert lines == []
        assert "0 created" in out

    def test_a_record_of_unbounded_size(self, load, monkeypatch):
        monkeypatch.setattr(readers, "MAX_RECORD_BYTES", 200_000)
        huge = record(2, translations={"en": {"name": "n" * 1_000_000}})
        lines, _, err = load([record(1), huge], "--batch", "1", fails=True)
        assert outcomes(lines) == ["created"]
        assert "larger than" in err

    def test_an_unknown_format_and_a_file_that_is_not_there(self, load, tmp_path):
        _, _, err = load(b"x", name="titles.xml", fails=True)
        assert ".json and .csv" in err
        err = io.StringIO()
        with pytest.raises(CommandError):
            call_command("import_titles", str(tmp_path / "no.json"), stderr=err)
        assert "No such file" in err.getvalue()

    def test_a_directory_with_the_name_of_a_file(self, tmp_path):
        (tmp_path / "titles.json").mkdir()
        err = io.StringIO()
        with pytest.raises(CommandError):
            call_command("import_titles", str(tmp_path / "titles.json"), stderr=err)
        assert "Is a directory" in err.getvalue()


class TestCsv:
    HEADER = (
        b"external_id,kind,year,name:en,name:de,synopsis:en,genres,actor,director\n"
    )

    def test_reads_languages_lists_and_people_from_columns(self, load):
        row = b'own:1,movie,1999,"Sun, rise",Sonne,A story.,Drama|War,Ada|Ben,Cy\n'
        lines, _, _ = load(self.HEADER + row, name="titles.csv")
        assert outcomes(lines) == ["created"]
        title = Title.objects.get()
        assert title.translations.get(language="de").name == "Sonne"
        assert title.translations.get(language="en").name == "Sun, rise"
        assert title.genres.count() == 2
        assert title.credits.count() == 3
        assert title.year == 1999

    def test_a_bad_row_is_named_by_its_line(self, load):
        rows = b"own:1,movie,1999,A,,,,,\nown:2,movie\nown:3,movie,x,C,,,,,\n"
        last = b"own:4,movie,1999,D,,,,,\n"
        lines, _, err = load(self.HEADER + rows + last, name="titles.csv")
        assert outcomes(lines) == ["created", "rejected", "rejected", "created"]
        assert [one["line"] for one in lines] == [2, 3, 4, 5]
        assert lines[1]["error"]["code"] == "bad_row"
        assert lines[2]["error"]["pointer"] == "/year"
        assert "record 2 (line 3)" in err

    def test_a_cell_beyond_any_bound_is_refused_alone(self, load):
        huge = b"own:1,movie,1999," + b"n" * 10_000_000 + b",,,,,\n"
        good = b"own:2,movie,1999,B,,,,,\n"
        lines, _, _ = load(self.HEADER + huge + good, name="titles.csv")
        assert outcomes(lines)[-1] == "created"
        assert lines[0]["error"]["code"] == "bad_row"
        assert Title.objects.get().original_name == "B"

    @pytest.mark.parametrize("raw", [b"", b"year,year\n1,2\n"])
    def test_a_header_names_each_column_once(self, load, raw):
        _, _, err = load(raw, name="titles.csv", fails=True)
        assert "name the columns" in err


class TestMapping:
    FOREIGN = {
        "title": "Airplane!",
        "year": 1980,
        "cast": ["Robert Hays", "Robert Hays", "Julie Hagerty"],
        "genres": ["Comedy", "Satire"],
        "href": None,
        "extract": "A parody.",
        "thumbnail_width": 258,
    }

    def test_reads_a_foreign_layout(self, load):
        lines, _, _ = load([self.FOREIGN], "--mapping", "us-films")
        assert outcomes(lines) == ["created"]
        title = Title.objects.get()
        assert str(title.external_ids.get()) == "us-films:Airplane! (1980)"
        assert title.translations.get().synopsis == "A parody."
        assert title.credits.count() == 2

    def test_a_mapping_of_ones_own_over_csv(self, load, tmp_path):
        mapping = tmp_path / "mine.json"
        mapping.write_text(
            json.dumps(
                {
                    "system": "mine",
                    "id": "{nr}",
                    "language": "de",
                    "fields": {"name": "titel", "actor": "mit", "writer": "von"},
                    "separator": ";",
                }
            )
        )
        raw = b"nr,titel,mit\n7,Sonne,Ada; Ben\n"
        lines, _, _ = load(raw, "--mapping", str(mapping), name="titles.csv")
        assert outcomes(lines) == ["created"]
        assert Title.objects.get().credits.count() == 2
        assert Title.objects.get().original_language == "de"

    def test_a_value_of_the_wrong_type_is_refused(self, load):
        lines, _, _ = load([self.FOREIGN | {"cast": 7}], "--mapping", "us-films")
        assert lines[0]["error"]["pointer"] == "/credits/0/name"

    @pytest.mark.parametrize(
        "content",
        [
            "nonsense",
            "[]",
            "{}",
            '{"fields": {"plot": "x"}}',
            '{"fields": {"name": "x"}, "language": "en", "id": "{a.b}"}',
            '{"fields": {"name": "x"}, "language": "en", "id": "{a"}',
        ],
    )
    def test_a_bad_mapping_is_said_before_anything_is_read(self, tmp_path, content):
        path = tmp_path / "bad.json"
        path.write_text(content)
        with pytest.raises(CommandError):
            call_command("import_titles", "none.json", "--mapping", str(path))

    def test_a_mapping_that_is_not_there(self):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("import_titles", "none.json", "--mapping", "unknown")


class TestPublishTitles:
    def run(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        call_command("publish_titles", *arguments, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    def test_all_publishes_drafts_and_edits_and_names_what_is_refused(self):
        good, bad = catalog.title(), catalog.series("Empty", seasons=())
        out, err = self.run("--all")
        assert "1 published, 1 refused" in out
        assert f"{bad.public_id} Empty (2020): series_empty at /seasons" in err
        assert good.published.exists()
        assert "0 published" in self.run("--all")[0]
        good.refresh_from_db()
        good.save()
        assert "1 published" in self.run("--all")[0]

    def test_some_by_id_or_slug(self):
        first, second = catalog.title(), catalog.title()
        assert "2 published" in self.run(first.public_id, second.slug)[0]

    def test_rebuild_adds_a_language_without_publishing_edits(self, settings):
        title = catalog.title("Old")
        self.run("--all")
        title.translations.update(name="Edit")
        settings.CONTENT_LANGUAGES = ["en", "de", "fr"]
        assert "1 rebuilt" in self.run("--rebuild")[0]
        assert title.published.get(language="fr").name == "Old"

    def test_needs_to_know_which(self):
        with pytest.raises(CommandError, match="Name titles"):
            self.run()
        with pytest.raises(CommandError, match="no title nowhere"):
            self.run("nowhere")


class TestPublishDue:
    def run(self):
        out, err = io.StringIO(), io.StringIO()
        call_command("publish_due", stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    def test_publishes_what_is_due_once(self):
        now = timezone.now()
        due = catalog.title(publish_at=now, status="scheduled")
        later = catalog.title(publish_at=now + timedelta(hours=1))
        assert self.run()[0] == "1 published\n0 pages released\n"
        assert due.published.exists()
        assert not later.published.exists()
        due.refresh_from_db()
        assert (due.status, due.publish_at) == ("published", None)
        assert self.run()[0] == "0 published\n0 pages released\n"

    def test_what_is_refused_stays_scheduled_until_it_is_mended(self):
        title = catalog.series("Empty", seasons=(0,), publish_at=timezone.now())
        out, err = self.run()
        assert out == "0 published\n0 pages released\n"
        assert "Empty (2020): The series has no episode." in err
        episode = title.seasons.get().episodes.create(number=1)
        episode.translations.create(language="en", name="Pilot")
        assert self.run()[0] == "1 published\n0 pages released\n"


@pytest.mark.skipif(FILMS is None, reason="the films are not beside the checkout")
class TestFilms:
    def test_all_of_them_import_and_publish(self):
        files = sorted(str(path) for path in FILMS.glob("*.json"))
        out, err = io.StringIO(), io.StringIO()
        arguments = ["--mapping", "us-films", *files]
        call_command("import_titles", *arguments, stdout=out, stderr=err)
        assert err.getvalue() == ""
        assert Title.objects.count() == 5121
        again = io.StringIO()
        call_command("import_titles", *arguments, stdout=again)
        assert "0 created, 0 updated, 2272 unchanged, 0 rejected" in again.getvalue()
        published = io.StringIO()
        call_command("publish_titles", "--all", stdout=published)
        assert "5121 published, 0 refused" in published.getvalue()


class TestFields:
    def test_an_object_is_asked_for_as_such(self):
        with pytest.raises(Exception, match="must be an object"):
            fields.Fields({"a": 1}).object("a")


class TestGroupsAndWindows:
    def test_everything_that_titles_are_grouped_by_gets_in(self, load):
        Package.objects.create(code="rent", name="Rent")
        AttributeDefinition.objects.create(code="stars", name="Stars", type="number")
        lines, _, _ = load(
            [
                record(
                    keywords=["Time Travel"],
                    studios=["Thinkfilm"],
                    collections=["The Saga"],
                    attributes={"stars": "4"},
                    windows=[
                        {
                            "territories": ["US"],
                            "starts_at": "2026-01-01T00:00:00Z",
                            "announced_at": "2025-12-01T00:00:00Z",
                            "packages": ["rent"],
                        },
                        {"free": True, "excluded": True, "territories": ["US"]},
                    ],
                ),
                record(2, collections=["The Saga"]),
            ]
        )
        assert outcomes(lines) == ["created", "created"]
        title = Title.objects.get(external_ids__value="1")
        assert title.keywords.get().slug == "time-travel"
        assert title.studios.get().name == "Thinkfilm"
        assert title.attributes.get().value == 4
        first, second = title.windows.order_by("pk")
        assert [one.code for one in first.packages.all()] == ["rent"]
        assert (second.free, second.excluded) == (True, True)
        saga = Collection.objects.get(slug="the-saga")
        items = saga.items.order_by("position").values_list("title__original_name")
        assert [name for (name,) in items] == ["Film 1", "Film 2"]

    def test_what_is_given_again_replaces_what_was(self, load):
        load([record(collections=["A", "B"], keywords=["x"], windows=[{}])])
        load([record(collections=["B", "C"], keywords=["y"], windows=[])])
        title = Title.objects.get()
        slugs = title.collections.order_by("slug").values_list("slug", flat=True)
        assert list(slugs) == ["b", "c"]
        assert title.keywords.get().slug == "y"
        assert not title.windows.exists()

    def test_csv_has_columns_for_them(self, load):
        rows = "external_id,name:en,keywords,studios,collections\nown:1,F,a|b,S,C\n"
        load(rows.encode(), name="titles.csv")
        title = Title.objects.get()
        assert title.keywords.count() == 2
        assert (title.studios.count(), title.collections.count()) == (1, 1)
