"""The number of queries is the same at a thousand titles and at a hundred thousand.

``make query-counts`` writes ``query_counts_at_scale.json`` anew. Editors' lists are also
asked how PostgreSQL answers them: none reads a whole table that grows with the catalogue.
And a search looks at few blocks, however many titles have the words.
"""

import json
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from catalog import collections, searching
from catalog.admin.lists import BoundedPaginator
from catalog.models import PublishedTitle, Rail, Title
from streamapi.clients import Variant
from streamapi.env import Environment
from tests.architecture.multiplying import multiply
from tests.factories import catalog

BASELINE = Path(__file__).with_name("query_counts_at_scale.json")
UPDATE = Environment().flag("UPDATE_QUERY_COUNTS", default=False)
FEW, MANY = 1_000, 100_000
LARGE = 20_000
"""Rows of a table that nobody reads as a whole."""
BLOCKS = 20_000
"""That a search may look at; all titles have some 80,000."""
RARE = "777"
"""In the names of a few titles in a hundred thousand."""
WHOLE = {"admin catalog.title?missing=de", "admin catalog.title?genre=drama"}
"""What is nowhere is found by looking everywhere; a genre is a good part of a catalogue."""
SEARCHED = "catalog_title"
"""A search finds names by their indexes; then PostgreSQL may prefer to join by reading."""
SHARED = (
    "/v1/titles",
    "/v1/titles?kind=movie&genre=drama&language=en",
    *(f"/v1/titles?sort={sort}" for sort in ("name", "release", "addition")),
    *(f"/v1/titles?availability={when}" for when in ("leaving", "coming")),
    "/v1/titles/{title}",
    "/v1/people/{person}",
    "/v1/collections",
    "/v1/collections/set",
    "/v1/charts/top",
    "/v1/charts/trending",
    "/v1/genres",
    "/v1/pages",
    *(f"/v1/pages/{page}" for page in ("home", "movies", "series", "kids", "live")),
    "/v1/rails/{rail}",
    "/v1/search?q=winter",
    "/v1/search?q=wintr+harbor&facets=true",
)
EDITORS = (
    *("status__exact=published", "genre=drama", "kind__exact=movie", "missing=de"),
    *("o=2", "o=4", "o=5", "o=-8", "p=15", f"q={RARE}", f"q=winter+{RARE}"),
)


def shared_paths():
    title = PublishedTitle.objects.filter(slug="synthetic-1-1").values()[0]
    credit = Title.objects.get(pk=title["title_id"]).credits.first()
    found = {
        "title": title["public_id"],
        "person": credit.person.public_id,
        "rail": Rail.objects.filter(source="rule").first().public_id,
    }
    return {path: path.format(**found) for path in SHARED}


def admin_paths():
    found = {}
    for model, model_admin in admin.site._registry.items():
        label = model._meta.label_lower
        if model._meta.app_label != "catalog":
            continue
        url = reverse(f"admin:{label.replace('.', '_')}_changelist")
        found[f"admin {label}"] = url
        if model_admin.search_fields:
            found[f"admin {label}?q="] = f"{url}?q={RARE}"
    titles = reverse("admin:catalog_title_changelist")
    found |= {f"admin catalog.title?{each}": f"{titles}?{each}" for each in EDITORS}
    found["admin titles of a rail"] = (
        reverse("admin:catalog_rail_titles") + f"?q={RARE}"
    )
    found["admin titles of a collection"] = (
        reverse("admin:autocomplete") + "?app_label=catalog&model_name=collectionitem"
        f"&field_name=title&term={RARE}"
    )
    return found


def queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200, (path, response.content)
    return [one["sql"] for one in captured.captured_queries]


def asked(editor):
    """What each endpoint and each list asks of the database."""
    device = Client()
    found = {name: queries(device, path) for name, path in shared_paths().items()}
    return found | {name: queries(editor, at) for name, at in admin_paths().items()}


def sought():
    """What is in many names, as it is and misspelt; and what is in none."""
    title = PublishedTitle.objects.filter(slug="synthetic-1-1")[0]
    words = searching.fold_query(title.name).split()
    longest = max(words, key=len)
    misspelt = longest[:-2] + longest[-1] + longest[-2]
    whole = " ".join(words)
    return ("xylophone", longest, misspelt, whole, whole.replace(longest, misspelt))


def blocks_of_search(text):
    """How many blocks of 8 kB the statements of a search look at.

    What a search costs when nothing disturbs it, on however busy a machine.
    """
    with CaptureQueriesContext(connection) as captured:
        asked = searching.Query(text=text)
        searching.search(asked, Variant("en", "US"), timezone.now())
    return sum(
        plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        for plan in map(explained, captured.captured_queries)
    )


def explained(captured):
    if (
        not captured["sql"].startswith(("SELECT", "WITH"))
        or "set_config" in (captured["sql"])
    ):
        return {"Shared Hit Blocks": 0, "Shared Read Blocks": 0}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {captured['sql']}")
        [[plan]] = cursor.fetchone()
    return plan["Plan"]


def seeded(titles):
    call_command(
        "seed", titles=titles, demo_titles=8, channels=2, days=1, no_video=True
    )


def large_tables():
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")  # at the end a vacuum may be at work
        cursor.execute("ANALYZE")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s",
            [LARGE],
        )
        return {name for (name,) in cursor.fetchall()}


def read_whole(sql, tables):
    """The large tables that a statement reads from end to end, not just for a start."""
    if not sql.startswith("SELECT"):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        [[plan]] = cursor.fetchone()
    return {
        node["Relation Name"]
        for node in nodes(plan["Plan"])
        if node["Node Type"] == "Seq Scan"
        and node["Relation Name"] in tables
        and node["Actual Rows"] + node.get("Rows Removed by Filter", 0) > LARGE
    }


def nodes(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


@pytest.mark.fault
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
class TestAtScale:
    def test_a_hundred_times_the_titles_ask_as_much(self, record_property):
        editor = Client()
        editor.force_login(User.objects.create_superuser("boss@example.com", "x"))
        seeded(FEW)
        made = catalog.collection("set", *Title.objects.order_by("pk")[:5])
        collections.publish([made.pk])
        few = {name: len(sqls) for name, sqls in asked(editor).items()}
        if UPDATE:
            BASELINE.write_text(json.dumps(few, indent=2, sort_keys=True) + "\n")
        assert few == json.loads(BASELINE.read_text())

        made = Title.objects.filter(slug__startswith="synthetic-")
        multiply(list(made.values_list("pk", flat=True)), MANY // FEW - 1)
        assert Title.objects.count() >= MANY
        tables = large_tables()
        assert {"catalog_title", "catalog_titletranslation"} <= tables
        many = asked(editor)
        assert {name: len(sqls) for name, sqls in many.items()} == few

        listed = set(admin_paths()) - WHOLE
        whole = {
            (name, table)
            for name, sqls in many.items()
            if name in listed
            for sql in sqls
            for table in read_whole(sql, tables)
            if table != SEARCHED or "LIKE" not in sql
        }
        assert whole == set()
        limit = f"LIMIT {BoundedPaginator.most_listed}"
        counted = [
            sql
            for sql in many["admin catalog.title"]
            if sql.startswith("SELECT COUNT") and '"catalog_title"' in sql
        ]
        assert counted
        assert all(limit in sql for sql in counted)

        blocks = {text: blocks_of_search(text) for text in sought()}
        record_property("blocks_of_searches", blocks)
        assert max(blocks.values()) <= BLOCKS
