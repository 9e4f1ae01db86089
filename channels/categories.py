"""From the categories of a feed to genres of the catalogue, by name in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from catalog.models import Genre, GenreTranslation

_ALIASES: Final = {
    "movie": "movies",
    "film": "movies",
    "series": "series",
    "kids": "children",
    "childrens": "children",
    "children's": "children",
    "sports": "sport",
    "news / current affairs": "news",
    "current affairs": "news",
    "documentaries": "documentary",
    "soap": "drama",
    "sitcom": "comedy",
    "sci-fi": "science-fiction",
    "science fiction": "science-fiction",
}
_SEPARATORS: Final = re.compile(r"\s*[/,;|]\s*|\s+&\s+")


def genre_map() -> Mapping[str, str]:
    """From every name of a genre, in lower case, to its slug."""
    slugs = set(Genre.objects.values_list("slug", flat=True))
    names = {slug: slug for slug in slugs}
    names |= {alias: slug for alias, slug in _ALIASES.items() if slug in slugs}
    for name, slug in GenreTranslation.objects.values_list("name", "genre__slug"):
        names[name.casefold()] = slug
    return names


def genres_of(categories: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """The genres that categories name, each once, in their order."""
    found: dict[str, None] = {}
    for category in categories:
        whole = category.casefold()
        for name in (whole, *_SEPARATORS.split(whole)):
            if name in known:
                found[known[name]] = None
    return list(found)
