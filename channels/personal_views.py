"""What a profile keeps about live television: reminders, series, links for players."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import IsViewer
from accounts.views.base import PersonalView
from channels import favourites, following, playlist_links, reminders
from channels.models import PlaylistLink
from channels.personal_serializers import (
    FavouriteChannelsShape,
    FollowedSeriesShape,
    NewPlaylistLinkShape,
    PlaylistLinkInput,
    PlaylistLinksShape,
    ReminderInput,
    RemindersShape,
)
from streamapi import limits
from streamapi.errors import Denied
from streamapi.limits import Limit
from streamapi.responsecache import NEVER

_NEW_LINKS: Final = Limit("playlist-links", 20, 24 * 3600)


class ProfileView(PersonalView):
    """Answers for one profile."""

    permission_classes = [IsViewer]
    cache_policies: ClassVar[Any] = dict.fromkeys(
        ("get", "post", "put", "delete"), NEVER("personal")
    )


class RemindersView(ProfileView):
    """All reminders."""

    @extend_schema(operation_id="reminders", responses={200: RemindersShape})
    def get(self, request: Request) -> Response:
        """What the profile will be reminded of, the next first."""
        now = timezone.now()
        return _reminders(reminders.upcoming(self.viewer, self.variant, now=now), now)


class DueRemindersView(ProfileView):
    """Reminders whose time has come."""

    @extend_schema(operation_id="reminders_due", responses={200: RemindersShape})
    def get(self, request: Request) -> Response:
        """What to tell now, until it ends; followed series are in it as well."""
        now = timezone.now()
        return _reminders(reminders.due(self.viewer, self.variant, now=now), now)


class ReminderView(ProfileView):
    """The reminder of one broadcast."""

    @extend_schema(
        operation_id="reminder_set", request=ReminderInput, responses={204: None}
    )
    def put(self, request: Request, programme_id: str) -> Response:
        """Set it, or change how long before."""
        asked = self.read(ReminderInput)
        reminders.set_reminder(
            self.viewer,
            programme_id,
            self.variant,
            lead_s=asked["lead_s"],
            now=timezone.now(),
        )
        return Response(status=204)

    @extend_schema(operation_id="reminder_forget", responses={204: None})
    def delete(self, request: Request, programme_id: str) -> Response:
        """Forget it."""
        reminders.forget(self.viewer, programme_id)
        return Response(status=204)


class FollowedSeriesView(ProfileView):
    """All series that are followed."""

    @extend_schema(operation_id="followed_series", responses={200: FollowedSeriesShape})
    def get(self, request: Request) -> Response:
        """By title, each with its next broadcast."""
        now = timezone.now()
        found = following.listed(self.viewer, self.variant, now=now)
        return Response({"results": found, "next": None})


class FollowedSeriesItemView(ProfileView):
    """One series."""

    @extend_schema(operation_id="series_follow", request=None, responses={204: None})
    def put(self, request: Request, series_id: str) -> Response:
        """Follow it; `series_id` stands on its programmes."""
        following.follow(self.viewer, series_id, self.variant, now=timezone.now())
        return Response(status=204)

    @extend_schema(operation_id="series_unfollow", responses={204: None})
    def delete(self, request: Request, series_id: str) -> Response:
        """No longer follow it."""
        following.unfollow(self.viewer, series_id)
        return Response(status=204)


class PlaylistLinksView(ProfileView):
    """Links for Kodi, VLC and other players."""

    @extend_schema(operation_id="playlist_links", responses={200: PlaylistLinksShape})
    def get(self, request: Request) -> Response:
        """The links of the household, the latest first; their addresses are not told."""
        rows = playlist_links.of_household(self.viewer, now=timezone.now())
        found = [_link(row) for row in rows.order_by("-pk")[:200]]
        return Response({"results": found, "next": None})

    @extend_schema(
        operation_id="playlist_link_create",
        request=PlaylistLinkInput,
        responses={201: NewPlaylistLinkShape},
    )
    def post(self, request: Request) -> Response:
        """A new link for this device and profile; the addresses are told once."""
        asked = self.read(PlaylistLinkInput)
        if self.viewer.is_kids:
            raise Denied("A child's profile hands out no links.", code="kids_profile")
        self.standings = limits.spend([(_NEW_LINKS, self.viewer.account_id)])
        link = playlist_links.create(
            self.viewer,
            name=asked["name"],
            lineup_slug=asked["lineup"],
            now=timezone.now(),
        )
        addresses = {
            "playlist_url": playlist_links.playlist_url(link),
            "guide_url": playlist_links.guide_url(link),
        }
        return Response(_link(link) | addresses, 201)


class PlaylistLinkView(ProfileView):
    """One link."""

    @extend_schema(operation_id="playlist_link_take_back", responses={204: None})
    def delete(self, request: Request, link_id: str) -> Response:
        """Take it back: its addresses open nothing from now on."""
        playlist_links.take_back(self.viewer, link_id, now=timezone.now())
        return Response(status=204)


def _reminders(items: list[reminders.Upcoming], now: Any) -> Response:
    found = reminders.listed(items)
    return Response({"results": found, "next": None, "server_time": now})


def _link(link: PlaylistLink) -> dict[str, Any]:
    return {
        "id": link.public_id,
        "name": link.name,
        "device_id": link.device.public_id,
        "profile_id": link.profile.public_id,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
    }


class FavouriteChannelsView(ProfileView):
    """All favourite channels."""

    @extend_schema(
        operation_id="favourite_channels", responses={200: FavouriteChannelsShape}
    )
    def get(self, request: Request) -> Response:
        """The cards of the channels that the profile likes, the latest first."""
        found = favourites.listed(self.viewer, self.variant)
        return Response({"results": found, "next": None})


class FavouriteChannelView(ProfileView):
    """One favourite channel."""

    @extend_schema(
        operation_id="favourite_channel_add", request=None, responses={204: None}
    )
    def put(self, request: Request, id_or_slug: str) -> Response:
        """Make it a favourite; once is enough."""
        now = timezone.now()
        favourites.add(self.viewer, id_or_slug, self.variant, now=now)
        return Response(status=204)

    @extend_schema(operation_id="favourite_channel_remove", responses={204: None})
    def delete(self, request: Request, id_or_slug: str) -> Response:
        """No longer a favourite."""
        favourites.remove(self.viewer, id_or_slug)
        return Response(status=204)
