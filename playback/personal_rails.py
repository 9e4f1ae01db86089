"""Rails that each profile has of its own: a page names them, clients fetch them."""

from __future__ import annotations

from typing import Final

from catalog.rail_sources import PersonalSource

SOURCES: Final = (
    PersonalSource(
        "continue_watching", "Continue watching", "/v1/me/continue-watching"
    ),
    PersonalSource("next_episodes", "Next episodes", "/v1/me/next-episodes"),
    PersonalSource("watchlist", "My list", "/v1/me/watchlist"),
)
