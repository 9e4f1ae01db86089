"""Writes a batch of records to the editing side with a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db.models import F
from django.utils.text import slugify

from accounts.models import Package
from catalog import attributes
from catalog.importing import labels, parts, series
from catalog.importing.errors import RecordInvalid
from catalog.importing.records import PUBLIC_ID, Record
from catalog.models import (
    Credit,
    ExternalId,
    Genre,
    GenreTranslation,
    MaturityRating,
    Person,
    Title,
    TitleTranslation,
)

_COLUMNS: Final = (
    "kind",
    "slug",
    "original_name",
    "original_language",
    "year",
    "released_on",
    "runtime_s",
    "languages",
)


class Verdict(StrEnum):
    """What became of a record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(slots=True)
class Entry:
    """A record on its way: where it stands, what it says, what became of it."""

    position: int
    record: Record
    line: int | None = None
    title: Title | None = None
    verdict: Verdict = Verdict.UNCHANGED
    error: RecordInvalid | None = None

    def reject(self, code: str, pointer: str, detail: str) -> None:
        """Take the record out of the batch."""
        self.verdict = Verdict.REJECTED
        self.error = RecordInvalid(detail, code=code, pointer=pointer)


def write(entries: Sequence[Entry], *, now: datetime) -> None:
    """Create or update titles; the caller holds the transaction."""
    _match(entries)
    _check_packages(entries)
    _check_slugs(entries)
    _check_attributes(entries)
    _check_parts(entries)
    changed = [one for one in entries if one.verdict is not Verdict.REJECTED]
    changed = _without_unchanged(changed)
    if not changed:
        return
    _save_titles(changed, now)
    _save_ids(changed)
    _save_translations(changed)
    _save_genres(changed)
    labels.save_keywords(_given(changed, "keywords"))
    labels.save_studios(_given(changed, "studios"))
    labels.save_collections(_given(changed, "collections"))
    labels.save_windows(_given(changed, "windows"))
    labels.save_attributes(_given(changed, "attributes"))
    _save_packages(changed)
    _save_credits(changed)
    _save_ratings(changed)
    series.save(
        [
            (one.title, one.record.seasons)
            for one in changed
            if one.title is not None and one.record.seasons
        ]
    )
    for name, part in parts.registered.items():
        if given := _given_parts(changed, name):
            part.save([(_title(one), value) for one, value in given], now)


def _match(entries: Sequence[Entry]) -> None:
    """Find the titles that the external ids name."""
    wanted = {pair for one in entries for pair in one.record.external_ids.items()}
    rows = ExternalId.objects.filter(
        system__in={system for system, _ in wanted},
        value__in={value for _, value in wanted},
    ).select_related("title")
    known = {(row.system, row.value): row for row in rows}
    own = _by_public_id(entries)
    for one in entries:
        if (public_id := one.record.external_ids.get(PUBLIC_ID)) is not None:
            _match_own(one, own.get(public_id))
            continue
        found = [known.get(pair) for pair in one.record.external_ids.items()]
        titles = {row.title_id: row.title for row in found if row is not None}
        if len(titles) > 1:
            one.reject(
                "ids_conflict",
                "/external_ids",
                "The external ids belong to different titles.",
            )
            continue
        one.title = next(iter(titles.values()), None)
        same = found[0] and found[0].fingerprint == one.record.fingerprint()
        if one.title is None:
            one.verdict = Verdict.CREATED
        elif not same:
            one.verdict = Verdict.UPDATED


def _by_public_id(entries: Sequence[Entry]) -> dict[str, Title]:
    named = {one.record.external_ids.get(PUBLIC_ID) for one in entries} - {None}
    if not named:
        return {}
    return {one.public_id: one for one in Title.objects.filter(public_id__in=named)}


def _match_own(entry: Entry, title: Title | None) -> None:
    if title is None:
        entry.reject(
            "unknown_title",
            f"/external_ids/{PUBLIC_ID}",
            "There is no title with this public id.",
        )
        return
    entry.title = title
    entry.verdict = Verdict.UPDATED


def _check_packages(entries: Sequence[Entry]) -> None:
    named = {code for one in entries for _, code in _packages_of(one.record)}
    if not named:
        return
    known = set(Package.objects.filter(code__in=named).values_list("code", flat=True))
    for one in entries:
        for pointer, code in _packages_of(one.record):
            if code not in known:
                detail = f"There is no package {code!r}."
                one.reject("unknown_package", pointer, detail)


def _packages_of(record: Record) -> Iterator[tuple[str, str]]:
    """Every package that a record names, and where."""
    for index, code in enumerate(record.packages or ()):
        yield f"/packages/{index}", code
    for number, window in enumerate(record.windows or ()):
        for index, code in enumerate(window.packages):
            yield f"/windows/{number}/packages/{index}", code


def _check_attributes(entries: Sequence[Entry]) -> None:
    """Refuse attributes that nobody defined, and values that they do not take."""
    named = {code for one in entries for code in one.record.attributes or ()}
    if not named:
        return
    known = {one.code: one for one in labels.definitions(named)}
    for one in entries:
        for code, value in (one.record.attributes or {}).items():
            if code not in known:
                detail = f"There is no attribute {code!r}."
                one.reject("unknown_attribute", f"/attributes/{code}", detail)
                continue
            try:
                attributes.read(known[code], value)
            except attributes.AttributeRefused as error:
                one.reject("attribute_refused", f"/attributes/{code}", error.detail)


def _check_parts(entries: Sequence[Entry]) -> None:
    """Refuse what the owners of other parts cannot write."""
    for name, part in parts.registered.items():
        settled = {Verdict.REJECTED, Verdict.UNCHANGED}
        open_ = [one for one in entries if one.verdict not in settled]
        given = _given_parts(open_, name)
        refused = part.check([(one.title, value) for one, value in given])
        for place, error in refused if given else ():
            given[place][0].reject(error.code, error.pointer or "", error.detail)


def _given_parts(entries: Sequence[Entry], name: str) -> list[tuple[Entry, Any]]:
    parts_of = [(one, one.record.parts) for one in entries]
    return [(one, found[name]) for one, found in parts_of if name in found]


def _check_slugs(entries: Sequence[Entry]) -> None:
    """Refuse a slug that is another title's, in the catalogue or in this batch."""
    asked = {one.record.slug for one in entries if one.record.slug}
    if not asked:
        return
    owners: dict[str, int | None] = dict(
        Title.objects.filter(slug__in=asked).values_list("slug", "pk")
    )
    for one in entries:
        slug = one.record.slug
        if not slug or one.verdict is Verdict.REJECTED:
            continue
        owner = one.title.pk if one.title else None
        if slug in owners and owners[slug] != owner:
            one.reject("slug_taken", "/slug", f"The slug {slug!r} is in use.")
        else:
            owners[slug] = owner or -one.position


def _without_unchanged(entries: Sequence[Entry]) -> list[Entry]:
    return [one for one in entries if one.verdict is not Verdict.UNCHANGED]


def _save_titles(entries: Sequence[Entry], now: datetime) -> None:
    new = [one for one in entries if one.title is None]
    slugs = _free_slugs(new)
    for one in new:
        one.title = Title(slug=slugs[one.position])
    for one in entries:
        _assign(one)
    Title.objects.bulk_create([_title(one) for one in new])
    known = [_title(one) for one in entries if one.verdict is Verdict.UPDATED]
    for title in known:
        title.updated_at = now
    Title.objects.bulk_update(known, [*_COLUMNS, "updated_at"])
    Title.objects.filter(pk__in=[title.pk for title in known]).update(
        version=F("version") + 1
    )


def _title(entry: Entry) -> Title:
    if entry.title is None:
        raise LookupError(f"record {entry.position} has no title yet")
    return entry.title


def _assign(entry: Entry) -> None:
    """Set what the record gives; what it leaves out stays."""
    title = _title(entry)
    for column in _COLUMNS:
        value = getattr(entry.record, column)
        if value is not None:
            setattr(title, column, value)


def _free_slugs(entries: Sequence[Entry]) -> dict[int, str]:
    """A slug for each new title: name and year, and the id's fingerprint if taken."""
    bases = {one.position: _slug(one.record) for one in entries}
    taken = set(
        Title.objects.filter(slug__in=bases.values()).values_list("slug", flat=True)
    )
    slugs: dict[int, str] = {}
    for one in entries:
        slug = bases[one.position]
        if slug in taken:
            slug = f"{slug}-{one.record.fingerprint()[:12]}"
        taken.add(slug)
        slugs[one.position] = slug
    return slugs


def _slug(record: Record) -> str:
    name = slugify(record.original_name)[:150].strip("-_")
    year = f"-{record.year}" if record.year else ""
    return f"{name or record.fingerprint()[:12]}{year}"


def _save_ids(entries: Sequence[Entry]) -> None:
    ExternalId.objects.bulk_create(
        [
            ExternalId(
                title=one.title,
                system=system,
                value=value,
                fingerprint=one.record.fingerprint()
                if (system, value) == one.record.identity
                else "",
            )
            for one in entries
            for system, value in one.record.external_ids.items()
            if system != PUBLIC_ID
        ],
        update_conflicts=True,
        unique_fields=["system", "value"],
        update_fields=["fingerprint"],
    )


def _save_translations(entries: Sequence[Entry]) -> None:
    TitleTranslation.objects.bulk_create(
        [
            TitleTranslation(
                title=one.title,
                language=language,
                name=words.name,
                tagline=words.tagline,
                synopsis=words.synopsis,
            )
            for one in entries
            for language, words in one.record.translations.items()
        ],
        update_conflicts=True,
        unique_fields=["title", "language"],
        update_fields=["name", "tagline", "synopsis"],
    )


def _given(entries: Sequence[Entry], part: str) -> list[tuple[Title, Any]]:
    """The titles whose record gives a part, and the part."""
    pairs = [(_title(one), getattr(one.record, part)) for one in entries]
    return [(title, value) for title, value in pairs if value is not None]


def _save_genres(entries: Sequence[Entry]) -> None:
    given = _given(entries, "genres")
    slugs = {_genre_slug(name): name for _, names in given for name in names}
    language = next((tag for one in entries for tag in one.record.translations), "en")
    genres = _genres(slugs, language)
    labels.relate(
        Title.genres.through,
        "genre_id",
        [
            (title, dict.fromkeys(genres[_genre_slug(name)] for name in names))
            for title, names in given
        ],
    )


def _genre_slug(name: str) -> str:
    return slugify(name)[:60] or "other"


def _genres(names: Mapping[str, str], language: str) -> dict[str, int]:
    """The genres with these slugs; those that are new get the name as it was given."""
    known = _pks(Genre, names)
    new = Genre.objects.bulk_create(
        [Genre(slug=slug) for slug in names if slug not in known]
    )
    GenreTranslation.objects.bulk_create(
        [
            GenreTranslation(genre=genre, language=language, name=names[genre.slug])
            for genre in new
        ]
    )
    return known | {genre.slug: genre.pk for genre in new}


def _pks(model: type[Genre], slugs: Iterable[str]) -> dict[str, int]:
    return dict(model.objects.filter(slug__in=list(slugs)).values_list("slug", "pk"))


def _save_packages(entries: Sequence[Entry]) -> None:
    given = _given(entries, "packages")
    codes = {code for _, named in given for code in named}
    known = dict(Package.objects.filter(code__in=codes).values_list("code", "pk"))
    labels.relate(
        Title.packages.through,
        "package_id",
        [
            (title, dict.fromkeys(known[code] for code in named))
            for title, named in given
        ],
    )


def _save_credits(entries: Sequence[Entry]) -> None:
    given = _given(entries, "credits")
    people = _people({credit.name for _, parts in given for credit in parts})
    Credit.objects.filter(title__in=[title for title, _ in given]).delete()
    Credit.objects.bulk_create(
        [
            Credit(
                title=title,
                person_id=people[credit.name],
                role=credit.role,
                character=credit.character,
                position=position,
            )
            for title, parts in given
            for position, credit in enumerate(parts)
        ]
    )


def _people(names: set[str]) -> dict[str, int]:
    """The people with these names, the earliest of namesakes; new ones are made."""
    rows = Person.objects.filter(name__in=names).order_by("-pk")
    known = dict(rows.values_list("name", "pk"))
    new = Person.objects.bulk_create(
        [Person(name=name) for name in sorted(names.difference(known))]
    )
    return known | {person.name: person.pk for person in new}


def _save_ratings(entries: Sequence[Entry]) -> None:
    given = _given(entries, "ratings")
    MaturityRating.objects.filter(title__in=[title for title, _ in given]).delete()
    MaturityRating.objects.bulk_create(
        [
            MaturityRating(
                title=title,
                system=rating.system,
                value=rating.value,
                country=rating.country,
                min_age=rating.min_age,
                descriptors=rating.descriptors,
            )
            for title, ratings in given
            for rating in ratings
        ]
    )
