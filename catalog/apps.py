"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Movies and series: edited, published, listed."""

    name = "catalog"

    def ready(self) -> None:
        from accounts.content import register_terms_source
        from catalog import cache_keys, terms  # noqa: F401 cache_keys registers on import

        register_terms_source(terms.terms_of)
