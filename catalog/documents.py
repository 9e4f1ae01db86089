"""Sections that other parts of the product add to a title's document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

SectionBuilder = Callable[[Sequence[int]], Mapping[int, Mapping[str, Any]]]
"""From primary keys of titles to the section of each title that has one.

It is asked for a whole batch at once, so it needs a constant number of queries.
"""

_sections: dict[str, SectionBuilder] = {}


def register_section(name: str, builder: SectionBuilder) -> None:
    """Add a section to each title's document; called once in ``ready()``.

    The section ``media`` is also read here. Its members, all optional: ``runtime_s``,
    ``audio_languages``, ``subtitle_languages``, ``badges`` (lists of strings),
    ``playable`` (bool), and ``episodes``: from an episode's public id to
    ``{"runtime_s", "playable"}``. Each goes to its place in card, title and season.
    """
    _sections[name] = builder


def sections(title_pks: Sequence[int]) -> dict[str, Mapping[int, Mapping[str, Any]]]:
    """Every registered section for a batch of titles."""
    return {name: build(title_pks) for name, build in _sections.items()}
