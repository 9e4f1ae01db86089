"""Tells the web server of a media host whether a request may have its file.

For those who serve packages by nginx (`deploy/nginx/media.conf`): its `auth_request` asks
here, and keeps a yes for the whole package where the grant is for the whole package.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict

from playback import delivery, edge, places
from streamapi.http.addresses import client_address

ORIGINAL: Final = "X-Original-URI"
_KEPT_S: Final = 60
_BELOW: Final = "/v/"


def check(request: HttpRequest) -> HttpResponse:
    """204 for a request with permission; what the edge says for any other."""
    path, _, query = request.headers.get(ORIGINAL, "").partition("?")
    name = path.removeprefix(_BELOW)
    original = HttpRequest()
    original.method, original.path = "GET", path
    original.META = {"QUERY_STRING": query, "REMOTE_ADDR": client_address(request)}
    original.GET = QueryDict(query)
    original.COOKIES = request.COOKIES
    refusal = edge.refusal(original, name if path.startswith(_BELOW) else "")
    if refusal is not None:
        return refusal
    seconds = _kept_for(edge.visit_of(original), name)
    lifetime = f"max-age={seconds}" if seconds > 0 else "no-store"
    return HttpResponse(status=204, headers={"Cache-Control": lifetime})


def _kept_for(visit: edge.Visit, name: str) -> int:
    """Seconds for which the same grant opens everything in the package of ``name``."""
    policy = visit.parameters.get("Policy")
    if policy is None:
        return 0
    (statement,) = json.loads(delivery.decode(policy))["Statement"]
    folder = "/".join(name.split("/")[:2])
    if statement.get("Resource") != f"{places.base_of(folder)}/*":
        return 0
    ends: int = statement["Condition"]["DateLessThan"]["AWS:EpochTime"]
    return min(_KEPT_S, ends - int(datetime.now(UTC).timestamp()))
