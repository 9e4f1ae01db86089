"""What programs of the staff send and get."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, QuerySet
from rest_framework import serializers

from catalog.importing.writing import Verdict
from catalog.ingest import MAX_ITEMS
from catalog.models import IngestDocument, IngestResult

_TAKEN: Final = "taken"
"""A title that was taken from devices."""


class IngestInput(serializers.Serializer[Any]):
    """Records in the layout of catalogue imports, and what to do with them."""

    key = serializers.CharField(
        max_length=200,
        help_text="Yours: the same document sent again under it is taken once.",
    )
    items = serializers.ListField(
        child=serializers.JSONField(allow_null=True, help_text="A record."),
        min_length=1,
        max_length=MAX_ITEMS,
    )
    publish = serializers.BooleanField(
        default=False, help_text="Show devices what was created or updated."
    )
    dry_run = serializers.BooleanField(
        default=False, help_text="Check and report everything, write nothing."
    )


class IngestCounts(serializers.Serializer[Any]):
    """How many records met which end so far."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    published = serializers.IntegerField()
    refused = serializers.IntegerField(help_text="Written, but not fit to be shown.")


class IngestStatus(serializers.ModelSerializer[IngestDocument]):
    """How far a document is."""

    id = serializers.CharField(source="public_id")
    state = serializers.CharField(help_text="queued, running, done, failed")
    done = serializers.IntegerField(source="position", help_text="Records so far.")
    counts = serializers.SerializerMethodField()

    class Meta:
        model = IngestDocument
        fields = [
            "id",
            "key",
            "state",
            "publish",
            "dry_run",
            "total",
            "done",
            "counts",
            "created_at",
            "started_at",
            "finished_at",
        ]

    def get_counts(self, document: IngestDocument) -> IngestCounts:
        """One query, whatever the size."""
        return counts(document.results.all())  # type: ignore[return-value]


class IngestErrorShape(serializers.Serializer[Any]):
    """What is wrong, and where in the record."""

    code = serializers.CharField()
    pointer = serializers.CharField()
    detail = serializers.CharField()


class IngestItem(serializers.ModelSerializer[IngestResult]):
    """What became of one record."""

    title_id = serializers.SerializerMethodField()
    published = serializers.BooleanField(
        allow_null=True, help_text="Null where that was not asked for."
    )
    errors = IngestErrorShape(many=True)  # type: ignore[assignment]  # DRF: a property

    class Meta:
        model = IngestResult
        fields = ["position", "line", "outcome", "title_id", "published", "errors"]

    def get_title_id(self, result: IngestResult) -> str | None:
        """Null for a record that made or met no title."""
        return result.title_id or None


def counts(results: QuerySet[IngestResult]) -> dict[str, int]:
    """How many results there are of each kind."""
    kinds = results.order_by().values_list("outcome", "published")
    found = {verdict.value: 0 for verdict in Verdict} | {"published": 0, "refused": 0}
    for outcome, published, number in kinds.annotate(number=Count("pk")):
        if outcome in Verdict.__members__.values():
            found[outcome] += number
        if published is not None and outcome != _TAKEN:
            found["published" if published else "refused"] += number
        if outcome == _TAKEN:
            found[_TAKEN] = number
    return found
