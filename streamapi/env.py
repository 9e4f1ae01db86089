"""The only reader of the process environment: typed values, clear failures."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off", ""})
_OF_THE_EXAMPLE: Final = ("an-example-only", "YW4gZXhhbXBsZSBv")
"""How the secrets of the example begin: as text, and in base64 as it stands in its keys."""


class EnvironmentInvalid(Exception):
    """One or more variables are missing or malformed; the message names them all."""


class Environment:
    """Typed access to environment variables.

    Problems are collected, so that an operator sees every missing variable in one
    start and not one a start: call :meth:`verify` after the last read.
    """

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables
        self._problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """The value of ``name``; without a default it is required."""
        value = self._variables.get(name, "").strip()
        if value:
            return value
        if default is None:
            self._problems.append(f"{name} is required")
            return ""
        return default

    def secret(self, name: str, *, example: bool) -> str:
        """The required value of ``name``; one of the example is good for nothing else.

        What everybody can read starts a build or a check of the ``example`` configuration,
        and no service.
        """
        value = self.text(name)
        if not example and any(mark in value for mark in _OF_THE_EXAMPLE):
            self._problems.append(f"{name} is that of the example: make your own")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """The value of ``name`` as an integer."""
        raw = self.text(name, None if default is None else str(default))
        try:
            return int(raw)
        except ValueError:
            if raw:
                self._problems.append(f"{name} must be a whole number, not {raw!r}")
            return 0

    def seconds(self, name: str, default: float) -> float:
        """The value of ``name`` as a duration in seconds."""
        raw = self.text(name, str(default))
        try:
            return float(raw)
        except ValueError:
            self._problems.append(f"{name} must be a number of seconds, not {raw!r}")
            return default

    def flag(self, name: str, *, default: bool) -> bool:
        """The value of ``name`` as a yes or no."""
        raw = self.text(name, "true" if default else "false").lower()
        if raw not in _TRUE | _FALSE:
            self._problems.append(f"{name} must be true or false, not {raw!r}")
        return raw in _TRUE

    def words(self, name: str, default: tuple[str, ...] | None = None) -> list[str]:
        """The comma-separated value of ``name`` as a list without blanks."""
        raw = self.text(name, None if default is None else ",".join(default))
        return [word.strip() for word in raw.split(",") if word.strip()]

    def json(self, name: str, default: Any) -> Any:
        """The value of ``name`` as JSON, of the same type as ``default``."""
        raw = self.text(name, "")
        if not raw:
            return default
        try:
            value = json.loads(raw)
        except ValueError:
            value = None
        if not isinstance(value, type(default)):
            self._problems.append(f"{name} must be JSON: {type(default).__name__}")
            return default
        return value

    def verify(self) -> None:
        """Raise :class:`EnvironmentInvalid` if any read so far failed."""
        if self._problems:
            raise EnvironmentInvalid("; ".join(self._problems))


def variables(**changes: str) -> dict[str, str]:
    """A copy of the environment with ``changes``, to hand on to a child process."""
    return {**os.environ, **changes}


def database_settings(url: str) -> dict[str, Any]:
    """Django's connection settings from ``postgresql://user:password@host:port/name``.

    A socket directory is given as ``?host=/path``; other query parameters go to libpq
    as they are (``sslmode``, ``target_session_attrs``).
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise EnvironmentInvalid("a database URL starts with postgresql://")
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "streamapi.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
