"""The statement of an overlay on a pooled connection, merged, and orjson.dumps."""

import json
import os
from pathlib import Path

import orjson
from psycopg_pool import ConnectionPool

(_STATEMENT,) = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_bytes())
_pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=4, open=True)


def application(_environ, start_response):
    with _pool.connection() as connection:
        rows = connection.execute(_STATEMENT).fetchall()
    items = {}
    for about, name, position, duration, completed, word, needed in rows:
        item = items.setdefault(name, {})
        if about == 1:
            item["progress"] = {
                "position_ms": position,
                "duration_ms": duration,
                "completed": completed,
            }
        elif about == 2:
            item["next_content_id"] = word
        elif about == 3:
            item["in_watchlist"] = True
        elif about == 4:
            item["rating"] = word
        else:
            item["entitled"] = not needed or "bench" in needed
    body = orjson.dumps({"items": items})
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]
