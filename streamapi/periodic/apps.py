"""Registers the periodic jobs with Django, for their command."""

from __future__ import annotations

from django.apps import AppConfig


class PeriodicConfig(AppConfig):
    """What happens by the clock."""

    name = "streamapi.periodic"
    label = "periodic"
