"""The OpenAPI 3.1 document: every public route, every problem."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_list_serializer
from drf_spectacular.utils import OpenApiParameter
from rest_framework.pagination import BasePagination

from streamapi.clients import FORM_FACTORS, PLATFORMS
from streamapi.responsecache import CachePolicy
from streamapi.rest.pagination import KeysetPagination

_WORDS: Final[dict[str, Any]] = {"type": "array", "items": {"type": "string"}}
_MOMENT: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}
_ROWS: Final[dict[str, Any]] = {"type": "array", "items": {"type": "object"}}


def _with(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "description": description}


_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An error (RFC 9457). `code` is stable; `detail` is for people. Beside"
    " the required members it has those that help with its code.",
    "required": ["type", "title", "status", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "retry_after_s": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "help": _with("What would help: sign_in, subscribe, pin, wait, ...", _WORDS),
        "packages": _with("Any one of them gives access.", _WORDS),
        "offers": _with("What is on sale that gives access; as /v1/me/offers.", _ROWS),
        "until": _with(
            "When the answer may be another; null when that is not known.",
            {**_MOMENT, "type": ["string", "null"]},
        ),
        "tries_left": _with("Before the PIN is locked.", {"type": "integer"}),
        "limit": _with("How many there may be.", {"type": "integer"}),
        "devices": _with("Those of a full household; as /v1/me/devices.", _ROWS),
        "active": _with(
            "Streams in the way; `take_over` of one goes with the next play.",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "session_id": {"type": "string"},
                        "device_name": {"type": ["string", "null"]},
                        "profile_name": {"type": ["string", "null"]},
                        "content_title": {"type": ["string", "null"]},
                        "started_at": {**_MOMENT, "type": ["string", "null"]},
                        "take_over": {"type": "string"},
                    },
                },
            },
        ),
        "reason": _with("Why, in one word.", {"type": "string"}),
        "starts_at": _with("When the programme starts.", _MOMENT),
        "ended_at": _with("When the programme ended.", _MOMENT),
        "ends_at": _with("When the blackout ends.", _MOMENT),
        "expired_at": _with("Until when the programme was kept.", _MOMENT),
        "alternative_channel_id": _with(
            "What to offer instead.", {"type": ["string", "null"]}
        ),
        "aligned_from": _with("A window that would do.", _MOMENT),
        "aligned_to": _with("Its end.", _MOMENT),
        "platforms": _with("Those that there are.", _WORDS),
        "offered": _with("The codecs that the video is in.", _WORDS),
        "systems": _with("Those of the platform.", _WORDS),
        "levels": _with("Those of the system.", _WORDS),
        "versions": _with("Those that there are.", _WORDS),
    },
}


_VARIANT: Final = {
    "language": [
        OpenApiParameter(
            "lang",
            description="Languages, most wanted first: `de-CH,fr`."
            " Without it `Accept-Language` counts.",
        ),
    ],
    "form_factor": [
        OpenApiParameter(
            "form_factor",
            enum=FORM_FACTORS,
            description="Without it that of `X-Device-Platform`, else `web`.",
        ),
        OpenApiParameter(
            "X-Device-Platform", location=OpenApiParameter.HEADER, enum=list(PLATFORMS)
        ),
    ],
    "maturity": [
        OpenApiParameter(
            "maturity",
            int,
            description="What viewers of this age may see; never more than the"
            " profile in the access token may.",
        ),
    ],
}


class ApiSchema(AutoSchema):
    """Tags operations by the first step of their path; every list is a page."""

    def get_tags(self) -> list[str]:
        steps = [step for step in self.path.split("/") if step]
        return [steps[1] if len(steps) > 1 else "service"]

    def get_override_parameters(self) -> list[Any]:
        """What a shared answer varies on, beside its own parameters."""
        policies = getattr(self.view, "cache_policies", {})
        action = getattr(self.view, "action", None) or self.method.lower()
        policy = policies.get(action)
        if not isinstance(policy, CachePolicy):
            return []
        return [
            parameter for name in policy.vary for parameter in _VARIANT.get(name, ())
        ]

    def _is_list_view(self, serializer: Any = None) -> bool:
        """By what is declared, not by the name of the action: a page may be one shape."""
        declared = self.get_response_serializers() if serializer is None else serializer
        return bool(is_list_serializer(declared))

    def _get_paginator(self) -> BasePagination:
        return KeysetPagination()

    def _get_pagination_parameters(self) -> list[dict[str, Any]]:
        pages = getattr(self.view, "pagination_class", None)
        return super()._get_pagination_parameters() if pages else []  # type: ignore[no-untyped-call]


def only_public_paths(endpoints: list[Any], **_: Any) -> list[Any]:
    """Keep what device teams integrate against: everything below /v1."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/v1/")]


def describe_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the problem document as the default answer of each operation."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    reference = {"$ref": "#/components/schemas/Problem"}
    for methods in result.get("paths", {}).values():
        for operation in methods.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"]["default"] = {
                    "description": "A problem document",
                    "content": {"application/problem+json": {"schema": reference}},
                }
    return result
