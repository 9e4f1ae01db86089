"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Movies and series: edited, published, listed."""

    name = "catalog"

    def ready(self) -> None:
        from catalog import cache_keys  # noqa: F401 registers on import
