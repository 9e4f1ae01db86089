"""The editors' side of the catalogue in the admin."""

from catalog.admin.bulk import BulkJobAdmin
from catalog.admin.labels import (
    AttributeDefinitionAdmin,
    CollectionAdmin,
    KeywordAdmin,
    StudioAdmin,
    SynonymAdmin,
)
from catalog.admin.pages import PageAdmin
from catalog.admin.rails import RailAdmin
from catalog.admin.reference import GenreAdmin, PersonAdmin
from catalog.admin.seasons import EpisodeAdmin, SeasonAdmin
from catalog.admin.titles import TitleAdmin

__all__ = [
    "AttributeDefinitionAdmin",
    "BulkJobAdmin",
    "CollectionAdmin",
    "EpisodeAdmin",
    "GenreAdmin",
    "KeywordAdmin",
    "PageAdmin",
    "PersonAdmin",
    "RailAdmin",
    "SeasonAdmin",
    "StudioAdmin",
    "SynonymAdmin",
    "TitleAdmin",
]
