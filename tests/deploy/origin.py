"""The service as gunicorn runs it, noting each request that reaches it."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from streamapi.wsgi import application as service

NOTED = (
    "HTTP_ACCEPT_ENCODING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_COOKIE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_X_DEVICE_PLATFORM",
)


def application(environ, start_response):
    seen = {name: environ[name] for name in NOTED if name in environ}
    seen |= {"path": environ["PATH_INFO"], "query": environ["QUERY_STRING"]}

    def noting(status, headers, *rest):
        seen["status"] = int(status.split()[0])
        with (Path(settings.STATE_DIR) / "requests").open("a") as log:
            log.write(json.dumps(seen) + "\n")
        return start_response(status, headers, *rest)

    return service(environ, noting)
