"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PlaybackConfig(AppConfig):
    """From press play to continue watching: assets, sessions, delivery."""

    name = "playback"

    def ready(self) -> None:
        """Tell what video a title has and which rails viewers have; hear of devices out."""
        from accounts import devices
        from catalog import documents, rail_sources
        from playback import departures, media_section, personal_rails

        documents.register_section("media", media_section.build)
        for source in personal_rails.SOURCES:
            rail_sources.register(source)
        devices.on_revoked(departures.end_streams)
