"""Registers the response cache with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ResponseCacheConfig(AppConfig):
    """The response cache."""

    name = "streamapi.responsecache"
    label = "responsecache"
    verbose_name = "Response cache"

    def ready(self) -> None:
        from streamapi.responsecache import purging, runtime, signals

        signals.connect()
        purging.on_purge(runtime.delivery.deliver)
