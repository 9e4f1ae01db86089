"""Secrets of a developer's machine: made once, in files that their owner alone reads."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path


@cache
def kept_once(stored: Path, make: Callable[[], str]) -> str:
    """What is stored there; the first of several processes makes it."""
    if not stored.exists():
        stored.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = stored.parent / f".{stored.stem}-{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(draft, stored)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            draft.unlink()
    return stored.read_text()
