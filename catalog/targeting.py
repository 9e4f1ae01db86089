"""Who sees a rail, where and when; pure, on the rail's content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from catalog.page_content import RailContent
from streamapi.clients import UNRESTRICTED, Variant

_SCREENS: Final = {
    "phone": "phones",
    "tablet": "tablets",
    "tv": "televisions",
    "web": "the web",
}


def shows(rail: RailContent, variant: Variant, now: datetime) -> bool:
    """Whether the one who asks gets the rail at this moment."""
    return (
        (not rail["form_factors"] or variant.form_factor in rail["form_factors"])
        and _is_there(rail, variant.territory)
        and (not rail["languages"] or variant.language in rail["languages"])
        and rail["maturity_from"] <= variant.maturity <= rail["maturity_to"]
        and _is_open(rail, now)
    )


def next_change(rails: Iterable[RailContent], now: datetime) -> datetime | None:
    """The next moment at which one of the rails comes or goes."""
    moments = (moment for rail in rails for moment in _moments(rail))
    return min((moment for moment in moments if moment > now), default=None)


def in_words(rail: RailContent) -> str:
    """For editors: who sees the rail, in a sentence."""
    parts = [*_audience(rail), *_places(rail), *_times(rail)]
    return ", ".join(parts) if parts else "everyone, always"


def _is_there(rail: RailContent, territory: str) -> bool:
    if not rail["territories"]:
        return True
    return (territory in rail["territories"]) is not rail["excluded"]


def _is_open(rail: RailContent, now: datetime) -> bool:
    starts, ends = moment(rail["starts_at"]), moment(rail["ends_at"])
    return (starts is None or starts <= now) and (ends is None or now < ends)


def _moments(rail: RailContent) -> Iterator[datetime]:
    for text in (rail["starts_at"], rail["ends_at"]):
        if text:
            yield datetime.fromisoformat(text)


def moment(text: str | None) -> datetime | None:
    """A moment of a rail's content."""
    return datetime.fromisoformat(text) if text else None


def _audience(rail: RailContent) -> Iterator[str]:
    if rail["form_factors"]:
        yield f"on {_and([_SCREENS.get(one, one) for one in rail['form_factors']])}"
    low, high = rail["maturity_from"], rail["maturity_to"]
    if low and high < UNRESTRICTED:
        yield f"for profiles from {low} to {high} years"
    elif low:
        yield f"for profiles from {low} years"
    elif high < UNRESTRICTED:
        yield f"for profiles up to {high} years"
    if rail["languages"]:
        yield f"in {_and(rail['languages'])}"
    if rail["packages"]:
        who = "who have" if rail["holders"] else "who do not have"
        yield f"for those {who} {' or '.join(rail['packages'])}"


def _places(rail: RailContent) -> Iterator[str]:
    if rail["territories"]:
        names = _and(rail["territories"])
        yield f"everywhere but in {names}" if rail["excluded"] else f"only in {names}"


def _times(rail: RailContent) -> Iterator[str]:
    starts, ends = moment(rail["starts_at"]), moment(rail["ends_at"])
    if starts:
        yield f"from {starts:%-d %B %Y %H:%M} UTC"
    if ends:
        yield f"until {ends:%-d %B %Y %H:%M} UTC"


def _and(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
