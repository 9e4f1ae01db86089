"""The OpenAPI 3.1 document: every public route, every problem."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An error (RFC 9457). `code` is stable; `detail` is for people.",
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
    },
}


class ApiSchema(AutoSchema):
    """Tags operations by the first step of their path."""

    def get_tags(self) -> list[str]:
        steps = [step for step in self.path.split("/") if step]
        return [steps[1] if len(steps) > 1 else "service"]


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
