"""Channels, the groups they are shown in, and the streams that they are played from."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Coalesce

from catalog.models.base import LanguageField, PublicIdField, country_code
from channels.querysets import ChannelQuerySet
from streamapi.clients import UNRESTRICTED
from streamapi.ids import new_id

MAX_CATCHUP_HOURS: Final = 14 * 24
"""No packager keeps more: MediaPackage's start-over window ends at 336 hours."""

_UNNUMBERED: Final = 10**10
_DECIMALS: Final = 10**6

IMPORTED_FIELDS: Final = (
    "name",
    "number_major",
    "number_minor",
    "logo_url",
    "languages",
    "group",
    "kind",
    "catchup_hours",
)
"""What feeds and playlists may set, unless an editor has set it before them."""


def channel_id() -> str:
    """A fresh public id of a channel."""
    return new_id("ch")


def sort_number() -> models.GeneratedField:
    """The order of the remote control as one column: 5 < 5.1 < 5.10 < 6 < none."""
    wide = models.BigIntegerField()

    def number(value: int) -> Value:
        return Value(value, output_field=wide)

    major = Coalesce(Cast("number_major", wide), number(_UNNUMBERED), output_field=wide)
    minor = Coalesce(
        Cast("number_minor", wide) + number(1), number(0), output_field=wide
    )
    return models.GeneratedField(
        expression=major * number(_DECIMALS) + minor,
        output_field=models.BigIntegerField(),
        db_persist=True,
    )


class ChannelGroup(models.Model):
    """A heading in the guide: News, Kids, Sport."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    translations = models.JSONField(
        default=dict, blank=True, help_text='Other languages, as {"de": "Nachrichten"}.'
    )
    position = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """A channel as viewers know it, whatever feed or stream stands behind it."""

    class Kind(models.TextChoices):
        """What a channel carries; devices ignore kinds that they do not know."""

        TV = "tv", "TV"
        RADIO = "radio"

    public_id = PublicIdField(default=channel_id)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TV)
    number_major = models.PositiveIntegerField(
        "number", null=True, blank=True, help_text="The 5 of 5.1."
    )
    number_minor = models.PositiveIntegerField(
        "decimal", null=True, blank=True, help_text="The 1 of 5.1."
    )
    sort_number = sort_number()
    group = models.ForeignKey(
        ChannelGroup, models.SET_NULL, null=True, blank=True, related_name="channels"
    )
    languages = ArrayField(LanguageField(), default=list, blank=True)
    logo = models.ImageField(upload_to="channels/", max_length=200, blank=True)
    logo_width = models.PositiveIntegerField(null=True, editable=False)
    logo_height = models.PositiveIntegerField(null=True, editable=False)
    logo_url = models.CharField(
        max_length=1000,
        blank=True,
        help_text="A logo elsewhere, shown while there is none of our own.",
    )
    packages = models.ManyToManyField(
        "accounts.Package",
        blank=True,
        related_name="channels",
        help_text="Any one of them gives access; none means free for everyone.",
    )
    min_age = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(UNRESTRICTED)],
        help_text="Profiles with a lower ceiling do not see the channel at all.",
    )
    unrated_age = models.PositiveSmallIntegerField(
        "age of unrated programmes",
        default=12,
        validators=[MaxValueValidator(UNRESTRICTED)],
        help_text="Assumed for programmes that come without a rating.",
    )
    territories = ArrayField(
        models.CharField(max_length=2, validators=[country_code]),
        default=list,
        blank=True,
        help_text="Where it may be shown; empty means everywhere.",
    )
    can_pause = models.BooleanField("live pause", default=True)
    can_start_over = models.BooleanField("start over", default=True)
    can_record = models.BooleanField("recording", default=False)
    catchup_hours = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(MAX_CATCHUP_HOURS)]
    )
    is_active = models.BooleanField(default=True)
    locked_fields = ArrayField(
        models.CharField(max_length=40, choices=[(n, n) for n in IMPORTED_FIELDS]),
        default=list,
        blank=True,
        help_text="Set by an editor: no import changes these.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["sort_number", "id"], name="channel_by_number")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number_minor__isnull=True)
                | models.Q(number_major__isnull=False),
                name="channel_decimal_needs_number",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}" if self.number else self.name

    def save(self, **kwargs: Any) -> None:
        # Not by the field's own width_field: that opens the file of every row loaded.
        if self.logo and not getattr(self.logo, "_committed", True):
            self.logo_width, self.logo_height = self.logo.width, self.logo.height
        super().save(**kwargs)

    @property
    def number(self) -> str | None:
        """The number as it is printed on a remote control: 5, or 5.1."""
        return number_text(self.number_major, self.number_minor)

    def set_imported(self, **values: object) -> list[str]:
        """Take over values of a feed where no editor spoke; the names that changed."""
        changed = []
        for name, value in values.items():
            if name not in IMPORTED_FIELDS:
                raise ValueError(f"imports do not set {name}")
            if name not in self.locked_fields and getattr(self, name) != value:
                setattr(self, name, value)
                changed.append(name)
        return changed


def number_text(major: int | None, minor: int | None) -> str | None:
    """A channel number as viewers read it."""
    if major is None:
        return None
    return str(major) if minor is None else f"{major}.{minor}"


class ChannelSource(models.Model):
    """One stream of a channel; the first healthy one in order is played."""

    class Kind(models.TextChoices):
        """How start-over and catch-up are asked of the origin behind the URL."""

        ORIGIN = "origin", "development origin"
        HLS = "hls", "HLS, live only"
        MEDIAPACKAGE_V1 = "mediapackage-v1", "MediaPackage v1"
        MEDIAPACKAGE_V2 = "mediapackage-v2", "MediaPackage v2"
        TEMPLATE = "template", "HLS with a catch-up template"

    class Health(models.TextChoices):
        """What the last check found."""

        UNKNOWN = "unknown"
        UP = "up"
        DOWN = "down"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.HLS)
    url = models.CharField(max_length=1000)
    catchup_template = models.CharField(
        max_length=1000,
        blank=True,
        help_text="For templates only: …?utc={utc}&duration={duration}",
    )
    options = models.JSONField(
        default=dict,
        blank=True,
        help_text="What a playlist says of it: headers, properties, its catch-up mode.",
    )
    origin = models.CharField(
        max_length=60,
        blank=True,
        editable=False,
        help_text="The playlist that it came with; empty: an editor.",
    )
    health = models.CharField(
        max_length=10, choices=Health, default=Health.UNKNOWN, editable=False
    )
    failures = models.PositiveIntegerField(default=0, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "position"],
                name="channel_source_position_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.position}"

    def clean(self) -> None:
        if self.kind == self.Kind.TEMPLATE and not self.catchup_template:
            raise ValidationError({"catchup_template": "Needed for this kind."})
