"""The web client: one page for every address of its own, filled by the public API."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView

_SHAKA: Final = "vendor/shaka-player.js"


class Page(TemplateView):
    """The page; it says where the player for protected video is, if it was fetched."""

    template_name = "web/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_there = staticfiles_storage.exists(_SHAKA) or finders.find(_SHAKA)
        kwargs["shaka_player"] = static(_SHAKA) if is_there else ""
        return super().get_context_data(**kwargs)


_page = cache_control(public=True, max_age=300)(Page.as_view())


@cache_control(public=True, max_age=86400)
def icon(_request: HttpRequest) -> HttpResponse:
    """The sign of the service, for pages that do not name one, such as the admin."""
    return redirect(static("web/icon.svg"))


urlpatterns = [
    path("favicon.ico", icon),
    path("", _page, name="web"),
    path("all", _page),
    path("all/<slug:kind>", _page),
    path("page/<slug:slug>", _page),
    path("movies", _page),
    path("series", _page),
    path("genre/<slug:slug>", _page),
    path("search", _page),
    path("person/<slug:public_id>", _page),
    path("collection/<slug:id_or_slug>", _page),
    path("title/<slug:id_or_slug>", _page, name="web-title"),
    path("watch/<slug:content_id>", _page),
    path("guide", _page),
    path("channel/<slug:id_or_slug>", _page),
    path("sign-in", _page),
    path("pair", _page),
    path("profiles", _page),
    path("profiles/<slug:which>", _page),
    path("account", _page),
    path("account/plan", _page),
    path("account/devices", _page),
]
