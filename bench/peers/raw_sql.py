"""The statements of an answer, run one after the other, and orjson.dumps of their rows."""

import json
import os
from pathlib import Path

import orjson
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

_STATEMENTS = json.loads(Path(os.environ["BENCH_STATEMENTS"]).read_bytes())
_pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    min_size=1,
    max_size=4,
    open=True,
    kwargs={"row_factory": dict_row},
)


def application(_environ, start_response):
    with _pool.connection() as connection:
        answers = [connection.execute(text).fetchall() for text in _STATEMENTS]
    body = orjson.dumps({"results": answers}, default=str)
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]
