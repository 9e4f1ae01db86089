"""What editors write, and what devices read of it."""

from catalog.models.artwork import Artwork, RenderedPicture
from catalog.models.attributes import AttributeDefinition, AttributeValue
from catalog.models.availability import AvailabilityWindow, PublishedWindow
from catalog.models.collections import (
    Collection,
    CollectionItem,
    CollectionTranslation,
)
from catalog.models.discovery import ChartEntry, KnownWord, RelatedTitle, Synonym
from catalog.models.genres import Genre, GenreTranslation
from catalog.models.imports import ImportRun, IngestDocument, IngestResult
from catalog.models.labels import Keyword, KeywordTranslation, Studio
from catalog.models.pages import (
    Page,
    PageVersion,
    PublishedPage,
    PublishedRail,
    Rail,
    RailItem,
)
from catalog.models.people import Credit, Person, PersonExternalId, PersonTranslation
from catalog.models.published import (
    PublishedCollection,
    PublishedCollectionItem,
    PublishedCredit,
    PublishedEpisode,
    PublishedEpisodeCard,
    PublishedGenre,
    PublishedGenreItem,
    PublishedPerson,
    PublishedSeason,
    PublishedTitle,
    Snapshot,
)
from catalog.models.revisions import Revision
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
    "AttributeDefinition",
    "AttributeValue",
    "AvailabilityWindow",
    "ChartEntry",
    "Collection",
    "CollectionItem",
    "CollectionTranslation",
    "Credit",
    "Episode",
    "EpisodeExternalId",
    "EpisodeTranslation",
    "ExternalId",
    "Genre",
    "GenreTranslation",
    "ImportRun",
    "IngestDocument",
    "IngestResult",
    "Keyword",
    "KeywordTranslation",
    "KnownWord",
    "MaturityRating",
    "Page",
    "PageVersion",
    "Person",
    "PersonExternalId",
    "PersonTranslation",
    "PublishedCollection",
    "PublishedCollectionItem",
    "PublishedCredit",
    "PublishedEpisode",
    "PublishedEpisodeCard",
    "PublishedGenre",
    "PublishedGenreItem",
    "PublishedPage",
    "PublishedPerson",
    "PublishedRail",
    "PublishedSeason",
    "PublishedTitle",
    "PublishedWindow",
    "Rail",
    "RailItem",
    "RelatedTitle",
    "RenderedPicture",
    "Revision",
    "Season",
    "SeasonTranslation",
    "Snapshot",
    "Studio",
    "Synonym",
    "Title",
    "TitleTranslation",
]
