"""A circuit breaker: a dependency that is down costs nothing but a look at the clock."""

from __future__ import annotations

import random
import time
from collections.abc import Callable


class Breaker:
    """Opens after ``limit`` failures in a row; then lets one probe a ``pause_s`` pass.

    One for each process. A success closes it at once.
    """

    def __init__(
        self,
        *,
        limit: int = 5,
        pause_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._pause_s = pause_s
        self._clock = clock
        self._failures = 0
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the dependency is held to be down."""
        return self._failures >= self._limit

    def allows(self) -> bool:
        """Whether to try; while open it is yes for one caller each pause."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._probe_at:
            return False
        self._probe_at = now + self._pause()
        return True

    def succeeded(self) -> None:
        """The dependency answered."""
        self._failures = 0

    def failed(self) -> None:
        """The dependency did not answer."""
        self._failures += 1
        if self._failures == self._limit:
            self._probe_at = self._clock() + self._pause()

    def _pause(self) -> float:
        """Jittered, so that a fleet does not probe in step."""
        return self._pause_s * random.uniform(0.75, 1.25)  # noqa: S311 no secret
