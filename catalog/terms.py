"""On which terms a published title or episode may be watched."""

from __future__ import annotations

from accounts.entitlements import Terms
from catalog.models import PublishedEpisode, PublishedTitle


def terms_of(content_id: str) -> Terms | None:
    """Packages and age of what is published under this id; the same in each language."""
    published = PublishedTitle.objects.filter(public_id=content_id)
    if content_id.startswith("ep_"):
        episodes = PublishedEpisode.objects.filter(public_id=content_id)
        published = PublishedTitle.objects.filter(title__in=episodes.values("title"))
    row = published.values("packages", "min_age").first()
    if row is None:
        return None
    return Terms(packages=frozenset(row["packages"]), min_age=row["min_age"])
