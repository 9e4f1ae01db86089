"""What a link for players opens: the channels as M3U, the guide as XMLTV."""

from __future__ import annotations

from typing import ClassVar, Final

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from channels import playlist_links, playlists
from channels.models import PlaylistLink
from streamapi import limits
from streamapi.clients import Variant
from streamapi.limits import Limit
from streamapi.responsecache import NEVER

_HEADERS: Final = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
_LINK: Final = OpenApiParameter(
    playlist_links.PARAMETER, str, required=True, description="The link's signed id."
)
_READS: Final = Limit("playlist-reads", 120, 3600)


class LinkView(APIView):
    """What stands behind a link; who holds it is nobody else."""

    cache_policies: ClassVar = {"get": NEVER("for the holder of a link")}

    def link(self, request: Request) -> PlaylistLink:
        """The link of the request, read at most so often in an hour."""
        token = request.query_params.get(playlist_links.PARAMETER, "")
        link = playlist_links.opened(token, now=timezone.now())
        limits.spend([(_READS, link.public_id)])
        return link

    @property
    def territory(self) -> str:
        """Where the edge says that the request comes from."""
        variant: Variant = self.request._request.variant  # type: ignore[attr-defined]  # noqa: SLF001 set by VariantMiddleware
        return variant.territory


class PlaylistView(LinkView):
    """The channels."""

    @extend_schema(
        operation_id="playlist",
        parameters=[_LINK],
        responses={(200, "application/x-mpegurl"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Channels that may be watched through the link, as M3U."""
        text = playlists.playlist(
            self.link(request), territory=self.territory, now=timezone.now()
        )
        name = {"Content-Disposition": 'attachment; filename="channels.m3u8"'}
        return HttpResponse(
            text, content_type="application/x-mpegurl", headers=_HEADERS | name
        )


class PackedGuideView(LinkView):
    """The guide."""

    @extend_schema(
        operation_id="packed_guide",
        parameters=[_LINK],
        responses={(200, "application/gzip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """The guide of the same channels, as gzipped XMLTV."""
        pieces = playlists.packed_guide(
            self.link(request), territory=self.territory, now=timezone.now()
        )
        return StreamingHttpResponse(
            pieces, content_type="application/gzip", headers=_HEADERS
        )
