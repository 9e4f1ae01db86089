"""Settings of a real server process with the site of these tests behind the cache."""

from __future__ import annotations

from streamapi.settings.base import LOGGING, pooled_database
from streamapi.settings.test import *
from streamapi.settings.test import DATABASE_URL

ROOT_URLCONF = "tests.streamapi.responsecache.service_urls"
DATABASES = {"default": pooled_database(DATABASE_URL)}
LOGGING["root"]["level"] = "WARNING"
