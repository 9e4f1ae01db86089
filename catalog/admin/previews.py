"""Preview as: choose who, where and when, and look at it in the web client."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.models import Product
from catalog import previewing
from catalog.admin.parts import staff
from catalog.models import Page, Title
from catalog.previewing import Preview
from streamapi.clients import FORM_FACTORS, UNRESTRICTED

HOME = "home"


class PreviewForm(forms.Form):
    """Who is looking, where, and when."""

    at = forms.SplitDateTimeField(label="at (UTC)", widget=AdminSplitDateTime)
    territory = forms.ChoiceField()
    plan = forms.ModelChoiceField(
        queryset=Product.objects.filter(kind=Product.Kind.PLAN).order_by("name"),
        required=False,
        empty_label="without a plan",
    )
    form_factor = forms.ChoiceField(
        label="screen", choices=[(one, one) for one in FORM_FACTORS], initial="web"
    )
    language = forms.ChoiceField()
    maturity = forms.TypedChoiceField(label="profile up to", coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        for name, values in (
            ("territory", settings.TERRITORIES),
            ("language", settings.CONTENT_LANGUAGES),
        ):
            fields[name].choices = [(one, one) for one in values]
        ages = [(age, f"{age} years") for age in settings.MATURITY_CEILINGS]
        fields["maturity"].choices = ages
        self.initial = {
            **self.initial,
            "at": timezone.now().replace(second=0, microsecond=0),
            "territory": settings.DEFAULT_TERRITORY,
            "maturity": UNRESTRICTED,
        }

    def preview(self, by: Any, *, pages: list[int], titles: list[int]) -> Preview:
        """What was chosen."""
        chosen = self.cleaned_data
        plan: Product | None = chosen["plan"]
        packages = plan.packages.values_list("code", flat=True) if plan else ()
        return Preview(
            at=chosen["at"].isoformat(),
            language=chosen["language"],
            territory=chosen["territory"],
            form_factor=chosen["form_factor"],
            maturity=chosen["maturity"],
            plan=plan.name if plan else "",
            packages=sorted(packages),
            pages=pages,
            titles=titles,
            staff=by.pk,
        )


class WithPreview:
    """An admin page with a preview of what it edits, drafts included."""

    def preview_url(self) -> URLPattern:
        """The route of the preview form."""
        admin: Any = self
        view = admin.admin_site.admin_view(self.preview)
        name = f"{admin.opts.app_label}_{admin.opts.model_name}_preview"
        route: URLPattern = path("<int:pk>/preview/", view, name=name)
        return route

    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose the conditions; the answer is a link into the web client."""
        admin: Any = self
        edited = get_object_or_404(admin.model, pk=pk)
        if not admin.has_view_permission(request, edited):
            raise PermissionDenied
        form = PreviewForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect(_link(edited, form, staff(request)))
        context = {
            **admin.admin_site.each_context(request),
            "title": f"Preview {edited} as …",
            "original": edited,
            "opts": admin.opts,
            "form": form,
            "media": admin.media + form.media,
        }
        return TemplateResponse(request, "admin/catalog/preview.html", context)


def _link(edited: Page | Title, form: PreviewForm, by: Any) -> str:
    """The address that shows it; the token stays in the browser, behind the #."""
    if isinstance(edited, Page):
        preview = form.preview(by, pages=[edited.pk], titles=[])
        where = "/" if edited.slug == HOME else f"/page/{edited.slug}"
    else:
        preview = form.preview(by, pages=[], titles=[edited.pk])
        where = f"/title/{edited.slug}"
    return f"{where}#preview={previewing.sign(preview)}"
