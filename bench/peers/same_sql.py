"""The statements of a list, run on a pooled connection, and orjson.dumps of their rows."""

import json
import os
from pathlib import Path

import orjson
from psycopg_pool import ConnectionPool

_STATEMENTS = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_bytes())
_pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=4, open=True)
_PAGE = 240


def application(_environ, start_response):
    with _pool.connection() as connection:
        answers = [connection.execute(text).fetchall() for text in _STATEMENTS]
    cards = [orjson.Fragment(row[0]) for row in max(answers, key=len)[:_PAGE]]
    body = orjson.dumps({"results": cards, "next": None})
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]
