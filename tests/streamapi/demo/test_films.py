"""Films: scripts that fit, music in tune, subtitles in order, real video out of ffmpeg."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from playback.packaging import tools
from streamapi.demo.films import layers, making, score, subtitles
from streamapi.demo.films.script import Film, films

FILMS = films()


def short(film: Film, seconds: float = 1.5) -> Film:
    shots = tuple(replace(shot, seconds=seconds) for shot in film.shots[:2])
    return replace(film, shots=shots)


class TestScripts:
    def test_six_films_of_thirty_to_sixty_seconds(self) -> None:
        assert len(FILMS) >= 6
        assert all(30 <= film.seconds <= 60 for film in FILMS)

    def test_the_first_is_the_shortest(self) -> None:
        assert FILMS[0].seconds == min(film.seconds for film in FILMS)

    def test_two_are_free(self) -> None:
        assert sum(not film.title.package for film in FILMS) == 2

    @pytest.mark.parametrize("film", FILMS, ids=lambda film: film.title.slug)
    def test_lines_follow_each_other_within_the_film(self, film: Film) -> None:
        moments = [at for cue in film.cues for at in (cue.starts_s, cue.ends_s)]
        assert moments == sorted(moments)
        assert moments[-1] <= film.seconds

    def test_shots_begin_where_the_one_before_ends(self) -> None:
        assert FILMS[0].cuts == [0.0, 10, 20]


class TestScore:
    def test_a_is_440_hertz(self) -> None:
        assert score.frequency("A4") == 440
        assert score.frequency("C4") == pytest.approx(261.63, abs=0.01)
        assert score.frequency("F#3") == pytest.approx(185.0, abs=0.01)

    def test_there_is_a_channel_for_each_ear(self) -> None:
        left, right = score.expression([("A2", "E3"), ("C3", "G3")], 2.0).split("|")
        assert left != right
        assert left.count("(") == left.count(")")


class TestSubtitles:
    def test_webvtt_in_both_languages(self) -> None:
        text = subtitles.webvtt(FILMS[0], "de")
        assert text.startswith("WEBVTT\n\n00:00:02.000 --> 00:00:05.500\nDie Lampe")
        assert text.count(" --> ") == len(FILMS[0].cues)

    def test_stamps_carry_over(self) -> None:
        assert subtitles.stamp(3725.5) == "01:02:05.500"


@pytest.mark.media
class TestMaking:
    @pytest.mark.parametrize("number", range(len(FILMS)))
    def test_every_film_can_be_made(self, number: int, tmp_path: Path) -> None:
        film = short(FILMS[number])
        made = making.make(film, tmp_path, lambda words: tools.run("ffmpeg", words))
        facts = json.loads(
            tools.run(
                "ffprobe",
                ["-v", "error", "-show_streams", "-of", "json", str(made.video)],
            )
        )
        video, audio = facts["streams"]
        assert (video["width"], video["height"]) == layers.SIZE
        assert float(video["duration"]) == pytest.approx(film.seconds, abs=0.2)
        assert audio["tags"]["language"][:2] == film.language
        assert set(made.texts) == {"en", "de"}
