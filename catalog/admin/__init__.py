"""The editors' side of the catalogue in the admin."""

from catalog.admin.bulk import BulkJobAdmin
from catalog.admin.reference import GenreAdmin, PersonAdmin
from catalog.admin.seasons import EpisodeAdmin, SeasonAdmin
from catalog.admin.titles import TitleAdmin

__all__ = [
    "BulkJobAdmin",
    "EpisodeAdmin",
    "GenreAdmin",
    "PersonAdmin",
    "SeasonAdmin",
    "TitleAdmin",
]
