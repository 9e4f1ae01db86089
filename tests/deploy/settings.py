"""The product's settings with the few routes of :mod:`tests.deploy.routes`."""

from streamapi.settings.test import *  # noqa: F403 an overlay

ROOT_URLCONF = "tests.deploy.routes"
TRUST_EDGE_HEADERS = True
CONTENT_LANGUAGES = ["en", "de", "pt", "pt-BR"]
