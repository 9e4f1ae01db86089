"""What a view says about caching its answers: data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VARY_VALUES: Final = ("language", "territory", "form_factor", "maturity")


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """How long a shared answer lives, where, and what it depends on.

    All durations are seconds. ``ttl`` counts for our own levels and for the edge, which
    we can purge; ``client_ttl`` for devices, which we cannot.
    """

    ttl: int
    client_ttl: int
    stale_while_revalidate: int = 60
    stale_if_error: int = 24 * 3600
    vary: tuple[str, ...] = VARY_VALUES
    query_params: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Never:
    """The answer is never shared, and why."""

    reason: str


NEVER = Never
