"""Episode numbers and age ratings, as feeds write them."""

import pytest

from channels.age_ratings import age_of, strictest
from channels.episode_numbers import best_number


@pytest.mark.parametrize(
    ("system", "value", "number"),
    [
        ("xmltv_ns", "1.0.0/1", (2, 1, 1)),
        ("xmltv_ns", "0..", (1, None, None)),
        ("xmltv_ns", "0 . 12/13 . 0/3", (1, 13, 1)),
        ("xmltv_ns", ".5.", (None, 6, None)),
        ("xmltv_ns", "..", (None, None, None)),
        ("xmltv_ns", "1 0.2", (11, 3, None)),
        ("xmltv_ns", "-1.x", (None, None, None)),
        ("xmltv_ns", "99999999.1", (None, 2, None)),
        ("onscreen", "S01E02", (1, 2, None)),
        ("onscreen", "s3 e4", (3, 4, None)),
        ("onscreen", "1x02", (1, 2, None)),
        ("onscreen", "Series 3, Episode 4/6", (3, 4, None)),
        ("onscreen", "Ep. 7", (None, 7, None)),
        ("onscreen", "Season 2", (2, None, None)),
        ("onscreen", "the one with the fish", (None, None, None)),
        ("thetvdb.com", "series/123", (None, None, None)),
    ],
)
def test_an_episode_number(system, value, number):
    assert best_number([(system, value)]) == number


def test_xmltv_ns_wins_over_what_is_on_screen():
    pairs = [("onscreen", "S09E09"), ("xmltv_ns", "0.1.")]
    assert best_number(pairs)[:2] == (1, 2)


def test_an_empty_xmltv_ns_leaves_what_is_on_screen():
    assert best_number([("xmltv_ns", ".."), ("onscreen", "S1E2")])[:2] == (1, 2)


@pytest.mark.parametrize(
    ("system", "value", "age"),
    [
        ("BBFC", "PG", 8),
        ("MPAA", "PG-13", 13),
        ("VCHIP", "TV-14", 14),
        ("USA Parental Rating", "TV-MA", 17),
        ("FSK", "16", 16),
        ("", "FSK 12", 12),
        ("", "12+", 12),
        ("CSA", "-10", 10),
        ("nobody", "TV-Y7", 7),
        ("", "99", 18),
        ("nobody", "nothing", None),
    ],
)
def test_a_rating_is_an_age(system, value, age):
    assert age_of(system, value) == age


def test_the_strictest_rating_counts():
    assert strictest([("FSK", "12"), ("BBFC", "15"), ("x", "y")]) == 15
    assert strictest([]) is None
