"""What editors, publishers and support may do with live television."""

from __future__ import annotations

from typing import Final

from accounts.roles import ACTIONS, Role, of_app
from accounts.roles import register as grant

VIEWERS_OWN: Final = frozenset(
    {"favouritechannel", "followedseries", "playlistlink", "reminder"}
)
KEPT_BY_US: Final = frozenset({"guideversion", "importissue", "supersededprogramme"})


def register() -> None:
    """Called in ``ready()``."""
    grant(Role.EDITOR, _editing)
    grant(Role.PUBLISHER, _publishing)


def _editing() -> list[str]:
    return [
        *of_app("channels", *ACTIONS, without=VIEWERS_OWN | KEPT_BY_US),
        *of_app("channels", "view", only=KEPT_BY_US),
    ]


def _publishing() -> list[str]:
    """Rolling a guide back changes what everybody sees at once."""
    return [*_editing(), "channels.change_guideversion"]
