"""Who changed what, shown beside a way back; and what somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog import revisions
from catalog.admin.parts import staff
from catalog.models import Revision, Title
from catalog.revisions import Change

_SHOWN: Final = 30
_Row = TypeVar("_Row", bound=Model)


class KeepsHistory(admin.ModelAdmin[_Row]):
    """Notes a revision of the title that a saved row belongs to."""

    def title_of(self, obj: Any) -> Title:
        """The title that a row of this page belongs to."""
        raise NotImplementedError

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        title = self.title_of(obj)
        if title.pk:
            revisions.begin(Title.objects.get(pk=title.pk), now=timezone.now())
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        title = self.title_of(form.instance)
        if title is not form.instance:
            touch(title)
        keep(title, request)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Of a part of a title: the title goes on without it."""
        title = self.title_of(obj)
        super().delete_model(request, obj)
        touch(title)
        keep(title, request)


def touch(title: Title) -> None:
    """A part of the title was edited, so the title was."""
    Title.objects.filter(pk=title.pk).update(
        version=F("version") + 1, updated_at=timezone.now()
    )


def keep(title: Title, request: HttpRequest) -> None:
    """Note how the title stands now."""
    fresh = Title.objects.get(pk=title.pk)
    revisions.keep(fresh, by=staff(request), now=timezone.now())


def page(
    model_admin: admin.ModelAdmin[Title],
    request: HttpRequest,
    object_id: str,
    extra_context: dict[str, Any] | None,
) -> HttpResponse:
    """Django's history page with revisions above it; POST goes back to one of them."""
    title = model_admin.get_object(request, object_id)
    if title is not None and request.method == "POST":
        if not model_admin.has_change_permission(request, title):
            raise PermissionDenied
        _revert(model_admin, request, title)
        return HttpResponseRedirect(request.get_full_path())
    context: dict[str, Any] = {"may_change": False}
    if title is not None:
        may = model_admin.has_change_permission(request, title)
        context = {"steps": list(revisions.steps(title)), "may_change": may}
    return admin.ModelAdmin.history_view(
        model_admin, request, object_id, context | (extra_context or {})
    )


def _revert(
    model_admin: admin.ModelAdmin[Title], request: HttpRequest, title: Title
) -> None:
    number = request.POST.get("number", "")
    wanted = title.revisions.filter(number=int(number) if number.isdigit() else 0)
    revision = get_object_or_404(Revision, pk__in=wanted)
    lost = revisions.revert(title, revision, by=staff(request), now=timezone.now())
    message = f"Back to version {revision.number}. Devices see it once it is published."
    model_admin.log_change(request, title, message)
    model_admin.message_user(request, f"{title}: {message}", messages.SUCCESS)
    if lost:
        gone = f"What these pointed to is gone: {', '.join(lost)}."
        model_admin.message_user(request, gone, messages.WARNING)


def changed_meanwhile(title: Title, seen: int) -> SafeString:
    """What to tell an editor whose page is older than the title."""
    latest = title.revisions.select_related("created_by").order_by("-number").first()
    who = latest.created_by if latest and latest.created_by else "Someone else"
    changes = revisions.since(title, seen)
    return format_html(
        "{} has saved this title since you opened it{} Nothing of yours is lost: it "
        "still stands below. Save again to put it over theirs, or open the page anew to "
        "go on from there.",
        who,
        listed(changes) if changes else ".",
    )


def listed(changes: Iterable[Change]) -> SafeString:
    """Changes as a list of what was and what is."""
    rows = list(changes)
    items = format_html_join(
        "",
        "<li><code>{}</code> <del>{}</del> <ins>{}</ins></li>",
        ((one.where, _shown(one.before), _shown(one.after)) for one in rows[:_SHOWN]),
    )
    more = f"and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return format_html(':<ul class="catalog-diff">{}</ul>{}', items, more)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def locked_version(title: Title) -> int:
    """The version that a title has now; it cannot change until this save is done."""
    row = Title.objects.select_for_update().filter(pk=title.pk)
    return row.values_list("version", flat=True).get()
