"""The WSGI application that gunicorn and the Lambda handler serve."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streamapi.settings.local")
django_application = get_wsgi_application()

from streamapi.responsecache.runtime import front_door  # noqa: E402 needs settings

application = front_door(django_application)
