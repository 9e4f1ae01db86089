"""The reference cases of XMLTV, and files that were made to do harm."""

import io
from datetime import UTC, datetime

import pytest

from channels import xmltv
from streamapi.errors import InvalidInput

HOUR = datetime(2026, 11, 23, 20, tzinfo=UTC)


def read(text):
    raw = text.encode() if isinstance(text, str) else text
    return list(xmltv.read(io.BytesIO(raw)))


def programme(inner, attributes=""):
    """The one programme of a file that holds ``inner``."""
    [item] = read(
        f'<tv><programme start="20261123200000" channel="one.example" {attributes}>'
        f"{inner}</programme></tv>"
    )
    return item


FULL = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tv SYSTEM "xmltv.dtd">
<!-- a comment -->
<tv source-info-name="Example" generator-info-name="own">
  <channel id="one.example">
    <display-name lang="en">One</display-name>
    <display-name lang="de_DE">Eins</display-name>
    <display-name>1</display-name>
    <icon src="https://img.example/one.png" width="100"/>
    <icon src="https://img.example/other.png"/>
    <url system="web">https://one.example/</url>
  </channel>
  <programme start="20261123200000 +0100" stop="20261123210000 +0100" channel="one.example"
      pdc-start="20261123195500 +0100" vps-start="20261123200000 +0100" showview="123"
      videoplus="456" catchup-id="c-9">
    <title lang="en">The Lighthouse</title>
    <title lang="de">Der Leuchtturm</title>
    <title lang="en">Lighthouse, The</title>
    <sub-title lang="en">Fog</sub-title>
    <desc lang="en">A keeper
      waits.

      Nobody comes.</desc>
    <desc lang="de">Ein Wärter wartet.</desc>
    <credits>
      <director>Ada Lund<image type="person">https://img.example/ada.jpg</image>
        <url>https://people.example/ada</url></director>
      <actor role="Keeper" guest="yes">Ben Ode</actor>
      <writer>Cy Tarn</writer>
      <presenter>Di Vale</presenter>
    </credits>
    <date>2019</date>
    <category lang="en">Drama</category>
    <category>Series</category>
    <keyword lang="en">sea</keyword>
    <language>English</language>
    <orig-language lang="en">Norwegian</orig-language>
    <length units="minutes">55</length>
    <icon src="https://img.example/p.jpg" width="320" height="180"/>
    <url system="imdb">https://imdb.example/1</url>
    <country>NO</country>
    <episode-num system="xmltv_ns">1.3/8.0/1</episode-num>
    <episode-num system="dd_progid">EP00112233.0004</episode-num>
    <episode-num>S02E04</episode-num>
    <video><present>yes</present><colour>yes</colour><aspect>16:9</aspect>
      <quality>HDTV</quality></video>
    <audio><present>yes</present><stereo>dolby</stereo></audio>
    <previously-shown start="20250101" channel="two.example"/>
    <premiere lang="en">First on free TV</premiere>
    <last-chance/>
    <new/>
    <live/>
    <subtitles type="deaf-signed"><language lang="en">English</language></subtitles>
    <subtitles type="teletext"/>
    <rating system="FSK"><value>12</value><icon src="https://img.example/12.png"/></rating>
    <rating system="BBFC"><value>15</value></rating>
    <star-rating system="critics"><value>3/5</value></star-rating>
    <review type="text" source="Paper" reviewer="E. F." lang="en">Fine.</review>
    <image type="backdrop" size="3" orient="L" system="tmdb">https://img.example/b.jpg</image>
  </programme>
</tv>
"""


class TestEveryElement:
    def test_a_channel(self):
        channel = read(FULL)[0]
        assert channel == xmltv.FeedChannel(
            "one.example",
            [("en", "One"), ("de-DE", "Eins"), ("", "1")],
            "https://img.example/one.png",
            ["https://one.example/"],
        )

    def test_a_programme(self):
        item = read(FULL)[1]
        assert (item.starts_at.hour, item.ends_at.hour) == (19, 20)
        assert item.texts == {
            "en": {
                "title": "The Lighthouse",
                "subtitle": "Fog",
                "synopsis": "A keeper\nwaits.\nNobody comes.",
            },
            "de": {"title": "Der Leuchtturm", "synopsis": "Ein Wärter wartet."},
        }
        assert (item.season, item.episode, item.part) == (2, 4, 1)
        assert item.categories == ["Drama", "Series"]
        assert item.min_age == 15
        flags = (item.is_live, item.is_new, item.is_premiere, item.is_repeat)
        assert all((*flags, item.is_last_chance))

    def test_what_is_said_beside(self):
        details = read(FULL)[1].details
        assert details == {
            "other_titles": [{"value": "Lighthouse, The", "lang": "en"}],
            "credits": [
                {
                    "role": "director",
                    "name": "Ada Lund",
                    "images": ["https://img.example/ada.jpg"],
                    "urls": ["https://people.example/ada"],
                },
                {
                    "role": "actor",
                    "name": "Ben Ode",
                    "character": "Keeper",
                    "is_guest": True,
                },
                {"role": "writer", "name": "Cy Tarn"},
                {"role": "presenter", "name": "Di Vale"},
            ],
            "date": "2019",
            "category_languages": [["Drama", "en"]],
            "keywords": [{"value": "sea", "lang": "en"}],
            "spoken_language": "English",
            "original_language": "Norwegian",
            "length_s": 3300,
            "icons": [
                {"url": "https://img.example/p.jpg", "width": 320, "height": 180}
            ],
            "urls": [{"value": "https://imdb.example/1"}],
            "countries": [{"value": "NO"}],
            "numbering": [
                {"system": "xmltv_ns", "value": "1.3/8.0/1"},
                {"system": "dd_progid", "value": "EP00112233.0004"},
                {"system": "onscreen", "value": "S02E04"},
            ],
            "video": {
                "present": "yes",
                "colour": "yes",
                "aspect": "16:9",
                "quality": "HDTV",
            },
            "audio": {"present": "yes", "stereo": "dolby"},
            "previously_shown": {"start": "20250101", "channel": "two.example"},
            "premiere": {"lang": "en", "value": "First on free TV"},
            "subtitles": [
                {"type": "deaf-signed", "language": "English", "lang": "en"},
                {"type": "teletext"},
            ],
            "ratings": [
                {
                    "system": "FSK",
                    "value": "12",
                    "icon": "https://img.example/12.png",
                },
                {"system": "BBFC", "value": "15"},
            ],
            "star_ratings": [{"system": "critics", "value": "3/5"}],
            "reviews": [
                {
                    "value": "Fine.",
                    "type": "text",
                    "source": "Paper",
                    "reviewer": "E. F.",
                    "lang": "en",
                }
            ],
            "images": [
                {
                    "url": "https://img.example/b.jpg",
                    "type": "backdrop",
                    "size": "3",
                    "orient": "L",
                    "system": "tmdb",
                }
            ],
            "pdc_start": "20261123195500 +0100",
            "vps_start": "20261123200000 +0100",
            "showview": "123",
            "videoplus": "456",
            "catchup_id": "c-9",
        }


class TestText:
    @pytest.mark.parametrize(
        ("inner", "title"),
        [
            ("<title>  A \n  B\t</title>", "A B"),
            ("<title>Tom &amp; Jerry &lt;3</title>", "Tom & Jerry <3"),
            ("<title>Caf&#233;</title>", "Café"),
            ("<title><![CDATA[A & B]]></title>", "A & B"),
            ("<title>A<!-- no -->B</title>", "AB"),
            ("<title>A <i>very</i> B</title>", "A very B"),
            ("<title></title><title>B</title>", "B"),
            ("<title>" + "x" * 900 + "</title>", "x" * 500),
        ],
    )
    def test_white_space_and_markup(self, inner, title):
        assert programme(inner).texts[""]["title"] == title

    def test_names_of_html_are_understood(self):
        [item] = read(
            '<!DOCTYPE tv SYSTEM "xmltv.dtd"><tv><programme start="2026" channel="a">'
            "<title>Caf&eacute;&nope; Noir</title></programme></tv>"
        )
        assert item.texts[""]["title"] == "Café Noir"

    @pytest.mark.parametrize(
        "encoding",
        ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "ISO-8859-15"],
    )
    def test_encodings(self, encoding):
        declared = encoding.removesuffix("-sig")
        text = (
            f'<?xml version="1.0" encoding="{declared}"?><tv>'
            '<programme start="2026" channel="ä"><title>Größe</title></programme></tv>'
        )
        [item] = read(text.encode(encoding))
        assert (item.external_id, item.texts[""]["title"]) == ("ä", "Größe")

    def test_utf16_without_a_mark(self):
        text = (
            '<tv><programme start="2026" channel="a"><title>é</title></programme></tv>'
        )
        for name in ("utf-16le", "utf-16be"):
            declared = f'<?xml version="1.0" encoding="{name}"?>'
            [item] = read((declared + text).encode(name))
            assert item.texts[""]["title"] == "é"

    def test_a_namespace_changes_nothing(self):
        [item] = read(
            '<tv xmlns="https://x.example"><programme start="2026" channel="a">'
            "<title>T</title><category>News</category></programme></tv>"
        )
        assert (item.texts, item.categories) == ({"": {"title": "T"}}, ["News"])

    def test_the_order_of_elements_does_not_matter(self):
        item = programme("<category>News</category><desc>D</desc><title>T</title>")
        assert item.texts[""] == {"synopsis": "D", "title": "T"}


class TestSmallThings:
    @pytest.mark.parametrize(
        ("raw", "clump"),
        [("0/2", (0, 2)), ("1/2", (1, 2)), ("0/1", None), ("2/2", None), ("x", None)],
    )
    def test_a_clump(self, raw, clump):
        assert programme("<title>T</title>", f'clumpidx="{raw}"').clump == clump

    @pytest.mark.parametrize(
        ("inner", "key"),
        [
            ('<length units="parsecs">5</length>', "length_s"),
            ('<length units="hours">many</length>', "length_s"),
            ("<rating><value></value></rating>", "ratings"),
            ("<video/>", "video"),
            ("<icon/>", "icons"),
            ("<image/>", "images"),
            ("<episode-num/>", "numbering"),
            ("<review/>", "reviews"),
            ("<keyword/>", "keywords"),
            ("<date/>", "date"),
            ("<credits><actor/></credits>", "credits"),
            ("<invented>x</invented>", "invented"),
        ],
    )
    def test_an_element_that_says_nothing_is_passed_over(self, inner, key):
        assert key not in programme(f"<title>T</title>{inner}").details

    def test_a_rating_without_a_value_element(self):
        item = programme('<title>T</title><rating system="FSK">16</rating>')
        assert item.min_age == 16

    def test_there_are_at_most_a_hundred_of_a_kind(self):
        inner = "<title>T</title>" + "<keyword>k</keyword>" * 500
        assert len(programme(inner).details["keywords"]) == 100

    def test_a_missing_stop_stays_open(self):
        assert programme("<title>T</title>").ends_at is None
        assert programme("<title>T</title>", 'stop="20261123210000"').ends_at.hour == 21


class TestUnusableProgrammes:
    @pytest.mark.parametrize(
        ("element", "code"),
        [
            ('<programme start="2026"><title>T</title></programme>', "no_channel"),
            ('<programme channel="a"><title>T</title></programme>', "bad_time"),
            (
                '<programme start="never" channel="a"><title>T</title></programme>',
                "bad_time",
            ),
            (
                '<programme start="2026" stop="x" channel="a"><title>T</title></programme>',
                "bad_time",
            ),
            (
                '<programme start="2026" channel="a"><desc>D</desc></programme>',
                "no_title",
            ),
        ],
    )
    def test_it_is_named_and_the_file_goes_on(self, element, code):
        good = '<programme start="2026" channel="a"><title>T</title></programme>'
        issue, item = read(f"<tv>\n{element}{good}</tv>")
        assert (issue.code, issue.line) == (code, 2)
        assert item.external_id == "a"


class TestHarm:
    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"", "empty"),
            (b"  \n ", "empty"),
            (b"not xml", "xmltv_invalid"),
            (b"<html></html>", "not_xmltv"),
            (b"<tv><programme start='2026'", "xmltv_invalid"),
            (b"<tv>\x00</tv>", "xmltv_invalid"),
            (b"<tv>\xff\xfe</tv>", "xmltv_invalid"),
            (b"<tv>" + b"<a>" * 100_000, "xmltv_invalid"),
            (b"<tv><a b='" + b"y" * 20_000_000 + b"'/></tv>", "too_long"),
            (b"<tv>" + b"<x/>" * 1_000_000 + b"</tv>", "too_long"),
            (
                b"<tv><programme>" + b"<x/>" * 1_000_000 + b"</programme></tv>",
                "too_long",
            ),
            (b'<!DOCTYPE tv [<!ENTITY a "b">]><tv/>', "internal_subset"),
            (
                b"<!DOCTYPE tv [" + b'<!ATTLIST tv a CDATA "b">' * 100_000 + b"]><tv/>",
                "internal_subset",
            ),
            (b'<!DOCTYPE tv SYSTEM "a" [ ]><tv/>', "internal_subset"),
            (b"<!-- x --><?p i?><!DOCTYPE tv\n[ ]><tv/>", "internal_subset"),
            ("<!DOCTYPE tv [ ]><tv/>".encode("utf-16"), "internal_subset"),
            ("<!DOCTYPE tv [ ]><tv/>".encode("utf-16-be"), "internal_subset"),
            (b'<!ENTITY a "b"><tv/>', "xml_unsafe"),
            (b"<!-- " + b"x" * 100_000 + b"--><tv/>", "xml_unsafe"),
            (b"<!DOCTYPE tv " + b"x" * 100_000 + b"><tv/>", "xml_unsafe"),
            (b'<?xml version="1.0" encoding="cp037"?><tv/>', "encoding"),
            (b'<?xml version="1.0" encoding="UTF-7"?><tv/>', "encoding"),
            ("<tv/>".encode("utf-32"), "encoding"),
        ],
        ids=range(23),
    )
    def test_it_is_refused_with_a_reason(self, raw, code):
        with pytest.raises(InvalidInput) as caught:
            read(raw)
        assert caught.value.code == code

    def test_a_doctype_with_quotes_is_no_subset(self):
        assert read('<!DOCTYPE tv SYSTEM "a[b>c"><tv></tv>') == []

    def test_the_file_of_the_dtd_is_never_read(self):
        doctype = '<!DOCTYPE tv SYSTEM "file:///etc/passwd">'
        text = doctype + '<tv><channel id="a">&x;</channel></tv>'
        assert read(text) == [xmltv.FeedChannel("a")]

    def test_junk_between_programmes_is_passed_over(self):
        good = '<programme start="2026" channel="a"><title>T</title></programme>'
        items = read(f"<tv>{good}{'<junk>x</junk>' * 10_000}{good}</tv>")
        assert len(items) == 2

    def test_a_programme_inside_something_else_is_none(self):
        good = '<programme start="2026" channel="a"><title>T</title></programme>'
        assert read(f"<tv><junk>{good}</junk></tv>") == []
