"""M3U playlists as players write and read them."""

import io
from datetime import UTC, datetime

import pytest

from channels import catchup, m3u, m3u_export
from channels.catchup import Past
from channels.m3u import CatchupRule, M3uEntry, M3uHeader, M3uInvalid, M3uIssue
from channels.m3u_export import Line


def read(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return list(m3u.read(io.BytesIO(raw)))


def entries(text):
    return [item for item in read(text) if isinstance(item, M3uEntry)]


def issues(text):
    return [item for item in read(text) if isinstance(item, M3uIssue)]


def entry(
    attributes="", *, header="#EXTM3U", before="", url="https://o.example/a.m3u8"
):
    text = f"{header}\n#EXTINF:-1 {attributes},One\n{before}{url}\n"
    [found] = entries(text)
    return found


class TestEntries:
    def test_every_attribute(self):
        found = entry(
            'tvg-ID="one.example" tvg-name="One_HD" tvg-logo="https://i.example/1.png"'
            ' tvg-chno="5.1" tvg-shift="-1.5" group-title="News;World" radio="true"'
            ' catchup="append" catchup-days="7" catchup-source="?utc={utc}"'
            ' catchup-correction="2" provider="Example" media-size="12"'
        )
        assert found == M3uEntry(
            line=3,
            name="One",
            url="https://o.example/a.m3u8",
            tvg_id="one.example",
            tvg_name="One_HD",
            logo_url="https://i.example/1.png",
            number=(5, 1),
            groups=("News", "World"),
            is_radio=True,
            shift_s=-5400,
            catchup=CatchupRule("append", "?utc={utc}", 7, 7200),
            attributes=found.attributes,
        )
        assert found.attributes["provider"] == "Example"
        assert found.attributes["media-size"] == "12"

    def test_lines_between_the_description_and_the_address(self):
        found = entry(
            before="#EXTGRP:Sport\n#KODIPROP:inputstream=inputstream.adaptive\n"
            "#EXTVLCOPT:http-user-agent=Player/1\n#EXT-X-PLAYLIST-TYPE:VOD\n"
            "# a remark\n\n",
            url="https://o.example/a.m3u8|User-Agent=Player%2F1&referer=https://r.example",
        )
        assert found.groups == ("Sport",)
        assert found.properties == {"inputstream": "inputstream.adaptive"}
        assert found.vlc_options == {"http-user-agent": "Player/1"}
        assert found.headers == {
            "user-agent": "Player/1",
            "referer": "https://r.example",
        }
        assert found.is_vod
        assert found.url == "https://o.example/a.m3u8"

    def test_nothing_of_an_entry_is_left_for_the_next(self):
        first, second = entries(
            '#EXTM3U\n#EXTINF:-1 tvg-id="a",A\n#KODIPROP:x=1\nhttps://o.example/a\n'
            "#EXTINF:0,B\nhttps://o.example/b\n"
        )
        assert (second.tvg_id, second.properties, second.name) == ("", {}, "B")
        assert first.properties == {"x": "1"}

    def test_defaults_of_the_header(self):
        header = '#EXTM3U url-tvg="https://g.example/a.xml, https://g.example/b.xml"'
        header += ' catchup="shift" catchup-days="3" tvg-shift="1"'
        assert entry(header=header).catchup == CatchupRule("shift", "", 3)
        assert entry(header=header).shift_s == 3600
        assert entry('catchup="flussonic"', header=header).catchup.mode == "flussonic"
        [head, *_] = read(f"{header}\n")
        assert head.guide_urls == ("https://g.example/a.xml", "https://g.example/b.xml")

    @pytest.mark.parametrize(
        ("attributes", "rule"),
        [
            ('timeshift="3"', CatchupRule("shift", "", 3)),
            ('tvg-rec="2" catchup-type="fs"', CatchupRule("fs", "", 2)),
            ('catchup-source="https://o.example/{utc}"',
             CatchupRule("default", "https://o.example/{utc}")),
            ('catchup="magic"', None),
            ('timeshift="0"', None),
            ('catchup="vod" catchup-days="many"', CatchupRule("vod")),
        ],
    )  # fmt: skip
    def test_modes_of_catch_up(self, attributes, rule):
        assert entry(attributes).catchup == rule

    @pytest.mark.parametrize(
        ("text", "number"),
        [("7", (7, None)), ("7-2", (7, 2)), ("x", None), ("", None), ("1.2.3", None)],
    )
    def test_numbers(self, text, number):
        assert entry(f'ch-number="{text}"').number == number

    @pytest.mark.parametrize("shift", ["nan", "99", "one", "1e99", "123456789"])
    def test_a_shift_that_is_none(self, shift):
        assert entry(f'tvg-shift="{shift}"').shift_s == 0


class TestForms:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_ends_of_lines(self, end):
        text = end.join(["#EXTM3U", "#EXTINF:-1,One", "https://o.example/a", ""])
        assert [found.line for found in entries(text)] == [3]

    def test_the_mark_of_utf_8_and_old_encodings(self):
        text = "#EXTM3U\n#EXTINF:-1,Café\nhttps://o.example/a\n"
        for raw in (text.encode("utf-8-sig"), text.encode("cp1252")):
            assert [found.name for found in entries(raw)] == ["Café"]

    def test_a_name_with_commas_and_quotes_that_do_not_close(self):
        assert entry('tvg-name="A, B"').name == "One"
        [found] = entries('#EXTM3U\n#EXTINF:-1 tvg-name="A,Two\nhttps://o.example/a')
        assert found.name == "Two"

    def test_names_do_not_turn_the_text_around_them(self):
        [found] = entries(
            "#EXTM3U\n#EXTINF:-1,\u202eOne\u202c\x07\nhttps://o.example/a"
        )
        assert found.name == "One"

    def test_a_name_from_the_attribute(self):
        [found] = entries('#EXTM3U\n#EXTINF:-1 tvg-name="Two",\nhttps://o.example/a')
        assert found.name == "Two"

    def test_no_comma_at_all(self):
        [found] = issues("#EXTM3U\n#EXTINF:-1\nhttps://o.example/a")
        assert found.code == "no_name"

    def test_no_colon_at_all(self):
        [found] = issues("#EXTM3U\n#EXTINF\nhttps://o.example/a")
        assert found.code == "no_name"

    def test_many_attributes_are_bounded(self):
        many = " ".join(f'a{number}="x"' for number in range(500))
        assert len(entry(many).attributes) == 60


class TestRefused:
    @pytest.mark.parametrize(
        "text", ["", "hello", "https://o.example/a", "#EXTINF:-1,A\nhttps://o/a"]
    )
    def test_what_is_no_playlist(self, text):
        with pytest.raises(M3uInvalid) as refused:
            read(text)
        assert refused.value.code == "not_m3u"

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("javascript:alert(1)", "bad_url"),
            ("file:///etc/passwd", "bad_url"),
            ("gopher://o.example/", "bad_url"),
            ("//o.example/a", "bad_url"),
            ("https://[o.example/a", "bad_url"),
            ("https://o.example:999999/a", "bad_url"),
            ("https://o.example/a b", "bad_url"),
            ("https://user:pass@o.example/a", "credentials_in_url"),
            ("https://o.example/" + "a" * 1000, "url_too_long"),
        ],
    )
    def test_addresses(self, url, code):
        [found] = issues(f"#EXTM3U\n#EXTINF:-1,One\n{url}\n")
        assert found == M3uIssue(3, "One", code)

    def test_an_address_without_a_description(self):
        assert [found.code for found in issues("#EXTM3U\nhttps://o.example/a")] == [
            "no_extinf"
        ]

    def test_a_line_of_a_megabyte(self):
        text = "#EXTM3U\n#EXTINF:-1,One\nhttps://o.example/" + "a" * 1_000_000
        text += "\n#EXTINF:-1,Two\nhttps://o.example/b\n"
        found = read(text)
        assert found[1] == M3uIssue(3, "One", "url_too_long")
        assert (found[2].name, found[2].line) == ("Two", 5)
        assert len(found) == 3

    def test_more_entries_than_are_read(self):
        text = "#EXTM3U\n" + "#EXTINF:-1,A\nhttps://o.example/a\n" * 200_000
        with pytest.raises(M3uInvalid) as refused:
            read(text)
        assert refused.value.code == "m3u_too_large"

    def test_too_many_headers_behind_a_bar(self):
        url = "https://o.example/a|" + "&".join("a=b" for _ in range(50))
        assert entry(url=url).headers == {}


START = datetime(2026, 11, 23, 18, 5, 9, tzinfo=UTC)
END = datetime(2026, 11, 23, 19, 5, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 18, 5, 9, tzinfo=UTC)
S, E, N = (int(moment.timestamp()) for moment in (START, END, NOW))
LIVE = "https://o.example/one/index.m3u8"


class TestCatchup:
    @pytest.mark.parametrize(
        ("mode", "url", "source", "filled"),
        [
            ("default", LIVE, "https://c.example/{utc}-{duration}.m3u8",
             f"https://c.example/{S}-3600.m3u8"),
            ("default", LIVE, "?utc={utc}", f"{LIVE}?utc={S}"),
            ("append", LIVE, "?start=${start}&end=${end}", f"{LIVE}?start={S}&end={E}"),
            ("append", LIVE, "", ""),
            ("shift", LIVE, "", f"{LIVE}?utc={S}&lutc={N}"),
            ("timeshift", f"{LIVE}?a=b", "", f"{LIVE}?a=b&utc={S}&lutc={N}"),
            ("flussonic", LIVE, "",
             "https://o.example/one/timeshift_rel-86400.m3u8"),
            ("fs", "https://o.example/one/mono.m3u8?token=x", "",
             "https://o.example/one/mono-timeshift_rel-86400.m3u8?token=x"),
            ("flussonic-ts", "https://o.example/one/mpegts", "",
             f"https://o.example/one/timeshift_abs-{S}.ts"),
            ("flussonic-hls", "https://o.example/strange", "", ""),
            ("xc", "https://o.example/live/user/word/77.m3u8", "",
             "https://o.example/timeshift/user/word/60/2026-11-23:18-05/77.m3u8"),
            ("xc", "https://o.example/user/word/77", "",
             "https://o.example/timeshift/user/word/60/2026-11-23:18-05/77.ts"),
            ("xc", "https://o.example/77", "", ""),
            ("vod", LIVE, "", "id%2F1"),
            ("vod", LIVE, "https://v.example/{catchup-id}", "https://v.example/id%2F1"),
            ("none", LIVE, "", ""),
        ],
    )  # fmt: skip
    def test_modes(self, mode, url, source, filled):
        pattern = catchup.template(mode, url, source)
        assert catchup.fill(pattern, Past(START, END, "id/1"), now=NOW) == filled

    @pytest.mark.parametrize(
        ("pattern", "filled"),
        [
            ("{utc:YmdHMS}", "20261123180509"),
            ("${end:H-M}", "19-05"),
            ("{Y}{m}{d}{H}{M}{S}", "20261123180509"),
            ("${timestamp} ${now} {lutc}", f"{N} {N} {N}"),
            ("{utcend} {duration:60} {offset:3600}", f"{E} 60 24"),
            ("{duration:0} {duration:x}", "3600 {duration:x}"),
            ("{duration:\u00b9}", "{duration:\u00b9}"),
            ("{unknown} {} {Y:1}", "{unknown} {} {Y:1}"),
        ],
    )
    def test_placeholders(self, pattern, filled):
        assert catchup.fill(pattern, Past(START, END), now=NOW) == filled

    def test_a_correction_moves_the_times(self):
        past = Past(START, END, correction_s=-3600)
        assert catchup.fill("{utc}", past, now=NOW) == str(S - 3600)


class TestExport:
    def test_what_is_written_is_read_again(self):
        line = Line(
            name='One, the "first"',
            url="https://o.example/a.m3u8",
            tvg_id="one",
            number="5.1",
            logo_url="https://i.example/1.png",
            group="News",
            is_radio=True,
            catchup=CatchupRule("append", "?utc={utc}", 7, -5400),
            headers={"user-agent": "P/1"},
            properties={"inputstream": "x"},
            vlc_options={"network-caching": "1000"},
            attributes={"provider": "Example"},
        )
        text = "".join(m3u_export.export([line], guide_url="https://g.example/g.xml"))
        header, found = read(text)
        assert isinstance(header, M3uHeader)
        assert header.guide_urls == ("https://g.example/g.xml",)
        assert found.name == "One, the 'first'"
        assert (found.url, found.tvg_id, found.number) == (line.url, "one", (5, 1))
        assert (found.logo_url, found.groups) == (line.logo_url, ("News",))
        assert found.is_radio
        assert found.catchup == line.catchup
        assert found.headers == line.headers
        assert found.properties == line.properties
        assert found.vlc_options == line.vlc_options
        assert found.attributes["provider"] == "Example"

    def test_values_cannot_leave_their_line(self):
        text = "".join(m3u_export.export([Line('A"\n#EXTINF:-1,B', "https://o/a")]))
        assert len(text.splitlines()) == 3
