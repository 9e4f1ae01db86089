"""Every test that the security page names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:tests/\w+/)?test_\w+\.py(?:::\w+)*)`", PAGE)))


@pytest.mark.parametrize("name", NAMED)
def test_exists(name: str) -> None:
    file, *steps = name.split("::")
    place = ROOT / file if "/" in file else ROOT / "tests" / "accounts" / file
    nodes: list[ast.stmt] = ast.parse(place.read_text()).body
    for step in steps:
        (found,) = [node for node in nodes if getattr(node, "name", "") == step]
        nodes = getattr(found, "body", [])


def test_the_page_names_many() -> None:
    assert len(NAMED) > 30
