"""Finds the plan of a request; what was found once is remembered, within bounds."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from streamapi.clients import UNRESTRICTED, VariantRules
from streamapi.http.variant import ceiling_of
from streamapi.responsecache import keys
from streamapi.responsecache.keys import Ask, Plan, Target

K = TypeVar("K")
V = TypeVar("V")

_REMEMBERED: Final = 8192
_LONGEST: Final = 512


class Generations(Generic[K, V]):
    """A bounded memo: what was used since the last turn survives the next one."""

    def __init__(self, size: int = _REMEMBERED) -> None:
        self._size = size // 2
        self.young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        found = self.young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: K, value: V) -> None:
        if len(self.young) >= self._size:
            self._old, self.young = self.young, {}
        self.young[key] = value

    def __len__(self) -> int:
        return len(self.young) + len(self._old)


class NotShared:
    """The answer of this path is not a shared one."""


_NOT_SHARED: Final = NotShared()


class Planner:
    """From what came over the wire to a plan, or ``None`` for Django alone."""

    def __init__(self, rules: VariantRules) -> None:
        self._rules = rules
        self._targets: Generations[tuple[str, str], Target | NotShared] = Generations()
        self._plans: Generations[tuple[str, str, str, str, str, int], Plan] = (
            Generations()
        )

    def plan(self, path: str, query: str, ask: Ask, authorization: str) -> Plan | None:
        """The plan for one request to read something.

        Of a token nothing but the maturity ceiling of its profile matters, and only on
        routes that declare it.
        """
        target = self._target(path, query)
        if isinstance(target, NotShared):
            return None
        ceiling = UNRESTRICTED
        if authorization and "maturity" in target.policy.vary:
            ceiling = ceiling_of(authorization)
        wire = (path, query, ask.accept_language, ask.country, ask.platform, ceiling)
        plan = self._plans.get(wire)
        if plan is None:
            plan = target.plan(ask, self._rules, ceiling)
            if sum(map(len, wire[:5])) <= _LONGEST:
                self._plans.put(wire, plan)
        return plan

    def _target(self, path: str, query: str) -> Target | NotShared:
        target = self._targets.get((path, query))
        if target is None:
            target = keys.target(path, query) or _NOT_SHARED
            if len(path) + len(query) <= _LONGEST:
                self._targets.put((path, query), target)
        return target
