"""Every code that a device can meet is explained at /v1/docs/problems."""

import ast
from pathlib import Path

from django.conf import settings

from streamapi.rest.reference import PROBLEMS

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("streamapi", "accounts", "catalog", "channels", "playback")
# What only editors, operators and commands meet; each says itself what is wrong.
INSIDE = (
    "catalog/admin",
    "catalog/artwork.py",
    "catalog/attributes.py",
    "catalog/importing",
    "catalog/models",
    "catalog/publishing.py",
    "catalog/rail_sets.py",
    "catalog/workflow.py",
    "catalog/releasing.py",
    "catalog/rules.py",
    "channels/decompression.py",
    "channels/feeds.py",
    "channels/fetching.py",
    "channels/m3u.py",
    "channels/models",
    "channels/versions.py",
    "channels/xml_safety.py",
    "channels/xmltv.py",
    "accounts/management",
    "accounts/staff_tokens.py",
    "streamapi/demo",
    "streamapi/local",
)
# Codes of OAuth (RFC 6749, RFC 8628), which are explained there; the base class; and an
# operator's change without a reason.
ELSEWHERE = {"access_denied", "invalid_grant", "error", "reason_required"}


def codes_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (
                word.value.value
                for word in node.keywords
                if word.arg == "code" and isinstance(word.value, ast.Constant)
            )
        if isinstance(node, ast.ClassDef):
            yield from (
                line.value.value
                for line in node.body
                if isinstance(line, ast.Assign)
                and getattr(line.targets[0], "id", "") in {"code", "default_code"}
                and isinstance(line.value, ast.Constant)
            )


def used():
    found = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if "migrations" not in path.parts and not name.startswith(INSIDE):
                found |= dict.fromkeys(codes_in(ast.parse(path.read_text())), name)
    return found


def test_each_is_explained():
    explained = {problem.code for problem in PROBLEMS}
    missing = {code: where for code, where in used().items() if code not in explained}
    assert set(missing) <= ELSEWHERE, missing
