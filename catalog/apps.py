"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Movies and series: edited, published, listed."""

    name = "catalog"

    def ready(self) -> None:
        from accounts.content import register_terms_source
        from catalog import (
            cache_keys,  # noqa: F401 registers on import
            releasing,
            staff_roles,
            terms,
        )
        from streamapi.responsecache.warming import register_paths

        register_terms_source(terms.terms_of)
        register_paths(releasing.paths)
        staff_roles.register()
