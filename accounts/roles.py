"""Roles of the staff: groups whose permissions the code keeps, app by app.

Each app registers what its roles may do; ``manage.py sync_roles`` writes that into
groups. Groups of other names are the operator's own and stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction


class Role(StrEnum):
    """What somebody does here."""

    EDITOR = "Editor"
    PUBLISHER = "Publisher"
    SUPPORT = "Support"
    ADMINISTRATOR = "Administrator"


ACTIONS: Final = ("view", "add", "change", "delete")
Names = Callable[[], Iterable[str]]
"""Permissions as ``app.codename``, asked for when all models are known."""

_names: dict[Role, list[Names]] = defaultdict(list)


def register(role: Role, names: Names) -> None:
    """Let a role do more; called once for each app and role in ``ready()``."""
    _names[role].append(names)


def of_app(
    app: str, *actions: str, without: Iterable[str] = (), only: Iterable[str] = ()
) -> list[str]:
    """Some actions on the models of an app: all but ``without``, or ``only`` these."""
    models = [one._meta.model_name for one in apps.get_app_config(app).get_models()]
    wanted = set(only) or set(models).difference(without)
    return [f"{app}.{action}_{model}" for model in wanted for action in actions]


@transaction.atomic
def sync() -> dict[str, int]:
    """Make the groups what the code says; returns how much each may do.

    Administrators may do everything in the admin, short of being superusers. Raises
    LookupError for a permission that does not exist.
    """
    known = {
        f"{one.content_type.app_label}.{one.codename}": one
        for one in Permission.objects.select_related("content_type")
    }
    counts = {}
    for role in Role:
        names = {name for more in _names[role] for name in more()}
        if role is Role.ADMINISTRATOR:
            names = set(known)
        missing = names.difference(known)
        if missing:
            raise LookupError(f"{role}: there is no {', '.join(sorted(missing))}")
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set([known[name] for name in names])
        counts[role.value] = len(names)
    return counts
