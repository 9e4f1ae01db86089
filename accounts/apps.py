"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who may watch: people, profiles, devices, plans, packages."""

    name = "accounts"
