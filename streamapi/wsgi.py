"""The WSGI application that gunicorn and the Lambda handler serve."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streamapi.settings.local")
django_application = get_wsgi_application()

from playback.door import UsualFirst  # noqa: E402 needs settings
from streamapi.responsecache.runtime import (  # noqa: E402 needs settings
    access_lines,
    front_door,
)

_lines = access_lines()
application = front_door(UsualFirst(django_application, _lines), _lines)
