"""One part that goes wrong does not cost the rows of the others."""

from __future__ import annotations

import pytest

from bench.__main__ import _without
from bench.load import WrongAnswer


class TestWithout:
    @pytest.mark.parametrize("problem", [WrongAnswer("503"), ConnectionError("gone")])
    def test_notes_the_part_and_says_why(self, problem, capsys):
        failed = []
        with _without("hot", failed):
            raise problem
        assert failed == ["hot"]
        assert str(problem) in capsys.readouterr().out

    def test_a_mistake_of_ours_is_not_hidden(self):
        with pytest.raises(TypeError), _without("hot", []):
            raise TypeError
