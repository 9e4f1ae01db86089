"""Who is shown how an answer came about: members of staff, by their token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

StaffCheck = Callable[[str], bool]
"""From the text of a staff token to whether it counts."""

HEADER: Final = "X-Staff-Token"
ENVIRON: Final = "HTTP_X_STAFF_TOKEN"


def _nobody(_token: str) -> bool:
    return False


_check: StaffCheck = _nobody


def register_staff_check(check: StaffCheck) -> None:
    """Let the owner of staff tokens say which count; called once in ``ready()``."""
    global _check  # noqa: PLW0603 one slot, filled once at start
    _check = check


def is_staff(token: str | None) -> bool:
    """Whether the value of the header is the token of a member of staff."""
    return bool(token) and _check(token or "")
