"""The test suite: as production where it matters, quick where it does not."""

from __future__ import annotations

from .local import *
from .local import CACHES, DATABASES, ENV, REDIS_URL, STATIC_ROOT

DEBUG = False
SECRET_KEY = "for-tests-only-" + "x" * 40
# The cheapest hasher that still works the same way: tests sign in often.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SIGN_IN_REQUESTS_PER_ADDRESS = 1_000_000  # all tests come from one address
WHITENOISE_AUTOREFRESH = False
RESPONSE_CACHE_STRICT = True
RESPONSE_CACHE_SHOW_VARIANT = False
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing
# The test runner owns one connection a thread; a pool would hide leaks from it.
for _database in DATABASES.values():
    _database["OPTIONS"].pop("pool", None)
    _database["CONN_HEALTH_CHECKS"] = False
    # Creating and dropping test databases on a busy machine takes longer than a request.
    _database["OPTIONS"]["options"] += " -c statement_timeout=60000"

# Tests empty Redis. Each parallel runner has databases and a purge channel of its own.
_runner = int(ENV.text("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
if REDIS_URL and _runner:
    REDIS_CACHE_URL = f"{REDIS_URL}/{2 * _runner}"
    REDIS_STATE_URL = f"{REDIS_URL}/{2 * _runner + 1}"
    CACHES["default"]["LOCATION"] = REDIS_CACHE_URL
RESPONSE_CACHE_NAMESPACE = f"rc:test-{_runner}"
