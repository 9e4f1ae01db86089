"""Holds each answer of the API against the document that device teams build on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.json"
_DOCUMENT = "urn:openapi"
_URLS = settings.ROOT_URLCONF
_JSON = ("application/json", "application/problem+json")


@dataclass(frozen=True)
class _Route:
    """One path of the document."""

    path: str
    pattern: re.Pattern[str]
    methods: dict[str, Any]


class Contract:
    """What ``docs/openapi.json`` promises, read strictly.

    An answer may have no member that the document does not name: what a device team
    cannot look up, it has to guess.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        closed = _closed(document)
        self._registry = Registry().with_resource(_DOCUMENT, Resource.opaque(closed))
        self._routes = [
            _Route(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), methods)
            for path, methods in sorted(
                closed["paths"].items(), key=lambda item: item[0].count("{")
            )
        ]
        self._validators: dict[tuple[str, ...], Draft202012Validator] = {}

    @classmethod
    def committed(cls) -> Contract:
        """As the document stands in the repository."""
        return cls(json.loads(COMMITTED.read_text()))

    def faults_of(
        self, asked: Mapping[str, Any], answer: HttpResponseBase
    ) -> list[str]:
        """The same for what Django's test client asked and got."""
        method = asked.get("REQUEST_METHOD", "GET")
        packed = "Content-Encoding" in answer.headers
        if method == "HEAD" or packed or not isinstance(answer, HttpResponse):
            return []
        if settings.ROOT_URLCONF != _URLS:
            return []  # a test's own site
        kind = answer.headers.get("Content-Type", "")
        path = asked.get("PATH_INFO", "")
        return self.faults(method, path, answer.status_code, kind, answer.content)

    def faults(
        self, method: str, path: str, status: int, content_type: str, body: bytes
    ) -> list[str]:
        """Where an answer departs from the document; none where it does not."""
        operation = self._operation(method.lower(), path)
        if operation is None:
            return []
        where, responses = operation
        answer = responses.get(str(status), responses["default"])
        if str(status) not in responses and status < 400 and status != 304:
            return [f"status {status} is not promised"]
        kind = content_type.partition(";")[0]
        if kind not in _JSON:
            return []
        if kind not in answer.get("content", {}):
            return [f"{kind} is not promised for {status}"]
        code = str(status) if str(status) in responses else "default"
        validator = self._validator(*where, code, kind)
        return [
            f"{error.json_path}: {error.message[:300]}"
            for error in validator.iter_errors(json.loads(body))
        ]

    def _operation(
        self, method: str, path: str
    ) -> tuple[tuple[str, str], dict[str, Any]] | None:
        for route in self._routes:
            if route.pattern.fullmatch(path) and method in route.methods:
                return (route.path, method), route.methods[method]["responses"]
        return None

    def _validator(
        self, path: str, method: str, code: str, kind: str
    ) -> Draft202012Validator:
        at = (path, method, code, kind)
        if at not in self._validators:
            steps = (
                "paths",
                path,
                method,
                "responses",
                code,
                "content",
                kind,
                "schema",
            )
            pointer = "/".join(
                step.replace("~", "~0").replace("/", "~1") for step in steps
            )
            self._validators[at] = Draft202012Validator(
                {"$ref": f"{_DOCUMENT}#/{pointer}"},
                registry=self._registry,
                format_checker=Draft202012Validator.FORMAT_CHECKER,
            )
        return self._validators[at]


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every object closed, and references that lead into it."""
    copied: dict[str, Any] = json.loads(json.dumps(document))
    for node in _objects(copied):
        if "properties" in node and node.get("type") == "object":
            node.setdefault("additionalProperties", False)
        if str(node.get("$ref", "")).startswith("#"):
            node["$ref"] = _DOCUMENT + node["$ref"]
    return copied


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)
