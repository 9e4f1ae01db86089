"""The words that names have, and which of them a misspelt one may mean.

Published names bring their words along. A word is found by itself and by what is left of
it when any one letter is left out: two words that have one of these in common differ by a
letter too many, too few, wrong or out of place. A long word that nothing is found for is
compared by its trigrams, with the few words of a language and not with all names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import Max, TextField

from catalog.bulk import copy_into
from catalog.models import KnownWord
from catalog.models.lexemes import Lexemes
from streamapi.postgresql.statements import Given, Statement

LONGEST: Final = 40
_FROM_NAME: Final = 20
"""No name has more words that anybody types."""
_MISSPELT: Final = 4
"""Shorter words are too like each other."""
_TWO_TYPOS: Final = 7
_BY_TRIGRAMS: Final = 6
_COMPARED: Final = 3
"""So many words of a query are compared by trigrams: the longest."""
_NEAREST: Final = 5
_LIKE_ONE: Final = 20
_READ: Final = 500
_BATCH: Final = 2_000
_UNUSED: Final = """
DELETE FROM catalog_knownword k WHERE id > %s AND id <= %s AND (
    EXISTS (SELECT FROM catalog_knownword o
        WHERE o.form = k.form AND o.words = k.words AND o.id < k.id)
    OR NOT EXISTS (SELECT FROM catalog_publishedtitle
        WHERE {lexemes} @@ {asked})
    AND NOT EXISTS (SELECT FROM catalog_publishedperson
        WHERE {lexemes} @@ {asked})
    AND NOT EXISTS (SELECT FROM catalog_publishedcollection
        WHERE {lexemes} @@ {asked}))
"""


_SHORTENED: Final = Statement(
    KnownWord.objects.filter(
        shortened__overlap=Given("keys", ArrayField(TextField()))
    ).values_list("form", "words", "shortened")[:_READ],
    is_planned_once=False,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Words that names have, and how many letters away they are."""

    words: str
    distance: int


def learn(names: Iterable[str]) -> None:
    """Know the words of these folded names; two queries, if any is new.

    Two who learn the same word at once both keep it: that costs a row, and neither waits
    for the other.
    """
    forms = {form for name in set(names) for form in _forms(name)}
    known = KnownWord.objects.filter(form__in={form for form, _ in forms})
    new = forms.difference(known.values_list("form", "words"))
    rows = [(form, words, shortened(form)) for form, words in sorted(new)]
    if rows:
        copy_into(KnownWord, ("form", "words", "shortened"), rows)


def forget_unused() -> int:
    """Forget words that are in no published name any more; how many there were."""
    last = KnownWord.objects.aggregate(last=Max("pk"))["last"] or 0
    forgotten = 0
    with connection.cursor() as cursor:
        for after in range(0, last, _BATCH):
            cursor.execute(_unused(), [after, after + _BATCH])
            forgotten += cursor.rowcount
    return forgotten


def meanings(typed: Iterable[str]) -> Mapping[str, Sequence[Meaning]]:
    """What each of these words may mean, the nearest first; at most two queries."""
    asked = [word for word in dict.fromkeys(typed) if _is_a_word(word)]
    by_letters = _by_letters(asked)
    missed = [word for word in asked if not by_letters[word]]
    long = sorted((word for word in missed if len(word) >= _BY_TRIGRAMS), key=len)
    return by_letters | _by_trigrams(long[-_COMPARED:])


def _forms(name: str) -> Iterator[tuple[str, str]]:
    """Each word of a name, and each two neighbours as people write them: as one."""
    for one in name.split(" | "):
        words = one.split()[:_FROM_NAME]
        forms = [(word, word) for word in words]
        forms += [
            (first + second, f"{first} {second}")
            for first, second in pairwise(words)
            if not any(map(str.isdigit, first + second))
        ]
        yield from (form for form in forms if _is_a_word(form[0]))


def _is_a_word(text: str) -> bool:
    """Numbers are not misspelt, and what is longer than any word is none."""
    return len(text) <= LONGEST and not text.isdigit()


def shortened(word: str) -> list[str]:
    """The word, and what is left of it without any one of its letters."""
    if len(word) < _MISSPELT:
        return [word]
    parts = (word[:at] + word[at + 1 :] for at in range(len(word)))
    return list(dict.fromkeys([word, *parts]))


def _by_letters(typed: Sequence[str]) -> dict[str, Sequence[Meaning]]:
    left = {word: set(shortened(word)) for word in typed}
    keys = sorted(set().union(*left.values()))
    found: dict[str, list[Meaning]] = {word: [] for word in typed}
    for form, words, parts in _SHORTENED.rows(keys=keys) if keys else ():
        for word, own in left.items():
            if not own.isdisjoint(parts):
                found[word] += _meaning(word, form, words)
    return {word: _nearest(several) for word, several in found.items()}


def _by_trigrams(typed: Sequence[str]) -> dict[str, Sequence[Meaning]]:
    if not typed:
        return {}
    found: dict[str, list[Meaning]] = {word: [] for word in typed}
    given = {f"word_{at}": word for at, word in enumerate(typed)}
    for form, words, _ in _alike(len(typed)).rows(**given):
        for word in typed:
            found[word] += _meaning(word, form, words)
    return {word: _nearest(several) for word, several in found.items()}


@cache
def _alike(count: int) -> Statement:
    """The forms that are most like each of so many words."""
    words: list[Any] = [Given(f"word_{at}", TextField()) for at in range(count)]
    first, *others = (
        KnownWord.objects.filter(form__trigram_similar=word)
        .annotate(nearness=TrigramSimilarity("form", word))
        .order_by("-nearness")
        .values_list("form", "words", "nearness")[:_LIKE_ONE]
        for word in words
    )
    return Statement(first.union(*others), is_planned_once=False)


def _meaning(typed: str, form: str, words: str) -> list[Meaning]:
    """One, unless more letters differ than people mistake in so long a word."""
    distance = letters_apart(typed, form)
    allowed = 1 + (len(typed) >= _TWO_TYPOS) + (len(typed) >= 2 * _TWO_TYPOS)
    return [Meaning(words, distance)] if distance <= allowed else []


def _nearest(several: Iterable[Meaning]) -> list[Meaning]:
    return sorted(set(several), key=lambda one: (one.distance, one.words))[:_NEAREST]


def letters_apart(one: str, other: str) -> int:
    """How many letters to add, leave out, change or swap with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, last, row = row, before, [at]
        for to, own in enumerate(other, 1):
            cost = min(
                before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != own)
            )
            swapped = at > 1 and to > 1 and one[at - 2 : at] == own + other[to - 2]
            row.append(min(cost, last[to - 2] + 1) if swapped else cost)
    return row[-1]


def _unused() -> str:
    lexemes = Lexemes.template % {"expressions": "folded"}
    asked = "('''' || replace(k.words, ' ', ''' & ''') || '''')::tsquery"
    return _UNUSED.format(lexemes=lexemes, asked=asked)
