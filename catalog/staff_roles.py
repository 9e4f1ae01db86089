"""What editors and publishers may do with the catalogue."""

from __future__ import annotations

from typing import Final

from accounts.roles import ACTIONS, Role, of_app
from accounts.roles import register as grant

KEPT_BY_US: Final = frozenset(
    {
        "chartentry",
        "importrun",
        "ingestdocument",
        "ingestresult",
        "publishedcollection",
        "publishedcollectionitem",
        "publishedcredit",
        "publishedepisode",
        "publishedepisodecard",
        "publishedgenre",
        "publishedperson",
        "publishedseason",
        "publishedtitle",
        "publishedwindow",
        "relatedtitle",
        "renderedpicture",
        "revision",
        "snapshot",
    }
)
"""Models that people read and only our own code writes."""


def register() -> None:
    """Called in ``ready()``."""
    grant(Role.EDITOR, _editing)
    grant(Role.PUBLISHER, _publishing)


def _editing() -> list[str]:
    return [
        *of_app("catalog", *ACTIONS, without=KEPT_BY_US),
        *of_app("catalog", "view", only=KEPT_BY_US),
        "accounts.view_package",
    ]


def _publishing() -> list[str]:
    return [*_editing(), "catalog.publish_title"]
