"""The small rules behind documents: languages, pictures, sort keys, genres."""

import io

import pytest

from catalog import differences, documents, languages, sorting
from catalog.progress import Progress


class TestLanguages:
    @pytest.mark.parametrize(
        ("language", "original", "chain"),
        [
            ("en", "en", ("en",)),
            ("de", "en", ("de", "en")),
            ("pt-BR", "ja", ("pt-BR", "pt", "en", "ja")),
        ],
    )
    def test_fall_back_in_order(self, language, original, chain):
        assert languages.chain(language, original, "en") == chain

    def test_a_picture_in_the_language_wins_over_one_without_words(self):
        def roles(*langs):
            pictures = [picture(lang) for lang in langs]
            found = documents.images(pictures, ("de", "en"))
            return [one["lang"] for one in found]

        assert roles("en", "", "de") == ["de"]
        assert roles("fr", "") == [None]
        assert roles("fr", "en") == ["en"]
        assert roles("fr", "fr") == ["fr", "fr"]

    def test_a_genre_without_a_name_goes_by_its_slug(self):
        assert documents.genre_name({"slug": "noir", "names": {}}, ("en",)) == "noir"


def picture(lang, width=200, height=300):
    return {
        "role": "poster",
        "file": "a.jpg",
        "width": width,
        "height": height,
        "lang": lang,
        "alt": "",
        "placeholder": "",
        "blurhash": "",
        "focal": [0.5, 0.5],
    }


class TestAspect:
    @pytest.mark.parametrize(
        ("width", "height", "name"),
        [
            (1000, 1500, "2:3"),
            (1920, 1080, "16:9"),
            (1920, 1078, "16:9"),
            (500, 500, "1:1"),
            (800, 300, "800:300"),
        ],
    )
    def test_is_named_as_people_name_it(self, width, height, name):
        assert documents.aspect(width, height) == name

    def test_a_picture_of_unknown_size_is_not_shown(self):
        assert documents.images([picture("", width=0)], ("en",)) == []


class TestSorting:
    @pytest.mark.parametrize(
        ("name", "language", "key"),
        [
            ("The Éclair", "en", "eclair"),
            ("Die Straße", "de", "strasse"),
            ("The", "en", "the"),
            ("L'été", "fr", "ete"),
            ("東京物語", "ja", "東京物語"),
        ],
    )
    def test_by_name_as_on_a_shelf(self, name, language, key):
        assert sorting.by_name(name, language, 7) == f"{key}\t0000000007"

    def test_by_release_a_year_comes_before_its_days(self):
        year = sorting.by_release(None, 2000, 9)
        day = sorting.by_release("2000-01-01", 2000, 1)
        assert sorting.by_release(None, None, 1) < year < day

    def test_fits_the_column_for_every_title(self):
        assert sorting.by_release("9999-12-31", None, 2**31 - 1) < 2**63


class TestDifferences:
    def test_name_each_field_that_differs(self):
        before = {"a": 1, "b": {"c": [1, 2]}, "same": "x"}
        after = {"a": 2, "b": {"c": [1]}, "same": "x", "new": {}}
        changes = {
            one.pointer: (one.before, one.after)
            for one in differences.between(before, after)
        }
        assert changes == {"/a": (1, 2), "/b/c/1": (2, None), "/new": (None, {})}


class Terminal(io.StringIO):
    def isatty(self):
        return True


class TestProgress:
    def test_shows_share_and_time_left_to_who_watches(self):
        moments = iter([0.0, 10.0, 10.01, 40.0])
        out = Terminal()
        progress = Progress(out, "films", 200, clock=lambda: next(moments))
        for done in (50, 51, 200):
            progress.at(done)
        progress.end()
        first, last = out.getvalue().split("\r")[1:]
        assert "25%" in first
        assert "30 s left" in first
        assert "100%" in last

    def test_keeps_logs_clean(self):
        out = io.StringIO()
        progress = Progress(out, "films", 10)
        progress.at(10)
        progress.end()
        assert out.getvalue() == ""

    def test_knows_no_time_before_the_first_step(self):
        moments = iter([0.0, 1.0])
        out = Terminal()
        Progress(out, "films", 10, clock=lambda: next(moments)).at(0)
        assert "left" not in out.getvalue()
