"""Fills the cache before anybody asks: which answers, in which variants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from django.urls import URLPattern, URLResolver

from streamapi.clients import FORM_FACTORS, UNRESTRICTED, VariantRules
from streamapi.responsecache import keys
from streamapi.responsecache.engine import HIT, MISS, ResponseCache
from streamapi.responsecache.keys import Ask, Plan, Target
from streamapi.responsecache.policy import CachePolicy


@dataclass(frozen=True, slots=True)
class Audience:
    """The variants to warm; each answer takes of them what it depends on."""

    languages: Sequence[str]
    territories: Sequence[str]
    form_factors: Sequence[str] = FORM_FACTORS
    ceilings: Sequence[int] = (UNRESTRICTED,)


@dataclass(slots=True)
class Outcome:
    """How warming went so far."""

    made: int = 0
    there: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return self.made + self.there + self.failed


PathSource = Callable[[], Iterable[str]]
"""Names the addresses of an app that are worth making ahead."""

_sources: list[PathSource] = []


def register_paths(source: PathSource) -> None:
    """Warm addresses with arguments too; called once in ``ready()``."""
    _sources.append(source)


def named_paths() -> Iterator[str]:
    """What apps ask to be warmed: home and the other pages."""
    for source in _sources:
        yield from source()


def top_paths(
    patterns: Iterable[URLPattern | URLResolver], prefix: str = "/"
) -> Iterator[str]:
    """The shared routes without arguments: home, lists, genres, channels."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from top_paths(pattern.url_patterns, route)
        elif "<" not in route and isinstance(
            keys.policy_of_view(pattern.callback), CachePolicy
        ):
            yield route


def plans(
    paths: Iterable[str], audience: Audience, rules: VariantRules
) -> dict[str, Plan]:
    """Every answer to warm, once, by key; raises LookupError for a path not shared."""
    found: dict[str, Plan] = {}
    for text in paths:
        path, _, query = text.partition("?")
        target = keys.target(path, query)
        if target is None:
            raise LookupError(f"{path} is not a shared answer")
        found |= {plan.key: plan for plan in _variants(target, audience, rules)}
    return found


def _variants(
    target: Target, audience: Audience, rules: VariantRules
) -> Iterator[Plan]:
    for language, territory, form_factor, ceiling in product(
        audience.languages,
        audience.territories,
        audience.form_factors,
        audience.ceilings,
    ):
        wanted = Target(
            target.policy,
            target.path,
            target.query,
            {
                "lang": language,
                "form_factor": form_factor,
                "maturity": str(ceiling),
                **target.asked,
            },
        )
        yield wanted.plan(Ask(country=territory), rules, UNRESTRICTED)


def warm(cache: ResponseCache, wanted: Iterable[Plan]) -> Iterator[Outcome]:
    """Make what is not there yet; says after each answer how it goes."""
    outcome = Outcome()
    for plan in wanted:
        answer = cache.answer(plan)
        if answer.state == HIT:
            outcome.there += 1
        elif answer.state == MISS and answer.entry is not None:
            outcome.made += 1
        else:
            outcome.failed += 1
        yield outcome
