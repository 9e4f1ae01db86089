"""Ten thousand devices connected to one machine, some of them watching: no error."""

from __future__ import annotations

import asyncio
import json
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.household.fleet import Fleet

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

CONNECTIONS = 10_000
HOUSEHOLDS = 50
WATCHING = 2 * HOUSEHOLDS
AT_ONCE = 200
"""How many connect or browse in the same moment; all stay connected."""
STARTING = 8
"""How many press play in the same moment: no more than there are connections to SQL."""
BROWSE = b"GET /v1/titles?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Device:
    """One connection, kept open; it counts every answer that is not a success."""

    def __init__(self, port: int, token: str, errors: Counter[str]) -> None:
        self._port, self._token, self._errors = port, token, errors
        self.session = ""

    async def connect(self) -> None:
        """Open the connection, once and for all."""
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self._port
        )

    async def browse(self) -> None:
        """A shared answer."""
        await self._ask(BROWSE, 200)

    async def play(self, content: str) -> None:
        """Begin to watch."""
        asked = {"content_id": content, "device": {"platform": "web"}}
        answer = await self._post("/v1/playback/sessions", asked, 201)
        self.session = json.loads(answer)["session_id"]

    async def beat(self, position_ms: int) -> None:
        """Go on watching."""
        path = f"/v1/playback/sessions/{self.session}/heartbeat"
        answer = await self._post(path, {"position_ms": position_ms}, 200)
        if json.loads(answer)["action"] != "continue":
            self._errors["told to stop"] += 1

    async def leave(self) -> None:
        """Switched off."""
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _post(self, path: str, body: object, wanted: int) -> bytes:
        sent = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
        )
        return await self._ask(head.encode() + sent, wanted)

    async def _ask(self, request: bytes, wanted: int) -> bytes:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head.split()[1])
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        body = await self._reader.readexactly(length)
        if status != wanted:
            self._errors[f"{status} {body[:200]!r}"] += 1
        if b"connection: close" in head.lower():
            self._errors["closed by the service"] += 1
        return body


@pytest.fixture
def room() -> Iterator[None]:
    """Files enough for both ends of every connection, for us and for the service."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + 2000
    soft, hard = (
        limit if limit == resource.RLIM_INFINITY else max(limit, wanted)
        for limit in before
    )
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (ValueError, OSError):
        pytest.skip(f"this user may open {before[1]} files; {wanted} are needed")
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[0], hard))


async def evening(port: int, tokens: list[str], film: str) -> Counter[str]:
    """Everyone connects and browses; some watch meanwhile; then everyone asks again."""
    errors: Counter[str] = Counter()
    gate, starts = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(STARTING)
    devices = [
        Device(port, tokens[number % len(tokens)], errors)
        for number in range(CONNECTIONS)
    ]
    watching, others = devices[:WATCHING], devices[WATCHING:]
    over = asyncio.Event()

    async def arrive(device: Device) -> None:
        async with gate:
            await device.connect()
            await device.browse()

    async def ask_again(device: Device) -> None:
        async with gate:
            await device.browse()

    async def watch(device: Device) -> int:
        async with starts:
            await device.play(film)
        beats = 0
        while not over.is_set():
            beats += 1
            await device.beat(beats * 1000)
            await asyncio.sleep(1)
        return beats

    await asyncio.gather(*map(arrive, watching))
    watchers = [asyncio.create_task(watch(device)) for device in watching]
    await asyncio.gather(*map(arrive, others))
    await asyncio.gather(*map(ask_again, others))
    over.set()
    beats = await asyncio.gather(*watchers)
    assert min(beats) > 1
    await asyncio.gather(*(device.leave() for device in devices))
    return errors


def test_all_are_held_and_served(room: None, fleet: Fleet) -> None:
    settled = fleet.settle(households=HOUSEHOLDS, screens=2)
    fleet.serve(lease_s=90)
    homes = settled["households"]
    tokens = [token for home in homes for token in home["tokens"]]
    errors = asyncio.run(evening(fleet.port, tokens, settled["film"]))
    assert errors == {}
    assert [fleet.leases(home["account"]) for home in homes] == [2] * HOUSEHOLDS
