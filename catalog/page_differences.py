"""What differs between two versions of a page, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from catalog import page_content, targeting
from catalog.differences import MANY, Version, compared
from catalog.languages import default_language
from catalog.models import Page, Title
from catalog.page_content import PageContent, RailContent
from catalog.rules import Rule

_FEW: Final = 5


def versions(page: Page) -> list[Version]:
    """The latest versions, newest first, each compared with the one before it."""
    rows = page.versions.select_related("created_by").order_by("-number")
    found = list(rows[: MANY + 1])
    names = _names(one.content for one in found)
    return compared(found, page.live_version_id, partial(_between, names=names))


def waiting(page: Page) -> list[str]:
    """What releasing the page now would change."""
    draft = page_content.load(page)
    if page.live_version is None:
        return []
    live: PageContent = page.live_version.content
    return list(_between(live, draft, _names([live, draft])))


def _names(contents: Any) -> dict[int, str]:
    """The titles of all chosen rails; one query."""
    pks = {pk for one in contents for rail in one["rails"] for pk in rail["items"]}
    rows = Title.objects.filter(pk__in=pks).values_list("pk", "original_name")
    return dict(rows)


def _between(
    before: PageContent, after: PageContent, names: Mapping[int, str]
) -> Iterator[str]:
    for part in ("slug", "names", "parent", "position"):
        if before[part] != after[part]:
            yield f"{part}: {before[part]} is now {after[part]}"
    old = {rail["id"]: rail for rail in before["rails"]}
    new = {rail["id"]: rail for rail in after["rails"]}
    for key in old.keys() - new.keys():
        yield f"Rail removed: {_name(old[key])}"
    for place, (key, rail) in enumerate(new.items(), 1):
        if key not in old:
            yield f"Rail added in place {place}: {_name(rail)}"
    kept_before = [key for key in old if key in new]
    kept_after = [key for key in new if key in old]
    if kept_before != kept_after:
        order = ", ".join(_name(rail) for rail in after["rails"])
        yield f"Rails in another order: {order}"
    for key in kept_after:
        for change in _in_rail(old[key], new[key], names):
            yield f"{_name(new[key])}: {change}"


def _in_rail(
    before: RailContent, after: RailContent, names: Mapping[int, str]
) -> Iterator[str]:
    for part in ("names", "layout", "source", "argument", "size"):
        if before[part] != after[part]:
            yield f"{part} was {before[part]}, is {after[part]}"
    if before["rule"] != after["rule"]:
        yield (
            f"rule was “{Rule.read(before['rule']).in_words()}”, "
            f"is “{Rule.read(after['rule']).in_words()}”"
        )
    was, now = targeting.in_words(before), targeting.in_words(after)
    if was != now:
        yield f"was for {was}; is for {now}"
    yield from _in_items(before["items"], after["items"], names)


def _in_items(
    before: Sequence[int], after: Sequence[int], names: Mapping[int, str]
) -> Iterator[str]:
    added = [pk for pk in after if pk not in set(before)]
    removed = [pk for pk in before if pk not in set(after)]
    if added:
        yield f"with {_listed(added, names)}"
    if removed:
        yield f"without {_listed(removed, names)}"
    kept = set(before) & set(after)
    if [pk for pk in before if pk in kept] != [pk for pk in after if pk in kept]:
        yield f"in another order, beginning with {_listed(after, names)}"


def _listed(pks: Sequence[int], names: Mapping[int, str]) -> str:
    shown = ", ".join(names.get(pk, f"title {pk}") for pk in pks[:_FEW])
    more = len(pks) - _FEW
    return f"{shown} and {more} more" if more > 0 else shown


def _name(rail: RailContent) -> str:
    return page_content.name(rail["names"], default_language()) or rail["layout"]
