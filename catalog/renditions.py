"""Smaller versions of pictures: fixed widths, WebP and AVIF, made by a job.

A version's name holds the hash of the picture and the number of the recipe, so whatever
stands under a name stays the same for ever.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Exists, OuterRef
from PIL import Image, ImageOps

from catalog import artwork, blurhash
from catalog.models import Artwork, RenderedPicture

RECIPE: Final = 1
"""Raised when versions come out differently; old ones stay where they are."""
WIDTHS: Final = (160, 320, 640, 960, 1280, 1920)
FORMATS: Final = ("webp", "avif")
_OPTIONS: Final = {
    "webp": {"quality": 80, "method": 4},
    "avif": {"quality": 60, "speed": 9},
}
BATCH: Final = 100


def of_files(files: Collection[str]) -> dict[str, RenderedPicture]:
    """The versions of those files that have some, by file; one query."""
    rows = RenderedPicture.objects.filter(file__in=files)
    return {row.file: row for row in rows}


def missing(limit: int = BATCH) -> list[str]:
    """Files of pictures that nobody has rendered, nor failed to."""
    done = RenderedPicture.objects.filter(file=OuterRef("image"))
    rows = Artwork.objects.filter(~Exists(done)).exclude(image="")
    return list(
        rows.order_by("image").values_list("image", flat=True).distinct()[:limit]
    )


def render(file: str, *, now: datetime) -> RenderedPicture:
    """Make all versions of a file; one that cannot be read is noted as such."""
    found: dict[str, object] = {"made_at": now}
    try:
        found |= _versions(file)
    except (OSError, artwork.PictureRefused) as error:
        found |= {"problem": str(error)[:300]}
    row, _ = RenderedPicture.objects.update_or_create(file=file, defaults=found)
    return row


def affected(files: Collection[str]) -> list[int]:
    """The titles that show one of these files themselves, in a season or an episode."""
    rows = Artwork.objects.filter(image__in=files).values_list(
        "title", "season__title", "episode__season__title"
    )
    return sorted({pk for row in rows for pk in row if pk is not None})


def alone() -> bool:
    """Whether no one else renders; holds the place until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtext('catalog.renditions'))"
        )
        (got,) = cursor.fetchone()
    return bool(got)


def _versions(file: str) -> dict[str, object]:
    with default_storage.open(file) as stored:
        raw = stored.read(artwork.MAX_BYTES + 1)
    picture = ImageOps.exif_transpose(artwork.decoded(raw))
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    upright = picture.convert(mode)
    digest = hashlib.blake2b(raw, digest_size=12).hexdigest()
    folder = f"pictures/{RECIPE}/{digest[:2]}/{digest}"
    widths = [width for width in WIDTHS if width < upright.width] or [upright.width]
    for width in widths:
        height = max(1, round(upright.height * width / upright.width))
        smaller = upright.resize((width, height), Image.Resampling.LANCZOS)
        for kind in FORMATS:
            _store(smaller, f"{folder}/{width}.{kind}", kind)
    return {
        "folder": folder,
        "widths": widths,
        "formats": list(FORMATS),
        "blurhash": blurhash.encode(upright),
        "problem": "",
    }


def _store(picture: Image.Image, name: str, kind: str) -> None:
    if not default_storage.exists(name):
        encoded = io.BytesIO()
        picture.save(encoded, kind, **_OPTIONS[kind])
        default_storage.save(name, ContentFile(encoded.getvalue()))
