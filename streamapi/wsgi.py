"""The WSGI application that gunicorn and the Lambda handler serve."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streamapi.settings.local")
application = get_wsgi_application()
