"""A developer's settings with routes that show what a worker does inside."""

from streamapi.settings.local import *  # noqa: F403

ROOT_URLCONF = "tests.streamapi.gunicorn.urls"
DEBUG = False
PASSWORD_HASHERS = ["streamapi.hashing.Argon2"]
