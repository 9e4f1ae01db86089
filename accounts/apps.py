"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who may watch: people, profiles, devices, plans, packages."""

    name = "accounts"

    def ready(self) -> None:
        """A child's token narrows every shared answer; the API document knows tokens."""
        from accounts import (
            openapi,  # noqa: F401 registers on import
            tokens,
        )
        from streamapi.http.variant import register_ceiling_source

        register_ceiling_source(tokens.ceiling)
