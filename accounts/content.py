"""On which terms a title may be watched: told by whoever owns titles."""

from __future__ import annotations

from collections.abc import Callable

from accounts.entitlements import Terms
from streamapi.errors import NotFound

TermsSource = Callable[[str], Terms | None]
"""From a public id (``ti_``, ``ep_``, ``ch_``) to its terms, if it is one of theirs."""

_sources: list[TermsSource] = []


def register_terms_source(source: TermsSource) -> None:
    """Let the owner of some content tell its terms; called in ``ready()``."""
    _sources.append(source)


def terms_of(content_id: str) -> Terms:
    """The terms of published content."""
    for source in _sources:
        terms = source(content_id)
        if terms is not None:
            return terms
    raise NotFound(f"There is no content {content_id}.")
