"""Every route: the API, the admin, the web client."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.urls import root_urlpatterns as account_routes
from playback import edge, media_grants, origin
from streamapi.http import health, pictures
from streamapi.urls import api, web

admin.site.site_header = admin.site.site_title = "Stream"
admin.site.index_title = "Editorial desk"

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("media-grant", media_grants.check, name="media-grant"),
    path("v1/", include(api.urlpatterns)),
    *account_routes,
    path("admin/", admin.site.urls),
    path("", include(web.urlpatterns)),
]

if settings.MEDIA_EDGE:
    urlpatterns += [
        path("v/<path:name>", edge.serve, name="media-edge"),
        path("live/<slug:channel>/<path:name>", origin.serve, name="live-origin"),
        path("media/<path:path>", pictures.picture, name="picture"),
    ]
