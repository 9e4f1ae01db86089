"""What a plan lets a household do: values that combine, known to nobody's database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import reduce
from typing import Any, Final

SD: Final = 576
HD: Final = 1080
UHD: Final = 2160


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Limits and comforts; two combine to the better of each.

    ``streams`` at once, registered ``devices``, ``max_height`` in pixels, ``downloads``
    kept at a time, and whether there are ``ads``.
    """

    streams: int = 1
    devices: int = 5
    max_height: int = SD
    downloads: int = 0
    ads: bool = True

    def __or__(self, other: Features) -> Features:
        return Features(
            streams=max(self.streams, other.streams),
            devices=max(self.devices, other.devices),
            max_height=max(self.max_height, other.max_height),
            downloads=max(self.downloads, other.downloads),
            ads=self.ads and other.ads,
        )

    def as_claims(self) -> dict[str, Any]:
        """As an access token and the API state them."""
        return asdict(self)


FREE: Final = Features()
"""What everyone has who signed in, whatever they bought."""


def best_of(features: Iterable[Features]) -> Features:
    """All combined, and never less than what is free."""
    return reduce(Features.__or__, features, FREE)
