"""A policy that could not be honoured is refused where it is written."""

from __future__ import annotations

import pytest

from streamapi.responsecache import NEVER, CachePolicy


class TestCachePolicy:
    @pytest.mark.parametrize(
        "values",
        [
            {"ttl": 0, "client_ttl": 0},
            {"ttl": 1, "client_ttl": -1},
            {"ttl": 1, "client_ttl": 0, "stale_while_revalidate": -1},
            {"ttl": 1, "client_ttl": 0, "stale_if_error": -1},
            {"ttl": 1, "client_ttl": 0, "vary": ("user",)},
            {"ttl": 1, "client_ttl": 0, "query_params": ("lang",)},
        ],
    )
    def test_refuses_what_makes_no_sense(self, values: dict) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            CachePolicy(**values)

    def test_is_a_value(self) -> None:
        assert CachePolicy(ttl=5, client_ttl=1) == CachePolicy(ttl=5, client_ttl=1)


class TestNever:
    def test_wants_a_reason(self) -> None:
        with pytest.raises(ValueError, match="why"):
            NEVER("  ")

    def test_keeps_the_reason(self) -> None:
        assert NEVER("personal").reason == "personal"
