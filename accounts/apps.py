"""Registers the app with Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who may watch: people, profiles, devices, plans, packages."""

    name = "accounts"

    def ready(self) -> None:
        """Tokens narrow shared answers for a child, and show staff how they came about.

        A service that could not sign them is not started at all.
        """
        from accounts import (
            keyring,
            openapi,  # noqa: F401 registers on import
            roles,
            staff_tokens,
            tokens,
        )
        from streamapi.http.staff import register_staff_check
        from streamapi.http.variant import register_ceiling_source

        keyring.refuse_what_is_unusable()
        register_ceiling_source(tokens.ceiling)
        register_staff_check(staff_tokens.counts)
        roles.register(roles.Role.SUPPORT, _of_support)


def _of_support() -> list[str]:
    """Look at customers and what is sold, and act on the support page."""
    from accounts import roles

    hidden = ("user", "stafftoken")
    return [
        *roles.of_app("accounts", "view", without=hidden),
        "accounts.change_account",
        "catalog.view_title",
        "channels.view_channel",
    ]
