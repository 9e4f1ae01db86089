"""Finds the plan of a request; what was found once is remembered, within bounds."""

from __future__ import annotations

from typing import Final, Generic, NamedTuple, TypeVar

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


class Wire(NamedTuple):
    """All that a plan can depend on, as it came over the wire; but for the token."""

    path: str
    """As WSGI has it: percent-decoded bytes, read as Latin-1."""
    query: str
    accept_language: str = ""
    country: str = ""
    platform: str = ""


class NotShared:
    """The answer of this path is not a shared one."""


_NOT_SHARED: Final = NotShared()


class Planner:
    """From what came over the wire to a plan, or ``None`` for Django alone."""

    def __init__(self, rules: VariantRules) -> None:
        self._rules = rules
        self._targets: Generations[tuple[str, str], Target | NotShared] = Generations()
        self._plans: Generations[Wire | tuple[Wire, int], Plan] = Generations()

    def plan(self, wire: Wire, authorization: str = "") -> Plan | None:
        """The plan for one request to read something.

        Of a token nothing but the maturity ceiling of its profile matters, and only on
        routes that declare it.
        """
        if not authorization:
            known = self._plans.get(wire)
            if known is not None:
                return known
        target = self._target(wire.path, wire.query)
        if isinstance(target, NotShared):
            return None
        if authorization and "maturity" in target.policy.vary:
            return self._for_ceiling(wire, target, ceiling_of(authorization))
        return self._remembered(wire, wire, target, UNRESTRICTED)

    def _for_ceiling(self, wire: Wire, target: Target, ceiling: int) -> Plan:
        return self._remembered((wire, ceiling), wire, target, ceiling)

    def _remembered(
        self, key: Wire | tuple[Wire, int], wire: Wire, target: Target, ceiling: int
    ) -> Plan:
        plan = self._plans.get(key)
        if plan is None:
            plan = target.plan(Ask(*wire[2:]), self._rules, ceiling)
            if sum(map(len, wire)) <= _LONGEST:
                self._plans.put(key, plan)
        return plan

    def _target(self, path: str, query: str) -> Target | NotShared:
        target = self._targets.get((path, query))
        if target is None:
            text = path.encode("latin-1").decode(errors="replace")
            target = keys.target(text, query) or _NOT_SHARED
            if len(path) + len(query) <= _LONGEST:
                self._targets.put((path, query), target)
        return target
