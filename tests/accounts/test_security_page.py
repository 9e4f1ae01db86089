"""The security page has every row that it must have; every test that it names exists."""

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


# OWASP ASVS 5.0.0, levels 1 and 2 of the chapters on authentication, sessions and access.
REQUIRED = {
    6: {1: 3, 2: 12, 3: 4, 4: 4, 5: 5, 6: 3, 8: 4},
    7: {1: 3, 2: 4, 3: 2, 4: 5, 5: 2, 6: 2},
    8: {1: 2, 2: 3, 3: 1, 4: 1},
}


def rows_of(page: str) -> set[tuple[int, ...]]:
    """The numbers of all rows; ``6.5.1 to 6.5.5`` stands for five."""
    found = set()
    for line in page.splitlines():
        head = line.split("|")[1] if line.startswith("| ") else ""
        numbers = [
            tuple(map(int, one.split(".")))
            for one in re.findall(r"\b\d+\.\d+\.\d+\b", head)
        ]
        found.update(numbers)
        if " to " in head and len(numbers) == 2:
            first, last = numbers
            found.update((*first[:2], at) for at in range(first[2], last[2] + 1))
    return found


@pytest.mark.parametrize("chapter", REQUIRED)
def test_no_row_is_missing(chapter: int) -> None:
    wanted = {
        (chapter, section, number)
        for section, count in REQUIRED[chapter].items()
        for number in range(1, count + 1)
    }
    assert wanted - rows_of(PAGE) == set()


def test_the_ten_risks_are_all_there() -> None:
    assert set(re.findall(r"^\| API(\d+) ", PAGE, re.MULTILINE)) == {
        str(number) for number in range(1, 11)
    }


def test_every_row_has_a_test_or_a_reason() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (API)?\d", line)]
    assert len(rows) > 50
    for row in rows:
        *_, what, proof, _ = row.split("|")
        assert what.strip(), row
        assert proof.strip(), row
