"""Reads of `playback`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from catalog.bulk import among

if TYPE_CHECKING:
    from playback.models.assets import Asset  # noqa: F401 the type parameter
    from playback.models.jobs import PackagingJob  # noqa: F401 the type parameter
    from playback.models.sessions import PlaybackSession  # noqa: F401 the same
    from playback.models.watching import (  # noqa: F401 the same
        ContinueItem,
        WatchProgress,
    )


class AssetQuerySet(models.QuerySet["Asset"]):
    """Video by what it belongs to and by whether it plays."""

    def playable(self) -> AssetQuerySet:
        """With a package that can be played now."""
        return self.exclude(folder="")

    def of_titles(self, title_pks: Sequence[int]) -> AssetQuerySet:
        """Of these titles, their episodes included."""
        wanted = among(title_pks)
        return self.filter(Q(title__in=wanted) | Q(episode__season__title__in=wanted))

    def with_tracks(self) -> AssetQuerySet:
        """With everything that a play answer says about the video."""
        return self.prefetch_related(
            "renditions", "audio_tracks", "text_tracks", "markers"
        )


class PackagingJobQuerySet(models.QuerySet["PackagingJob"]):
    """Jobs by how far they are."""

    def open(self) -> PackagingJobQuerySet:
        """Waiting or running."""
        return self.filter(state__in=("queued", "running")).order_by("pk")

    def silent_since(self, moment: datetime) -> PackagingJobQuerySet:
        """Said to run, but without a sign of life since ``moment``."""
        return self.filter(state="running", updated_at__lt=moment).order_by("pk")


class PlaybackSessionQuerySet(models.QuerySet["PlaybackSession"]):
    """Sessions by whose they are and whether they are over."""

    def open(self) -> PlaybackSessionQuerySet:
        """Not ended by anyone; whether the player is still there is another question."""
        return self.filter(ended_at=None)

    def heard_since(self, moment: datetime) -> PlaybackSessionQuerySet:
        """Open, with a sign of life after ``moment``."""
        return self.open().filter(last_seen_at__gt=moment)


class WatchProgressQuerySet(models.QuerySet["WatchProgress"]):
    """How far profiles are."""

    def of_profile(self, profile_id: str) -> WatchProgressQuerySet:
        """Of the profile with this public id."""
        return self.filter(profile__public_id=profile_id)


class ContinueItemQuerySet(models.QuerySet["ContinueItem"]):
    """What profiles go on watching."""

    def shown_to(self, profile_id: str) -> ContinueItemQuerySet:
        """Of the profile with this public id, without what was finished or hidden."""
        return self.filter(profile__public_id=profile_id, visible=True)
