"""The page of what devices saw and when, for titles and pages alike, with the way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from catalog.differences import Version


class WithVersions:
    """An admin page whose rows are shown to devices version by version."""

    def may_show(self, request: HttpRequest) -> bool:
        """Whether the one at work may change what devices see."""
        raise NotImplementedError

    def rows_of_versions(self, edited: Any) -> QuerySet[Any]:
        """All versions that are kept of a row."""
        raise NotImplementedError

    def compared(self, edited: Any) -> Sequence[Version]:
        """The latest versions, with what each changed."""
        raise NotImplementedError

    def waiting(self, edited: Any) -> Sequence[str]:
        """What showing the row as it stands would change, as far as it can be said."""
        return ()

    def go_back(self, request: HttpRequest, edited: Any, to: Any) -> None:
        """Show an earlier version, and say so."""
        raise NotImplementedError

    def require_show(self, request: HttpRequest) -> None:
        """Refuse those who may not change what devices see."""
        if not self.may_show(request):
            raise PermissionDenied

    def versions_url(self) -> URLPattern:
        """The route of the page of versions."""
        admin: Any = self
        view = admin.admin_site.admin_view(self.versions)
        name = f"{admin.opts.app_label}_{admin.opts.model_name}_versions"
        route: URLPattern = path("<int:pk>/versions/", view, name=name)
        return route

    def versions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was shown when and by whom, what differed, and the way back."""
        admin: Any = self
        edited = get_object_or_404(admin.model, pk=pk)
        if not admin.has_view_permission(request, edited):
            raise PermissionDenied
        if request.method == "POST":
            self.require_show(request)
            number = request.POST.get("number", "")
            wanted = int(number) if number.isdigit() else 0
            rows = self.rows_of_versions(edited)
            self.go_back(request, edited, get_object_or_404(rows, number=wanted))
            return HttpResponseRedirect(request.path)
        context = {
            **admin.admin_site.each_context(request),
            "title": f"Versions of {edited}",
            "original": edited,
            "opts": admin.opts,
            "may_show": self.may_show(request),
            "waiting": self.waiting(edited),
            "versions": self.compared(edited),
        }
        return TemplateResponse(request, "admin/catalog/versions.html", context)
