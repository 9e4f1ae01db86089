"""What is checked about an XML file before a parser sees any of it.

The prolog is where XML files do harm: entity bombs, quadratic attribute lists, files read
from the server. XMLTV needs none of that, only ``<!DOCTYPE tv SYSTEM "xmltv.dtd">``, which
is never fetched. So the prolog is read here first, in an encoding that cannot hide it.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from streamapi.errors import InvalidInput

MAX_PROLOG: Final = 64 * 1024

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")
_DECLARED: Final = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([^"']{1,40})["']""")
_ENCODINGS: Final = re.compile(
    r"utf-?8|utf-?16(le|be)?|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d|cp125\d"
    r"|koi8-[ru]|latin-?\d|gb2312|gbk|big5|shift_jis|euc-(jp|kr)",
    re.IGNORECASE,
)
"""Encodings in which ``<!DOCTYPE`` has the bytes of ASCII (or of UTF-16)."""

_SPACE: Final = re.compile(r"[\s\ufeff]*")
_DOCTYPE_PART: Final = re.compile(r"""[^"'\[>]*(?:"[^"]*"|'[^']*')?""")


class XmlUnsafe(InvalidInput):
    """The file asks for something that an XMLTV file has no need of."""

    code = "xml_unsafe"
    title = "The XML file is not safe to read"


def check_prolog(head: bytes) -> None:
    """Raise :class:`XmlUnsafe` unless ``head`` begins like a plain XML document."""
    text = _as_text(head)
    declared = _DECLARED.match(text.lstrip("\ufeff\xef\xbb\xbf").lstrip())
    if declared and not _ENCODINGS.fullmatch(declared[1]):
        raise XmlUnsafe(f"The encoding {declared[1]!r} is not read.", code="encoding")
    _walk(text.removeprefix("\xef\xbb\xbf"))


def _as_text(head: bytes) -> str:
    """The first characters, so that markup can be seen; other text may be wrong."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, b"\0\0\0<")):
        raise XmlUnsafe("UTF-32 is not read.", code="encoding")
    if head.startswith(_UTF16):
        big = head.startswith((codecs.BOM_UTF16_BE, b"\0<"))
        return head.decode("utf-16-be" if big else "utf-16-le", "replace")
    return head.decode("latin-1")


def _walk(text: str) -> None:
    """Step over comments, instructions and one DOCTYPE to the root element."""
    at = 0
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        if text.startswith("<?", at):
            at = _after(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at + 4)
        elif text.startswith("<!DOCTYPE", at):
            at = _after_doctype(text, at)
        elif text.startswith("<!", at):
            raise XmlUnsafe("A declaration stands before the root element.")
        else:
            return


def _after(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    if end < 0:
        raise XmlUnsafe(f"The root element is not within {MAX_PROLOG} bytes.")
    return end + len(mark)


def _after_doctype(text: str, at: int) -> int:
    while True:
        end = _DOCTYPE_PART.match(text, at).end()  # type: ignore[union-attr]
        if text[end : end + 1] == "[":
            raise XmlUnsafe(
                "An internal DTD subset is not read: it can define entities.",
                code="internal_subset",
            )
        if text[end : end + 1] == ">":
            return end + 1
        if end == at:
            raise XmlUnsafe(f"The root element is not within {MAX_PROLOG} bytes.")
        at = end
