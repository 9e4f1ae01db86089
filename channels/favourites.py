"""Channels that a profile likes best, the latest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import Profile
from accounts.tokens import Viewer
from channels import documents
from channels.models import Channel, FavouriteChannel
from streamapi.clients import Variant
from streamapi.errors import Conflict, NotFound

MOST: Final = 200


class TooManyFavourites(Conflict):
    """The profile has as many favourite channels as it may."""

    code = "too_many_favourite_channels"
    title = "Too many channels are favourites"


def add(viewer: Viewer, id_or_slug: str, variant: Variant, *, now: datetime) -> None:
    """Make a channel that the profile can see a favourite; again changes nothing."""
    channel = Channel.objects.visible(variant).named(id_or_slug).first()
    if channel is None:
        raise NotFound(f"There is no channel {id_or_slug}.")
    with transaction.atomic():
        profile = Profile.objects.select_for_update().get(
            public_id=viewer.profile_id, account__public_id=viewer.account_id
        )
        mine = FavouriteChannel.objects.filter(profile=profile)
        if mine.filter(channel=channel).exists():
            return
        if mine.count() >= MOST:
            raise TooManyFavourites(limit=MOST)
        mine.create(profile=profile, channel=channel, added_at=now)


def remove(viewer: Viewer, id_or_slug: str) -> None:
    """No longer a favourite; what was none is no error."""
    channels = Channel.objects.named(id_or_slug)
    FavouriteChannel.objects.filter(
        profile__public_id=viewer.profile_id, channel__in=channels
    ).delete()


def listed(viewer: Viewer, variant: Variant) -> list[dict[str, Any]]:
    """The cards of those that may be shown here; two queries."""
    rows = FavouriteChannel.objects.filter(profile__public_id=viewer.profile_id)
    added = dict(rows.values_list("channel_id", "added_at")[:MOST])
    shown = (
        Channel.objects.visible(variant).placed(None).for_card().filter(pk__in=added)
    )
    ordered = sorted(shown, key=lambda one: (added[one.pk], one.pk), reverse=True)
    return [
        {
            "channel": documents.channel_card(one, variant.languages),
            "added_at": added[one.pk],
        }
        for one in ordered
    ]
