"""Channels, line-ups, the guide and its imports, for editors."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import BaseInlineFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog.models import Episode, Title
from channels import (
    day_sheets,
    guide,
    linking,
    matching,
    series_names,
    tasks,
    versions,
)
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
    LinkRule,
    PlaylistLink,
    Programme,
)
from channels.models.channels import IMPORTED_FIELDS
from streamapi.errors import DomainError

_BESIDE_THE_FEED: Final = frozenset(
    {"can_pause", "can_start_over", "can_catch_up", "can_record", "content_id"}
)
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
    change_form_template = "admin/channels/channel/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        day = path(
            "<int:pk>/day/",
            self.admin_site.admin_view(self.day),
            name="channels_channel_day",
        )
        return [day, *super().get_urls()]

    def day(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A day of the channel, with its gaps and what overlapped in the feed."""
        channel = get_object_or_404(Channel, pk=pk)
        if not self.has_view_permission(request, channel):
            raise PermissionDenied
        try:
            day = guide.read_day(request.GET.get("day", ""), timezone.now())
        except DomainError as error:
            raise Http404(error.detail) from error
        context = {
            **self.admin_site.each_context(request),
            "title": f"{channel}: day by day",
            "opts": self.opts,
            "sheet": day_sheets.day_sheet(channel, day),
            "may_add": request.user.has_perm("channels.add_programme"),
        }
        return TemplateResponse(request, "admin/channels/channel/day.html", context)

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


class LineupEntryForm(ModelForm[LineupEntry]):
    """A place in a line-up; what is there once is asked of all places together."""

    def validate_constraints(self) -> None:
        """Not against the rows as they were: numbers may have been exchanged."""


class LineupEntryFormSet(
    BaseInlineFormSet[LineupEntry, Lineup, ModelForm[LineupEntry]]
):
    """The places of a line-up: each channel and each number once."""

    def clean(self) -> None:
        taken: set[tuple[Any, ...]] = set()
        for form in self.forms:
            if form in self.deleted_forms or form.errors or not form.cleaned_data:
                continue
            values = form.cleaned_data
            number = (values["number_major"], values["number_minor"])
            for name, value, code in (
                ("channel", (values["channel"],), "channel_twice"),
                ("number_major", number, "number_twice"),
            ):
                if (name, value) in taken:
                    text = "This is in the line-up already."
                    form.add_error(name, ValidationError(text, code))
                taken.add((name, value))


class LineupEntryInline(admin.TabularInline[LineupEntry, Lineup]):
    """The channels of a line-up and their numbers."""

    model = LineupEntry
    form = LineupEntryForm
    formset = LineupEntryFormSet
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


class ProgrammeForm(ModelForm[Programme]):
    """A programme; what it is linked to has to exist."""

    def clean_content_id(self) -> str:
        """A title or an episode of the catalogue, or nothing."""
        content_id: str = self.cleaned_data["content_id"].strip()
        kind = Episode if content_id.startswith("ep_") else Title
        if content_id and not kind._default_manager.filter(public_id=content_id):
            raise ValidationError("There is no such title or episode.")
        return content_id


@admin.register(Programme)
class ProgrammeAdmin(admin.ModelAdmin[Programme]):
    """The guide. A programme saved here belongs to its editor: imports go around it.

    Abilities and the link to the catalogue are not the feed's: setting them alone leaves
    the programme to its feed, and every import keeps them.
    """

    form = ProgrammeForm

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

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The times of a gap that is to be filled, as the day sheet links to them."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        for name in ("starts_at", "ends_at"):
            initial[name] = parse_datetime(initial.get(name, ""))
        return initial

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
        """Take the programme over from its feed, unless no word of the feed changed."""
        changed = set(form.changed_data)
        if not change or changed - _BESIDE_THE_FEED:
            obj.source, obj.version = None, None
            obj.series_key = obj.series_key or obj.title.casefold()[:120]
            series_names.keep(obj)
        if "content_id" in changed:
            obj.is_linked_by_hand = True
            obj.link_confidence = 100 if obj.content_id else None
        super().save_model(request, obj, form, change)
        if "content_id" in changed and obj.series_key:
            linking.correct(obj, obj.content_id)


@admin.register(EpgSource)
class EpgSourceAdmin(admin.ModelAdmin[EpgSource]):
    """Feeds and how much they are trusted."""

    list_display = (
        *("name", "location", "is_active", "interval_min"),
        *("checked_at", "last_result", "next_check"),
    )
    search_fields = ("name", "slug", "location")
    ordering = ("name", "pk")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("checked_at", "last_result", "next_check")
    actions = ("import_now",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EpgSource]:
        """With the state of the last version of each."""
        versions = GuideVersion.objects.filter(source=OuterRef("pk"))
        last = versions.order_by("-started_at", "-pk").values("state")[:1]
        return super().get_queryset(request).annotate(last_state=Subquery(last))

    @admin.display(description="last result", empty_value="never imported")
    def last_result(self, obj: EpgSource) -> str | None:
        """What came of it when it was last asked, with the way to its versions."""
        state = getattr(obj, "last_state", None)
        if state is None:
            return None
        versions = reverse("admin:channels_guideversion_changelist")
        return format_html(
            '<a href="{}?source__id__exact={}">{}</a>',
            versions,
            obj.pk,
            GuideVersion.State(state).label,
        )

    @admin.display(description="next check", empty_value="with the next tick")
    def next_check(self, obj: EpgSource) -> datetime | str | None:
        """When the clock asks next whether it has changed."""
        return obj.due_at if obj.is_active else "not active"

    @admin.action(description="Import now", permissions=["change"])
    def import_now(self, request: HttpRequest, chosen: QuerySet[EpgSource]) -> None:
        """Read the feeds again, as jobs; the versions tell what came of it."""
        for source in chosen:
            tasks.import_source.enqueue(source.pk, accept=False)
            self.message_user(request, f"{source} is being imported.")


@admin.register(ChannelMatch)
class ChannelMatchAdmin(admin.ModelAdmin[ChannelMatch]):
    """Which channels of feeds are ours; what is proposed comes first."""

    list_display = (*("external_id", "said", "resemblance", "channel", "state"),)
    list_editable = ("channel", "state")
    list_filter = ("state", "method", "source")
    list_select_related = ("source", "channel")
    search_fields = ("external_id", "channel__name")
    autocomplete_fields = ("channel",)
    readonly_fields = ("source", "external_id", "names", "logo_url", "confidence")
    ordering = ("-state", "external_id", "pk")
    actions = ("accept", "create", "ignore")
    list_per_page = 50

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """To choose a channel is enough: without the ways to change it from here."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "channel" and field is not None:
            for what in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{what}_related", False)
        return field

    @admin.display(description="names in the feed")
    def said(self, obj: ChannelMatch) -> str:
        """What the feed calls it."""
        return ", ".join(obj.names[:3])

    @admin.display(description="found by", ordering="confidence")
    def resemblance(self, obj: ChannelMatch) -> str:
        """How the channel was found, and how certain that is."""
        if obj.channel_id is None:
            return "nothing alike"
        return f"{obj.get_method_display()}, {obj.confidence} %"

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

    @admin.action(description="Create channels for them", permissions=["change"])
    def create(self, request: HttpRequest, chosen: QuerySet[ChannelMatch]) -> None:
        """Make a new channel of each that is not matched."""
        waiting = chosen.exclude(state=ChannelMatch.State.MATCHED)
        count = 0
        for match in waiting.select_related("source"):
            match.channel = matching.create_channel(match)
            self._decide(match)
            count += 1
        self.message_user(request, f"{count} created; the next import fills them.")

    @admin.action(description="Ignore them", permissions=["change"])
    def ignore(self, request: HttpRequest, chosen: QuerySet[ChannelMatch]) -> None:
        """Take no programmes of these over; what there is stays until it is over."""
        count = chosen.update(
            state=ChannelMatch.State.IGNORED, method=ChannelMatch.Method.HAND
        )
        self.message_user(request, f"{count} ignored.")

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


@admin.register(LinkRule)
class LinkRuleAdmin(admin.ModelAdmin[LinkRule]):
    """What editors said that series and episodes of the guide are in the catalogue."""

    list_display = ("series_key", "season", "episode", "content_id", "updated_at")
    search_fields = ("series_key", "content_id")
    ordering = ("series_key", "season", "episode", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(PlaylistLink)
class PlaylistLinkAdmin(admin.ModelAdmin[PlaylistLink]):
    """Links for players; deleting one takes it back."""

    list_display = ("public_id", "name", "device", "profile", "expires_at")
    list_select_related = ("device", "profile")
    search_fields = ("public_id", "device__public_id", "profile__public_id")
    ordering = ("-pk",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: PlaylistLink | None = None
    ) -> bool:
        return False


@admin.register(GuideVersion)
class GuideVersionAdmin(admin.ModelAdmin[GuideVersion]):
    """Every import: what it changed, why it was held, and the way back."""

    list_display = ("started_at", "source", "state", "changes", "holds")
    list_filter = ("state", "source")
    list_select_related = ("source",)
    ordering = ("-started_at", "-pk")
    actions = ("roll_back", "take_held")
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

    @admin.action(description="Take what was held", permissions=["change"])
    def take_held(self, request: HttpRequest, chosen: QuerySet[GuideVersion]) -> None:
        """Import the sources of held versions at their word, as a job."""
        held = chosen.filter(state=GuideVersion.State.HELD)
        for source in EpgSource.objects.filter(versions__in=held).distinct():
            tasks.import_source.enqueue(source.pk, accept=True)
            self.message_user(request, f"{source} is being imported.")

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
