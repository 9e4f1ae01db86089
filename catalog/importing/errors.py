"""What can be wrong with one record, or with a whole file."""

from __future__ import annotations

from streamapi.errors import InvalidInput


class RecordInvalid(InvalidInput):
    """One record cannot be imported; the others can."""

    code = "invalid_record"
    title = "The record is not valid"


def place(position: int, line: int | None, pointer: str) -> str:
    """Where in its file something stands: a line of a CSV, a JSON pointer from the top."""
    return f"line {line} {pointer}".strip() if line else f"/{position - 1}{pointer}"


class FileUnreadable(InvalidInput):
    """The file cannot be read any further; what was read before stays."""

    code = "unreadable_file"
    title = "The file cannot be read"
