"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PlaybackConfig(AppConfig):
    """From press play to continue watching: assets, sessions, delivery."""

    name = "playback"

    def ready(self) -> None:
        """Tell the catalogue what video a title has; hear of devices that are out."""
        from accounts import devices
        from catalog import documents
        from playback import departures, media_section

        documents.register_section("media", media_section.build)
        devices.on_revoked(departures.end_streams)
