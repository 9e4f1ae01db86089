"""Hostile bytes for whatever reads feeds: seeds of our own, mutated by number.

The same number always makes the same input, so a failure is repeated by its number alone.
"""

from __future__ import annotations

import gzip
import lzma
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager

TIME = "20261123{:02}0000 +0000"

_COMPLETE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tv SYSTEM "xmltv.dtd">
<tv generator-info-name="fuzz">
<channel id="one.example"><display-name lang="en">One</display-name>
<icon src="https://i.example/1.png"/><url system="x">https://one.example</url></channel>
<channel id="two.example"><display-name>Zwei</display-name></channel>
<programme start="20261123200000 +0100" stop="20261123210000 +0100"
 channel="one.example" clumpidx="0/2" showview="1"><title lang="en">News &amp; more</title>
<title lang="de">Nachrichten</title><sub-title>Late</sub-title><desc>A b.
C d.</desc><credits><director>A</director><actor role="B" guest="yes">C<image>d</image>
</actor></credits><date>2020</date><category lang="en">News</category>
<keyword>k</keyword><language>en</language><length units="minutes">60</length>
<icon src="https://i.example/p.png" width="1" height="2"/><country>GB</country>
<episode-num system="xmltv_ns">1 . 2/3 . 0/1</episode-num>
<episode-num system="onscreen">S02E03</episode-num><video><aspect>16:9</aspect></video>
<audio><stereo>stereo</stereo></audio><previously-shown start="2020"/>
<premiere>first</premiere><new/><subtitles type="teletext"/>
<rating system="BBFC"><value>15</value></rating>
<star-rating><value>3/5</value></star-rating>
<review type="text">good</review><image type="poster" size="1">https://i.example/i</image>
</programme>
<programme start="20261123210000" channel="one.example"><title>No stop</title></programme>
<programme start="200007281733 BST" stop="200007281800 BST" channel="two.example">
<title>Named</title></programme>
<programme start="20261123203000" stop="20261123213000" channel="one.example">
<title>Overlap</title></programme>
</tv>
"""
_MINIMAL = '<tv><programme start="2026" channel="a"><title>t</title></programme></tv>'
_SPACES = _COMPLETE.replace('xmlns=""', "").replace("<tv ", '<tv xmlns="urn:x" ')
_LATIN = '<?xml version="1.0" encoding="ISO-8859-1"?>' + _MINIMAL.replace("t<", "é<")
XMLTV_SEEDS: list[bytes] = [
    _COMPLETE.encode(),
    _MINIMAL.encode(),
    _SPACES.encode(),
    _LATIN.encode("latin-1"),
    b"\xef\xbb\xbf" + _MINIMAL.encode(),
    _MINIMAL.encode("utf-16"),
    gzip.compress(_COMPLETE.encode(), mtime=0),
    gzip.compress(_MINIMAL.encode(), mtime=0) + gzip.compress(b"<x/>", mtime=0),
    lzma.compress(_COMPLETE.encode()),
]
M3U_SEEDS: list[bytes] = [
    b'#EXTM3U x-tvg-url="https://g.example/g.xml" catchup="shift" tvg-shift="1"\r\n'
    b'#EXTINF:-1 tvg-id="a" tvg-chno="5.1" group-title="A;B" catchup-days="7",A, "b"\r\n'
    b"#KODIPROP:a=b\r\n#EXTVLCOPT:c=d\r\nhttps://o.example/a.m3u8|user-agent=x\r\n",
    b"#EXTM3U\n#EXTINF:-1,One\nhttps://o.example/1\n#EXTGRP:g\n#EXTINF:0,2\nhttp://o/2\n",
]
_TOKENS: list[bytes] = [
    *(b"<", b">", b"&", b'"', b"'", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x ?>"),
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x80", b"&#0;", b"&#x110000;", b"&a;"),
    b'<!DOCTYPE tv [<!ENTITY a "b">]>',
    b'<!DOCTYPE tv SYSTEM "file:///etc/passwd">',
    b'encoding="UTF-7"',
    *(b"</tv>", b"<tv>", b"<programme ", b"<channel id=", b"</title>", b"<title>"),
    *(b'start="99999999999999 +9999"', b'stop="0"', b'clumpidx="9/3"', b'stop="-1"'),
    *(b"20260329013000 Europe/London", b"20261025013000 Europe/London"),
    *(b"99999999999999999999", b"-1", b"1e309", b"NaN", b"\r", b"\n", b"\r\n", b","),
    *(b"#EXTM3U", b"#EXTINF:", b"|", b"=", b"${start}", b"{utc:" + b"Y" * 50 + b"}"),
    b"A" * 70_000,
    "\u202e\u0000é".encode(),
]


def mutated(number: int, seeds: list[bytes]) -> bytes:
    """The input of that number."""
    chance = random.Random(number)
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 8, 20))):
        _mutate(data, chance, seeds)
    return bytes(data[:300_000])


def _mutate(data: bytearray, chance: random.Random, seeds: list[bytes]) -> None:
    place = chance.randrange(len(data) + 1)
    length = min(chance.choice((1, 2, 8, 64, 512)), len(data) - place)
    match chance.randrange(8):
        case 0 if place < len(data):
            data[place] ^= 1 << chance.randrange(8)
        case 1:
            data[place:place] = chance.choice(_TOKENS)
        case 2:
            del data[place : place + length]
        case 3:
            data[place:place] = data[place : place + length] * chance.choice((1, 3, 50))
        case 4:
            del data[place:]
        case 5:
            other = chance.choice(seeds)
            data[place:] = other[chance.randrange(len(other)) :]
        case 6:
            data[place : place + length] = chance.randbytes(length)
        case _:
            data[place : place + length] = chance.choice(_TOKENS)


class Hang(Exception):
    """An input that took far longer than any may."""


@contextmanager
def no_hang(seconds: int = 60) -> Iterator[None]:
    """Raise :class:`Hang` instead of waiting for ever."""

    def stop(_signum: int, _frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
