"""Titles: found, edited, checked, published and rolled back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from catalog import differences, ingest, publishing, translations, workflow
from catalog.admin import bulk, history, planning
from catalog.admin.filters import EditedSincePublish, InGenre, MissingLanguage
from catalog.admin.labels import AttributeValues, Memberships
from catalog.admin.lists import LargeList
from catalog.admin.parts import (
    ArtworkInline,
    Inline,
    TranslationInline,
    language_tags,
    picture,
    staff,
    windows,
)
from catalog.admin.previews import WithPreview
from catalog.admin.versions import WithVersions
from catalog.differences import Version
from catalog.models import (
    Artwork,
    AvailabilityWindow,
    Credit,
    ExternalId,
    MaturityRating,
    Season,
    Snapshot,
    Title,
    TitleTranslation,
)
from catalog.models.titles import Status
from streamapi.errors import DomainError

_AT_ONCE: Final = 100
"""More titles than this are published in the background."""
_GAPS: Final = 50
"""Missing translations of each kind that are named on one page."""


class TitleForm(forms.ModelForm[Title]):
    """Notices when someone else saved the title while it was being edited."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Title
        fields = [
            "original_name",
            "slug",
            "kind",
            "year",
            "released_on",
            "runtime_s",
            "original_language",
            "languages",
            "genres",
            "keywords",
            "studios",
            "packages",
            "publish_at",
        ]
        labels: ClassVar = {"runtime_s": "Running time"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        seen = (cleaned or {}).get("seen_version")
        if self.instance.pk and seen is not None:
            self._notice_others(seen)
        return cleaned

    def _notice_others(self, seen: int) -> None:
        """Say what somebody else saved; whoever saves again then, has read it."""
        now = history.locked_version(self.instance)
        if now != seen:
            again: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            again[self.add_prefix("seen_version")] = str(now)
            self.data = again
            raise ValidationError(
                history.changed_meanwhile(self.instance, seen),
                code="changed_meanwhile",
            )


class Texts(TranslationInline):
    """Name, tagline and synopsis in each language."""

    model = TitleTranslation
    classes = []


class Ratings(Inline):
    """What boards decided."""

    model = MaturityRating
    verbose_name = "rating"
    extra = 0


class Credits(Inline):
    """Cast and crew."""

    model = Credit
    extra = 0
    autocomplete_fields = ["person"]
    classes = ["collapse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credit]:
        credits_ = super().get_queryset(request).select_related("person")
        return credits_.order_by("position", "pk")


class ExternalIds(Inline):
    """The title in other systems."""

    model = ExternalId
    extra = 0
    classes = ["collapse"]


class Windows(Inline):
    """When and where it may be shown; without any, always and everywhere."""

    model = AvailabilityWindow
    extra = 0


class Seasons(Inline):
    """The seasons; episodes are on the season's own page."""

    model = Season
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Season]:
        return super().get_queryset(request).order_by("number")


@contextlib.contextmanager
def _refusals(request: HttpRequest, title: Title) -> Iterator[None]:
    """Show a refusal as a message."""
    try:
        yield
    except DomainError as error:
        messages.error(request, f"{title}: {error.detail}")


@admin.register(Title)
class TitleAdmin(
    LargeList[Title], WithPreview, WithVersions, history.KeepsHistory[Title]
):
    """Movies and series."""

    form = TitleForm
    change_form_template = "admin/catalog/title/change_form.html"
    list_display = [
        "thumbnail",
        "name",
        "kind",
        "year",
        "state",
        "shown_in",
        "texts",
        "updated_at",
    ]
    list_display_links = ["thumbnail", "name"]
    list_filter = ["status", EditedSincePublish, "kind", MissingLanguage, InGenre]
    search_fields = [
        "original_name__icontains",
        "translations__name__icontains",
        "public_id__exact",
        "slug__exact",
        "external_ids__value__exact",
    ]
    sortable_by: ClassVar = ["name", "year", "state", "updated_at"]
    ordering = ["-updated_at", "-pk"]
    autocomplete_fields = ["genres", "keywords", "studios"]
    filter_horizontal = ["packages"]
    prepopulated_fields: ClassVar = {"slug": ["original_name", "year"]}
    readonly_fields = ["public_id", "state", "published_at", "first_published_at"]
    fieldsets = [
        (None, {"fields": ["seen_version", "original_name", "slug", "kind"]}),
        (
            "Facts",
            {
                "fields": [
                    ("year", "released_on"),
                    "runtime_s",
                    ("original_language", "languages"),
                    "genres",
                    "keywords",
                    "studios",
                    "packages",
                ]
            },
        ),
        (
            "Publishing",
            {
                "fields": [
                    ("public_id", "state"),
                    "publish_at",
                    ("published_at", "first_published_at"),
                ],
                "classes": ["collapse"],
            },
        ),
    ]
    inlines = [
        *(Texts, Seasons, Windows, Ratings, ArtworkInline, Credits),
        *(Memberships, AttributeValues, ExternalIds),
    ]
    actions = [
        "publish_selected",
        "unpublish_selected",
        "roll_back_selected",
        "export_json",
        "export_csv",
    ]
    change_list_template = "admin/catalog/title/change_list.html"

    # -- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Title]:
        posters = Artwork.objects.filter(title=OuterRef("pk"), role=Artwork.Role.POSTER)
        texts = TitleTranslation.objects.filter(title=OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("windows", AvailabilityWindow.objects.order_by("starts_at"))
            )
            .annotate(
                poster=Subquery(posters.order_by("position", "pk").values("image")[:1]),
                filled=ArraySubquery(texts.order_by("language").values("language")),
            )
        )

    @admin.display(description="")
    def thumbnail(self, title: Any) -> str:
        """The first poster."""
        return picture(title.poster, "catalog-thumb") or "-"

    @admin.display(description="name", ordering="original_name")
    def name(self, title: Title) -> str:
        """What it is called."""
        return title.original_name

    @admin.display(description="status", ordering="status")
    def state(self, title: Title) -> str:
        """Where it is on its way to devices, and whether edits wait."""
        edited = title.edited_since_publish
        css = "edited" if edited else title.status
        label = "published, edited since" if edited else title.get_status_display()
        return format_html('<span class="catalog-tag is-{}">{}</span>', css, label)

    @admin.display(description="windows")
    def shown_in(self, title: Title) -> str:
        """When and where it may be watched."""
        return windows(title.windows.all()) or "always"

    @admin.display(description="texts")
    def texts(self, title: Any) -> str:
        """The languages that it is described in."""
        return language_tags(title.filled)

    # -- the page

    def get_inlines(self, request: HttpRequest, obj: Title | None) -> Any:
        movie = obj is not None and obj.kind != "series"
        return [one for one in self.inlines if not (movie and one is Seasons)]

    def save_model(
        self, request: HttpRequest, obj: Title, form: Any, change: bool
    ) -> None:
        if change:
            obj.version += 1
        if obj.status in {Status.DRAFT, Status.SCHEDULED}:
            obj.status = Status.SCHEDULED if obj.publish_at else Status.DRAFT
        super().save_model(request, obj, form, change)

    def title_of(self, obj: Title) -> Title:
        """Itself."""
        return obj

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return history.page(self, request, object_id, extra_context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        title = self.get_object(request, object_id)
        context: dict[str, Any] = {"may_publish": self.has_publish_permission(request)}
        if title is not None:
            context |= {
                "findings": publishing.examine(title),
                "moves": workflow.targets(title),
            }
        return super().change_view(
            request, object_id, form_url, (extra_context or {}) | context
        )

    def response_change(self, request: HttpRequest, obj: Title) -> HttpResponse:
        """After saving: move, publish or take back, if that was the button."""
        target = next((to for to in Status if f"_to_{to}" in request.POST), None)
        if target is not None:
            self._move(request, obj, target)
            return HttpResponseRedirect(request.get_full_path())
        for button, act in (
            ("_publish", self._publish),
            ("_unpublish", self._unpublish),
        ):
            if button in request.POST:
                self.require_show(request)
                act(request, obj)
                return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)

    # -- publishing

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether the one at work may change what devices see."""
        return bool(staff(request).has_perm("catalog.publish_title"))

    def _move(self, request: HttpRequest, title: Title, to: Status) -> None:
        with _refusals(request, title):
            workflow.move(title, to)
            self._tell(request, title, f"Now {to.label}.")

    def has_delete_permission(
        self, request: HttpRequest, obj: Title | None = None
    ) -> bool:
        """What devices show is taken from them first."""
        shown = obj is not None and obj.live_snapshot_id is not None
        return not shown and super().has_delete_permission(request, obj)

    def _publish(self, request: HttpRequest, title: Title) -> None:
        with _refusals(request, title):
            publishing.publish(title, by=staff(request), now=timezone.now())
            number = title.live_snapshot.number if title.live_snapshot else 0
            self._tell(request, title, f"Published as version {number}.")

    def _unpublish(self, request: HttpRequest, title: Title) -> None:
        with _refusals(request, title):
            publishing.unpublish(title, by=staff(request), now=timezone.now())
            self._tell(request, title, "Taken from devices.")

    def go_back(
        self, request: HttpRequest, edited: Title, to: Snapshot | None = None
    ) -> None:
        with _refusals(request, edited):
            shown = publishing.rollback(
                edited, by=staff(request), now=timezone.now(), to=to
            )
            message = f"Rolled back: devices see version {shown.number} again."
            self._tell(request, edited, message)

    def _tell(self, request: HttpRequest, title: Title, message: str) -> None:
        """Say what was done, now and in the history."""
        self.log_change(request, title, message)
        self.message_user(request, f"{title}: {message}", messages.SUCCESS)

    @admin.action(description="Publish", permissions=["publish"])
    def publish_selected(
        self, request: HttpRequest, queryset: QuerySet[Title]
    ) -> HttpResponse | None:
        """Publish many; each that is refused says why."""
        pks = list(queryset.order_by("pk").values_list("pk", flat=True))
        if len(pks) > _AT_ONCE:
            return bulk.order(request, ingest.of_titles(pks, ingest.Kind.PUBLISH))
        names = dict(queryset.values_list("pk", "original_name"))
        published = []
        for outcome in publishing.publish_many(
            pks, by=staff(request), now=timezone.now()
        ):
            if outcome.published:
                published.append(outcome.title_pk)
            else:
                refused = publishing.PublishRefused(outcome.findings)
                name = names[outcome.title_pk]
                self.message_user(request, f"{name}: {refused.detail}", messages.ERROR)
        LogEntry.objects.log_actions(
            user_id=staff(request).pk,
            queryset=Title.objects.filter(pk__in=published),
            action_flag=CHANGE,
            change_message="Published.",
        )
        self.message_user(request, f"{len(published)} published.", messages.SUCCESS)
        return None

    @admin.action(description="Take from devices", permissions=["publish"])
    def unpublish_selected(
        self, request: HttpRequest, queryset: QuerySet[Title]
    ) -> HttpResponse | None:
        """Unpublish many."""
        pks = list(queryset.order_by("pk").values_list("pk", flat=True))
        if len(pks) > _AT_ONCE:
            return bulk.order(request, ingest.of_titles(pks, ingest.Kind.UNPUBLISH))
        for title in queryset:
            self._unpublish(request, title)
        return None

    @admin.action(description="Export as JSON")
    def export_json(
        self, request: HttpRequest, queryset: QuerySet[Title]
    ) -> HttpResponse | StreamingHttpResponse | None:
        """A file that can be imported again."""
        return self._export(request, queryset, "json")

    @admin.action(description="Export as CSV")
    def export_csv(
        self, request: HttpRequest, queryset: QuerySet[Title]
    ) -> HttpResponse | StreamingHttpResponse | None:
        """The same for spreadsheets."""
        return self._export(request, queryset, "csv")

    def _export(
        self, request: HttpRequest, queryset: QuerySet[Title], kind: str
    ) -> HttpResponse | StreamingHttpResponse | None:
        pks = queryset.order_by("pk").values_list("pk", flat=True)
        found = list(pks[: bulk.MOST_EXPORTED + 1])
        if len(found) <= bulk.MOST_EXPORTED:
            return bulk.export(found, kind)
        message = f"More than {bulk.MOST_EXPORTED}: use manage.py export_titles."
        self.message_user(request, message, messages.ERROR)
        return None

    @admin.action(description="Roll back one version", permissions=["publish"])
    def roll_back_selected(
        self, request: HttpRequest, queryset: QuerySet[Title]
    ) -> None:
        """Roll back many, each by one version."""
        for title in queryset:
            self.go_back(request, title)

    # -- pages of its own

    def get_urls(self) -> list[URLPattern]:
        calendar = path(
            "calendar/",
            self.admin_site.admin_view(partial(planning.page, self)),
            name="catalog_title_calendar",
        )
        report = path(
            "translations/",
            self.admin_site.admin_view(self.missing_translations),
            name="catalog_title_translations",
        )
        extra = [calendar, report, self.versions_url(), self.preview_url()]
        return [*extra, *super().get_urls()]

    def missing_translations(self, request: HttpRequest) -> HttpResponse:
        """What has no words yet in a language."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        known = settings.CONTENT_LANGUAGES
        asked = request.GET.get("language", known[-1])
        language = asked if asked in known else known[-1]
        gaps = [
            {
                "kind": gap.kind,
                "name": gap.name,
                "lacks": gap.lacks,
                "url": reverse(f"admin:catalog_{gap.kind}_change", args=[gap.pk]),
            }
            for gap in translations.gaps(language, limit=_GAPS)
        ]
        return TemplateResponse(
            request,
            "admin/catalog/title/translations.html",
            {
                **self.admin_site.each_context(request),
                "title": "Missing translations",
                "opts": self.opts,
                "languages": known,
                "language": language,
                "counts": translations.counts(language),
                "gaps": gaps,
            },
        )

    # -- versions

    def may_show(self, request: HttpRequest) -> bool:
        return self.has_publish_permission(request)

    def rows_of_versions(self, edited: Title) -> QuerySet[Snapshot]:
        return edited.snapshots.all()

    def compared(self, edited: Title) -> list[Version]:
        return differences.versions(edited)
