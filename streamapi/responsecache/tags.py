"""Tags: the names by which answers are purged, ours and CloudFront's alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MAX_TAGS: Final = 50
"""CloudFront silently drops the tags of an object beyond this many."""
MAX_LENGTH: Final = 256


class TagInvalid(ValueError):
    """A tag that an edge or a header could not carry."""


def checked(tags: Iterable[str]) -> frozenset[str]:
    """The tags as a set; raises :class:`TagInvalid` for one that cannot be carried."""
    if isinstance(tags, str):
        raise TagInvalid(f"a set of tags is expected, not the text {tags!r}")
    found = frozenset(tags)
    for tag in found:
        if not _is_valid(tag):
            raise TagInvalid(
                f"{tag!r} is not 1-256 visible ASCII without , and first !"
            )
    return found


def _is_valid(tag: str) -> bool:
    visible = tag.isascii() and tag.isprintable()
    plain = not set(tag) & {",", " "} and not tag.startswith("!")
    return visible and plain and 0 < len(tag) <= MAX_LENGTH
