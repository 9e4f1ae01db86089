"""From the words of a query to what the index of names is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import Final

from catalog import spelling
from catalog.models.lexemes import WHOLE
from catalog.spelling import Meaning

_READINGS: Final = 3
_ALTERNATIVES: Final = 2
"""Of each word, in what a query is taken to mean."""
_HALF_A_WORD: Final = 3
"""Shorter words, and those that are known, are halves at the end of what is typed only."""

Found = Mapping[str, Sequence[Meaning]]


@dataclass(frozen=True, slots=True)
class Wording:
    """A query as texts, and as conditions for the index by their names.

    ``typed`` is the query and what synonyms make of it; ``meant`` is the query with its
    words spelt as names spell them.
    """

    typed: Sequence[str]
    meant: Sequence[str]
    conditions: Mapping[str, str]

    @property
    def texts(self) -> list[str]:
        """All that the query may stand for."""
        return [*self.typed, *self.meant]


def of(typed: Sequence[str]) -> Wording:
    """What is asked by a folded query, the first, and by what means the same."""
    words = typed[0].split()
    pairs = ["".join(two) for two in pairwise(words)]
    found = spelling.meanings([*words, *pairs])
    joined = list(islice(_joined(words, found), _READINGS))
    meant = [*_spelt(words, found), *map(" ".join, joined)]
    texts = list(dict.fromkeys([*typed, *meant[:_READINGS]]))
    readings = [words, *joined, *(one.split() for one in typed[1:])]
    every = [_all(words, found), *(_all(one, {}) for one in readings[1:])]
    return Wording(
        typed=typed,
        meant=texts[len(typed) :],
        conditions={
            "typed_whole": _whole(typed),
            "typed_begun": _begun(typed),
            "whole": _whole(texts),
            "begun": _begun(texts),
            "every": _any(every),
            "most": _most(words, found),
            "some": _any(_word(word, found) for word in words),
        },
    )


def _whole(texts: Iterable[str]) -> str:
    """Names that are one of the texts."""
    return _any(_lexeme(WHOLE + text) for text in texts)


def _begun(texts: Iterable[str]) -> str:
    """Names that begin with one of the texts."""
    return _any(_half(WHOLE + text) for text in texts)


def _joined(words: Sequence[str], found: Found) -> Iterator[list[str]]:
    """Readings in which two words are one, as names write it."""
    for at, two in enumerate(pairwise(words)):
        apart = " ".join(two)
        for meaning in found.get("".join(two), ()):
            if meaning.words != apart:
                yield [*words[:at], *meaning.words.split(), *words[at + 2 :]]


def _spelt(words: Sequence[str], found: Found) -> Iterator[str]:
    """The likeliest spellings of the whole; a word that is known is right."""
    choices = [_likeliest(word, found) for word in words]
    return islice(map(" ".join, product(*choices)), _READINGS)


def _likeliest(word: str, found: Found) -> Sequence[str]:
    several = found.get(word, ())[:_ALTERNATIVES]
    if not several or several[0].distance == 0:
        return [one.words for one in several[:1]] or [word]
    return [one.words for one in several if one.distance == several[0].distance]


def _all(words: Sequence[str], found: Found) -> str:
    last = len(words) - 1
    return _both(
        _word(word, found, half=at == last or _may_be_half(word, found))
        for at, word in enumerate(words)
    )


def _may_be_half(word: str, found: Found) -> bool:
    is_known = any(one.distance == 0 for one in found.get(word, ()))
    return len(word) >= _HALF_A_WORD and not is_known


def _most(words: Sequence[str], found: Found) -> str:
    """All words but any one; of two or fewer, any."""
    if len(words) <= 2:
        return _any(_word(word, found) for word in words)
    asked = [_word(word, found) for word in words]
    return _any(_both([*asked[:at], *asked[at + 1 :]]) for at in range(len(asked)))


def _word(word: str, found: Found, *, half: bool = False) -> str:
    """A word, what begins with it, or what it may mean."""
    others = [
        _both(map(_lexeme, one.words.split()))
        for one in found.get(word, ())
        if one.words != word
    ]
    return _any([_half(word) if half else _lexeme(word), *others])


def _joiner(sign: str) -> Callable[[Iterable[str]], str]:
    return lambda conditions: f"({sign.join(conditions)})"


_any: Final = _joiner(" | ")
_both: Final = _joiner(" & ")


def _half(text: str) -> str:
    return f"{_lexeme(text)}:*"


def _lexeme(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"
