"""Rows are judged by medians, and the table says so."""

from __future__ import annotations

import json

import pytest

from bench import results


class TestCompare:
    def test_ratio_is_that_of_the_medians(self):
        row = results.compare(
            "a", "b", ours=[1, 20, 400], theirs=[10, 5, 90], unit="x", goal=2
        )
        assert (row.ratio, row.ours, row.theirs, row.runs) == (2.0, 20, 10, 3)

    @pytest.mark.parametrize(
        ("sense", "goal", "met"),
        [
            ("at least", 2.0, True),
            ("at least", 2.1, False),
            ("at most", 2.0, True),
            ("at most", 1.9, False),
            ("at most", None, None),
        ],
    )
    def test_goal_is_judged_in_its_sense(self, sense, goal, met):
        row = results.compare(
            "a", "b", ours=[20], theirs=[10], unit="x", goal=goal, sense=sense
        )
        assert row.met is met


class TestQuantile:
    def test_p99_of_a_hundred_is_the_second_largest(self):
        assert results.quantile(range(1, 101), 0.99) == 99

    def test_of_one_value_is_that_value(self):
        assert results.quantile([7.5], 0.99) == 7.5


class TestOutput:
    @pytest.fixture
    def row(self):
        return results.compare(
            "hot", "bare", ours=[3, 3, 3], theirs=[2, 2, 2], unit="x", goal=2
        )

    def test_table_starts_with_ratio_goal_and_verdict(self, row):
        header, _, line = results.table([row]).splitlines()
        assert header.split("|")[1].strip() == "ratio"
        assert [cell.strip() for cell in line.split("|")[1:4]] == ["1.50", "2", "NO"]

    def test_file_holds_the_agreed_fields(self, row, tmp_path):
        path = tmp_path / "deep" / "results.json"
        results.write([row], path)
        [kept] = json.loads(path.read_bytes())
        wanted = [
            "work",
            "against",
            "ratio",
            "goal",
            "met",
            "ours",
            "theirs",
            "unit",
            "runs",
        ]
        assert set(wanted) <= set(kept)
        assert kept["ours_runs"] == [3, 3, 3]
