"""``manage.py sync_roles``: the groups of the staff as the code knows them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts import roles


class Command(BaseCommand):
    """Run it after each deployment; it changes only the groups that it names.

    manage.py sync_roles
    """

    help = "Write the permissions of Editor, Publisher, Support and Administrator."

    def handle(self, *_: Any, **__: Any) -> None:
        for role, count in roles.sync().items():
            self.stdout.write(f"{role}: {count} permissions")
