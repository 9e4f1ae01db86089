"""Real video for tests: made once a run, packaged once a run."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from pytest_django import Settings

from playback.packaging import Order, Package, TextSource, ladder, tools
from playback.packaging.local import LocalPackager
from playback.protection import TrackKey

LADDER = ("144:80", "240:280", "360:750", "720:2600")
KEYS = tuple(
    TrackKey(track, uuid.UUID(int=number), bytes([number] * 16))
    for number, track in enumerate(("audio", "sd", "hd"), start=0xA1)
)
WORDS = """WEBVTT

00:00:01.000 --> 00:00:03.000
Good evening.

00:00:06.500 --> 00:00:07.500
Good night.
"""


def local_storage(location: Path) -> dict[str, object]:
    """STORAGES["video"] below a folder of the test."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": location},
    }


def make_film(path: Path, *, size: str = "640x360", seconds: int = 8) -> Path:
    """A moving picture with a tone."""
    subprocess.run(
        [
            *(tools.path_of("ffmpeg"), "-y", "-v", "error"),
            *("-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d={seconds}"),
            *("-f", "lavfi", "-i", f"sine=f=440:d={seconds}"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", str(path)),
        ],
        check=True,
    )
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of 640x360 at 25 pictures a second."""
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Subtitles of the film."""
    path = tmp_path_factory.mktemp("words") / "words.vtt"
    path.write_text(WORDS)
    return path


@pytest.fixture
def video_storage(settings: Settings, tmp_path: Path) -> Path:
    """An empty video storage of this test alone."""
    location = tmp_path / "video"
    settings.STORAGES = settings.STORAGES | {"video": local_storage(location)}
    settings.PACKAGING_PRESET = "ultrafast"
    settings.PACKAGING_LADDER = LADDER
    return location


@pytest.fixture(scope="session")
def packaged(
    film: Path, words: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Package]:
    """The folder of a package of the film with subtitles, and its description."""
    location = tmp_path_factory.mktemp("packaged")
    return package(location, film, words, LADDER)


@pytest.fixture(scope="session")
def protected_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in 720 lines, for a key of SD and one of HD."""
    path = tmp_path_factory.mktemp("film") / "protected.mp4"
    return make_film(path, size="1280x720")


@pytest.fixture(scope="session")
def encrypted(
    protected_film: Path, words: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Package]:
    """The folder of a package that is encrypted with ``KEYS``."""
    location = tmp_path_factory.mktemp("encrypted")
    rungs = ("144:80", "360:750", "720:2600")
    return package(location, protected_film, words, rungs, KEYS)


def package(
    location: Path,
    film: Path,
    words: Path,
    rungs: Sequence[str],
    keys: Sequence[TrackKey] = (),
) -> tuple[Path, Package]:
    """A package of the film in a folder of its own."""
    (location / "film.mp4").write_bytes(film.read_bytes())
    (location / "words.vtt").write_bytes(words.read_bytes())
    storages = settings.STORAGES | {"video": local_storage(location)}
    order = Order(
        source="film.mp4",
        target="as_film/1",
        language="en",
        ladder=ladder.parse(rungs),
        texts=(TextSource("words.vtt", "de", "Deutsch"),),
        keys=tuple(keys),
    )
    with override_settings(STORAGES=storages, PACKAGING_PRESET="ultrafast"):
        made = LocalPackager().run(order, lambda _share, _step: None)
    return location / order.target, made
