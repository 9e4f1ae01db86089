"""Public identifiers: opaque, unguessable, safe in a URL, never reused."""

from __future__ import annotations

import secrets
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 16
MAX_LENGTH: Final = 24
PROGRAMME_ID_LENGTH: Final = 32
"""A programme's id is its channel's token and its start, so it is longer than others."""


def new_id(prefix: str) -> str:
    """A fresh identifier such as ``ti_4m0x2k9c7q1zt8wb``: 80 random bits."""
    token = "".join(_ALPHABET[byte % 32] for byte in secrets.token_bytes(_LENGTH))
    return f"{prefix}_{token}"
