"""Django REST framework as its documentation shows it: cache_page and GZipMiddleware."""

import json

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

from bench.peers.answer import PLAIN, REDIS_URL

settings.configure(
    SECRET_KEY="for the bench only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_I18N=False,
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=[
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    CACHES={
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "bench-drf",
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.utils.decorators import method_decorator  # noqa: E402
from django.views.decorators.cache import cache_page  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

DOCUMENT = json.loads(PLAIN)


class Titles(APIView):
    """A list whose first answer is kept in Redis for an hour."""

    @method_decorator(cache_page(3600))
    def get(self, _request):
        return Response(DOCUMENT)


urlpatterns = [path("", Titles.as_view())]
application = get_wsgi_application()
