"""Video of a movie or an episode, as it was delivered to us and as it is packaged."""

from __future__ import annotations

from functools import partial

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from catalog.models.availability import Window
from catalog.models.base import LANGUAGE_LENGTH, LanguageField
from playback.querysets import AssetQuerySet
from streamapi.ids import MAX_LENGTH, new_id


def video_storage() -> Storage:
    """Where sources and packages lie; looked up when the app is loaded."""
    return storages["video"]


class Asset(models.Model):
    """One piece of video that belongs to a title or to an episode."""

    class Kind(models.TextChoices):
        """What the video is to its title."""

        MAIN = "main"
        TRAILER = "trailer"
        TEASER = "teaser"
        CLIP = "clip"
        FEATURETTE = "featurette", "making of"
        INTERVIEW = "interview"
        SCENE = "scene", "deleted scene"
        BLOOPERS = "bloopers"

    class State(models.TextChoices):
        """How far the video is on its way to viewers."""

        WAITING = "waiting"
        PACKAGING = "packaging"
        READY = "ready"
        FAILED = "failed"

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "as"),
    )
    title = models.ForeignKey(
        "catalog.Title",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="assets",
    )
    episode = models.ForeignKey(
        "catalog.Episode",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="assets",
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MAIN)
    name = models.CharField(
        max_length=200,
        blank=True,
        help_text="Of a trailer or an extra, where its kind does not say enough.",
    )
    names = models.JSONField(
        default=dict,
        blank=True,
        help_text="The same by language; where one is missing, the name above is shown.",
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Trailers and extras stand in this order."
    )
    state = models.CharField(
        max_length=10, choices=State, default=State.WAITING, editable=False
    )
    language = LanguageField(
        default="en", help_text="Of the sound, where the file does not say."
    )
    source = models.FileField(
        storage=video_storage,
        upload_to="sources/",
        max_length=200,
        help_text="The film as it was delivered: any file that ffmpeg reads.",
    )
    protected = models.BooleanField(
        default=False,
        help_text="Encrypt the next package: players then need a licence.",
    )
    rights_max_height = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="No taller picture than the rights allow; empty: any.",
    )
    folder = models.CharField(
        max_length=80,
        blank=True,
        editable=False,
        help_text="Where the package lies in the video storage.",
    )
    duration_ms = models.PositiveBigIntegerField(default=0, editable=False)
    thumbnails = models.CharField(max_length=100, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    packaged_at = models.DateTimeField(null=True, editable=False)

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(title__isnull=False) ^ Q(episode__isnull=False),
                name="asset_of_title_or_episode",
            ),
            models.UniqueConstraint(
                fields=["title"],
                condition=Q(kind="main"),
                name="one_main_asset_of_title",
            ),
            models.UniqueConstraint(
                fields=["episode"],
                condition=Q(kind="main"),
                name="one_main_asset_of_episode",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def playable(self) -> bool:
        """Whether there is a package; an older one plays while a newer is made."""
        return bool(self.folder)

    @property
    def owner_pk(self) -> int:
        """The primary key of the title that this belongs to, by itself or by episode."""
        if self.episode is not None:
            return self.episode.season.title_id
        return self.title_id or 0


class AssetWindow(Window):
    """When and where a piece of video may be played; without any, as its title."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="windows")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None)
                | Q(ends_at=None)
                | Q(starts_at__lt=F("ends_at")),
                name="asset_window_ends_after_it_starts",
                violation_error_message="A window ends after it starts.",
            )
        ]


class VideoRange(models.TextChoices):
    """How bright a picture can be; the names of HLS."""

    SDR = "SDR"
    HLG = "HLG"
    PQ = "PQ"


class Rendition(models.Model):
    """One rung of the ladder of a packaged asset."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="renditions")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    frame_rate = models.FloatField()
    codecs = models.CharField(max_length=80)
    video_range = models.CharField(
        max_length=3, choices=VideoRange, default=VideoRange.SDR
    )
    bandwidth = models.PositiveIntegerField()
    average_bandwidth = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.height}p"


class AudioTrack(models.Model):
    """One sound track of a packaged asset."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="audio_tracks")
    language = LanguageField()
    label = models.CharField(max_length=80)
    codec = models.CharField(max_length=20)
    channels = models.PositiveSmallIntegerField(default=2)
    position = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return self.label


class TextRole(models.TextChoices):
    """What words on the screen are for."""

    SUBTITLE = "subtitle"
    CAPTION = "caption"
    FORCED = "forced"


class TextTrack(models.Model):
    """One set of subtitles of a packaged asset; ``path`` is its whole WebVTT file."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="text_tracks")
    language = LanguageField()
    label = models.CharField(max_length=80)
    role = models.CharField(max_length=10, choices=TextRole, default=TextRole.SUBTITLE)
    path = models.CharField(max_length=LANGUAGE_LENGTH + 40)

    def __str__(self) -> str:
        return self.label


class SourceText(models.Model):
    """A subtitle file that goes into the next package of an asset."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="source_texts")
    language = LanguageField()
    label = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=10, choices=TextRole, default=TextRole.SUBTITLE)
    file = models.FileField(
        storage=video_storage,
        upload_to="sources/",
        max_length=200,
        help_text="WebVTT or SubRip.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asset", "language", "role"], name="source_text_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.role}"


class Marker(models.Model):
    """A stretch of an asset that players offer to skip, or that ends it."""

    class Kind(models.TextChoices):
        """What happens in the stretch."""

        INTRO = "intro"
        RECAP = "recap"
        CREDITS = "credits"

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="markers")
    kind = models.CharField(max_length=10, choices=Kind)
    start_ms = models.PositiveBigIntegerField()
    end_ms = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(end_ms__isnull=True) | Q(end_ms__gt=models.F("start_ms")),
                name="marker_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.start_ms} ms"
