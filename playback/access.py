"""Whether a household may play something now: the one place that asks, at play."""

from __future__ import annotations

from dataclasses import dataclass, field

from playback.content import Playable
from streamapi.clients import UNRESTRICTED
from streamapi.errors import Denied, Unauthenticated


@dataclass(frozen=True, slots=True)
class Household:
    """Who is at the screen, and what their household has."""

    account_pk: int
    account_id: str
    profile_pk: int | None
    device_pk: int | None
    packages: frozenset[str] = field(default_factory=frozenset)
    maturity: int = UNRESTRICTED
    max_height: int | None = None


def check(playable: Playable, household: Household | None) -> None:
    """Raise unless they may; the refusal says what would help."""
    ceiling = household.maturity if household else UNRESTRICTED
    if playable.min_age > ceiling:
        raise Denied(
            f"It is rated for {playable.min_age} and above.",
            code="above_maturity_ceiling",
            min_age=playable.min_age,
        )
    if not playable.packages:
        return
    offers = sorted(playable.packages)
    if household is None:
        raise Unauthenticated(
            "Sign in to watch this.", code="sign_in_required", packages=offers
        )
    if not playable.packages & household.packages:
        raise Denied(
            "It is in none of your packages.", code="not_entitled", packages=offers
        )
