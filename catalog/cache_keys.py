"""What answers carry, and what a change of the published side purges.

Nothing of the editing side is here: an edit changes no answer. Publishing writes without
signals and purges by name; the registrations below serve deletions in the admin.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from accounts.models import Offer, Price, Product
from catalog.models import (
    PublishedCollection,
    PublishedGenre,
    PublishedPage,
    PublishedPerson,
    PublishedTitle,
    Synonym,
)
from streamapi.responsecache import purge, register

TITLES: Final = "titles"
"""Carried by every answer that depends on which titles are shown."""
GENRES: Final = "genres"
PAGES: Final = "pages"
"""Carried by what lists the pages."""
COLLECTIONS: Final = "collections"
CHARTS: Final = "charts"
OFFERS: Final = "offers"
"""Carried by answers that say what a title costs."""
SYNONYMS: Final = "synonyms"


def title(pk: int) -> str:
    """Carried by answers about one title."""
    return f"title:{pk}"


def person(pk: int) -> str:
    """Carried by answers about one person."""
    return f"person:{pk}"


def page(pk: int) -> str:
    """Carried by a page, and by its rails when they are continued."""
    return f"page:{pk}"


def purge_page(pk: int) -> None:
    """End the answers that show a page, and those that list pages."""
    purge({PAGES, page(pk)})


def collection(pk: int) -> str:
    """Carried by answers about one collection."""
    return f"collection:{pk}"


def purge_titles(title_pks: Iterable[int]) -> None:
    """End every answer that shows one of these titles, or could."""
    purge({TITLES, *map(title, title_pks)})


def purge_people(person_pks: Iterable[int]) -> None:
    """End the answers about these people."""
    purge(map(person, person_pks))


def purge_collections(collection_pks: Iterable[int], title_pks: Iterable[int]) -> None:
    """End the answers that show these collections, and the pages of their titles."""
    purge({COLLECTIONS, *map(collection, collection_pks), *map(title, title_pks)})


def purge_pages(title_pks: Iterable[int]) -> None:
    """End the answers about these titles; lists of cards stay."""
    purge(map(title, title_pks))


def purge_charts() -> None:
    """End the answers that are made of charts."""
    purge({CHARTS})


def purge_genres() -> None:
    """End the answers that name genres."""
    purge({GENRES})


register(
    PublishedTitle,
    carries=lambda shown: {title(shown.title_id)},
    purges=lambda shown: {TITLES, title(shown.title_id)},
)
register(
    PublishedPerson,
    carries=lambda shown: {person(shown.person_id)},
    purges=lambda shown: {person(shown.person_id)},
)
register(
    PublishedGenre,
    carries=lambda _shown: {GENRES},
    purges=lambda _shown: {GENRES},
)
register(
    PublishedPage,
    carries=lambda shown: {page(shown.page_id)},
    purges=lambda shown: {PAGES, page(shown.page_id)},
)
register(
    PublishedCollection,
    carries=lambda shown: {collection(shown.collection_id)},
    purges=lambda shown: {COLLECTIONS, collection(shown.collection_id)},
)
register(
    Synonym,
    carries=lambda _synonym: {SYNONYMS},
    purges=lambda _synonym: {SYNONYMS},
)
for _sold in (Product, Offer, Price):
    register(_sold, carries=lambda _one: {OFFERS}, purges=lambda _one: {OFFERS})
