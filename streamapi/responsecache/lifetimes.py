"""How long an answer lives: its policy, jitter, and the next moment that changes it."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Final

from streamapi.responsecache.entries import Lifetime
from streamapi.responsecache.policy import CachePolicy

_JITTER: Final = 0.1


def lifetime(
    policy: CachePolicy, expires_at: datetime | None, now: datetime, *, jitter: bool
) -> Lifetime:
    """The lifetime of an answer made at ``now``.

    Jitter only shortens, so that answers made together do not all end together and none
    outlives its policy.
    """
    fresh = float(policy.ttl)
    if jitter:
        fresh *= 1 - random.uniform(0, _JITTER)  # noqa: S311 no secret
    boundary = None
    if expires_at is not None:
        boundary = max(0.0, (expires_at - now).total_seconds())
        fresh = min(fresh, boundary)
    return Lifetime(
        fresh_s=fresh,
        client_s=policy.client_ttl,
        revalidate_s=policy.stale_while_revalidate,
        error_s=policy.stale_if_error,
        boundary_s=boundary,
    )
