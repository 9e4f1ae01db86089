"""The committed OpenAPI document is what the service serves, and is a valid one."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from streamapi.env import Environment

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def served():
    return Client().get("/v1/openapi.json").json()


def test_the_committed_document_is_current(served):
    text = json.dumps(served, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if Environment().text("UPDATE_OPENAPI", ""):
        COMMITTED.write_text(text)
    assert COMMITTED.read_text() == text, (
        "The API has changed. Run `make openapi` and read the diff:"
        " what a device relies on is only ever added to."
    )


def test_it_is_of_version_3_1_and_names_every_public_route_once(served):
    assert served["openapi"] == "3.1.0"
    operations = [
        operation["operationId"]
        for methods in served["paths"].values()
        for operation in methods.values()
        if "operationId" in operation
    ]
    assert len(operations) == len(set(operations))
    assert all(path.startswith("/v1/") for path in served["paths"])


def test_every_operation_says_what_it_does_and_how_it_fails(served):
    for path, methods in served["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), f"{method} {path}"
            assert "default" in operation["responses"], f"{method} {path}"


def test_every_reference_resolves(served):
    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in set(references(served)):
        node = served
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
