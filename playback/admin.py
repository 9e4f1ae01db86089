"""Video and how far its packaging is, in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from catalog import publishing
from catalog.admin.page_forms import NamedForm, NamesField
from playback import tasks
from playback.models import (
    Asset,
    AssetWindow,
    AudioTrack,
    Marker,
    PackagingJob,
    PlaybackSession,
    Rendition,
    SourceText,
    TextTrack,
)


class _ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows that the packager writes and people only read."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RenditionInline(_ReadOnlyInline):
    """The ladder."""

    model = Rendition


class AudioTrackInline(_ReadOnlyInline):
    """Sound tracks."""

    model = AudioTrack


class TextTrackInline(_ReadOnlyInline):
    """Subtitles that were packaged."""

    model = TextTrack


class SourceTextInline(admin.TabularInline[SourceText, Asset]):
    """Subtitles for the next package."""

    model = SourceText
    extra = 0


class WindowInline(admin.TabularInline[AssetWindow, Asset]):
    """When and where it may be played, besides the windows of its title."""

    model = AssetWindow
    extra = 0


class MarkerInline(admin.TabularInline[Marker, Asset]):
    """Intro, recap, credits."""

    model = Marker
    extra = 0


class JobInline(_ReadOnlyInline):
    """Attempts to package."""

    model = PackagingJob
    ordering = ["-pk"]
    fields = ["state", "step", "progress", "error", "created_at", "finished_at"]


class AssetForm(NamedForm):
    """A video, with its name in each language of the service."""

    names = NamesField()

    class Meta:
        model = Asset
        fields = "__all__"


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin[Asset]):
    """Video: upload a source and it is packaged in the background."""

    form = AssetForm

    list_display = ["public_id", "owner", "kind", "state", "length", "packaged_at"]
    list_filter = ["state", "kind", "protected"]
    list_select_related = ["title", "episode__season__title"]
    search_fields = [
        "public_id",
        "title__original_name",
        "title__public_id",
        "episode__public_id",
    ]
    raw_id_fields = ["title", "episode"]
    readonly_fields = ["public_id", "state", "length", "created_at", "packaged_at"]
    inlines = [
        SourceTextInline,
        MarkerInline,
        WindowInline,
        RenditionInline,
        AudioTrackInline,
        TextTrackInline,
        JobInline,
    ]
    actions = ["package_again"]

    @admin.display(description="belongs to")
    def owner(self, asset: Asset) -> str:
        """The title, with the episode where it is one."""
        if asset.episode is not None:
            season = asset.episode.season
            return f"{season.title} S{season.number} E{asset.episode.number}"
        return str(asset.title)

    @admin.display(description="length")
    def length(self, asset: Asset) -> str:
        """Hours, minutes and seconds."""
        minutes, seconds = divmod(asset.duration_ms // 1000, 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if asset.folder else ""

    def save_related(
        self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool
    ) -> None:
        """What changes the package has it made again at once."""
        super().save_related(request, form, formsets, change)
        if change and form.instance.playable:
            publishing.refresh([form.instance.owner_pk], now=timezone.now())
        texts = any(one.model is SourceText and one.has_changed() for one in formsets)
        changed = {"source", "protected"} & set(form.changed_data)
        if texts or changed or not change:
            tasks.enqueue(form.instance, now=timezone.now())
            messages.info(request, "The video is being packaged in the background.")

    @admin.action(description="Package again", permissions=["change"])
    def package_again(self, request: HttpRequest, queryset: QuerySet[Asset]) -> None:
        """Queue a job for each."""
        for asset in queryset:
            tasks.enqueue(asset, now=timezone.now())
        messages.info(request, f"{queryset.count()} queued.")


@admin.register(PackagingJob)
class PackagingJobAdmin(admin.ModelAdmin[PackagingJob]):
    """Attempts to package, the latest first."""

    list_display = ["asset", "state", "step", "bar", "created_at", "finished_at"]
    list_filter = ["state"]
    list_select_related = ["asset"]
    search_fields = ["asset__public_id", "error"]
    ordering = ["-pk"]

    @admin.display(description="progress")
    def bar(self, job: PackagingJob) -> str:
        """A bar that fills."""
        return format_html(
            '<progress max="100" value="{0}">{0} %</progress>', job.progress
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PlaybackSession)
class PlaybackSessionAdmin(admin.ModelAdmin[PlaybackSession]):
    """Who plays what: to be read, by the support desk above all."""

    list_display = [
        "public_id",
        "account",
        "content_id",
        "platform",
        "started_at",
        "last_seen_at",
        "end_reason",
    ]
    list_filter = ["platform", "end_reason"]
    list_select_related = ["account"]
    search_fields = [
        "public_id",
        "content_id",
        "account__public_id",
        "account__owner__email",
        "device__public_id",
    ]
    ordering = ["-pk"]
    show_full_result_count = False
    exclude = ["facts", "request_fingerprint"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
