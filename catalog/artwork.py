"""Pictures are judged by what is in them, not by their name, and stored by their hash."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final, TypeVar

import gevent
from django.core.files.base import ContentFile
from gevent import monkey
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.models import Artwork
from streamapi.errors import InvalidInput

MAX_BYTES: Final = 30 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
MIN_SIDE: Final = 16
FORMATS: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
_T = TypeVar("_T")


class PictureRefused(InvalidInput):
    """The file is not a picture that is taken here."""

    code = "picture_refused"
    title = "The picture cannot be used"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in a file."""

    extension: str
    width: int
    height: int
    placeholder: str


def attach(artwork: Artwork, file: IO[bytes]) -> None:
    """Check ``file`` and make it the picture of ``artwork``, under a name by its hash.

    Equal files have equal names, so a picture may be cached for ever. Raises
    PictureRefused, and leaves ``artwork`` alone then.
    """
    raw = file.read(MAX_BYTES + 1)
    found = inspect(raw)
    digest = hashlib.blake2b(raw, digest_size=16).hexdigest()
    name = f"artwork/{digest[:2]}/{digest}.{found.extension}"
    storage = artwork.image.storage
    if not storage.exists(name):
        name = storage.save(name, ContentFile(raw))
    artwork.image = name
    artwork.width, artwork.height = found.width, found.height
    artwork.placeholder = artwork.placeholder or found.placeholder


def inspect(raw: bytes) -> Inspection:
    """Decode a picture in full, off the hub; raises PictureRefused."""
    if len(raw) > MAX_BYTES:
        raise PictureRefused(
            f"The file is larger than {MAX_BYTES // 1024**2} MB.", code="too_many_bytes"
        )
    return _off_the_hub(lambda: _inspected(raw))


def decoded(raw: bytes) -> Image.Image:
    """The pixels of a file, or PictureRefused; takes its time, so not in a hub."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(ContentFile(raw), formats=list(FORMATS))
            _check_size(*picture.size)
            picture.load()
    except UnidentifiedImageError as error:
        raise PictureRefused(
            "This is no JPEG, PNG, WebP or AVIF picture, whatever its name says.",
            code="not_a_picture",
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureRefused(
            f"The picture is damaged: {error}.", code="damaged_picture"
        ) from error
    return picture


def _inspected(raw: bytes) -> Inspection:
    picture = decoded(raw)
    extension = FORMATS[picture.format or ""]
    upright = ImageOps.exif_transpose(picture)
    return Inspection(extension, *upright.size, _colour(upright))


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise PictureRefused(
            f"A side of the picture is shorter than {MIN_SIDE} pixels.",
            code="too_small",
        )


def _too_many_pixels() -> PictureRefused:
    return PictureRefused(
        f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.",
        code="too_many_pixels",
    )


def _colour(picture: Image.Image) -> str:
    """The average colour, which a device shows until the picture is there."""
    small = picture.convert("RGBA").resize((8, 8), Image.Resampling.BOX)
    on_black = Image.new("RGBA", small.size, "black")
    on_black.alpha_composite(small)
    pixel = (
        on_black.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    )
    red, green, blue = pixel  # type: ignore[misc]  # RGB has three bands
    return f"#{red:02x}{green:02x}{blue:02x}"


def _off_the_hub(work: Callable[[], _T]) -> _T:
    """Decoding takes long enough to stall every other request of the process."""
    if not monkey.is_module_patched("threading"):
        return work()
    done: _T = gevent.get_hub().threadpool.apply(work)
    return done
