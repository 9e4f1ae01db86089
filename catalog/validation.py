"""What keeps a title from being published, and what its editor should know.

An ERROR blocks, a WARNING informs. Codes are stable; ``pointer`` names the field in the
title's content (``/seasons/1/episodes/3/name``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

from django.conf import settings

from catalog import availability
from catalog.content import Content, Picture


class Severity(StrEnum):
    """Whether a finding blocks."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or could be better."""

    severity: Severity
    code: str
    pointer: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        """For snapshots and problem documents."""
        return {
            "severity": self.severity,
            "code": self.code,
            "pointer": self.pointer,
            "detail": self.detail,
        }


Check = Callable[[Content], Iterator[Finding]]


def error(code: str, pointer: str, detail: str) -> Finding:
    """A finding that blocks."""
    return Finding(Severity.ERROR, code, pointer, detail)


def warning(code: str, pointer: str, detail: str) -> Finding:
    """A finding that informs."""
    return Finding(Severity.WARNING, code, pointer, detail)


def check(
    content: Content,
    *,
    archived: bool,
    slug_taken: bool,
    required: Sequence[str] = (),
) -> list[Finding]:
    """Everything that can be said about a title, errors first.

    ``slug_taken``: devices know another title by this slug. ``required``: the codes of
    attributes that it must have.
    """
    findings = [*_state(content, archived=archived, slug_taken=slug_taken)]
    findings += [
        error("attribute_missing", f"/attributes/{code}", f"It has no {code}.")
        for code in required
        if code not in content["attributes"]
    ]
    findings += [finding for one in _CHECKS for finding in one(content)]
    return sorted(findings, key=lambda finding: finding.severity)


def blocking(findings: Sequence[Finding]) -> bool:
    """Whether any of the findings is an ERROR."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _state(content: Content, *, archived: bool, slug_taken: bool) -> Iterator[Finding]:
    if archived:
        yield error("archived", "/status", "An archived title is not published.")
    if slug_taken:
        yield error("slug_taken", "/slug", "Another published title has this slug.")
    if content["slug"].startswith("ti_"):
        yield error("slug_like_id", "/slug", "A slug must not look like a public id.")


def _names(content: Content) -> Iterator[Finding]:
    texts = content["texts"]
    if not any(words["name"] for words in texts.values()):
        yield error("name_missing", "/translations", "It has no name in any language.")
        return
    for language in settings.CONTENT_LANGUAGES:
        pointer = f"/translations/{language}"
        words = texts.get(language)
        if words is None:
            yield warning(
                "translation_missing", pointer, f"There is no text in {language}."
            )
        elif not words["synopsis"]:
            yield warning(
                "synopsis_missing",
                f"{pointer}/synopsis",
                f"There is no synopsis in {language}.",
            )


def _dates(content: Content) -> Iterator[Finding]:
    year, released_on = content["year"], content["released_on"]
    if year is None and released_on is None:
        yield warning("year_missing", "/year", "Nothing says when it came out.")
    elif year and released_on and int(released_on[:4]) != year:
        yield warning(
            "year_differs",
            "/year",
            f"The year is {year}, but the release date is {released_on}.",
        )


def _discovery(content: Content) -> Iterator[Finding]:
    if not content["genres"]:
        yield warning("genre_missing", "/genres", "It is in no genre.")
    if not content["ratings"]:
        yield warning(
            "rating_missing",
            "/ratings",
            "It has no maturity rating and is hidden from everyone below 18.",
        )


def _pictures(content: Content) -> Iterator[Finding]:
    roles = {picture["role"] for picture in content["images"]}
    for role in ("poster", "backdrop"):
        if role not in roles:
            yield warning(f"{role}_missing", "/artwork", f"There is no {role}.")
    yield from _unchecked(content["images"], "/artwork")
    for season in content["seasons"]:
        pointer = f"/seasons/{season['number']}"
        yield from _unchecked(season["images"], f"{pointer}/artwork")
        for episode in season["episodes"]:
            yield from _unchecked(
                episode["images"], f"{pointer}/episodes/{episode['number']}/artwork"
            )


def _unchecked(pictures: Sequence[Picture], pointer: str) -> Iterator[Finding]:
    for index, picture in enumerate(pictures):
        if not (picture["width"] and picture["height"]):
            yield error(
                "picture_without_size",
                f"{pointer}/{index}",
                f"The {picture['role']} has no known size; upload it again.",
            )
        else:
            yield from _size(picture, f"{pointer}/{index}")
        if not picture["alt"] and picture["role"] != "logo":
            yield warning(
                "alt_missing",
                f"{pointer}/{index}/alt",
                f"The {picture['role']} has no alternative text.",
            )


def _size(picture: Picture, pointer: str) -> Iterator[Finding]:
    """Whether a picture is large enough for where devices show it."""
    role, size = picture["role"], (picture["width"], picture["height"])
    enough, least = _SIZES.get(role, ((0, 0), (0, 0)))
    if size[0] < least[0] or size[1] < least[1]:
        yield error(
            "picture_too_small",
            pointer,
            f"The {role} has {size[0]}x{size[1]} pixels; "
            f"it needs at least {least[0]}x{least[1]}.",
        )
    elif size[0] < enough[0] or size[1] < enough[1]:
        yield warning(
            "picture_small",
            pointer,
            f"The {role} has {size[0]}x{size[1]} pixels and will look soft on a "
            f"television; {enough[0]}x{enough[1]} would not.",
        )


def _seasons(content: Content) -> Iterator[Finding]:
    seasons = content["seasons"]
    if content["kind"] == "movie" and seasons:
        yield error("movie_with_seasons", "/seasons", "A movie has no seasons.")
    if content["kind"] == "series" and not any(one["episodes"] for one in seasons):
        yield error("series_empty", "/seasons", "The series has no episode.")
    for season in seasons:
        pointer = f"/seasons/{season['number']}"
        if not season["episodes"]:
            yield warning("season_empty", pointer, "The season has no episode.")
        for episode in season["episodes"]:
            if not any(words["name"] for words in episode["texts"].values()):
                yield error(
                    "episode_name_missing",
                    f"{pointer}/episodes/{episode['number']}/name",
                    f"Season {season['number']}, episode {episode['number']} "
                    "has no name in any language.",
                )


def _windows(content: Content) -> Iterator[Finding]:
    windows = content["windows"]
    for index, window in enumerate(windows):
        for code in window["territories"]:
            if code not in settings.TERRITORIES:
                yield warning(
                    "territory_not_served",
                    f"/windows/{index}/territories",
                    f"The service does not reach {code}.",
                )
    for (first, one), (second, other) in combinations(enumerate(windows), 2):
        shared = availability.shared_territories(one, other)
        if shared and availability.overlap(one, other):
            yield warning(
                "windows_overlap",
                f"/windows/{second}",
                f"Windows {first + 1} and {second + 1} overlap in "
                f"{', '.join(shared)}: it may be shown while either is open.",
            )


_SIZES: Final = {
    "poster": ((600, 900), (200, 300)),
    "backdrop": ((1280, 720), (640, 360)),
    "tv_hero": ((1920, 1080), (1280, 720)),
    "still": ((640, 360), (320, 180)),
    "thumbnail": ((640, 360), (320, 180)),
    "square": ((600, 600), (200, 200)),
    "portrait": ((400, 400), (120, 120)),
    "logo": ((400, 80), (100, 20)),
}
"""For each role: from here on it is sharp everywhere, and below that it is not shown."""
_CHECKS: Final[tuple[Check, ...]] = (
    _names,
    _dates,
    _discovery,
    _pictures,
    _seasons,
    _windows,
)
