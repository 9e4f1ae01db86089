"""FastAPI that keeps its finished answer in Redis, read with the asynchronous client."""

from contextlib import asynccontextmanager

import redis.asyncio as redis
from fastapi import FastAPI, Response

from bench.peers.answer import GZIPPED, HEADERS, REDIS_KEY, REDIS_URL

_client = redis.from_url(REDIS_URL)


@asynccontextmanager
async def _lifespan(_app):
    await _client.set(REDIS_KEY, GZIPPED)
    yield
    await _client.aclose()


app = FastAPI(lifespan=_lifespan)


@app.get("/")
async def titles() -> Response:
    return Response(await _client.get(REDIS_KEY), headers=HEADERS)
