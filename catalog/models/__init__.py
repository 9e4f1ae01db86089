"""What editors write, and what devices read of it."""

from catalog.models.artwork import Artwork
from catalog.models.availability import AvailabilityWindow, PublishedWindow
from catalog.models.genres import Genre, GenreTranslation
from catalog.models.imports import ImportRun
from catalog.models.people import Credit, Person, PersonExternalId, PersonTranslation
from catalog.models.published import (
    PublishedCredit,
    PublishedEpisode,
    PublishedGenre,
    PublishedPerson,
    PublishedSeason,
    PublishedTitle,
    Snapshot,
)
from catalog.models.series import (
    Episode,
    EpisodeExternalId,
    EpisodeTranslation,
    Season,
    SeasonTranslation,
)
from catalog.models.titles import (
    ExternalId,
    MaturityRating,
    Title,
    TitleTranslation,
)

__all__ = [
    "Artwork",
    "AvailabilityWindow",
    "Credit",
    "Episode",
    "EpisodeExternalId",
    "EpisodeTranslation",
    "ExternalId",
    "Genre",
    "GenreTranslation",
    "ImportRun",
    "MaturityRating",
    "Person",
    "PersonExternalId",
    "PersonTranslation",
    "PublishedCredit",
    "PublishedEpisode",
    "PublishedGenre",
    "PublishedPerson",
    "PublishedSeason",
    "PublishedTitle",
    "PublishedWindow",
    "Season",
    "SeasonTranslation",
    "Snapshot",
    "Title",
    "TitleTranslation",
]
