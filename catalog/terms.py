"""On which terms a published title or episode may be watched."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.entitlements import Terms
from catalog import availability
from catalog.models import PublishedEpisode, PublishedTitle


def terms_of(content_id: str, territory: str, now: datetime) -> Terms | None:
    """Packages, age and place of what is published under this id or short name.

    Outside its windows it is open nowhere: then no territory is among the terms.
    """
    named = Q(public_id=content_id) | Q(slug=content_id)
    published = PublishedTitle.objects.filter(named)
    if content_id.startswith("ep_"):
        episodes = PublishedEpisode.objects.filter(public_id=content_id)
        published = PublishedTitle.objects.filter(title__in=episodes.values("title"))
    row = published.values("title_id", "packages", "min_age", "windowed").first()
    if row is None:
        return None
    packages = frozenset(row["packages"])
    if not row["windowed"]:
        return Terms(packages=packages, min_age=row["min_age"])
    standing = availability.standing(row["title_id"], territory, now)
    return Terms(
        packages=packages if standing.packages is None else standing.packages,
        min_age=row["min_age"],
        territories=None if standing.is_open else frozenset(),
    )
