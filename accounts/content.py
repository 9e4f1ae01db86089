"""On which terms a title may be watched: told by whoever owns titles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from accounts.entitlements import Terms
from streamapi.errors import NotFound

TermsSource = Callable[[str, str, datetime], Terms | None]
"""From a public id (``ti_``, ``ep_``, ``ch_``) to its terms, if it is one of theirs.

The second argument is a territory, the third the moment asked about.
"""

_sources: list[TermsSource] = []


def register_terms_source(source: TermsSource) -> None:
    """Let the owner of some content tell its terms; called in ``ready()``."""
    _sources.append(source)


def terms_of(content_id: str, *, territory: str, now: datetime) -> Terms:
    """The terms of published content, somewhere at some time."""
    for source in _sources:
        terms = source(content_id, territory, now)
        if terms is not None:
            return terms
    raise NotFound(f"There is no content {content_id}.")
