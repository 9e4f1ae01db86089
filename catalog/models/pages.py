"""Pages and their rails: as editors arrange them, and as devices read them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from catalog.languages import default_language
from catalog.models.base import LanguageField, PublicIdField, country_code
from catalog.models.titles import Title
from catalog.querysets import PageQuerySet
from streamapi.clients import UNRESTRICTED
from streamapi.ids import MAX_LENGTH, new_id


def page_id() -> str:
    """A fresh public id of a page."""
    return new_id("pg")


def rail_id() -> str:
    """A fresh public id of a rail."""
    return new_id("ra")


class Page(models.Model):
    """A screen of rails. Devices see the version last released, not this row."""

    public_id = PublicIdField(default=page_id)
    slug = models.SlugField(
        max_length=60, unique=True, help_text="What devices ask for: home, movies."
    )
    names = models.JSONField(default=dict)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    position = models.PositiveIntegerField(
        default=0, help_text="Its place among its neighbours in the navigation."
    )
    release_at = models.DateTimeField(
        "release by itself at",
        null=True,
        blank=True,
        db_index=True,
        help_text="As it stands at that moment. Empty: only when someone releases it.",
    )
    live_version = models.ForeignKey(
        "catalog.PageVersion",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        permissions = [("release_page", "Can change what devices see of a page")]

    def __str__(self) -> str:
        return self.slug


class Layout(models.TextChoices):
    """How a rail looks; devices draw one that they do not know as a poster rail."""

    HERO = "hero"
    POSTER = "poster"
    LANDSCAPE = "landscape"
    TOP_TEN = "top_ten", "top ten"
    CHANNEL = "channel"


class Rail(models.Model):
    """A row of a page: where its entries come from, how it looks, who sees it when."""

    public_id = PublicIdField(default=rail_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="rails")
    position = models.PositiveIntegerField(default=0)
    names = models.JSONField(default=dict)
    layout = models.CharField(
        max_length=12, choices=Layout, default=Layout.POSTER, help_text="How it looks."
    )
    source = models.CharField(
        "filled with", max_length=40, default="curated", help_text="What is in it."
    )
    argument = models.CharField(
        "of which",
        max_length=60,
        blank=True,
        help_text="Narrows some sources, such as live channels to one group.",
    )
    rule = models.JSONField(default=dict, blank=True)
    size = models.PositiveSmallIntegerField(
        "entries at first",
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(40)],
        help_text="So many come with the page; the rest as a viewer moves on.",
    )
    form_factors = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    territories = ArrayField(
        models.CharField(max_length=2, validators=[country_code]),
        default=list,
        blank=True,
    )
    excluded = models.BooleanField("everywhere but there", default=False)
    languages = ArrayField(LanguageField(), default=list, blank=True)
    maturity_from = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(UNRESTRICTED)]
    )
    maturity_to = models.PositiveSmallIntegerField(
        default=UNRESTRICTED, validators=[MaxValueValidator(UNRESTRICTED)]
    )
    packages = models.ManyToManyField(
        "accounts.Package", blank=True, related_name="rails"
    )
    holders = models.BooleanField(default=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="rail_ends_after_it_starts",
                violation_error_message="A rail ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(maturity_from__lte=F("maturity_to")),
                name="rail_ages_in_order",
                violation_error_message="The lower age is not above the upper one.",
            ),
        ]

    def __str__(self) -> str:
        names: dict[str, str] = self.names
        own = names.get(default_language()) or next(iter(names.values()), "")
        return own or self.public_id


class RailItem(models.Model):
    """A title's place in a curated rail."""

    rail = models.ForeignKey(Rail, models.CASCADE, related_name="items")
    title = models.ForeignKey(Title, models.CASCADE, related_name="rail_items")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rail", "title"], name="rail_title_once")
        ]

    def __str__(self) -> str:
        return f"{self.rail_id}: {self.title_id}"


class PageVersion(models.Model):
    """A page with its rails as it was when someone released it; never changed."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    fingerprint = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "number"], name="page_version_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


class PublishedPage(models.Model):
    """A page as devices get it: what stands in it, before it is filled."""

    page = models.OneToOneField(Page, models.CASCADE, related_name="published")
    slug = models.CharField(max_length=60, unique=True)
    number = models.PositiveIntegerField()
    content = models.JSONField()

    def __str__(self) -> str:
        return self.slug


class PublishedRail(models.Model):
    """A rail of a released page, to be found by its id."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="published_rails")
    public_id = models.CharField(max_length=MAX_LENGTH, unique=True)
    content = models.JSONField()

    def __str__(self) -> str:
        return self.public_id
