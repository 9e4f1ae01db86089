"""Broadcasts as entries of a profile's lists and of search: a cell with its channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet

from channels import documents
from channels.documents import Cell, Grid, Reader
from channels.models import Channel, Programme
from streamapi.clients import Variant


class Shown(NamedTuple):
    """A broadcast as devices read it, and its bounds in whole seconds."""

    document: dict[str, Any]
    start_s: int
    end_s: int


def shown(
    rows: QuerySet[Programme, Any], pks: Iterable[int], variant: Variant
) -> Mapping[int, Shown]:
    """Those of ``pks`` that the one who asks may see, by primary key; two queries.

    What stands above the ceiling is not there at all: a list is no grid.
    """
    chosen = rows.filter(pk__in=list(pks)).cells(variant.language, "pk")  # type: ignore[attr-defined]  # of our queryset
    found = [(row[-1], Cell._make(row[:-1])) for row in chosen]
    channels = _channels({cell.channel_id for _, cell in found}, variant)
    reader = Reader(variant.language, variant.maturity)
    answer = {}
    for pk, cell in found:
        channel = channels.get(cell.channel_id)
        if channel is None:
            continue
        document = Grid(channel, reader).cell(cell)
        if not document["is_masked"]:
            card = documents.channel_card(channel, variant.language)
            whole = {**document, "channel": card}
            answer[pk] = Shown(whole, cell.start_s, cell.end_s)
    return answer


def _channels(pks: Iterable[int], variant: Variant) -> dict[int, Channel]:
    visible = Channel.objects.visible(variant).placed(None).for_card()
    return {channel.pk: channel for channel in visible.filter(pk__in=list(pks))}
