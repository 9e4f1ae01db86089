"""docs/operations.md names every variable that is read, and no other."""

import ast
import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
READERS = [
    *(ROOT / "streamapi" / "settings").glob("*.py"),
    *(ROOT / "streamapi" / "local").glob("*.py"),
    ROOT / "gunicorn.conf.py",
]
GETTERS = {"text", "number", "seconds", "flag", "words", "json"}


def read_by(path: Path) -> set[str]:
    """The names that a module asks its Environment for."""
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in GETTERS
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and re.fullmatch(r"[A-Z][A-Z0-9_]+", str(call.args[0].value))
    }


def test_the_table_is_complete_and_has_nothing_else() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    documented = re.findall(r"^\| `([A-Z0-9_]+)` \|", text, re.MULTILINE)

    assert len(documented) == len(set(documented))
    read = set().union(*map(read_by, READERS))
    assert set(documented) == read - {"PYTEST_XDIST_WORKER"}
