"""Answers of previews: what a shared view says, as somebody else, at another moment.

A preview has addresses of its own (``/v1/preview/...``), which no policy covers: neither
our cache nor an edge ever holds its answers, and none of theirs can be mistaken for one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import previewing
from catalog.page_serializers import PreviewShape
from catalog.previewing import Preview, PreviewRefused
from streamapi.errors import NotFound
from streamapi.http import moments
from streamapi.http.variant import rules
from streamapi.responsecache import NEVER, CachePolicy, keys
from streamapi.responsecache.guard import restrict

HEADER = OpenApiParameter(
    "X-Preview",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The token that the admin made.",
)


class _PreviewView(APIView):
    """For whoever holds a token of the staff."""

    cache_policies: ClassVar = {
        "get": NEVER("a preview is nobody's answer but its own")
    }

    def preview(self, request: Request) -> Preview:
        """What the token says."""
        token = request.headers.get("X-Preview", "")
        if not token:
            raise PreviewRefused("A preview needs its token in X-Preview.")
        return previewing.read(token)


class PreviewView(_PreviewView):
    """What a preview shows."""

    @extend_schema(operation_id="preview", responses=PreviewShape, parameters=[HEADER])
    def get(self, request: Request) -> Response:
        """As whom, where and when it looks."""
        preview = self.preview(request)
        return Response(
            {
                "at": preview.moment,
                "language": preview.language,
                "territory": preview.territory,
                "form_factor": preview.form_factor,
                "maturity": preview.maturity,
                "plan": preview.plan or None,
                "packages": preview.packages,
            }
        )


class PreviewAnswerView(_PreviewView):
    """A shared answer as a preview sees it."""

    @extend_schema(
        operation_id="preview_answer",
        parameters=[HEADER],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, path: str) -> HttpResponse:
        """What `/v1/{path}` answers under the conditions of the preview."""
        preview = self.preview(request)
        view, arguments, policy = _shared(f"/v1/{path}")
        inner = _request(request, path, preview, policy)
        with previewing.shown(preview):
            answer = view(inner, **arguments)
            if isinstance(answer, Response):
                answer.render()
        copy = HttpResponse(
            getattr(answer, "content", b""),
            status=answer.status_code,
            content_type=answer.headers.get("Content-Type"),
        )
        copy["Cache-Control"] = "private, no-store"
        return copy


def _shared(
    path: str,
) -> tuple[Callable[..., HttpResponseBase], dict[str, Any], CachePolicy]:
    """The view behind a path, if its answers are shared ones."""
    try:
        match = resolve(path)
    except Resolver404 as error:
        raise NotFound from error
    policy = keys.policy_of_view(match.func)
    if not isinstance(policy, CachePolicy):
        raise NotFound("Only shared answers can be previewed.")
    return match.func, match.kwargs, policy


def _request(
    request: Request, path: str, preview: Preview, policy: CachePolicy
) -> HttpRequest:
    """A request that says nothing but what the answer may depend on."""
    inner = HttpRequest()
    inner.method = "GET"
    inner.path = inner.path_info = f"/v1/{path}"
    inner.META = {"SERVER_NAME": "preview", "SERVER_PORT": "443"}
    query = keys.query_string(
        keys.parameters(request.META.get("QUERY_STRING", ""), policy.query_params)
    )
    declared = {name: preview.variant.declared(name) for name in policy.vary}
    variant = keys.neutral(rules(), declared)
    restrict(inner, policy, query, variant, strict=settings.RESPONSE_CACHE_STRICT)
    setattr(inner, moments.ATTRIBUTE, preview.moment)
    return inner
