"""The shapes of the catalogue's answers, for the API document.

Answers are finished texts (see ``catalog.documents``); nothing is rendered by these.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Shape(serializers.Serializer[Any]):
    """A part of an answer."""


class ImageShape(Shape):
    """A picture; roles that a device does not know are ignored."""

    role = serializers.CharField()
    url = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    aspect = serializers.CharField(help_text="2:3, 16:9, ...")
    alt = serializers.CharField()
    lang = serializers.CharField(allow_null=True)
    placeholder = serializers.CharField(allow_null=True, help_text="A colour: #1a2b3c")
    blurhash = serializers.CharField(allow_null=True)
    focal = serializers.ListField(
        child=serializers.FloatField(), help_text="What to keep when cropping: x, y."
    )
    widths = serializers.ListField(
        child=serializers.IntegerField(), help_text="Widths that there are versions of."
    )
    formats = serializers.ListField(
        child=serializers.CharField(), help_text="webp, avif"
    )
    template = serializers.CharField(
        allow_null=True,
        help_text="A smaller version, once {width} and {format} are filled in.",
    )


class MaturityShape(Shape):
    """The strictest rating."""

    min_age = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF: an option


class GenreShape(Shape):
    """A genre; lists are filtered by its slug."""

    slug = serializers.CharField()
    name = serializers.CharField()


class CardShape(Shape):
    """What a list or a rail shows of a title."""

    id = serializers.CharField()
    slug = serializers.CharField()
    kind = serializers.CharField(help_text="movie, series")
    name = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    runtime_s = serializers.IntegerField(allow_null=True)
    maturity = MaturityShape(allow_null=True)
    genres = GenreShape(many=True)
    images = ImageShape(many=True)
    packages = serializers.ListField(
        child=serializers.CharField(),
        help_text="Any one of them gives access; none means free for everyone.",
    )
    badges = serializers.ListField(child=serializers.CharField())
    available_until = serializers.DateTimeField(
        required=False, help_text="In lists of what leaves soon."
    )
    available_from = serializers.DateTimeField(
        required=False, help_text="In lists of what is announced."
    )


class PersonNameShape(Shape):
    """A person, as named in credits."""

    id = serializers.CharField()
    name = serializers.CharField()


class CreditShape(Shape):
    """A person's part in a title."""

    person = PersonNameShape()
    role = serializers.CharField()
    character = serializers.CharField()


class RatingShape(Shape):
    """What a board decided."""

    system = serializers.CharField()
    value = serializers.CharField()
    country = serializers.CharField()
    min_age = serializers.IntegerField()
    descriptors = serializers.ListField(child=serializers.CharField())


class SeasonSummaryShape(Shape):
    """A season, as named on the page of its series."""

    number = serializers.IntegerField(help_text="0 holds the specials.")
    name = serializers.CharField(allow_null=True)
    episode_count = serializers.IntegerField()


class EpisodeShape(Shape):
    """An episode."""

    id = serializers.CharField()
    season_number = serializers.IntegerField()
    number = serializers.IntegerField()
    absolute_number = serializers.IntegerField(allow_null=True)
    after = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Of a special: the season and the episode that it is watched after.",
    )
    name = serializers.CharField()
    synopsis = serializers.CharField()
    released_on = serializers.DateField(allow_null=True)
    runtime_s = serializers.IntegerField(allow_null=True)
    images = ImageShape(many=True)
    playable = serializers.BooleanField()


class EpisodePageShape(Shape):
    """The first episodes of a season; the rest is at `/titles/{id}/episodes`."""

    season_number = serializers.IntegerField()
    results = EpisodeShape(many=True)
    next = serializers.CharField(allow_null=True)


class StudioShape(Shape):
    """Who made a title."""

    slug = serializers.CharField()
    name = serializers.CharField()


class VideoShape(Shape):
    """A trailer or an extra: played under its own id."""

    id = serializers.CharField()
    kind = serializers.CharField(help_text="trailer, teaser, clip, featurette, ...")
    name = serializers.CharField()
    language = serializers.CharField()
    duration_ms = serializers.IntegerField()


class PriceShape(Shape):
    """Money: a decimal amount and its currency."""

    amount = serializers.CharField()
    currency = serializers.CharField()


class TitleOfferShape(Shape):
    """What would open a title here."""

    code = serializers.CharField()
    access = serializers.CharField(help_text="subscription, rent, buy")
    kind = serializers.CharField(help_text="plan, add_on, bundle, rental, purchase")
    name = serializers.CharField()
    period = serializers.CharField(help_text="once, month, year")
    trial_days = serializers.IntegerField()
    price = PriceShape()
    packages = serializers.ListField(
        child=serializers.CharField(), help_text="Those of the title that it holds."
    )


class AvailabilityShape(Shape):
    """Where a title stands in time, in the viewer's territory."""

    state = serializers.CharField(help_text="available, coming")
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    leaving_soon = serializers.BooleanField()


class CollectionCardShape(Shape):
    """A collection, as lists show it."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    images = ImageShape(many=True)


class CollectionOfTitleShape(CollectionCardShape):
    """A collection that a title is in, with all its titles in their order."""

    titles = CardShape(many=True)


class CollectionShape(CollectionOfTitleShape):
    """The page of a collection."""

    synopsis = serializers.CharField()


class TitleShape(CardShape):
    """The page of a title."""

    original_name = serializers.CharField()
    original_language = serializers.CharField()
    language = serializers.CharField(help_text="The language of the name.")
    languages = serializers.ListField(
        child=serializers.CharField(), help_text="Languages that it is described in."
    )
    released_on = serializers.DateField(allow_null=True)
    tagline = serializers.CharField()
    synopsis = serializers.CharField()
    credits = CreditShape(many=True)
    ratings = RatingShape(many=True)
    external_ids = serializers.DictField(child=serializers.CharField())
    audio_languages = serializers.ListField(child=serializers.CharField())
    subtitle_languages = serializers.ListField(child=serializers.CharField())
    keywords = GenreShape(many=True)
    studios = StudioShape(many=True)
    attributes = serializers.DictField(
        help_text="Facts that the operator defines, by code: text, number, boolean, date."
    )
    playable = serializers.BooleanField()
    play_id = serializers.CharField(
        allow_null=True,
        help_text="What to play when nobody has begun it: itself, or an episode.",
    )
    seasons = SeasonSummaryShape(many=True)
    episodes = EpisodePageShape(allow_null=True)
    trailers = VideoShape(many=True)
    extras = VideoShape(many=True)
    available_until = serializers.DateTimeField(
        allow_null=True, help_text="When it leaves the viewer's territory."
    )
    availability = AvailabilityShape()
    access = serializers.ListField(
        child=serializers.CharField(), help_text="free, subscription, rent, buy"
    )
    offers = TitleOfferShape(many=True)
    collections = CollectionOfTitleShape(many=True)
    related = CardShape(many=True)


class TitleNameShape(Shape):
    """The title that a season belongs to."""

    id = serializers.CharField()
    name = serializers.CharField()


class SeasonShape(SeasonSummaryShape):
    """A season with all its episodes."""

    title = TitleNameShape()
    synopsis = serializers.CharField()
    images = ImageShape(many=True)
    episodes = EpisodeShape(many=True)


class PartShape(Shape):
    """A title that someone has a part in."""

    title = CardShape()
    role = serializers.CharField()
    character = serializers.CharField()


class PersonShape(PersonNameShape):
    """A person and what they did."""

    biography = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    died_on = serializers.DateField(allow_null=True)
    images = ImageShape(many=True)
    credits = PartShape(many=True)


class SearchGroupShape(Shape):
    """Results of one kind, best first."""

    kind = serializers.CharField(help_text="titles, people, ...")
    results = serializers.ListField(
        child=serializers.DictField(), help_text="Cards of that kind."
    )


class FacetShape(Shape):
    """How many of the titles found have a value."""

    value = serializers.CharField()
    count = serializers.IntegerField()


class FacetsShape(Shape):
    """Counted over the best titles found, at most 1,000."""

    kind = FacetShape(many=True)
    genre = FacetShape(many=True)
    language = FacetShape(many=True)


class SearchShape(Shape):
    """What was found; a kind without results is left out."""

    query = serializers.CharField(help_text="As it was understood.")
    groups = SearchGroupShape(many=True)
    facets = FacetsShape(required=False)
