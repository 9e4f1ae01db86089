"""One Valkey (or Redis) on a free loopback port, behind a password of its own.

Nothing is kept on disk: what it holds can be made again, and a cache that survived
while the database went on would be wrong.
"""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from streamapi import env
from streamapi.local import binaries
from streamapi.local.errors import CannotStart
from streamapi.local.processes import Command, tail, wait_until

_HEALTHY: Final = [b"+OK\r\n", b"+PONG\r\n"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens on loopback."""

    program: Path
    config: Path
    log: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """What REDIS_URL is while this server runs."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}"

    def command(self) -> Command:
        """The server in the foreground."""
        argv = (str(self.program), str(self.config))
        return Command("Valkey", argv, env.variables(), output=self.log)

    def wait_until_ready(self) -> None:
        """Return when the server answers a ping."""
        if not wait_until(self._answers, 10):
            raise CannotStart(f"Valkey did not start:\n{tail(self.log)}")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as answers:
                    return [answers.readline(), answers.readline()] == _HEALTHY
        except OSError:
            return False


def prepare(runtime: Path, log: Path) -> Server:
    """Choose a port and a password and write them where only we can read them."""
    program, _version = binaries.valkey()
    server = Server(
        program=program,
        config=runtime / "valkey.conf",
        log=log,
        port=free_port(),
        password=secrets.token_hex(16),
    )
    server.config.touch(mode=0o600)
    server.config.write_text(
        f"port {server.port}\nbind 127.0.0.1\nrequirepass {server.password}\n"
        f'save ""\nappendonly no\ndatabases 16\ndir {runtime}\n'
        "maxmemory 256mb\nmaxmemory-policy volatile-lfu\n"
    )
    return server


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
