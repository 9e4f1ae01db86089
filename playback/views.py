"""Play, renew, heartbeat, stop: commands of a player, never cached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import BearerAuthentication
from accounts.tokens import Viewer
from playback import answers, delivery, licences, places, sessions
from playback.serializers import (
    HeartbeatInput,
    HeartbeatOutput,
    LicenseInput,
    LicenseOutput,
    PlayOutput,
    RenewOutput,
    StartInput,
    beat_of,
    play_request,
)
from streamapi.clients import Variant
from streamapi.errors import NotFound
from streamapi.responsecache import NEVER, Never
from streamapi.rest import idempotency, inputs

_PRIVATE: Final = {"Cache-Control": "private, no-store"}


_TOKEN: Final = OpenApiParameter(
    licences.HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="From `drm.headers` in the answer to play.",
)


class PlaybackView(APIView):
    """What all commands of a player share; who has not signed in plays what is free."""

    authentication_classes = [BearerAuthentication]
    cache_policies: ClassVar[Mapping[str, Never]] = {
        "post": NEVER("personal"),
        "delete": NEVER("personal"),
    }

    @property
    def viewer(self) -> Viewer | None:
        """Who plays, if they are signed in."""
        user: object = self.request.user
        return user if isinstance(user, Viewer) else None

    @property
    def variant(self) -> Variant:
        """Where the request comes from, and in which language it wants its answer."""
        found: Variant = self.request._request.variant  # type: ignore[attr-defined]  # noqa: SLF001 set by VariantMiddleware
        return found


class SessionsView(PlaybackView):
    """Press play."""

    @extend_schema(
        operation_id="playback_start",
        parameters=[idempotency.PARAMETER],
        request=StartInput,
        responses={201: PlayOutput},
    )
    def post(self, request: Request) -> Response:
        """One call decides and answers with everything a player needs."""
        body = inputs.read(StartInput, request.data)
        now, variant = timezone.now(), self.variant
        asked = play_request(body, idempotency.key_of(request), variant.languages)
        play = sessions.start(asked, self.viewer, territory=variant.territory, now=now)
        answer = answers.play(play, wanted=variant.languages, now=now)
        response = Response(answer, status=201, headers=_PRIVATE)
        return _with_cookies(response, play.session.folder, play.grant)


class SessionView(PlaybackView):
    """One session."""

    @extend_schema(operation_id="playback_stop", responses={204: None})
    def delete(self, request: Request, session_id: str) -> Response:
        """Stop; stopping twice is no error."""
        session = sessions.find(session_id, self.viewer)
        sessions.stop(session, now=timezone.now())
        return Response(status=204, headers=_PRIVATE)


class RenewView(PlaybackView):
    """Fresh cookies for a session that goes on."""

    @extend_schema(
        operation_id="playback_renew", request=None, responses={200: RenewOutput}
    )
    def post(self, request: Request, session_id: str) -> Response:
        """To be called before ``expires_at``."""
        now = timezone.now()
        session = sessions.find_open(session_id, self.viewer)
        fresh = sessions.renew(
            session, self.viewer, territory=self.variant.territory, now=now
        )
        response = Response(answers.renewal(fresh, now=now), headers=_PRIVATE)
        return _with_cookies(response, session.folder, fresh.grant)


class LicenseView(PlaybackView):
    """Licences of ClearKey, on a developer's machine."""

    @extend_schema(
        operation_id="playback_license",
        parameters=[_TOKEN],
        request=LicenseInput,
        responses={200: LicenseOutput},
    )
    def post(self, request: Request, session_id: str) -> Response:
        """The keys that the session needs of those that are asked for.

        With the headers of `drm` in the answer to play. Only where ClearKey is on.
        """
        if not settings.CLEARKEY_LICENSES:
            raise NotFound("This service issues no licences itself.")
        kids = inputs.read(LicenseInput, request.data)["kids"]
        session = sessions.find_open(session_id, self.viewer)
        token = request.headers.get(licences.HEADER, "")
        licence = licences.issue(session, token, kids, now=timezone.now())
        return Response(licence, headers=_PRIVATE)


class HeartbeatView(PlaybackView):
    """The player is alive."""

    @extend_schema(
        operation_id="playback_heartbeat",
        request=HeartbeatInput,
        responses={200: HeartbeatOutput},
    )
    def post(self, request: Request, session_id: str) -> Response:
        """Report position and state; the answer says what to do next."""
        beat = beat_of(session_id, inputs.read(HeartbeatInput, request.data))
        advice = sessions.heartbeat(beat, self.viewer, now=timezone.now())
        return Response(answers.heartbeat(advice), headers=_PRIVATE)


def _with_cookies(response: Response, folder: str, grant: delivery.Grant) -> Response:
    """Set the permission for browsers, whose players cannot add it themselves."""
    secure = settings.MEDIA_BASE_URL.startswith("https://")
    for name, value in grant.cookies().items():
        response.set_cookie(
            name,
            value,
            path=places.cookie_path(folder),
            domain=settings.DELIVERY_COOKIE_DOMAIN or None,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
    return response
