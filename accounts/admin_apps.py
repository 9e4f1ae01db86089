"""Registers Django's admin with our site instead of its own."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's admin with a second factor and limited guesses."""

    default_site = "accounts.staff.StaffSite"
