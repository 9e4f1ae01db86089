"""What editors and publishers may do with the catalogue."""

from __future__ import annotations

from typing import Final

from django.apps import apps

from accounts.roles import ACTIONS, Role, of_app
from accounts.roles import register as grant

KEPT_BY_US: Final = frozenset(
    {
        "chartentry",
        "importrun",
        "ingestdocument",
        "ingestresult",
        "pageversion",
        "relatedtitle",
        "renderedpicture",
        "revision",
        "snapshot",
    }
)
"""Models that people read and only our own code writes, beside all that is published."""


def register() -> None:
    """Called in ``ready()``."""
    grant(Role.EDITOR, _editing)
    grant(Role.PUBLISHER, _publishing)


def _editing() -> list[str]:
    names = {
        one._meta.model_name for one in apps.get_app_config("catalog").get_models()
    }
    published = {name for name in names if name and name.startswith("published")}
    return [
        *of_app("catalog", *ACTIONS, without=KEPT_BY_US | published),
        *of_app("catalog", "view", only=KEPT_BY_US | published),
        "accounts.view_package",
    ]


def _publishing() -> list[str]:
    return [*_editing(), "catalog.publish_title", "catalog.release_page"]
