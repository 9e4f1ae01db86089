"""Serves pictures from the local disk, for machines without a CDN before them."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.static import serve

# A picture's name changes with its content, so an answer is good for ever.
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """One file of the picture storage."""
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except (Http404, SuspiciousFileOperation):
        return HttpResponse(status=404, headers={"Cache-Control": "no-store"})
    response["Cache-Control"] = _FOR_EVER
    return response
