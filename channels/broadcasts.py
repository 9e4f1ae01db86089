"""Broadcasts as entries of a profile's lists and of search: a cell with its channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.db.models.functions import Coalesce, Greatest

from channels import cell_rows, documents
from channels.documents import Grid, Reader
from channels.models import Channel
from streamapi.clients import Variant

AGE: Final = Greatest(Coalesce("min_age", "channel__unrated_age"), "channel__min_age")
"""From which age a broadcast is shown at all, by its own rating and its channel's."""


class Shown(NamedTuple):
    """A broadcast as devices read it, and its bounds in whole seconds."""

    document: dict[str, Any]
    start_s: int
    end_s: int


def shown(pks: Iterable[int], variant: Variant) -> Mapping[int, Shown]:
    """Those of ``pks`` that the one who asks may see, by primary key; two queries.

    What stands above the ceiling is not there at all: a list is no grid.
    """
    wanted = list(pks)
    if not wanted:
        return {}
    found = cell_rows.chosen(wanted, variant.languages)
    channels = _channels({cell.channel_id for cell in found.values()}, variant)
    reader = Reader(variant.languages, variant.maturity)
    answer = {}
    for pk, cell in found.items():
        channel = channels.get(cell.channel_id)
        if channel is None:
            continue
        document = Grid(channel, reader).cell(cell)
        if not document["is_masked"]:
            card = documents.channel_card(channel, variant.languages)
            whole = {**document, "channel": card}
            answer[pk] = Shown(whole, cell.start_s, cell.end_s)
    return answer


def _channels(pks: Iterable[int], variant: Variant) -> dict[int, Channel]:
    visible = Channel.objects.visible(variant).placed(None).for_card()
    return {channel.pk: channel for channel in visible.filter(pk__in=list(pks))}
