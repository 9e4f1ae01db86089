"""The page on which a set of rails is chosen, looked at and added."""

from __future__ import annotations

from typing import Any, Final

import orjson
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from catalog import page_content, rail_sets, rails
from catalog.languages import default_language
from catalog.models import Page
from catalog.models.titles import Kind
from catalog.page_validation import MAX_RAILS
from catalog.rail_sets import By, Proposal
from catalog.rails import Wanted
from streamapi.clients import Variant
from streamapi.errors import DomainError

_NAMED: Final = 5
_BOTH: Final = f"{By.DECADE},{By.GENRE}"


class SetForm(forms.Form):
    """What titles are divided by."""

    by = forms.ChoiceField(
        label="a rail for",
        choices=[
            (_BOTH, "each genre of each decade"),
            (By.GENRE, "each genre"),
            (By.DECADE, "each decade"),
        ],
    )
    kind = forms.ChoiceField(
        label="of", choices=[("", "movies and series"), *Kind.choices], required=False
    )
    at_least = forms.IntegerField(label="with at least", min_value=1, max_value=10_000)

    def proposals(self, page: Page) -> list[Proposal]:
        """The rails of the set; from a checked form."""
        asked = self.cleaned_data
        return rail_sets.propose(
            page,
            by=[By(part) for part in asked["by"].split(",")],
            kind=asked["kind"],
            at_least=asked["at_least"],
            now=timezone.now(),
        )


def view(
    model_admin: admin.ModelAdmin[Page], request: HttpRequest, pk: int
) -> HttpResponse:
    """Choose a set, see what is in each of its rails, add those that are checked."""
    page = get_object_or_404(Page, pk=pk)
    if not model_admin.has_change_permission(request, page):
        raise PermissionDenied
    asked = {"by": _BOTH, "at_least": rail_sets.ENOUGH} | request.GET.dict()
    form = SetForm(asked)
    proposals = form.proposals(page) if form.is_valid() else []
    if request.method == "POST":
        chosen = set(request.POST.getlist("chosen"))
        wanted = [one for one in proposals if one.key in chosen]
        return _add(model_admin, request, page, wanted)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": f"Rails by genre and decade for {page}",
        "original": page,
        "opts": model_admin.opts,
        "form": form,
        "lines": _lines(page, proposals),
        "there": page.rails.count(),
        "most": MAX_RAILS,
    }
    return TemplateResponse(request, "admin/catalog/page/rail_set.html", context)


def _add(
    model_admin: admin.ModelAdmin[Page],
    request: HttpRequest,
    page: Page,
    wanted: list[Proposal],
) -> HttpResponse:
    try:
        added = rail_sets.add(page, wanted, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.detail)
        return HttpResponseRedirect(request.get_full_path())
    message = f"{len(added)} rails added. Devices see them once the page is released."
    if added:
        model_admin.log_change(request, page, message)
    model_admin.message_user(request, message, messages.SUCCESS)
    return HttpResponseRedirect(reverse("admin:catalog_page_change", args=[page.pk]))


def _lines(page: Page, proposals: list[Proposal]) -> list[dict[str, Any]]:
    """A line for each proposal; as many as the page has room for are checked."""
    room = MAX_RAILS - page.rails.count()
    fresh = [one for one in proposals if not one.is_there]
    largest = sorted(fresh, key=lambda one: -one.count)[: max(room, 0)]
    checked = {one.key for one in largest}
    return [
        {
            "proposal": one,
            "name": page_content.name(one.names, default_language()),
            "what": one.rule.in_words(),
            "titles": titles,
            "is_checked": one.key in checked,
        }
        for one, titles in zip(proposals, _first(proposals), strict=True)
    ]


def _first(proposals: list[Proposal]) -> list[str]:
    """The names of the first titles of each."""
    variant = Variant(default_language(), settings.DEFAULT_TERRITORY)
    wanted = [Wanted(one.content(), _NAMED) for one in proposals]
    filled = {
        one.rail["id"]: one.results
        for one in rails.fill(wanted, variant, timezone.now()).rails
    }
    return [
        ", ".join(orjson.loads(card)["name"] for card in filled.get(one.rail["id"], ()))
        for one in wanted
    ]
