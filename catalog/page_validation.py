"""What keeps a page from being released, and what its editor should know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.conf import settings

from catalog.page_content import PageContent, RailContent, name
from catalog.rail_sources import find
from catalog.rules import Rule
from catalog.validation import Finding, Severity, error, warning
from streamapi.errors import InvalidInput

__all__ = ["Finding", "Severity", "check"]

MAX_RAILS: Final = 40
MAX_ITEMS: Final = 1000


def check(content: PageContent) -> list[Finding]:
    """Everything that can be said about a page, errors first."""
    findings = [*_page(content)]
    for index, rail in enumerate(content["rails"]):
        findings += _rail(rail, f"/rails/{index}")
    return sorted(findings, key=lambda finding: finding.severity)


def _page(content: PageContent) -> Iterator[Finding]:
    yield from _names(content["names"], "/names", "The page")
    if not content["rails"]:
        yield error("page_empty", "/rails", "The page has no rail.")
    if len(content["rails"]) > MAX_RAILS:
        yield error(
            "too_many_rails", "/rails", f"A page has at most {MAX_RAILS} rails."
        )
    heroes = [one for one in content["rails"] if one["layout"] == "hero"]
    if heroes and heroes[0] is not content["rails"][0]:
        yield warning("hero_not_first", "/rails", "The hero is not the first rail.")


def _rail(rail: RailContent, pointer: str) -> Iterator[Finding]:
    called = f"The rail {name(rail['names'], 'en')!r}"
    if rail["layout"] != "hero":
        yield from _names(rail["names"], f"{pointer}/names", called)
    yield from _filling(rail, pointer, called)
    for code in rail["territories"]:
        if code not in settings.TERRITORIES:
            detail = f"{called}: the service does not reach {code}."
            yield warning("territory_not_served", f"{pointer}/territories", detail)


def _filling(rail: RailContent, pointer: str, called: str) -> Iterator[Finding]:
    source = find(rail["source"])
    if source is None:
        detail = f"{called} is filled with something that is not offered any more."
        yield error("source_unknown", f"{pointer}/source", detail)
        return
    if rail["layout"] not in source.layouts:
        fitting = " or ".join(source.layouts)
        detail = f"{called}: {source.label} is drawn as {fitting}."
        yield error("layout_unfit", f"{pointer}/layout", detail)
    if rail["source"] == "curated":
        yield from _items(rail, pointer, called)
    if rail["source"] == "rule":
        try:
            Rule.read(rail["rule"])
        except InvalidInput as problem:
            yield error("invalid_rule", f"{pointer}/rule", f"{called}: {problem}")


def _items(rail: RailContent, pointer: str, called: str) -> Iterator[Finding]:
    count = len(rail["items"])
    if not count:
        yield warning(
            "rail_empty",
            f"{pointer}/items",
            f"{called} has no title; it will not show.",
        )
    if count > MAX_ITEMS:
        yield error(
            "too_many_items",
            f"{pointer}/items",
            f"{called} has {count} titles; at most {MAX_ITEMS} are possible.",
        )


def _names(names: dict[str, str], pointer: str, called: str) -> Iterator[Finding]:
    if not any(names.values()):
        yield error("name_missing", pointer, f"{called} has no name in any language.")
        return
    for language in settings.CONTENT_LANGUAGES:
        if not names.get(language):
            yield warning(
                "translation_missing",
                f"{pointer}/{language}",
                f"{called} has no name in {language}.",
            )
