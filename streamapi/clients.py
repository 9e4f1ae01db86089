"""Who is asking, as far as a shared answer may depend on it: four declared values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Variant:
    """The values that a shared answer may vary on, already normalised.

    ``language`` is one of the supported tags, ``territory`` an ISO 3166-1 code in
    upper case, ``form_factor`` one of :data:`FORM_FACTORS`, ``maturity`` a supported
    ceiling in years.
    """

    language: str
    territory: str
    form_factor: str = "web"
    maturity: int = UNRESTRICTED


@dataclass(frozen=True, slots=True)
class VariantRules:
    """What is supported, from settings: requests are normalised to these values."""

    languages: Sequence[str]
    territories: Sequence[str]
    default_territory: str
    ceilings: Sequence[int]
    trust_edge_headers: bool

    def language(self, asked: str, accept_language: str) -> str:
        """The supported language nearest to ``?lang=``, else to Accept-Language."""
        for tag in (asked, *_by_preference(accept_language)):
            found = self._supported_language(tag)
            if found:
                return found
        return self.languages[0]

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
    for index, part in enumerate(accept_language.split(",")[:10]):
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
