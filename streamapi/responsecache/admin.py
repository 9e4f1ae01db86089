"""The status page of the response cache, and its purge button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from streamapi.responsecache import status
from streamapi.responsecache.models import CachedAnswers
from streamapi.responsecache.runtime import delivery, shared_level
from streamapi.responsecache.shared import CacheDown
from streamapi.responsecache.tags import TagInvalid, checked

_PURGE = "responsecache.purge_cachedanswers"
_PAGE = "admin:responsecache_cachedanswers_changelist"


class PurgeForm(forms.Form):
    """Tags, separated by blanks or lines."""

    tags = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="One or more tags, such as: titles title:42 page:7",
    )

    def clean_tags(self) -> frozenset[str]:
        """The tags as a set."""
        try:
            return checked(self.cleaned_data["tags"].split())
        except TagInvalid as problem:
            raise forms.ValidationError(str(problem)) from problem


@admin.register(CachedAnswers)
class CachedAnswersAdmin(admin.ModelAdmin[CachedAnswers]):
    """One page instead of a list of rows: there is no table behind it."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Answers are made by being asked for."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the status; purge on POST."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PurgeForm(request.POST or None)
        if request.method == "POST":
            if not request.user.has_perm(_PURGE):
                raise PermissionDenied
            if form.is_valid():
                self._purge(request, form.cleaned_data["tags"])
                return redirect(_PAGE)
        return self._page(request, form, extra_context or {})

    def _page(
        self, request: HttpRequest, form: PurgeForm, extra: dict[str, Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **extra,
            "title": "Response cache",
            "opts": self.opts,
            "form": form,
            "may_purge": request.user.has_perm(_PURGE),
            "status": _status(),
            "unsent": sorted(delivery.unsent),
            "unsent_to_edge": sorted(delivery.unsent_to_edge),
        }
        return TemplateResponse(request, "admin/responsecache/status.html", context)

    def _purge(self, request: HttpRequest, tags: frozenset[str]) -> None:
        named = ", ".join(sorted(tags))
        try:
            delivery.send(tags)
        except CacheDown:
            delivery.deliver(tags)
            self.message_user(
                request, f"Redis is down; {named} will be purged.", messages.WARNING
            )
            return
        self.message_user(request, f"Purged {named}.")


def _status() -> status.Status | None:
    """``None`` while Redis does not answer."""
    try:
        return status.read(shared_level())
    except CacheDown:
        return None
