"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PlaybackConfig(AppConfig):
    """From press play to continue watching: assets, sessions, delivery."""

    name = "playback"

    def ready(self) -> None:
        """Tell what video a title has, what is watched and which rails viewers have.

        Take trailers and extras from imports. Hear of devices that are signed out, and of
        rights that change. A service that could not open its keys, sign delivery or say
        where licences come from is not started at all.
        """
        from accounts import devices
        from catalog import documents, rail_sources
        from catalog import plays as catalog_plays
        from catalog.importing import parts
        from playback import (
            departures,
            drm,
            extras,
            keyring,
            media_section,
            personal_rails,
            plays,
            rights_news,
            vault,
        )

        vault.refuse_what_is_unusable()
        keyring.refuse_what_is_unusable()
        drm.refuse_what_is_unusable()
        parts.register(extras.PART)
        documents.register_section("media", media_section.build)
        catalog_plays.register_source(plays.between)
        for source in personal_rails.SOURCES:
            rail_sources.register(source)
        devices.on_revoked(departures.end_streams)
        rights_news.connect()
