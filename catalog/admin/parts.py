"""Inlines, forms and small pieces of HTML that several admin pages share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from catalog import artwork, tasks
from catalog.models import Artwork, AvailabilityWindow

Inline = admin.TabularInline[Any, Any]
ORDERING = [forms.Script("catalog/ordering.js", type="module")]


class ArtworkForm(forms.ModelForm[Artwork]):
    """Refuses a file that is no picture, and stores one that is by its hash."""

    class Meta:
        model = Artwork
        fields = ["role", "image", "language", "alt", "focal_x", "focal_y", "position"]

    def clean_image(self) -> Any:
        upload = self.cleaned_data.get("image")
        if isinstance(upload, UploadedFile):
            try:
                artwork.attach(self.instance, upload.file)  # type: ignore[arg-type]
                tasks.enqueue_pictures()
            except artwork.PictureRefused as error:
                raise ValidationError(error.detail, code=error.code) from error
            return self.instance.image.name
        return upload


class ArtworkInline(Inline):
    """Pictures of whatever the page is about."""

    model = Artwork
    form = ArtworkForm
    extra = 0
    fields: ClassVar = [
        "preview",
        "role",
        "image",
        "language",
        "alt",
        ("focal_x", "focal_y"),
        "position",
    ]
    readonly_fields = ["preview"]
    classes = ["collapse"]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).order_by("position", "pk")

    @admin.display(description="")
    def preview(self, artwork: Artwork) -> str:
        """The picture, small."""
        return picture(artwork.image.name, "catalog-preview", artwork.alt)


class TranslationInline(admin.StackedInline[Any, Any]):
    """One block of text fields for each language; the service's languages wait ready."""

    verbose_name = "text"
    verbose_name_plural = "texts"
    extra = 0
    classes = ["collapse"]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).order_by("language")

    def get_extra(self, request: Any, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj is None else 0


def storage_url(name: str | None) -> str:
    """The address of a picture in storage, or nothing."""
    return default_storage.url(name) if name else ""


def picture(name: str | None, css: str, alt: str = "") -> str:
    """A picture in storage, or nothing."""
    if not name:
        return ""
    url = default_storage.url(name)
    return format_html(
        '<img class="{}" src="{}" alt="{}" loading="lazy">', css, url, alt
    )


def language_tags(filled: list[str]) -> str:
    """Every language of the service, those without text crossed out; then the others."""
    wanted = [*settings.CONTENT_LANGUAGES]
    rows = [("" if tag in filled else " is-missing", tag) for tag in wanted]
    rows += [("", tag) for tag in sorted(set(filled).difference(wanted))]
    return format_html_join("", '<span class="catalog-tag{}">{}</span>', rows)


def windows(rows: Iterable[AvailabilityWindow]) -> str:
    """The first two windows in words, and how many more there are."""
    found = list(rows)
    lines = [
        (
            ("not " * one.excluded + ", ".join(one.territories)) or "everywhere",
            date_format(one.starts_at, "j M Y") if one.starts_at else "…",
            date_format(one.ends_at, "j M Y") if one.ends_at else "…",
        )
        for one in found[:2]
    ]
    more = f"and {len(found) - 2} more" if len(found) > 2 else ""
    listed = format_html_join("", "<div>{}: {} to {}</div>", lines)
    return format_html("{}{}", listed, more)


def staff(request: Any) -> Any:
    """Who is at work, for snapshots."""
    return request.user
