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
    playable = serializers.BooleanField()
    seasons = SeasonSummaryShape(many=True)
    available_until = serializers.DateTimeField(
        allow_null=True, help_text="When it leaves the viewer's territory."
    )


class EpisodeShape(Shape):
    """An episode."""

    id = serializers.CharField()
    number = serializers.IntegerField()
    absolute_number = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    synopsis = serializers.CharField()
    released_on = serializers.DateField(allow_null=True)
    runtime_s = serializers.IntegerField(allow_null=True)
    images = ImageShape(many=True)
    playable = serializers.BooleanField()


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


class SearchShape(Shape):
    """What was found; a kind without results is left out."""

    query = serializers.CharField(help_text="As it was understood.")
    groups = SearchGroupShape(many=True)
