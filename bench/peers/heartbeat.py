"""A bare WSGI callable that lengthens a lease: one Redis call, one constant answer."""

import os
from pathlib import Path

import redis

_ANSWER = Path(os.environ["BENCH_ANSWER"]).read_bytes()
_HEADERS = [
    ("Content-Type", "application/json"),
    ("Content-Length", str(len(_ANSWER))),
]
_client = redis.Redis(
    connection_pool=redis.BlockingConnectionPool.from_url(
        os.environ["REDIS_URL"], max_connections=64, timeout=1
    )
)


def application(environ, start_response):
    _client.set(environ["PATH_INFO"], b"1", ex=90)
    start_response("200 OK", _HEADERS)
    return [_ANSWER]
