"""The bases of the views of `accounts`: never cached, limits told in headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.authentication import BearerAuthentication, IsSignedIn, viewer_of
from accounts.tokens import Viewer
from streamapi import limits
from streamapi.clients import Variant
from streamapi.limits import Standing
from streamapi.responsecache import NEVER, CachePolicy, Never
from streamapi.rest import inputs

_PERSONAL: Final = NEVER("personal")


class PersonalView(APIView):
    """Answers for one household; ``self.viewer`` is who asks."""

    authentication_classes = [BearerAuthentication]
    permission_classes = [IsSignedIn]
    cache_policies: ClassVar[Mapping[str, CachePolicy | Never]] = dict.fromkeys(
        ("get", "post", "put", "patch", "delete"), _PERSONAL
    )
    standings: Iterable[Standing] = ()

    @property
    def viewer(self) -> Viewer:
        """Who is asking."""
        return viewer_of(self.request)

    def subject(self) -> str:
        """In whose name a command with an Idempotency-Key is kept."""
        return self.viewer.account_id

    @property
    def variant(self) -> Variant:
        """Language, territory and form factor of the one who asks."""
        variant: Variant = self.request._request.variant  # type: ignore[attr-defined]  # noqa: SLF001 set by VariantMiddleware
        return variant

    def read(self, kind: type[Serializer[Any]]) -> dict[str, Any]:
        """The request's body, validated."""
        return inputs.read(kind, self.request.data)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, limits.Refused):
            self.standings = exc.standings
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        if self.standings:
            for name, value in limits.headers(self.standings).items():
                response[name] = value
        return response


class OpenView(PersonalView):
    """A view for people who have not signed in yet."""

    authentication_classes = []
    permission_classes = []
