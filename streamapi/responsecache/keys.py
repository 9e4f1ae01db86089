"""From a request to the key of its answer: nothing undeclared gets into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote_plus, urlencode

from django.urls import Resolver404, resolve

from streamapi.clients import Variant, VariantRules
from streamapi.responsecache.policy import VARIANT_PARAMS, CachePolicy, Never

_LONGEST_TARGET: Final = 2048
_LARGEST_PAGE: Final = 240
"""The most that any list gives; catalogue cards come in the largest pages."""


class Ask(NamedTuple):
    """What a request says about the variant it wants, as it came over the wire."""

    accept_language: str = ""
    country: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One shared answer: how to find it and, if need be, how to make it."""

    policy: CachePolicy
    key: str
    path: str
    query: str
    variant: Variant


@dataclass(frozen=True, slots=True)
class Target:
    """A shared route with its canonical parameters; the variant is still open."""

    policy: CachePolicy
    path: str
    query: str
    asked: Mapping[str, str]

    def plan(self, ask: Ask, rules: VariantRules, ceiling: int) -> Plan:
        """The answer for one variant; what is not declared takes its neutral value."""
        asked = self.asked
        values: dict[str, Any] = {
            "language": lambda: rules.chain(asked.get("lang", ""), ask.accept_language),
            "territory": lambda: rules.territory(ask.country),
            "form_factor": lambda: rules.form_factor(
                asked.get("form_factor", ""), ask.platform
            ),
            "maturity": lambda: rules.maturity(asked.get("maturity", ""), ceiling),
        }
        declared = {name: values[name]() for name in self.policy.vary}
        return Plan(
            policy=self.policy,
            key=self._key(declared),
            path=self.path,
            query=self.query,
            variant=neutral(rules, declared),
        )

    def _key(self, declared: Mapping[str, object]) -> str:
        variant = variant_text(dict(sorted(declared.items())))
        return f"{variant} {quote(self.path)}?{self.query}"


def variant_text(declared: Mapping[str, Any]) -> str:
    """The resolved values: ``language=de,fr;maturity=12``."""
    return ";".join(
        f"{name}={','.join(value) if name == 'language' else value}"
        for name, value in declared.items()
    )


def neutral(rules: VariantRules, declared: Mapping[str, Any]) -> Variant:
    """A variant in which only declared values differ from one request to the next."""
    plain: dict[str, Any] = {
        "language": rules.languages[:1],
        "territory": rules.default_territory,
        **declared,
    }
    first, *others = plain.pop("language")
    return Variant(first, fallbacks=tuple(others), **plain)


def target(path: str, query: str) -> Target | None:
    """The shared route of a path, or ``None`` if the answer is not a shared one."""
    if len(path) + len(query) > _LONGEST_TARGET:
        return None
    policy = policy_of_path(path)
    if not isinstance(policy, CachePolicy):
        return None
    pairs = parameters(query, {*policy.query_params, *VARIANT_PARAMS})
    asked = {name: value for name, value in pairs if name in VARIANT_PARAMS}
    kept = [pair for pair in pairs if pair[0] not in VARIANT_PARAMS]
    return Target(policy, path, query_string(kept), asked)


def parameters(query: str, allowed: Iterable[str]) -> list[tuple[str, str]]:
    """The allowed parameters in one order, each value once, blanks dropped."""
    wanted = set(allowed)
    pairs = set()
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = unquote_plus(name)
        if name in wanted:
            value = unquote_plus(value).strip()
            pairs.add((name, _CANONICAL.get(name, str)(value)))
    return sorted(pair for pair in pairs if pair[1])


def query_string(pairs: Iterable[tuple[str, str]]) -> str:
    """The pairs as a query string, the same for the same pairs."""
    return urlencode(list(pairs))


def _page_size(value: str) -> str:
    """A number beyond the largest page is the largest page; odd values stay odd."""
    if value.isascii() and value.isdigit() and len(value) <= 6 and int(value) > 0:
        return str(min(int(value), _LARGEST_PAGE))
    return value


_CANONICAL: Final[Mapping[str, Callable[[str], str]]] = {"limit": _page_size}


def policy_of_path(path: str) -> CachePolicy | Never | None:
    """What the view behind a path declares for reading it; ``None``: nothing."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return policy_of_view(match.func)


def policy_of_view(
    view: Callable[..., Any], method: str = "get"
) -> CachePolicy | Never | None:
    """The policy of a routed view for one method, by action or by method name."""
    owner = getattr(view, "cls", None) or getattr(view, "view_class", None)
    policies: Mapping[str, CachePolicy | Never] = getattr(owner, "cache_policies", {})
    actions: Mapping[str, str] = getattr(view, "actions", None) or {}
    return policies.get(actions.get(method, method))
