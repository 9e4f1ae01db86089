"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class PlaybackConfig(AppConfig):
    """From press play to continue watching: assets, sessions, delivery."""

    name = "playback"
