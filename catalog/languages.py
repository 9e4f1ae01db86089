"""Which language stands in for which: the fallback chain of every text and picture."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings


@lru_cache(maxsize=512)
def chain(language: str, original: str, default: str) -> tuple[str, ...]:
    """What to try for ``language``: itself, its primary tag, the default, the original.

    ``pt-BR`` of a Japanese film in an English service tries pt-BR, pt, en, ja.
    """
    wanted = (language, language.partition("-")[0], default, original)
    return tuple(dict.fromkeys(wanted))


def default_language() -> str:
    """The language that every other one falls back to."""
    return str(settings.CONTENT_LANGUAGES[0])


def own(language: str) -> tuple[str, ...]:
    """What counts as words in ``language``: itself and its primary tag."""
    return tuple(dict.fromkeys((language, language.partition("-")[0])))


def reading(wanted: Sequence[str]) -> list[str]:
    """What to try for a reader of some languages, where there is no original one."""
    default = default_language()
    asked = [tag for language in wanted for tag in own(language)]
    return [*dict.fromkeys([*asked, *chain(wanted[0], default, default)])]


def borrowed(texts: Mapping[str, Mapping[str, Any]], language: str) -> Iterable[str]:
    """The texts that ``language`` has not, but another one has."""
    here = {field for tag in own(language) for field in _said(texts.get(tag, {}))}
    anywhere = (field for words in texts.values() for field in _said(words))
    return (field for field in dict.fromkeys(anywhere) if field not in here)


def _said(words: Mapping[str, Any]) -> Iterable[str]:
    return (field for field, text in words.items() if text)


def order(available: Collection[str], chain: Sequence[str]) -> list[str]:
    """The available languages, those of the chain first, the rest by name."""
    known = set(available)
    first = [language for language in chain if language in known]
    return first + sorted(known.difference(first))


def best(
    texts: Mapping[str, Mapping[str, Any]], chain: Sequence[str]
) -> dict[str, str]:
    """Each text from the first language that has it; ``language`` is the name's.

    A translation that lacks a synopsis borrows only the synopsis.
    """
    found: dict[str, str] = {}
    for language in order(texts, chain):
        for field, words in texts[language].items():
            if words and field not in found:
                found[field] = words
                if field == "name":
                    found["language"] = language
    return found
