"""`python -m bench.editor`: an editor's process, told line by line what to do.

`purge TAG` ends answers; `edit ID TAGLINE` changes a title and publishes it; `sql PATH`
tells the statements behind an answer. Each line is answered with one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

django.setup()

from catalog import publishing  # noqa: E402 models need a set-up Django
from catalog.models import Title, TitleTranslation  # noqa: E402
from streamapi.responsecache import purge  # noqa: E402


def _purge(tag: str) -> dict[str, Any]:
    purge({tag})
    return {"at": time.monotonic()}


def _edit(words: str) -> dict[str, Any]:
    """The moment of the commit, before anything that runs after it."""
    public_id, _, tagline = words.partition(" ")
    moments: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: moments.append(time.monotonic()))
        title = Title.objects.get(public_id=public_id)
        TitleTranslation.objects.filter(title=title, language="en").update(
            tagline=tagline
        )
        publishing.publish(title, by=None, now=datetime.now(UTC))
    return {"at": moments[0]}


def _sql(path: str) -> dict[str, Any]:
    client = Client(headers={"host": "127.0.0.1"})
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    return {"status": answer.status_code, "sql": [one["sql"] for one in queries]}


_COMMANDS: dict[str, Callable[[str], dict[str, Any]]] = {
    "purge": _purge,
    "edit": _edit,
    "sql": _sql,
}


def main() -> None:
    """Until there is nothing more to read."""
    for line in sys.stdin:
        name, _, rest = line.strip().partition(" ")
        print(json.dumps(_COMMANDS[name](rest)), flush=True)


if __name__ == "__main__":
    main()
