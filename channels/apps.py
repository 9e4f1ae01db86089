"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Live television: channels, programmes, the guide."""

    name = "channels"
