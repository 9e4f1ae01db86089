"""A bare WSGI callable that answers one constant: the ceiling of the server below it."""

from bench.peers.answer import GZIPPED, HEADERS

_HEADERS = [*HEADERS.items(), ("Content-Length", str(len(GZIPPED)))]


def application(_environ, start_response):
    start_response("200 OK", _HEADERS)
    return [GZIPPED]
