"""What a view says about caching its answers: data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VARY_VALUES: Final = ("language", "territory", "form_factor", "maturity")
VARIANT_PARAMS: Final = frozenset({"lang", "form_factor", "maturity"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """How long a shared answer lives, where, and what it depends on.

    All durations are seconds. ``ttl`` counts for our own levels and for the edge, which
    we can purge; ``client_ttl`` for devices, which we cannot. ``query_params`` are the
    only parameters that reach the view; ``vary`` the only values of ``request.variant``.
    """

    ttl: int
    client_ttl: int
    stale_while_revalidate: int = 60
    stale_if_error: int = 24 * 3600
    vary: tuple[str, ...] = VARY_VALUES
    query_params: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.ttl < 1 or self.client_ttl < 0:
            raise ValueError("ttl is at least one second, client_ttl at least none")
        if self.stale_while_revalidate < 0 or self.stale_if_error < 0:
            raise ValueError("a stale period is not negative")
        unknown = set(self.vary) - set(VARY_VALUES)
        if unknown:
            raise ValueError(f"an answer cannot vary on {sorted(unknown)}")
        doubled = set(self.query_params) & VARIANT_PARAMS
        if doubled:
            raise ValueError(f"{sorted(doubled)} are values of vary, not parameters")


@dataclass(frozen=True, slots=True)
class Never:
    """The answer is never shared, and why."""

    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("say why the answer is never shared")


NEVER = Never
