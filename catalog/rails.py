"""Fills the rails of a page from their sources, and notes what ends the answer.

The number of queries depends on which sources a page has, never on how many rails,
entries or titles there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from catalog import availability, cache_keys, title_rails
from catalog.rail_sources import Ask, ForeignSource, PersonalSource, TitleSource, find
from catalog.title_rails import Filled, Wanted
from streamapi.clients import Variant

__all__ = ["Filled", "Shelf", "Wanted", "fill"]

_MOST_TAGS: Final = 40


@dataclass(slots=True)
class Shelf:
    """Filled rails in their order, and what ends the answer that shows them."""

    rails: list[Filled] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    changes_at: datetime | None = None

    def ends_at(self, moment: datetime | None) -> None:
        """Note that something changes at a moment; the earliest counts."""
        if moment is not None and (self.changes_at is None or moment < self.changes_at):
            self.changes_at = moment


def fill(wanted: Sequence[Wanted], variant: Variant, now: datetime) -> Shelf:
    """The rails with their entries; one without any is left out."""
    shelf = Shelf()
    titles: dict[int, tuple[Wanted, TitleSource]] = {}
    foreign: dict[str, tuple[ForeignSource, dict[int, Wanted]]] = {}
    found: dict[int, Filled] = {}
    for place, one in enumerate(wanted):
        source = find(one.rail["source"])
        if isinstance(source, TitleSource):
            titles[place] = (one, source)
        elif isinstance(source, ForeignSource):
            foreign.setdefault(source.name, (source, {}))[1][place] = one
        elif isinstance(source, PersonalSource):
            found[place] = Filled(one.rail, "personal", url=source.url)
    if titles:
        found |= title_rails.fill(titles, variant, now)
        shelf.tags |= _tags(one for one, _ in titles.values())
        shelf.ends_at(availability.next_boundary(variant, now))
    for each, places in foreign.values():
        found |= _foreign(each, places, variant, now, shelf)
    in_order = (found[place] for place in sorted(found))
    shelf.rails = [one for one in in_order if one.results or one.url]
    return shelf


def _foreign(
    source: ForeignSource,
    wanted: Mapping[int, Wanted],
    variant: Variant,
    now: datetime,
    shelf: Shelf,
) -> dict[int, Filled]:
    asks = [Ask(one.rail["argument"], one.after, one.limit) for one in wanted.values()]
    found = {}
    answered = source.fill(asks, variant, now)
    for (place, one), entries in zip(wanted.items(), answered, strict=True):
        shelf.tags |= set(entries.tags)
        shelf.ends_at(entries.changes_at)
        found[place] = Filled(one.rail, source.of, entries.results, entries.after)
    return found


def _tags(wanted: Iterable[Wanted]) -> set[str]:
    """Of chosen titles each one's tag, if an answer can carry so many; else the tag of
    all titles, as for rails that any title may come into."""
    rails = [one.rail for one in wanted]
    named = any(rail["rule"].get("collections") for rail in rails)
    others = {cache_keys.COLLECTIONS} if named else set()
    chosen = {pk for rail in rails for pk in rail["items"]}
    if len(chosen) > _MOST_TAGS or any(rail["source"] != "curated" for rail in rails):
        return {cache_keys.TITLES} | others
    return {cache_keys.title(pk) for pk in chosen}
