"""Imports of files and work on many titles: ordered, watched, reported one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from catalog import exporting, ingest, tasks
from catalog.admin.parts import staff
from catalog.importing import layouts
from catalog.importing.errors import place
from catalog.ingest import Kind, Order
from catalog.models import IngestDocument, IngestResult
from catalog.staff_serializers import counts
from streamapi.errors import DomainError

MOST_EXPORTED: Final = 5000
_SHOWN: Final = 200


class ImportForm(forms.Form):
    """A file of titles; what it would do is shown before it is done."""

    file = forms.FileField(
        help_text="JSON or CSV, up to 8 MB. Export a few titles to see the layout; all of "
        "it is in docs/catalogue-import.md."
    )
    mapping = forms.ChoiceField(
        required=False, help_text="For files in a layout that is not ours."
    )
    publish = forms.BooleanField(
        required=False, label="publish what is created or updated"
    )

    def __init__(self, *args: Any, may_publish: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(one.stem for one in layouts.BUNDLED.glob("*.json"))
        mapping: Any = self.fields["mapping"]
        mapping.choices = [("", "our own layout"), *((name, name) for name in names)]
        self.fields["publish"].disabled = not may_publish

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if not (file.name or "").lower().endswith((".json", ".csv")):
            raise forms.ValidationError("The name of the file ends in .json or .csv.")
        if (file.size or 0) > ingest.MAX_FILE_BYTES:
            raise forms.ValidationError(
                "The file is larger than 8 MB: use manage.py import_titles."
            )
        return file

    def order(self) -> Order:
        """A trial of the file."""
        file = self.cleaned_data["file"]
        return Order(
            file.read(),
            kind=Kind.FILE,
            name=file.name[-200:],
            mapping=self.cleaned_data["mapping"],
            publish=self.cleaned_data["publish"],
            dry_run=True,
        )


@admin.register(IngestDocument)
class BulkJobAdmin(admin.ModelAdmin[IngestDocument]):
    """What was ordered, how far it is, and what became of each title."""

    list_display = ["what", "state", "progress", "sent_by", "created_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["sent_by"]
    ordering = ["-pk"]
    show_full_result_count = False
    change_list_template = "admin/catalog/ingestdocument/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="work")
    def what(self, document: IngestDocument) -> str:
        """What is done, and with what."""
        trial = " (trial)" if document.dry_run else ""
        return f"{document.get_kind_display()} {document.name}".strip() + trial

    @admin.display(description="done")
    def progress(self, document: IngestDocument) -> str:
        """How many titles of how many."""
        return f"{document.position} of {document.total}"

    def get_queryset(self, request: HttpRequest) -> Any:
        """The payload may be large, and no page shows it."""
        return super().get_queryset(request).defer("payload")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_file)
        return [
            path("import/", view, name="catalog_ingestdocument_import"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far it is; the page renews itself until the work is done."""
        document = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_permission(request, document):
            raise PermissionDenied
        if request.method == "POST":
            return self._for_real(request, document)
        results = IngestResult.objects.filter(document=document)
        troubled = results.exclude(errors=[]).order_by("position")
        context = {
            **self.admin_site.each_context(request),
            "title": self.what(document),
            "opts": self.opts,
            "document": document,
            "open": document.finished_at is None,
            "counts": counts(results),
            "troubled": list(_troubles(document, troubled[:_SHOWN])),
            "may_import": may_import(request) and document.dry_run,
        }
        name = "admin/catalog/ingestdocument/status.html"
        return TemplateResponse(request, name, context)

    def import_file(self, request: HttpRequest) -> HttpResponse:
        """Take a file and try it; nothing is written yet."""
        if not may_import(request):
            raise PermissionDenied
        may_publish = staff(request).has_perm("catalog.publish_title")
        form = ImportForm(
            request.POST or None, request.FILES or None, may_publish=may_publish
        )
        if request.method == "POST" and form.is_valid():
            return order(request, form.order())
        context = {
            **self.admin_site.each_context(request),
            "title": "Import titles from a file",
            "opts": self.opts,
            "form": form,
        }
        name = "admin/catalog/ingestdocument/import.html"
        return TemplateResponse(request, name, context)

    def _for_real(self, request: HttpRequest, tried: IngestDocument) -> HttpResponse:
        trial = tried.dry_run and tried.kind == Kind.FILE
        if not may_import(request) or not trial or tried.finished_at is None:
            raise PermissionDenied
        document = ingest.for_real(
            tried,
            by=staff(request),
            now=timezone.now(),
            enqueue=tasks.take_document.enqueue,
        )
        return HttpResponseRedirect(_status(document))


def may_import(request: HttpRequest) -> bool:
    """Whether the one at work may add and change titles."""
    rights = ["catalog.add_title", "catalog.change_title"]
    return bool(staff(request).has_perms(rights))


def order(request: HttpRequest, wanted: Order) -> HttpResponse:
    """Queue the work and lead to its page."""
    try:
        document = ingest.submit(
            wanted,
            by=staff(request),
            now=timezone.now(),
            enqueue=tasks.take_document.enqueue,
        )
    except DomainError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(request.get_full_path())
    return HttpResponseRedirect(_status(document))


def export(pks: Iterable[int], kind: str) -> StreamingHttpResponse:
    """Titles as a file that can be imported again."""
    found = exporting.records(pks)
    if kind == "json":
        lines, mime = exporting.as_json(found), "application/json"
    else:
        lines, mime = exporting.as_csv(found, settings.CONTENT_LANGUAGES), "text/csv"
    answer = StreamingHttpResponse(lines, content_type=mime)
    answer["Content-Disposition"] = f'attachment; filename="titles.{kind}"'
    return answer


def _status(document: IngestDocument) -> str:
    return reverse("admin:catalog_ingestdocument_change", args=[document.pk])


def _troubles(
    document: IngestDocument, results: Iterable[IngestResult]
) -> Iterator[tuple[IngestResult, str, dict[str, str]]]:
    """What stands in the way of each, and where: in a file, or on a title's page."""
    is_file = document.kind == IngestDocument.Kind.FILE
    for result in results:
        for error in result.errors:
            pointer = error["pointer"]
            where = place(result.position, result.line, pointer) if is_file else pointer
            yield result, where, error
