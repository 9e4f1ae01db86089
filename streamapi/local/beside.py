"""The services of a `make run` that goes on, for commands that are run beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from streamapi.env import Environment

_ROOT: Final = Path(__file__).resolve().parent.parent.parent
_NOTE: Final = "services.json"


def note(state: Path, runtime: Path, variables: Mapping[str, str]) -> None:
    """Leave word of the services; it goes with the runtime directory, however it ends."""
    kept = runtime / _NOTE
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(dict(variables)))
    link = state / _NOTE
    link.unlink(missing_ok=True)
    link.symlink_to(kept)


def variables(environment: Environment | None = None) -> dict[str, str]:
    """What a command needs to find them; nothing where services were named already."""
    given = environment or Environment()
    if given.text("DATABASE_URL", ""):
        return {}
    state = Path(given.text("STATE_DIR", str(_ROOT / "var")))
    try:
        found: dict[str, str] = json.loads((state / _NOTE).read_text())
    except FileNotFoundError:
        return {}
    return found
