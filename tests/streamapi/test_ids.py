"""Public identifiers."""

import re

from streamapi.ids import MAX_LENGTH, new_id


def test_are_prefixed_opaque_and_never_the_same():
    ids = {new_id("ti") for _ in range(2000)}
    assert len(ids) == 2000
    assert all(re.fullmatch(r"ti_[0-9a-z]{16}", each) for each in ids)
    assert max(map(len, ids)) <= MAX_LENGTH


def test_never_use_letters_that_are_misread():
    assert not set("".join(new_id("")[1:] for _ in range(500))) & set("ilou")
