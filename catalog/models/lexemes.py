"""What the index of names knows of a row: each word of its names, and each name whole."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, Expression, Func

WHOLE: Final = "="
"""Stands before a whole name among the words."""


class Lexemes(Func):
    """Of ``spider man | spiderman``: spider, man, spiderman, =spider man, =spiderman.

    Indexes are made of this expression and searches ask for it: both must read the same.
    """

    template = (
        "array_to_tsvector(array_remove(string_to_array(%(expressions)s, ' '), '')"
        f" || string_to_array('{WHOLE}' || replace(%(expressions)s,"
        f" ' | ', '|{WHOLE}'), '|'))"
    )
    arity = 1
    output_field = SearchVectorField()


class Matches(Func):
    """Whether the names in ``folded`` have the lexemes that a ``tsquery`` asks for."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, asked: Expression) -> None:
        super().__init__(Lexemes("folded"), asked)
