"""The statements of an overlay on a pooled connection, merged, and orjson.dumps."""

import json
import os
from pathlib import Path

import orjson
from psycopg_pool import ConnectionPool

_STATEMENTS = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_bytes())
_pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=4, open=True)


def application(_environ, start_response):
    with _pool.connection() as connection:
        watched, going_on, listed, rated, packages = (
            connection.execute(text).fetchall() for text in _STATEMENTS
        )
    items = {}
    for name, position, duration, completed in watched:
        items.setdefault(name, {})["progress"] = {
            "position_ms": position,
            "duration_ms": duration,
            "completed": completed,
        }
    for name, content in going_on:
        items.setdefault(name, {})["next_content_id"] = content
    for (name,) in listed:
        items.setdefault(name, {})["in_watchlist"] = True
    for name, value in rated:
        items.setdefault(name, {})["rating"] = value
    for name, needed in packages:
        items.setdefault(name, {})["entitled"] = not needed or "bench" in needed
    body = orjson.dumps({"items": items})
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]
