"""Seasons with their episodes; a season's page stays usable at hundreds of episodes."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog import languages
from catalog.admin import history
from catalog.admin.lists import LargeList
from catalog.admin.parts import (
    ORDERING,
    ArtworkInline,
    Inline,
    TranslationInline,
)
from catalog.admin.quick_rows import QuickRows
from catalog.admin.watching import WatchedForm
from catalog.models import (
    Episode,
    EpisodeExternalId,
    EpisodeTranslation,
    Season,
    SeasonTranslation,
    Title,
)


class SeasonForm(WatchedForm):
    """Notices when somebody else has added, removed or moved an episode meanwhile."""

    class Meta:
        model = Season
        fields = ["title", "number"]

    def _stamp(self, rows: QuerySet[Any]) -> str:
        numbers = Episode.objects.filter(season=rows.get()).order_by("number")
        raw = repr(list(numbers.values_list("pk", "number"))).encode()
        return hashlib.blake2b(raw, digest_size=16).hexdigest()


class EpisodeForm(forms.ModelForm[Episode]):
    """An episode on one line, with its name in the default language."""

    name = forms.CharField(max_length=500, required=False)

    class Meta:
        model = Episode
        fields = ["number", "name", "runtime_s", "released_on", "absolute_number"]
        labels: ClassVar = {"runtime_s": "seconds"}
        # The browser's own: hundreds of the admin's calendars make a page slow.
        widgets: ClassVar = {
            "released_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["name"] = next(
                (
                    one.name
                    for one in self.instance.translations.all()
                    if one.language == languages.default_language()
                ),
                "",
            )

    def validate_constraints(self) -> None:
        """Two episodes may change places: the formset sees whether a number is there
        twice, and the constraint is asked when all of them are saved."""

    def save_name(self) -> None:
        """Write the name; an empty one leaves what is there."""
        if "name" in self.changed_data and self.cleaned_data["name"]:
            EpisodeTranslation.objects.update_or_create(
                episode=self.instance,
                language=languages.default_language(),
                defaults={"name": self.cleaned_data["name"]},
            )


class EpisodeRows(QuickRows):
    """Hundreds of lines: none asks whether its row is there, and those that only moved
    are saved together."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._moved: list[Episode] = []

    def add_fields(self, form: EpisodeForm, index: int | None) -> None:
        super().add_fields(form, index)
        pk = form.instance.pk
        if pk:
            known = str(pk)
            form.fields["id"] = forms.ChoiceField(
                choices=[(known, known)], initial=known, widget=forms.HiddenInput
            )

    def save_existing(
        self, form: EpisodeForm, obj: Episode, commit: bool = True
    ) -> Episode:
        if form.changed_data == ["number"]:
            self._moved.append(obj)
        else:
            super().save_existing(form, obj, commit=commit)
        return obj

    def save_existing_objects(self, commit: bool = True) -> list[Episode]:
        saved = super().save_existing_objects(commit)
        Episode.objects.bulk_update(self._moved, ["number"])
        return saved


class EpisodeInline(Inline):
    """The episodes of a season, one line each; all else is on the episode's page."""

    model = Episode
    form = EpisodeForm
    formset = EpisodeRows
    template = "admin/catalog/season/episodes.html"
    extra = 1
    show_change_link = True
    classes = ["catalog-ordered", "catalog-numbered"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Episode]:
        episodes = super().get_queryset(request).prefetch_related("translations")
        return episodes.order_by("number")


class SeasonTexts(TranslationInline):
    """What the season is called."""

    model = SeasonTranslation


@admin.register(Season)
class SeasonAdmin(LargeList[Season], history.KeepsHistory[Season]):
    """A season; it reaches devices when its series is published."""

    form = SeasonForm
    fields = ["seen_version", "title", "number"]

    list_display = ["title", "number"]
    list_select_related = ["title"]
    autocomplete_fields = ["title"]
    search_fields = ["title__original_name__icontains", "title__public_id__exact"]
    sortable_by = ()
    ordering = ["title_id", "number"]
    inlines = [EpisodeInline, SeasonTexts, ArtworkInline]

    class Media:
        js = ORDERING

    def title_of(self, obj: Season) -> Title:
        """The series."""
        return obj.title

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        super().save_formset(request, form, formset, change)
        for one in formset.forms:
            if isinstance(one, EpisodeForm) and one.instance.pk:
                one.save_name()


class EpisodeTexts(TranslationInline):
    """What the episode is called."""

    model = EpisodeTranslation


class EpisodeIds(Inline):
    """The episode in other systems."""

    model = EpisodeExternalId
    extra = 0
    classes = ["collapse"]


@admin.register(Episode)
class EpisodeAdmin(LargeList[Episode], history.KeepsHistory[Episode]):
    """An episode in all its languages."""

    list_display = ["public_id", "season", "number"]
    list_select_related = ["season__title"]
    raw_id_fields = ["season"]
    search_fields = ["public_id__exact", "translations__name__icontains"]
    sortable_by = ()
    ordering = ["-pk"]
    inlines = [EpisodeTexts, ArtworkInline, EpisodeIds]

    def title_of(self, obj: Episode) -> Title:
        """The series."""
        return obj.season.title
