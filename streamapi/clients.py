"""Who is asking, as far as a shared answer may depend on it: four declared values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

FORM_FACTORS: Final = ("phone", "tablet", "tv", "web")
PLATFORMS: Final[Mapping[str, str]] = {
    "iphone": "phone",
    "ipad": "tablet",
    "appletv": "tv",
    "android-phone": "phone",
    "android-tablet": "tablet",
    "android-tv": "tv",
    "web": "web",
}
UNRESTRICTED: Final = 18
"""A maturity ceiling in years of age; at 18 nothing is hidden."""
MOST_LANGUAGES: Final = 3
"""So many languages of one reader count: each order of them is an answer of its own."""
_MOST_TAGS: Final = 10


@dataclass(frozen=True, slots=True)
class Variant:
    """The values that a shared answer may vary on, already normalised.

    ``language`` is one of the supported tags, ``territory`` an ISO 3166-1 code in
    upper case, ``form_factor`` one of :data:`FORM_FACTORS`, ``maturity`` a supported
    ceiling in years. ``fallbacks`` are the languages that the reader takes where there
    are no words in ``language``, before those that the service would take.
    """

    language: str
    territory: str
    form_factor: str = "web"
    maturity: int = UNRESTRICTED
    fallbacks: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that the reader wants, most wanted first."""
        return (self.language, *self.fallbacks)

    def declared(self, name: str) -> Any:
        """What an answer depends on that varies on ``name``; of languages on all."""
        return self.languages if name == "language" else getattr(self, name)


@dataclass(frozen=True, slots=True)
class VariantRules:
    """What is supported, from settings: requests are normalised to these values."""

    languages: Sequence[str]
    territories: Sequence[str]
    default_territory: str
    ceilings: Sequence[int]
    trust_edge_headers: bool

    def chain(self, asked: str, accept_language: str) -> tuple[str, ...]:
        """The supported languages of ``?lang=``, else of Accept-Language, in their order.

        What says nothing new is left out, so that those who get the same answer share
        it: a language again, its primary tag after it, and the default language at the
        end, which is tried after every chain.
        """
        for tags in (asked.split(",")[:_MOST_TAGS], _by_preference(accept_language)):
            found = tuple(islice(self._told_apart(tags), MOST_LANGUAGES))
            if len(found) > 1 and found[-1] == self.languages[0]:
                return found[:-1]
            if found:
                return found
        return (self.languages[0],)

    def territory(self, viewer_country: str) -> str:
        """The territory that the edge saw; without a trusted edge the default one."""
        code = viewer_country.strip().upper()
        if self.trust_edge_headers and code in self.territories:
            return code
        return self.default_territory

    def form_factor(self, asked: str, platform: str) -> str:
        """From ``?form_factor=``, else from X-Device-Platform, else ``web``."""
        if asked in FORM_FACTORS:
            return asked
        return PLATFORMS.get(platform.strip().lower(), "web")

    def maturity(self, asked: str, ceiling: int = UNRESTRICTED) -> int:
        """The lower of ``?maturity=`` and the profile's ceiling, as a supported step.

        A request can narrow what it sees, never widen it.
        """
        known = len(asked) <= 3 and asked.isascii() and asked.isdigit()
        wanted = int(asked) if known else UNRESTRICTED
        limit = min(wanted, ceiling)
        return max((step for step in self.ceilings if step <= limit), default=0)

    def _told_apart(self, tags: Iterable[str]) -> Iterator[str]:
        implied: set[str] = set()
        for tag in tags:
            language = self._supported_language(tag)
            if language and language not in implied:
                implied |= {language, language.partition("-")[0]}
                yield language

    def _supported_language(self, tag: str) -> str | None:
        lowered = tag.strip().lower()
        if not lowered:
            return None
        for language in self.languages:
            if language.lower() == lowered:
                return language
        primary = lowered.partition("-")[0]
        for language in self.languages:
            if language.lower().partition("-")[0] == primary:
                return language
        return None


def _by_preference(accept_language: str) -> list[str]:
    """The tags of an Accept-Language header, most wanted first; at most ten."""
    weighted: list[tuple[float, int, str]] = []
    for index, part in enumerate(accept_language.split(",")[:_MOST_TAGS]):
        tag, _, parameters = part.strip().partition(";")
        quality = 1.0
        name, _, value = parameters.strip().partition("=")
        if name == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 0.0
        if tag and quality > 0:
            weighted.append((-quality, index, tag))
    return [tag for _, _, tag in sorted(weighted)]
