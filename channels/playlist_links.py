"""Links for players without an account: made for a device, signed, ended with it.

A link is known by a signed id that says nothing about the household. What it opens is
decided anew at each use: the row, its end, the device and the account are read together.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.utils.http import urlencode

from accounts.models import Device, Profile
from accounts.tokens import Viewer
from channels import guide
from channels.models import PlaylistLink
from streamapi.errors import Conflict, Gone, NotFound, Unauthenticated

LIFE: Final = timedelta(days=30)
MOST: Final = 5
"""Open links of a device at a time."""
PARAMETER: Final = "link"
_LONGEST: Final = 120
_signer = signing.Signer(salt="channels.playlist-link", sep=".")


class LinkEnded(Gone):
    """The link is too old, was taken back, or its device was signed out."""

    code = "playlist_link_ended"
    title = "This link no longer opens anything"


class TooManyLinks(Conflict):
    """The device has as many links as it may have."""

    code = "too_many_playlist_links"
    title = "Too many links: take one back first"


def create(
    viewer: Viewer, *, name: str = "", lineup_slug: str = "", now: datetime
) -> PlaylistLink:
    """A link that watches as this profile on this device, for :data:`LIFE`."""
    if lineup_slug:
        guide.lineup(lineup_slug, "")
    with transaction.atomic():
        device = (
            Device.objects.active()
            .select_for_update()
            .filter(public_id=viewer.device_id, account__public_id=viewer.account_id)
            .first()
        )
        if device is None:
            raise Unauthenticated(
                "This device was removed from the household.", code="device_unknown"
            )
        device.playlist_links.filter(expires_at__lte=now).delete()
        if device.playlist_links.count() >= MOST:
            raise TooManyLinks(limit=MOST)
        return PlaylistLink.objects.create(
            device=device,
            profile=Profile.objects.get(
                public_id=viewer.profile_id, account__public_id=viewer.account_id
            ),
            name=name,
            lineup_slug=lineup_slug,
            created_at=now,
            expires_at=now + LIFE,
        )


def of_household(viewer: Viewer, *, now: datetime) -> QuerySet[PlaylistLink]:
    """The links of the household that still open something."""
    return PlaylistLink.objects.filter(
        device__account__public_id=viewer.account_id,
        device__revoked_at=None,
        expires_at__gt=now,
    ).select_related("device", "profile")


def take_back(viewer: Viewer, public_id: str, *, now: datetime) -> None:
    """End a link of this household; any other does not exist."""
    link = of_household(viewer, now=now).filter(public_id=public_id).first()
    if link is None:
        raise NotFound
    link.delete()


def token(link: PlaylistLink) -> str:
    """What the addresses of a link carry."""
    return _signer.sign(link.public_id)


def opened(text: str, *, now: datetime) -> PlaylistLink:
    """The link behind a token, with device, account and profile, in one query."""
    try:
        public_id = _signer.unsign(text[:_LONGEST])
    except signing.BadSignature as error:
        raise NotFound("There is no such link.") from error
    link = (
        PlaylistLink.objects.filter(public_id=public_id)
        .select_related("device__account__owner", "profile")
        .first()
    )
    if link is None or not link.is_open(now):
        raise LinkEnded
    return link


def viewer_of(link: PlaylistLink) -> Viewer:
    """Who watches through a link, as if they had signed in on its device."""
    return Viewer(
        account_id=link.device.account.public_id,
        profile_id=link.profile.public_id,
        device_id=link.device.public_id,
        maturity=link.profile.ceiling,
        is_kids=link.profile.is_kids,
    )


def playlist_url(link: PlaylistLink) -> str:
    """Where players read the channels."""
    return _url("playlist.m3u8", link)


def guide_url(link: PlaylistLink) -> str:
    """Where players read the guide."""
    return _url("guide.xml.gz", link)


def play_url(link: PlaylistLink, channel_id: str) -> str:
    """Where players play a channel; ``start`` and ``end`` ask for a time that is past."""
    return _url(f"live/{channel_id}.m3u8", link)


def _url(path: str, link: PlaylistLink) -> str:
    query = urlencode({PARAMETER: token(link)})
    return f"{settings.PUBLIC_URL}/v1/{path}?{query}"
