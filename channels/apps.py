"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Live television: channels, programmes, the guide."""

    name = "channels"

    def ready(self) -> None:
        """Let channels and what is on be found by search, and be a rail of their own."""
        from catalog import page_serializers, rail_sources
        from catalog.searching import register_source
        from channels import (
            cache_keys,  # noqa: F401 registers on import
            rails,
            searching,
            serializers,
            staff_roles,
        )

        for source in rails.SOURCES:
            rail_sources.register(source)
        page_serializers.register_entry(serializers.NowRowShape)
        register_source("channels", searching.find_channels)
        register_source("programmes", searching.find_programmes)
        staff_roles.register()
