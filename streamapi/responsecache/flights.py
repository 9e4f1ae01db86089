"""In-process coalescing: many requests for one key, one of them does the work."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Flight(Generic[T]):
    """Work in progress; the others wait for its result."""

    def __init__(self) -> None:
        self._landed = threading.Event()
        self._result: T | None = None

    def land(self, result: T | None) -> None:
        """Hand the result to all who wait; ``None``: look for yourselves."""
        self._result = result
        self._landed.set()

    def wait(self, timeout_s: float) -> T | None:
        """The result, or ``None`` if there is none in time."""
        self._landed.wait(timeout_s)
        return self._result


class Flights(Generic[T]):
    """The flights of this process, by key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[str, Flight[T]] = {}

    def join(self, key: str) -> tuple[Flight[T], bool]:
        """The flight for ``key`` and whether the caller leads it."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight, False
            flight = self._flights[key] = Flight()
            return flight, True

    def land(self, key: str, flight: Flight[T], result: T | None) -> None:
        """End a flight; later callers start a new one."""
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
        flight.land(result)

    def detach(self) -> None:
        """Let nobody else join what is in progress: it may show what was just purged."""
        with self._lock:
            self._flights.clear()


class Arrivals:
    """Wakes those who wait for an answer that another process is making."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, threading.Event] = {}

    def expect(self, key: str) -> threading.Event:
        """An event that is set when the answer of ``key`` has arrived in Redis."""
        with self._lock:
            return self._waiting.setdefault(key, threading.Event())

    def announce(self, key: str) -> None:
        """The answer of ``key`` is there, or its maker has given up."""
        with self._lock:
            event = self._waiting.pop(key, None)
        if event is not None:
            event.set()
