"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Live television: channels, programmes, the guide."""

    name = "channels"

    def ready(self) -> None:
        from channels import cache_keys  # noqa: F401 registers on import
