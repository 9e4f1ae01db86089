"""The ingest validator names the rule that a presentation breaks."""

from __future__ import annotations

import pytest

from playback import hlscheck, languages, m3u8
from playback.hlscheck import ERROR, WARNING
from playback.packaging import manifests, thumbnails

MASTER = """#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,URI="a/a.m3u8",GROUP-ID="audio",LANGUAGE="en",NAME="English"
#EXT-X-STREAM-INF:BANDWIDTH=180000,AVERAGE-BANDWIDTH=180000,CODECS="avc1.4d401e,\
mp4a.40.2",RESOLUTION=256x144,FRAME-RATE=25.000,AUDIO="audio"
low/v.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=900000,CODECS="avc1.4d401e,\
mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=25.000,AUDIO="audio"
high/v.m3u8
#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=40000,CODECS="avc1.4d401e",RESOLUTION=640x360,\
URI="high/i.m3u8"
"""
MEDIA = """#EXTM3U
#EXT-X-TARGETDURATION:6
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="init.mp4"
#EXTINF:6.000,
1.m4s
#EXT-X-ENDLIST
"""
I_FRAMES = MEDIA.replace("#EXT-X-MAP", "#EXT-X-I-FRAMES-ONLY\n#EXT-X-MAP")
FILES = {
    "master.m3u8": MASTER,
    "a/a.m3u8": MEDIA,
    "low/v.m3u8": MEDIA,
    "high/v.m3u8": MEDIA,
    "high/i.m3u8": I_FRAMES,
}
SIZES = {"a/1.m4s": 60_000, "low/1.m4s": 75_000, "high/1.m4s": 615_000}


def checked(
    changes: dict[str, tuple[str, str]] | None = None, sizes: dict[str, int] = SIZES
) -> set[tuple[str, str]]:
    files = dict(FILES)
    for name, (old, new) in (changes or {}).items():
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    shown = hlscheck.load("master.m3u8", files.__getitem__, sizes.__getitem__)
    return {(found.rule, found.severity) for found in hlscheck.check(shown)}


class TestRules:
    def test_a_good_presentation_has_no_finding(self) -> None:
        assert checked() == set()

    def test_a_short_last_segment_is_no_peak(self) -> None:
        longer = ("#EXT-X-ENDLIST", "#EXTINF:2.000,\n2.m4s\n#EXT-X-ENDLIST")
        sizes = SIZES | {"high/2.m4s": 240_000}
        assert checked({"high/v.m3u8": longer}, sizes) == set()
        sizes = SIZES | {"high/2.m4s": 480_000}
        assert ("1.27", ERROR) in checked({"high/v.m3u8": longer}, sizes)

    @pytest.mark.parametrize(
        ("rule", "name", "old", "new"),
        [
            ("9.1", "master.m3u8", 'CODECS="avc1.4d401e,mp4a.40.2",', ""),
            ("9.2", "master.m3u8", "RESOLUTION=256x144,", ""),
            ("9.14", "master.m3u8", "AVERAGE-BANDWIDTH=180000,", ""),
            ("9.15", "master.m3u8", "FRAME-RATE=25.000,", ""),
            ("9.16", "master.m3u8", "256x144,", "256x144,VIDEO-RANGE=PQ,"),
            ("9.19", "master.m3u8", "256x144,", "256x144,SCORE=1,"),
            ("9.11", "master.m3u8", "#EXT-X-INDEPENDENT-SEGMENTS\n", ""),
            ("8.10", "master.m3u8", 'LANGUAGE="en",', ""),
            ("2.3", "master.m3u8", "mp4a.40.2", "ec-3"),
            ("9.3", "master.m3u8", 'CODECS="avc1.4d401e",', ""),
            ("9.4", "master.m3u8", 'RESOLUTION=640x360,URI="high', 'URI="high'),
            ("6.8", "high/i.m3u8", "#EXT-X-I-FRAMES-ONLY\n", ""),
            ("8.2", "low/v.m3u8", "DURATION:6", "DURATION:7"),
            ("8.6", "low/v.m3u8", "#EXT-X-ENDLIST\n", ""),
            ("8.6", "low/v.m3u8", ":VOD", ":EVENT"),
            ("8.20", "low/v.m3u8", '#EXT-X-MAP:URI="init.mp4"\n', ""),
            ("7.7", "low/v.m3u8", "EXTINF:6.000", "EXTINF:6.600"),
            ("1.26", "master.m3u8", "E-BANDWIDTH=900000", "E-BANDWIDTH=700000"),
            ("1.27", "master.m3u8", ":BANDWIDTH=900000", ":BANDWIDTH=1900000"),
        ],
    )
    def test_each_must_is_an_error(
        self, rule: str, name: str, old: str, new: str
    ) -> None:
        assert (rule, ERROR) in checked({name: (old, new)})

    def test_i_frames_must_exist(self) -> None:
        line = MASTER[MASTER.index("#EXT-X-I-FRAME-STREAM-INF") :]
        assert ("6.1", ERROR) in checked({"master.m3u8": (line, "")})

    def test_one_bit_rate_is_not_enough(self) -> None:
        start, end = MASTER.index("#EXT-X-STREAM-INF"), MASTER.index("low/v.m3u8\n")
        only = MASTER[start : end + len("low/v.m3u8\n")]
        assert ("9.9", ERROR) in checked({"master.m3u8": (only, "")})

    def test_each_should_is_a_warning(self) -> None:
        heavy = SIZES | {"low/1.m4s": 100_000}
        found = checked(
            {
                "master.m3u8": ("=180000", "=210000"),
                "low/v.m3u8": ("DURATION:6", "DURATION:8"),
            },
            heavy,
        )
        assert {("9.21", WARNING), ("7.5", WARNING)} < found

    def test_a_finding_reads_like_a_sentence(self) -> None:
        finding = hlscheck.Finding("9.1", ERROR, "v.m3u8", "CODECS is missing")
        assert str(finding) == "error 9.1 v.m3u8: CODECS is missing"


class TestPlaylists:
    def test_what_is_no_playlist_is_refused(self) -> None:
        with pytest.raises(ValueError, match="#EXTM3U"):
            m3u8.parse("<html>")

    def test_byte_ranges_and_stray_lines_are_understood(self) -> None:
        text = (
            "#EXTM3U\n# a comment\nstray.m4s\n#EXTINF:2.0,\n#EXT-X-BYTERANGE:10@5\n"
            "1.m4s\n#EXTINF:1.0,\n2.m4s\n"
        )
        playlist = m3u8.parse(text)
        assert [segment.size for segment in playlist.segments] == [10, None]
        assert playlist.duration() == 3.0
        assert playlist.value("EXT-X-NOT-THERE") == ""

    def test_a_playlist_without_segments_has_some_target(self) -> None:
        assert manifests.longest_segment_s("#EXTM3U\n") == 1


class TestSmallThings:
    @pytest.mark.parametrize(
        ("tag", "name"),
        [("de", "Deutsch"), ("pt-BR", "Português Brasileiro"), ("qaa", "qaa")],
    )
    def test_languages_have_their_own_names(self, tag: str, name: str) -> None:
        assert languages.display_name(tag) == name

    @pytest.mark.parametrize(("seconds", "step"), [(8, 2), (60, 2), (7200, 36)])
    def test_scrub_pictures_are_neither_too_many_nor_too_few(
        self, seconds: int, step: int
    ) -> None:
        assert thumbnails.interval_s(seconds) == step
