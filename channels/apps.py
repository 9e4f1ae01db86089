"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Live television: channels, programmes, the guide."""

    name = "channels"

    def ready(self) -> None:
        from catalog import rail_sources
        from catalog.rail_sources import PersonalSource
        from channels import (
            cache_keys,  # noqa: F401 registers on import
            staff_roles,
        )

        url = "/v1/me/favourite-channels"
        rail_sources.register(
            PersonalSource("favourite_channels", "Favourite channels", url)
        )
        staff_roles.register()
