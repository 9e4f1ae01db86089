"""What holds everywhere: no secret, no host name, every value bounded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from streamapi import redis_connections
from streamapi.env import Environment, database_settings
from streamapi.postgresql.connections import EagerConnection

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ENV = Environment()
STATE_DIR = Path(ENV.text("STATE_DIR", str(BASE_DIR / "var")))
_HERE = f"http://127.0.0.1:{ENV.number('PORT', 8000)}"

DEBUG = False
ALLOWED_HOSTS: list[str] = []
ROOT_URLCONF = "streamapi.urls"
WSGI_APPLICATION = "streamapi.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

INSTALLED_APPS = [
    "accounts.admin_apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "streamapi.responsecache",
    "accounts",
    "catalog",
    "channels",
    "playback",
    "streamapi.periodic",
    "streamapi.demo",
]

# Order matters: the id first, so that every later line of the log carries it; the
# access log around all that can answer; the deadline inside both, so that a request
# that ran out of time is logged and numbered like any other; the policy innermost,
# because only the view itself must not see who asks.
MIDDLEWARE = [
    "streamapi.http.request_id.RequestIdMiddleware",
    "streamapi.http.access_log.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "streamapi.http.errors.ProblemMiddleware",
    "streamapi.http.deadline.DeadlineMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "streamapi.http.variant.VariantMiddleware",
    "streamapi.http.pages.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "streamapi.http.pages.AuthenticationMiddleware",
    "streamapi.http.pages.OTPMiddleware",
    "streamapi.http.pages.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "streamapi.http.pages.CSPMiddleware",
    "streamapi.responsecache.middleware.PolicyMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- PostgreSQL ----------
# A pool per process; a greenlet borrows a connection for one request and no longer.
# The pool waits at most 1.5 s: a request that cannot get a connection fails while its
# caller still listens. Connecting is given up after half a second and begun anew by the
# next request: left to itself a pool doubles its pauses up to minutes, and refuses long
# after the database is back. statement_timeout stays below the request deadline, because
# a deadline does not stop the query on the server.
DATABASE_POOL_SIZE = ENV.number("DATABASE_POOL_SIZE", 10)
REQUEST_DEADLINE_S = ENV.seconds("REQUEST_DEADLINE_S", 5.0)
STATEMENT_TIMEOUT_MS = ENV.number("STATEMENT_TIMEOUT_MS", 4000)
# Off behind a proxy that gives each transaction another connection and does not know them.
PREPARED_STATEMENTS = ENV.flag("PREPARED_STATEMENTS", default=True)


def pooled_database(url: str) -> dict[str, Any]:
    """Connection settings for a server process: pooled, checked, bounded in time."""
    settings = database_settings(url)
    settings["CONN_MAX_AGE"] = 0
    settings["CONN_HEALTH_CHECKS"] = (
        False  # streamapi.postgresql looks, and does not ask
    )
    settings["DISABLE_SERVER_SIDE_CURSORS"] = True
    settings["OPTIONS"] |= {
        "pool": {
            "connection_class": EagerConnection,
            "min_size": min(2, DATABASE_POOL_SIZE),
            "max_size": DATABASE_POOL_SIZE,
            "timeout": 1.5,
            "reconnect_timeout": 0.5,
            "max_lifetime": 1800,
            "max_idle": 300,
        },
        "connect_timeout": 3,
        "keepalives": 1,
        "keepalives_idle": 1,
        "keepalives_interval": 1,
        "keepalives_count": 5,
        "tcp_user_timeout": 5000,
        "options": (
            f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout=1000"
            " -c idle_in_transaction_session_timeout=10000 -c timezone=UTC"
        ),
    }
    return settings


DATABASE_URL = ENV.text("DATABASE_URL", "")
DATABASES = {"default": pooled_database(DATABASE_URL)} if DATABASE_URL else {}
DATABASE_READER_URL = ENV.text("DATABASE_READER_URL", "")
if DATABASE_READER_URL:
    DATABASES["reader"] = pooled_database(DATABASE_READER_URL)
DATABASE_ROUTERS = ["streamapi.replica.ReplicaRouter"]
# What is read from the reader may be as old as this; one further behind is not asked.
READER_LAG_S = ENV.seconds("READER_LAG_S", 2.0)

# --- Redis ----------
# Two clients: `cache` may fail and is then a miss; `state` (limits, slots, tokens)
# never hides a failure. django-redis keeps one pool per URL, so the two URLs differ.
REDIS_URL = ENV.text("REDIS_URL", "")
REDIS_CACHE_URL = ENV.text("REDIS_CACHE_URL", f"{REDIS_URL}/0" if REDIS_URL else "")
REDIS_STATE_URL = ENV.text("REDIS_STATE_URL", f"{REDIS_URL}/1" if REDIS_URL else "")
REDIS_TIMEOUT_S = ENV.seconds("REDIS_TIMEOUT_S", 0.15)

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "OPTIONS": {
            "CLIENT_CLASS": "django_redis.client.DefaultClient",
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_TIMEOUT": REDIS_TIMEOUT_S,
            "SOCKET_CONNECT_TIMEOUT": REDIS_TIMEOUT_S,
            "IGNORE_EXCEPTIONS": True,
            "CONNECTION_POOL_CLASS": "redis.connection.BlockingConnectionPool",
            "CONNECTION_POOL_KWARGS": {
                "max_connections": 64,
                "timeout": 0.1,
                **redis_connections.options(REDIS_CACHE_URL),
            },
        },
    }
}

# --- Response cache ----------
# The memory of each process; an entry takes at most an eighth of it. A new namespace
# leaves every answer of an older release behind.
RESPONSE_CACHE_MEMORY_BYTES = ENV.number("RESPONSE_CACHE_MEMORY_MB", 64) * 1024 * 1024
RESPONSE_CACHE_NAMESPACE = f"rc:{ENV.text('RELEASE', 'dev')}"
RESPONSE_CACHE_LOG_SAMPLE = ENV.seconds("RESPONSE_CACHE_LOG_SAMPLE", 1.0)
# Empty: the edge, if there is one, is not told of purges and lives by the lifetimes.
CLOUDFRONT_DISTRIBUTION = ENV.text("CLOUDFRONT_DISTRIBUTION", "")
RESPONSE_CACHE_EDGE = (
    "streamapi.responsecache.cloudfront.distribution" if CLOUDFRONT_DISTRIBUTION else ""
)
RESPONSE_CACHE_SHOW_VARIANT = False  # to everyone; staff see it by their token
RESPONSE_CACHE_STRICT = False  # raise where a shared view looks at who asks

# --- Languages, territories, maturity ----------
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
CONTENT_LANGUAGES = ENV.words("CONTENT_LANGUAGES", ("en", "de"))
TERRITORIES = ENV.words("TERRITORIES", ("US", "GB", "DE", "FR", "ES", "IE", "AT", "CH"))
DEFAULT_TERRITORY = ENV.text("DEFAULT_TERRITORY", "US")
MATURITY_CEILINGS = (0, 7, 12, 16, 18)
TRUST_EDGE_HEADERS = ENV.flag("TRUST_EDGE_HEADERS", default=False)

# --- People ----------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["streamapi.hashing.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

PASSWORD_RESET_TIMEOUT = 3600
STAFF_MFA = ENV.flag("STAFF_MFA", default=False)
OTP_TOTP_ISSUER = "Stream"
# Access tokens: a JSON list of P-256 private keys in PEM; the first signs, all verify.
# Empty: a key is made once, in the state directory.
TOKEN_KEYS = ENV.text("TOKEN_KEYS", "")
TOKEN_ISSUER = ENV.text("TOKEN_ISSUER", _HERE)
TOKEN_AUDIENCE = ENV.text("TOKEN_AUDIENCE", "stream-api")
OAUTH_CLIENTS = ENV.words("OAUTH_CLIENTS", ("stream-app", "stream-tv", "stream-web"))
SIGN_IN_REQUESTS_PER_ADDRESS = ENV.number("SIGN_IN_REQUESTS_PER_ADDRESS", 60)
DEVICES_PER_FAMILY = {"phone": 8, "tablet": 8, "tv": 6, "web": 10}
# Where a household manages what it bought, by who sold it.
MANAGE_URLS = {
    "apple": "https://apps.apple.com/account/subscriptions",
    "google": "https://play.google.com/store/account/subscriptions",
}
# Where people reach us: links in mails, the address a TV shows. Never from a request.
PUBLIC_URL = ENV.text("PUBLIC_URL", _HERE)
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = STATE_DIR / "mail"
DEFAULT_FROM_EMAIL = ENV.text("DEFAULT_FROM_EMAIL", "no-reply@localhost")

# --- Files ----------
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = STATE_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    # Pictures: public, hashed names, immutable.
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Video, audio, subtitles: only through signed delivery.
    "video": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": STATE_DIR / "video", "base_url": "/v/"},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
VIDEO_BUCKET = ENV.text("VIDEO_BUCKET", "")
if VIDEO_BUCKET:
    STORAGES["video"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": VIDEO_BUCKET,
            "location": "v",
            "file_overwrite": False,
            "querystring_auth": False,
            "object_parameters": {"CacheControl": "max-age=31536000, immutable"},
        },
    }
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Delivery of video ----------
# Without a base URL, media URLs are paths on the API's own host, where the development
# edge serves them. DELIVERY_KEYS is JSON: [{"id": ..., "pem": ...}, ...]; the first
# signs, all are accepted. Empty: a key is made once, in the state directory.
MEDIA_BASE_URL = ENV.text("MEDIA_BASE_URL", "")
MEDIA_EDGE = ENV.flag("MEDIA_EDGE", default=False)
DELIVERY_KEYS = ENV.text("DELIVERY_KEYS", "")
DELIVERY_TTL_S = ENV.number("DELIVERY_TTL_S", 4 * 3600)
DELIVERY_COOKIE_DOMAIN = ENV.text("DELIVERY_COOKIE_DOMAIN", "")

# --- Protection of video ----------
# CONTENT_KEY_SECRETS is JSON: [{"id": ..., "key": 32 bytes in base64}, ...]; the first
# seals content keys in the database, all unseal. Empty: one is made once, in the state
# directory. LICENSE_SERVERS is JSON by system: {"widevine": {"license_url": ...}, ...}.
CONTENT_KEY_SECRETS = ENV.text("CONTENT_KEY_SECRETS", "")
LICENSE_SERVERS: dict[str, dict[str, str]] = ENV.json("LICENSE_SERVERS", {})
CLEARKEY_LICENSES = False

# --- Streams ----------
# A plan says how many streams at once; here fewer on some screens: {"tv": 1}.
STREAMS_BY_FORM_FACTOR: dict[str, int] = {}
# How often positions go from Redis to PostgreSQL: what a loss of Redis can cost.
PLAYBACK_FLUSH_S = ENV.seconds("PLAYBACK_FLUSH_S", 10)

# --- Packaging of video ----------
# Rungs as height:kbps[:codec]; a source never gets one taller than itself. A faster preset
# makes larger files of the same look.
PACKAGER = "playback.packaging.local.LocalPackager"
PACKAGING_LADDER = ENV.words(
    "PACKAGING_LADDER", ("144:80", "240:280", "360:750", "720:2600", "1080:5000")
)
PACKAGING_PRESET = ENV.text("PACKAGING_PRESET", "veryfast")

# --- Jobs ----------
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "media"],
    }
}

# --- Catalogue ----------
# How long before it goes a title counts as leaving soon.
LEAVING_SOON_DAYS = ENV.number("LEAVING_SOON_DAYS", 14)

# --- Guide ----------
EPG_MAX_PACKED_BYTES = ENV.number("EPG_MAX_PACKED_BYTES", 1024 * 1024 * 1024)
EPG_MAX_UNPACKED_BYTES = ENV.number("EPG_MAX_UNPACKED_BYTES", 1024 * 1024 * 1024)
EPG_FETCH_TIMEOUT_S = ENV.seconds("EPG_FETCH_TIMEOUT_S", 300.0)

# --- API ----------
API_MAX_BODY_BYTES = 64 * 1024
API_MAX_JSON_DEPTH = 32
NUM_PROXIES = ENV.number("NUM_PROXIES", 0)
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["streamapi.rest.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["streamapi.rest.parsers.BoundedJsonParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_SCHEMA_CLASS": "streamapi.rest.schema.ApiSchema",
    "EXCEPTION_HANDLER": "streamapi.rest.exceptions.problem_handler",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": NUM_PROXIES,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Stream API",
    "DESCRIPTION": "Movies, series and live TV for every screen.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["streamapi.rest.schema.only_public_paths"],
    "POSTPROCESSING_HOOKS": ["streamapi.rest.schema.describe_problems"],
}

# --- Browser-facing security ----------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" has forms send Origin: null
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Logs ----------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "streamapi.http.logs.JsonFormatter"},
        "as-is": {"format": "%(message)s"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "finished-lines": {"class": "logging.StreamHandler", "formatter": "as-is"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "ERROR"},
        "access.cached": {"handlers": ["finished-lines"], "propagate": False},
    },
}
