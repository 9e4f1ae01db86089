"""Whether a household may play something: the one place that asks, at play."""

from __future__ import annotations

from playback.content import Playable
from playback.households import Household
from streamapi.clients import UNRESTRICTED
from streamapi.errors import Denied, Unauthenticated


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
