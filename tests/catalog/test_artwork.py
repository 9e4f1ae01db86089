"""Pictures are taken for what they are, not for what they are called."""

import io
import struct
import zlib

import pytest
from PIL import Image

from catalog import artwork


def encoded(form="PNG", size=(64, 32), mode="RGB", colour="#ff8000", **options):
    raw = io.BytesIO()
    Image.new(mode, size, colour).save(raw, form, **options)
    return raw.getvalue()


def png_that_claims(width, height):
    """A small file whose header speaks of a huge picture."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_takes_the_formats_of_the_web(form):
    found = artwork.inspect(encoded(form))
    assert (found.width, found.height) == (64, 32)
    assert found.extension == artwork.FORMATS[form]


def test_knows_the_average_colour():
    assert artwork.inspect(encoded()).placeholder == "#ff8000"


def test_what_is_transparent_stands_on_black():
    clear = encoded(mode="RGBA", colour=(255, 255, 255, 0))
    assert artwork.inspect(clear).placeholder == "#000000"


def test_a_picture_on_its_side_is_measured_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    found = artwork.inspect(encoded("JPEG", exif=exif))
    assert (found.width, found.height) == (32, 64)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"%PDF-1.7", "not_a_picture"),
        (encoded("GIF", mode="P", colour=1), "not_a_picture"),
        (encoded("BMP"), "not_a_picture"),
        (encoded("TIFF"), "not_a_picture"),
        (encoded("JPEG")[:-200], "damaged_picture"),
        (encoded(size=(8, 400)), "too_small"),
        (png_that_claims(20_000, 10_000), "too_many_pixels"),
        (png_that_claims(60_000, 60_000), "too_many_pixels"),
        (png_that_claims(2000, 2000), "damaged_picture"),
        (b"\0" * (artwork.MAX_BYTES + 1), "too_many_bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_refuses_what_is_no_picture_or_no_picture_for_us(raw, code):
    with pytest.raises(artwork.PictureRefused) as refused:
        artwork.inspect(raw)
    assert refused.value.code == code
