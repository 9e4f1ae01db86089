"""Channels for players that know nothing but an address: Kodi, VLC and the like."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from channels import playlist_links, timeshift
from channels.playlist_views import LinkView
from playback import answers, live, sessions
from playback.sessions import Play, PlayRequest
from streamapi.errors import InvalidInput
from streamapi.responsecache import NEVER


class LinkedStreamView(LinkView):
    """What the entries of an exported playlist name."""

    cache_policies: ClassVar = {"get": NEVER("for the holder of a link")}

    @extend_schema(
        operation_id="linked_stream",
        parameters=[
            OpenApiParameter(playlist_links.PARAMETER, str, required=True),
            OpenApiParameter(
                "start", str, description="Within a past programme, in seconds or ISO."
            ),
            OpenApiParameter("end", str, description="Not looked at: programmes end."),
        ],
        responses={302: OpenApiTypes.NONE},
    )
    def get(self, request: Request, channel_id: str) -> HttpResponse:
        """Press play for the link's profile on its device, and lead to the stream."""
        link, now = self.link(request), timezone.now()
        asked: dict[str, Any] = {"channel_id": channel_id, "start": live.LIVE}
        try:
            span = timeshift.read(request.query_params)
        except (ValueError, OverflowError) as error:
            raise InvalidInput("start is a moment.", pointer="?start") from error
        if span is not None:
            asked["airing_id"] = live.airing_at(channel_id, span.start)
            asked["start"] = live.CATCH_UP
        play = sessions.start(
            PlayRequest(content_id="", platform=link.device.platform, **asked),
            playlist_links.viewer_of(link),
            territory=self.territory,
            now=now,
        )
        return _lead_to(play, answers.manifests(play, now))


def _lead_to(play: Play, manifests: Any) -> HttpResponse:
    """The address with its permission: such players keep no cookies for us to set."""
    return HttpResponseRedirect(
        play.grant.signed_url(manifests[0]["url"]),
        headers={"Cache-Control": "private, no-store"},
    )
