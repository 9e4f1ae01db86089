"""Channels, line-ups, the guide and its imports, for editors."""

from __future__ import annotations

from typing import Final

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from channels import versions
from channels.models import (
    Blackout,
    Channel,
    ChannelGroup,
    ChannelMatch,
    ChannelSource,
    EpgSource,
    GuideVersion,
    Lineup,
    LineupEntry,
    Programme,
)
from channels.models.channels import IMPORTED_FIELDS
from streamapi.errors import DomainError

_KINDS: Final = ("added", "changed", "cut", "removed")


class ChannelSourceInline(admin.TabularInline[ChannelSource, Channel]):
    """The streams of a channel, in the order of failing over."""

    model = ChannelSource
    extra = 0
    readonly_fields = ("health", "checked_at")


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin[Channel]):
    """Channels. What an editor changes here, no import changes again."""

    list_display = ("number", "name", "group", "catchup_hours", "min_age", "is_active")
    list_display_links = ("name",)
    list_filter = ("is_active", "kind", "group")
    list_select_related = ("group",)
    search_fields = ("name", "slug", "public_id")
    ordering = ("sort_number", "pk")
    prepopulated_fields = {"slug": ("name",)}
    filter_horizontal = ("packages",)
    readonly_fields = ("public_id",)
    inlines = (ChannelSourceInline,)
    show_full_result_count = False

    def save_model(
        self, request: HttpRequest, obj: Channel, form: ModelForm[Channel], change: bool
    ) -> None:
        """Keep what was changed by hand from the next import."""
        if change and "locked_fields" not in form.changed_data:
            spoken = [name for name in IMPORTED_FIELDS if name in form.changed_data]
            obj.locked_fields = sorted({*obj.locked_fields, *spoken})
        super().save_model(request, obj, form, change)


@admin.register(ChannelGroup)
class ChannelGroupAdmin(admin.ModelAdmin[ChannelGroup]):
    """Headings of the guide."""

    list_display = ("name", "slug", "position")
    search_fields = ("name", "slug")
    ordering = ("position", "pk")


class LineupEntryInline(admin.TabularInline[LineupEntry, Lineup]):
    """The channels of a line-up and their numbers."""

    model = LineupEntry
    extra = 0
    autocomplete_fields = ("channel",)
    ordering = ("sort_number",)


@admin.register(Lineup)
class LineupAdmin(admin.ModelAdmin[Lineup]):
    """Regional line-ups."""

    list_display = ("name", "slug", "territories")
    search_fields = ("name", "slug")
    ordering = ("name", "pk")
    inlines = (LineupEntryInline,)


@admin.register(Blackout)
class BlackoutAdmin(admin.ModelAdmin[Blackout]):
    """Times at which a channel may not be shown."""

    list_display = ("channel", "starts_at", "ends_at", "reason", "territories")
    list_select_related = ("channel",)
    list_filter = ("reason",)
    autocomplete_fields = ("channel", "alternative")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at", "pk")


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin[Programme]):
    """The guide. A programme saved here belongs to its editor: imports go around it."""

    list_display = ("channel", "starts_at", "ends_at", "title", "origin", "before")
    list_display_links = ("title",)
    list_filter = ("is_live", "is_filler")
    list_select_related = ("channel", "source")
    search_fields = ("title", "channel__name")
    date_hierarchy = "starts_at"
    autocomplete_fields = ("channel",)
    ordering = ("channel", "starts_at")
    list_per_page = 60
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Programme]:
        """With the end of the programme before each, in the same query."""
        before = Programme.objects.filter(
            channel=OuterRef("channel"), starts_at__lt=OuterRef("starts_at")
        ).order_by("-starts_at")
        end = Subquery(before.values("ends_at")[:1])
        return super().get_queryset(request).annotate(ends_before=end)

    @admin.display(description="from")
    def origin(self, obj: Programme) -> str:
        """The feed, or the editors."""
        return str(obj.source) if obj.source else "an editor"

    @admin.display(description="before it")
    def before(self, obj: Programme) -> str:
        """A hole in the guide in front of the programme, which overlaps cannot be."""
        end = obj.ends_before  # type: ignore[attr-defined]  # annotated above
        return f"gap of {obj.starts_at - end}" if end and end < obj.starts_at else ""

    def save_model(
        self,
        request: HttpRequest,
        obj: Programme,
        form: ModelForm[Programme],
        change: bool,
    ) -> None:
        """Take the programme over from its feed."""
        obj.source, obj.version = None, None
        if {"content_id"} & set(form.changed_data):
            obj.is_linked_by_hand = True
        super().save_model(request, obj, form, change)


@admin.register(EpgSource)
class EpgSourceAdmin(admin.ModelAdmin[EpgSource]):
    """Feeds and how much they are trusted."""

    list_display = ("name", "location", "is_active", "checked_at")
    search_fields = ("name", "slug", "location")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("checked_at",)


@admin.register(ChannelMatch)
class ChannelMatchAdmin(admin.ModelAdmin[ChannelMatch]):
    """Which channels of feeds are ours; what is proposed comes first."""

    list_display = ("external_id", "source", "channel", "state", "method", "confidence")
    list_editable = ("state",)
    list_filter = ("state", "method", "source")
    list_select_related = ("source", "channel")
    search_fields = ("external_id", "channel__name")
    autocomplete_fields = ("channel",)
    readonly_fields = ("source", "external_id", "names", "logo_url", "confidence")
    ordering = ("-state", "external_id", "pk")
    actions = ("accept",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description="Accept the proposed channels", permissions=["change"])
    def accept(self, request: HttpRequest, chosen: QuerySet[ChannelMatch]) -> None:
        """Match what is proposed, unless another feed has the channel already."""
        accepted = 0
        taken = ChannelMatch.objects.filter(state=ChannelMatch.State.MATCHED)
        for match in chosen.filter(channel__isnull=False).select_related("channel"):
            if taken.filter(channel=match.channel).exclude(pk=match.pk).exists():
                text = f"{match.channel} is fed by another match."
                self.message_user(request, text, messages.WARNING)
                continue
            self._decide(match)
            accepted += 1
        self.message_user(request, f"{accepted} accepted; the next import fills them.")

    def _decide(self, match: ChannelMatch) -> None:
        match.state = ChannelMatch.State.MATCHED
        match.method = ChannelMatch.Method.HAND
        match.save()
        _read_again(match)

    def save_model(
        self,
        request: HttpRequest,
        obj: ChannelMatch,
        form: ModelForm[ChannelMatch],
        change: bool,
    ) -> None:
        """A decision by hand; the feed is read again even if it has not changed."""
        obj.method = ChannelMatch.Method.HAND
        super().save_model(request, obj, form, change)
        _read_again(obj)


def _read_again(match: ChannelMatch) -> None:
    """Let the next import read the feed, though it is the one known already."""
    EpgSource.objects.filter(pk=match.source_id).update(
        content_digest="", etag="", last_modified=""
    )


@admin.register(GuideVersion)
class GuideVersionAdmin(admin.ModelAdmin[GuideVersion]):
    """Every import: what it changed, why it was held, and the way back."""

    list_display = ("started_at", "source", "state", "changes", "holds")
    list_filter = ("state", "source")
    list_select_related = ("source",)
    ordering = ("-started_at", "-pk")
    actions = ("roll_back",)
    fields = readonly_fields = (
        *("source", "state", "started_at", "finished_at", "error", "holds"),
        *("difference", "refused"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: GuideVersion | None = None
    ) -> bool:
        return False

    @admin.display
    def changes(self, obj: GuideVersion) -> str:
        """Added, changed and removed programmes."""
        counts = obj.counts
        if not counts:
            return ""
        return f"+{counts['added']} ~{counts['changed']} -{counts['removed']}"

    @admin.display
    def difference(self, obj: GuideVersion) -> SafeString:
        """The changes, channel by channel."""
        rows = [
            (entry["name"], *(entry.get(kind, 0) for kind in _KINDS))
            for entry in obj.per_channel.values()
        ]
        body = format_html_join("", f"<tr>{'<td>{}</td>' * 5}</tr>", rows)
        head = format_html_join("", "<th>{}</th>", [(n,) for n in ("channel", *_KINDS)])
        return format_html("<table><tr>{}</tr>{}</table>", head, body)

    @admin.display
    def refused(self, obj: GuideVersion) -> SafeString:
        """The first refusals, with their lines."""
        issues = obj.issues.order_by("pk")[:50]
        rows = [(i.line, i.code, i.external_id, i.start, i.title) for i in issues]
        body = format_html_join("", f"<tr>{'<td>{}</td>' * 5}</tr>", rows)
        return format_html("<table>{}</table>", body)

    @admin.action(description="Roll the source back", permissions=["change"])
    def roll_back(self, request: HttpRequest, chosen: QuerySet[GuideVersion]) -> None:
        """Undo the version in force of each source chosen."""
        for source in EpgSource.objects.filter(versions__in=chosen).distinct():
            try:
                undone = versions.roll_back(source, now=timezone.now())
            except DomainError as error:
                self.message_user(request, f"{source}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"Rolled back: {undone}")
