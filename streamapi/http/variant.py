"""Puts the four declared values of a shared answer on the request, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from streamapi.clients import UNRESTRICTED, Variant, VariantRules

CeilingSource = Callable[[str], int]
"""From the value of an Authorization header to the maturity ceiling of its profile."""


RESOLVED: Final = "streamapi.variant"
"""Where the front door leaves a variant in the WSGI environment; no client can."""


def _no_profile(_authorization: str) -> int:
    return UNRESTRICTED


_ceiling_source: CeilingSource = _no_profile


def register_ceiling_source(source: CeilingSource) -> None:
    """Let the owner of tokens say what a profile may see; called once in ``ready()``."""
    global _ceiling_source  # noqa: PLW0603 one slot, filled once at start
    _ceiling_source = source


def rules() -> VariantRules:
    """The supported values, from settings."""
    return VariantRules(
        languages=settings.CONTENT_LANGUAGES,
        territories=settings.TERRITORIES,
        default_territory=settings.DEFAULT_TERRITORY,
        ceilings=settings.MATURITY_CEILINGS,
        trust_edge_headers=settings.TRUST_EDGE_HEADERS,
    )


def ceiling_of(authorization: str) -> int:
    """The maturity ceiling of the profile behind an Authorization header."""
    return _ceiling_source(authorization) if authorization else UNRESTRICTED


def resolve(request: HttpRequest, rules: VariantRules) -> Variant:
    """The variant of one request."""
    resolved = request.META.get(RESOLVED)
    if isinstance(resolved, Variant):
        return resolved
    query, headers = request.GET, request.headers
    ceiling = ceiling_of(headers.get("Authorization", ""))
    language, *fallbacks = rules.chain(
        query.get("lang", ""), headers.get("Accept-Language", "")
    )
    return Variant(
        language=language,
        territory=rules.territory(headers.get("CloudFront-Viewer-Country", "")),
        form_factor=rules.form_factor(
            query.get("form_factor", ""), headers.get("X-Device-Platform", "")
        ),
        maturity=rules.maturity(query.get("maturity", ""), ceiling),
        fallbacks=tuple(fallbacks),
    )


class VariantMiddleware:
    """Sets ``request.variant``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._rules = rules()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.variant = resolve(request, self._rules)  # type: ignore[attr-defined]
        return self._get_response(request)
