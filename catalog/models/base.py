"""Parts that several editing models share: languages, external ids, public ids."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper

from streamapi.ids import MAX_LENGTH

LANGUAGE_LENGTH: Final = 35

language_tag = RegexValidator(
    r"\A[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\Z",
    "A language is written as en, pt-BR or zh-Hant.",
    code="invalid_language",
)
country_code = RegexValidator(
    r"\A[A-Z]{2}\Z",
    "A country is two capital letters, as in ISO 3166-1: US, DE.",
    code="invalid_country",
)
hex_colour = RegexValidator(
    r"\A#[0-9a-f]{6}\Z", "A colour is written as #1a2b3c.", code="invalid_colour"
)


def words_of(field: str, name: str) -> GinIndex:
    """An index for editors, who search with any part of a word (``icontains``)."""
    return GinIndex(OpClass(Upper(field), name="gin_trgm_ops"), name=name)


class LanguageField(models.CharField):  # type: ignore[type-arg]
    """A BCP 47 tag; which languages there are is data, not schema."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LANGUAGE_LENGTH)
        kwargs.setdefault("validators", [language_tag])
        super().__init__(**kwargs)


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """The id that devices know: opaque, unique, never changed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"max_length": MAX_LENGTH, "unique": True, "editable": False}
        super().__init__(**kwargs)


class Translation(models.Model):
    """The words of one thing in one language."""

    language = LanguageField()

    class Meta:
        abstract = True


class ExternalIdBase(models.Model):
    """The name of a thing in someone else's system: imdb, tmdb-movie, eidr, own."""

    system = models.SlugField(max_length=40)
    value = models.CharField(max_length=600)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.system}:{self.value}"
