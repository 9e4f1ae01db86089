"""The reference for device teams: the OpenAPI document, its reader, the problems."""

from __future__ import annotations

from typing import Any, ClassVar

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from streamapi.responsecache import CachePolicy
from streamapi.rest.reference import PROBLEMS


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of everything below /v1."""
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    document: dict[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    return document


class OpenApiView(APIView):
    """The API, described for machines."""

    cache_policies: ClassVar = {"get": CachePolicy(ttl=86400, client_ttl=300, vary=())}

    @extend_schema(exclude=True)
    def get(self, _request: Request) -> Response:
        """The OpenAPI document as JSON."""
        return Response(openapi())


# Swagger UI colours its samples with style attributes; nothing else is let in.
@csp_update({"style-src": ["'unsafe-inline'"]})
def reference(request: HttpRequest) -> HttpResponse:
    """The API, described for people."""
    return render(request, "docs/reference.html")


def problems(request: HttpRequest) -> HttpResponse:
    """Every ``code`` of a problem document: what it means, what to do."""
    return render(request, "docs/problems.html", {"problems": PROBLEMS})
