"""A developer's machine: debug on, own services, keys made for this state directory."""

from __future__ import annotations

from .base import *
from .base import ENV, REST_FRAMEWORK, STORAGES

DEBUG = ENV.flag("DEBUG", default=True)
ALLOWED_HOSTS = ["*"]
SECRET_KEY = ENV.text("SECRET_KEY", "for-development-only-" + "x" * 40)
# Licences of our own: no protection against whoever holds the device.
CLEARKEY_LICENSES = ENV.flag("CLEARKEY_LICENSES", default=True)
MEDIA_EDGE = ENV.flag("MEDIA_EDGE", default=True)
TRUST_EDGE_HEADERS = ENV.flag("TRUST_EDGE_HEADERS", default=True)
RESPONSE_CACHE_STRICT = DEBUG
RESPONSE_CACHE_SHOW_VARIANT = DEBUG
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
REST_FRAMEWORK["TEST_REQUEST_DEFAULT_FORMAT"] = "json"
ENV.verify()
