"""A bare WSGI callable with one Redis GET for each answer."""

import redis

from bench.peers.answer import GZIPPED, HEADERS, REDIS_KEY, REDIS_URL

_client = redis.Redis(
    connection_pool=redis.BlockingConnectionPool.from_url(
        REDIS_URL, max_connections=64, timeout=1
    )
)
_client.set(REDIS_KEY, GZIPPED)
_HEADERS = list(HEADERS.items())


def application(_environ, start_response):
    body = _client.get(REDIS_KEY)
    start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(body)))])
    return [body]
