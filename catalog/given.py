"""Who asks, and when, for statements that are compiled before anybody does."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, cast

from django.db.models import CharField, DateTimeField, IntegerField

from streamapi.clients import Variant
from streamapi.postgresql.statements import Given

ANYBODY: Final = Variant(
    language=cast("Any", Given("language", CharField())),
    territory=cast("Any", Given("territory", CharField())),
    form_factor="",
    maturity=cast("Any", Given("maturity", IntegerField())),
)
"""A variant for querysets; :func:`values` has those of the one who asks."""
ANY_TIME: Final = cast("datetime", Given("now", DateTimeField()))


def values(variant: Variant, now: datetime) -> dict[str, Any]:
    """What a statement about :data:`ANYBODY` at :data:`ANY_TIME` is run with."""
    return {
        "language": variant.language,
        "territory": variant.territory,
        "maturity": variant.maturity,
        "now": now,
    }
