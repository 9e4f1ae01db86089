"""Production: all from the environment, nothing guessed, never half-started."""

from __future__ import annotations

from .base import *
from .base import DATABASE_URL, ENV, REDIS_CACHE_URL, REDIS_STATE_URL

ALLOWED_HOSTS = ENV.words("ALLOWED_HOSTS")
_IS_EXAMPLE = ALLOWED_HOSTS == ["api.example.com"]
SECRET_KEY = ENV.secret("SECRET_KEY", example=_IS_EXAMPLE)
CSRF_TRUSTED_ORIGINS = ENV.words("CSRF_TRUSTED_ORIGINS", ())
TOKEN_KEYS = ENV.secret("TOKEN_KEYS", example=_IS_EXAMPLE)
STAFF_MFA = ENV.flag("STAFF_MFA", default=True)
TOKEN_ISSUER = PUBLIC_URL = ENV.text("PUBLIC_URL")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = ENV.text("EMAIL_HOST")
EMAIL_PORT = ENV.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = ENV.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = ENV.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = ENV.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENV.text("DEFAULT_FROM_EMAIL")
MEDIA_BASE_URL = ENV.text("MEDIA_BASE_URL")
DELIVERY_KEYS = ENV.secret("DELIVERY_KEYS", example=_IS_EXAMPLE)
CONTENT_KEY_SECRETS = ENV.secret("CONTENT_KEY_SECRETS", example=_IS_EXAMPLE)
TRUSTED_PROXIES = ENV.words("TRUSTED_PROXIES")
for _name, _value in (
    ("DATABASE_URL", DATABASE_URL),
    ("REDIS_CACHE_URL or REDIS_URL", REDIS_CACHE_URL),
    ("REDIS_STATE_URL or REDIS_URL", REDIS_STATE_URL),
):
    if not _value:
        ENV.text(_name)  # not set: noted as required, under a name that tells both ways

SECURE_SSL_REDIRECT = False  # the load balancer redirects browsers; an API never does
SECURE_HSTS_SECONDS = 63072000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # see SECURE_SSL_REDIRECT
ENV.verify()
