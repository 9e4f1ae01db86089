"""Pages: rails put in order, checked, released, compared and rolled back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, F, Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from catalog import (
    page_content,
    page_differences,
    page_validation,
    rail_sources,
    releasing,
    targeting,
)
from catalog.admin import rail_sets
from catalog.admin.page_forms import PageForm
from catalog.admin.parts import ORDERING, staff
from catalog.admin.previews import WithPreview
from catalog.admin.versions import WithVersions
from catalog.differences import Version
from catalog.languages import default_language
from catalog.models import Page, PageVersion, Rail
from catalog.page_content import RailContent
from catalog.rules import Rule
from streamapi.errors import DomainError, InvalidInput


def described(rail: RailContent) -> dict[str, Any]:
    """What an editor reads of a rail in one line."""
    source = rail_sources.find(rail["source"])
    what = source.label if source else "nothing that is offered"
    if rail["source"] == "curated":
        what = f"{len(rail['items'])} chosen titles"
    elif rail["source"] == "rule":
        try:
            what = Rule.read(rail["rule"]).in_words()
        except InvalidInput as problem:
            what = problem.detail
    elif rail["argument"]:
        what = f"{what}: {rail['argument']}"
    return {
        "name": page_content.name(rail["names"], default_language()) or "(no name)",
        "layout": rail["layout"].replace("_", " "),
        "what": what,
        "who": targeting.in_words(rail),
    }


@admin.register(Page)
class PageAdmin(WithPreview, WithVersions, admin.ModelAdmin[Page]):
    """Pages, in the order of the navigation."""

    form = PageForm
    change_form_template = "admin/catalog/page/change_form.html"
    list_display = ["slug", "name", "state", "rails_count", "released_at", "release_at"]
    search_fields = ["slug", "=public_id"]
    ordering = ["position", "slug"]
    readonly_fields = ["public_id", "released_at"]
    fieldsets = [
        (None, {"fields": ["seen_version", "rail_order", "names", "slug"]}),
        (
            "Navigation and release",
            {
                "fields": [
                    ("parent", "position"),
                    "release_at",
                    ("public_id", "released_at"),
                ],
                "classes": ["collapse"],
            },
        ),
    ]

    class Media:
        js = ORDERING

    # -- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        return super().get_queryset(request).annotate(total=Count("rails"))

    @admin.display(description="name")
    def name(self, page: Page) -> str:
        """What it is called in the default language."""
        return page_content.name(page.names, default_language())

    @admin.display(description="rails", ordering="total")
    def rails_count(self, page: Any) -> int:
        """How many rails it has."""
        return int(page.total)

    @admin.display(description="status", ordering="released_at")
    def state(self, page: Page) -> str:
        """Whether devices see it, and whether edits wait."""
        css, label = "draft", "not released"
        if page.released_at is not None:
            css, label = "published", "released"
            if page.updated_at > page.released_at:
                css, label = "edited", "released, edited since"
        return format_html('<span class="catalog-tag is-{}">{}</span>', css, label)

    # -- the page

    def save_model(
        self, request: HttpRequest, obj: Page, form: Any, change: bool
    ) -> None:
        if change:
            obj.version += 1
        super().save_model(request, obj, form, change)
        form.save_order()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new page stands behind the others."""
        last = Page.objects.aggregate(last=Max("position"))["last"]
        return {"position": 0 if last is None else last + 1}

    def response_add(
        self, request: HttpRequest, obj: Page, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new page is shown, for its rails to be added."""
        return HttpResponseRedirect(reverse("admin:catalog_page_change", args=[obj.pk]))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        page = self.get_object(request, object_id)
        context: dict[str, Any] = {"may_release": self.may_show(request)}
        if page is not None:
            content = page_content.load(page)
            pks = page.rails.order_by("position", "pk").values_list("pk", flat=True)
            context |= {
                "findings": page_validation.check(content),
                "waiting": releasing.is_waiting(page),
                "rails": [
                    {"pk": pk, **described(rail)}
                    for pk, rail in zip(pks, content["rails"], strict=True)
                ],
            }
        return super().change_view(
            request, object_id, form_url, (extra_context or {}) | context
        )

    def response_change(self, request: HttpRequest, obj: Page) -> HttpResponse:
        """After saving: release or withdraw, if that was the button."""
        for button, act in (
            ("_release", self._release),
            ("_withdraw", self._withdraw),
        ):
            if button in request.POST:
                self.require_show(request)
                act(request, obj)
                return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)

    # -- releasing

    def may_show(self, request: HttpRequest) -> bool:
        """Whether the one at work may change what devices see."""
        return bool(staff(request).has_perm("catalog.release_page"))

    def _release(self, request: HttpRequest, page: Page) -> None:
        try:
            version = releasing.release(page, by=staff(request), now=timezone.now())
        except DomainError as refused:
            messages.error(request, f"{page}: {refused.detail}")
            return
        self._tell(request, page, f"Released as version {version.number}.")

    def _withdraw(self, request: HttpRequest, page: Page) -> None:
        try:
            releasing.withdraw(page)
        except DomainError as refused:
            messages.error(request, f"{page}: {refused.detail}")
            return
        self._tell(request, page, "Taken from devices.")

    def _tell(self, request: HttpRequest, page: Page, message: str) -> None:
        """Say what was done, now and in the history."""
        self.log_change(request, page, message)
        self.message_user(request, f"{page}: {message}", messages.SUCCESS)

    # -- versions

    def get_urls(self) -> list[URLPattern]:
        rails = path(
            "<int:pk>/rails/",
            self.admin_site.admin_view(partial(rail_sets.view, self)),
            name="catalog_page_rails",
        )
        extra = [rails, self.versions_url(), self.preview_url()]
        return [*extra, *super().get_urls()]

    def rows_of_versions(self, edited: Page) -> QuerySet[PageVersion]:
        return edited.versions.all()

    def compared(self, edited: Page) -> list[Version]:
        return page_differences.versions(edited)

    def waiting(self, edited: Page) -> list[str]:
        return page_differences.waiting(edited)

    def go_back(self, request: HttpRequest, edited: Page, to: PageVersion) -> None:
        try:
            shown = releasing.rollback(edited, now=timezone.now(), to=to)
        except DomainError as refused:
            messages.error(request, f"{edited}: {refused.detail}")
            return
        message = f"Rolled back: devices see version {shown.number} again."
        self._tell(request, edited, message)


def touch(rail: Rail) -> None:
    """A rail changed: so did its page."""
    Page.objects.filter(pk=rail.page_id).update(
        updated_at=timezone.now(), version=F("version") + 1
    )
