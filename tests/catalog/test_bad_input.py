"""Everything wrong that editors, files and devices send: each has its error, and no effect.

One table for each way in. A case is what is sent and the code of the answer; after each
the catalogue is what it was.
"""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from catalog import artwork, attributes
from catalog.importing import records
from catalog.importing.errors import RecordInvalid
from catalog.importing.runs import Import
from catalog.models import (
    Artwork,
    AttributeDefinition,
    AvailabilityWindow,
    ImportRun,
    Title,
)
from tests.catalog.conftest import NOW
from tests.catalog.test_artwork import encoded, png_that_claims
from tests.factories import accounts, catalog

pytestmark = pytest.mark.django_db
FILM = {"external_ids": {"own": "1"}, "translations": {"en": {"name": "Film"}}}
PARTS = {
    "genres": ["Drama"],
    "keywords": ["Space"],
    "studios": ["Ufa"],
    "collections": ["Shelf"],
    "packages": ["basic"],
    "attributes": {"stars": 4},
    "windows": [{"territories": ["DE"], "starts_at": "2026-02-01T00:00:00Z"}],
    "credits": [{"name": "Ada Example", "role": "actor"}],
    "ratings": [{"system": "fsk", "value": "12", "country": "DE", "min_age": 12}],
}


RECORDS = {
    "no id": ({"external_ids": {}}, "required", "/external_ids"),
    "an id that is a number": ({"external_ids": {"own": 1}}, "wrong_type", None),
    "a misspelt field": ({"keyword": ["space"]}, "unknown_field", "/keyword"),
    "a kind nobody knows": ({"kind": "podcast"}, "invalid_choice", "/kind"),
    "a year before film": ({"year": 1500}, "out_of_range", "/year"),
    "a date that is none": ({"released_on": "1999-02-30"}, "invalid_date", None),
    "a language with words": (
        {"translations": {"german": {"name": "x"}}},
        "invalid",
        "/translations/german",
    ),
    "keywords that are a text": ({"keywords": "space"}, "wrong_type", "/keywords"),
    "a studio without a name": ({"studios": [{"n": 1}]}, "wrong_type", "/studios/0"),
    "a collection too long": (
        {"collections": ["x" * 121]},
        "too_long",
        "/collections/0",
    ),
    "too many keywords": ({"keywords": ["x"] * 2001}, "too_many", "/keywords"),
    "an unknown attribute": (
        {"attributes": {"mood": "dark"}},
        "unknown_attribute",
        "/attributes/mood",
    ),
    "an attribute of objects": (
        {"attributes": {"stars": {}}},
        "wrong_type",
        "/attributes/stars",
    ),
    "a value that does not fit": (
        {"attributes": {"stars": "many"}},
        "attribute_refused",
        "/attributes/stars",
    ),
    "an unknown package": (
        {"packages": ["gold"]},
        "unknown_package",
        "/packages/0",
    ),
    "a rating without an age": (
        {"ratings": [{"system": "fsk", "value": "12"}]},
        "required",
        "/ratings/0/min_age",
    ),
    "a role nobody knows": (
        {"credits": [{"name": "A", "role": "hero"}]},
        "invalid_choice",
        "/credits/0/role",
    ),
    "a season twice over": (
        {"seasons": [{"number": 1, "episodes": [{"number": 1}, {"number": 1}]}]},
        "duplicate",
        "/seasons/0/episodes",
    ),
    "a window that ends first": (
        {
            "windows": [
                {"starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}
            ]
        },
        "invalid_period",
        "/windows/0/ends_at",
    ),
    "a window without an offset": (
        {"windows": [{"starts_at": "2026-02-01T00:00:00"}]},
        "invalid_moment",
        "/windows/0/starts_at",
    ),
    "a window at no time": (
        {"windows": [{"ends_at": "soon"}]},
        "invalid_moment",
        "/windows/0/ends_at",
    ),
    "a window nowhere": (
        {"windows": [{"territories": ["us"]}]},
        "invalid",
        "/windows/0/territories/0",
    ),
    "a window of an unknown package": (
        {"windows": [{"packages": ["gold"]}]},
        "unknown_package",
        "/windows/0/packages/0",
    ),
    "an announcement without a start": (
        {"windows": [{"announced_at": "2026-02-01T00:00:00Z"}]},
        "invalid_period",
        "/windows/0/announced_at",
    ),
    "a window that is free on Sundays": (
        {"windows": [{"free": "sunday"}]},
        "wrong_type",
        "/windows/0/free",
    ),
    "a text with a NUL": ({"original_name": "a\x00b"}, "invalid_character", None),
    "ten thousand lines for a synopsis": (
        {"translations": {"en": {"name": "Film", "synopsis": "line\n" * 10_000}}},
        "too_long",
        "/translations/en/synopsis",
    ),
}

SHEETS = {
    "saved in the encoding of Windows": (
        "external_id,name:en\nown:2,Café\n".encode("cp1252"),
        "invalid_utf8",
    ),
    "saved as Unicode text": (
        "external_id,name:en\nown:2,Film\n".encode("utf-16"),
        "invalid_utf8",
    ),
    "an id twice": (b"external_id,name:en\nown:2,A\nown:2,B\n", "duplicate_id"),
    "a column twice": (b"external_id,name:en,name:en\nown:2,A,B\n", "no_header"),
    "a column nobody knows": (b"external_id,titel\nown:2,A\n", "unknown_field"),
    "a comma in a name without quotes": (
        b"external_id,name:en\nown:2,Me, Myself\n",
        "bad_row",
    ),
    "tabs between the cells": (b"external_id\tname:en\nown:2\tA\n", "unknown_field"),
    "an id without its system": (b"external_id,name:en\n17,A\n", "required"),
    "a year with its month": (
        b"external_id;name:en;year\nown:2;A;1999-05\n",
        "wrong_type",
    ),
    "nothing at all": (b"", "no_header"),
}

FILES = {
    "an SVG that calls itself PNG": (
        b"<svg width='9' height='9'/>",
        "not_a_picture",
    ),
    "a text": (b"hello", "not_a_picture"),
    "nothing": (b"", "not_a_picture"),
    "a GIF that calls itself PNG": (encoded("GIF"), "not_a_picture"),
    "an SVG with its prologue": (
        b"<?xml version='1.0'?><!DOCTYPE svg><svg width='900' height='900'/>",
        "not_a_picture",
    ),
    "a PDF": (b"%PDF-1.7\n", "not_a_picture"),
    "half a picture": (encoded()[:60], "damaged_picture"),
    "200 megapixels": (png_that_claims(20_000, 10_000), "too_many_pixels"),
    "a decompression bomb": (png_that_claims(60_000, 60_000), "too_many_pixels"),
    "a picture too small to show": (encoded(size=(4, 4)), "too_small"),
    "31 MB": (b"\x89PNG" + b"0" * artwork.MAX_BYTES, "too_many_bytes"),
}

QUERIES = {
    "/v1/titles?kind=podcast": "invalid_filter",
    "/v1/titles?genre=no%20slug": "invalid_filter",
    "/v1/titles?keyword=no%20slug": "invalid_filter",
    "/v1/titles?studio=no/slug": "invalid_filter",
    "/v1/titles?language=german": "invalid_filter",
    "/v1/titles?availability=gone": "invalid_filter",
    "/v1/titles?sort=taste": "invalid_filter",
    "/v1/titles?limit=0": "invalid_limit",
    "/v1/titles?limit=ten": "invalid_limit",
    "/v1/titles?cursor=forged": "invalid_cursor",
    "/v1/collections?cursor=forged": "invalid_cursor",
    "/v1/collections?limit=-1": "invalid_limit",
    "/v1/search?q=x&kind=podcast": "invalid_filter",
    "/v1/search?q=x&facets=maybe": "invalid_filter",
    "/v1/titles/show/episodes?order=random": "invalid_filter",
    "/v1/titles/show/episodes?season=one": "invalid_filter",
    "/v1/titles/nothing": "not_found",
    "/v1/titles/nothing/episodes": "not_found",
    "/v1/collections/nothing": "not_found",
    "/v1/charts/worst": "not_found",
    "/v1/rails/nothing": "not_found",
    "/v1/pages/nothing": "not_found",
}

VALUES = {
    "a text for a number": ("number", [], "many"),
    "infinity": ("number", [], "inf"),
    "true for a number": ("number", [], True),
    "a list for a number": ("number", [], []),
    "perhaps": ("boolean", [], "perhaps"),
    "a day that is none": ("date", [], "2026-02-30"),
    "another choice": ("choice", ["warm", "cold"], "hot"),
    "an empty text": ("text", [], "  "),
    "an endless text": ("text", [], "x" * 1001),
}

WINDOWS = {
    "it ends before it starts": {"starts_at": NOW, "ends_at": NOW},
    "it is announced after it starts": {"starts_at": NOW, "announced_at": NOW},
    "it is announced and never starts": {"announced_at": NOW},
    "a country that is none": {"territories": ["usa"]},
}


_WATCHED = [
    model
    for model in apps.get_app_config("catalog").get_models()
    if model is not ImportRun  # how far a file was read
]


def _everything():
    """Every row of the catalogue, and the names of all stored files."""
    rows = {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in _WATCHED
    }
    folder = Path(settings.MEDIA_ROOT)
    return rows, sorted(str(file) for file in folder.rglob("*") if file.is_file())


def _imported(path):
    """What became of the last record of a file, or why the file could not be read."""
    results = []
    summary = Import(now=NOW, on_result=results.append).file(path, lambda _: None)
    return summary.failure or results[-1].error


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def film(tmp_path):
    """A film that is there already, with something in each of its tables."""
    accounts.make_package("basic")
    AttributeDefinition.objects.create(code="stars", name="Stars", type="number")
    path = tmp_path / "good.json"
    path.write_text(json.dumps([FILM | PARTS]))
    assert _imported(path) is None
    return Title.objects.get()


@pytest.mark.usefixtures("film")
@pytest.mark.parametrize("name", RECORDS)
def test_a_wrong_record_is_refused_and_the_title_stays_as_it_was(name, tmp_path):
    wrong, code, pointer = RECORDS[name]
    before = _everything()
    path = tmp_path / "titles.json"
    path.write_text(json.dumps([FILM | wrong]))
    error = _imported(path)
    assert error.code == code
    assert pointer in {None, error.pointer}
    assert _everything() == before


@pytest.mark.usefixtures("film")
@pytest.mark.parametrize("name", SHEETS)
def test_a_wrong_sheet_says_why_and_changes_nothing_that_is_there(name, tmp_path):
    raw, code = SHEETS[name]
    path = tmp_path / "titles.csv"
    path.write_bytes(raw)
    before = Title.objects.filter(external_ids__value="1").values().get()
    assert _imported(path).code == code
    assert Title.objects.filter(external_ids__value="1").values().get() == before
    good_rows = 1 if code == "duplicate_id" else 0
    assert Title.objects.count() == 1 + good_rows


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_picture_is_refused_with_a_clear_message(name):
    raw, code = FILES[name]
    picture = Artwork(title=catalog.title(), role="poster")
    before = _everything()
    with pytest.raises(artwork.PictureRefused) as refused:
        artwork.attach(picture, ContentFile(raw, "poster.png"))
    assert refused.value.code == code
    assert refused.value.detail.endswith(".")
    assert not picture.image
    assert _everything() == before


@pytest.mark.parametrize("path", QUERIES)
def test_a_wrong_query_is_a_problem_with_its_code(path, api, publish):
    publish(catalog.series(slug="show"))
    before = _everything()
    answer = api.get(path)
    assert answer.status_code in {400, 404}
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == QUERIES[path]
    assert _everything() == before


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_does_not_fit_its_attribute_is_refused(name):
    kind, choices, raw = VALUES[name]
    stars = AttributeDefinition(code="it", name="It", type=kind, choices=choices)
    with pytest.raises(attributes.AttributeRefused, match="it must"):
        attributes.read(stars, raw)


@pytest.mark.parametrize("name", WINDOWS)
def test_a_wrong_window_is_refused_before_it_is_saved(name):
    window = AvailabilityWindow(title=catalog.title(), **WINDOWS[name])
    before = _everything()
    with pytest.raises(ValidationError):
        window.full_clean()
    assert _everything() == before


def test_a_choice_has_values_and_nothing_else_has():
    for kind, choices in (("choice", []), ("text", ["a"])):
        definition = AttributeDefinition(
            code="it", name="It", type=kind, choices=choices
        )
        with pytest.raises(ValidationError, match="values"):
            definition.full_clean()


def test_a_record_that_is_no_object_is_refused():
    with pytest.raises(RecordInvalid, match="must be an object"):
        records.parse([])


def test_the_tables_hold_at_least_forty_cases():
    tables = (RECORDS, SHEETS, FILES, QUERIES, VALUES, WINDOWS)
    assert sum(map(len, tables)) >= 40
