"""Registers the demo with Django."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo service."""

    name = "streamapi.demo"
    label = "demo"
