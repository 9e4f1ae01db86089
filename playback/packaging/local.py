"""The packager of this machine: ffmpeg, Shaka Packager, then the video storage."""

from __future__ import annotations

import mimetypes
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.core.files import File
from django.core.files.storage import Storage, storages

from playback import hlscheck, m3u8, pictures
from playback.edge import MIME_TYPES
from playback.languages import display_name
from playback.packaging import (
    DASH_MANIFEST,
    HLS_MANIFEST,
    HLS_TV_MANIFEST,
    Audio,
    Order,
    Package,
    PackagingFailed,
    Progress,
    TextSource,
    Video,
    capped_name,
    encoding,
    ladder,
    manifests,
    probe,
    selection_name,
    shaka,
    thumbnails,
    tools,
)

_ENCODED: Final = 0.85
_SEGMENTED: Final = 0.9


class LocalPackager:
    """Works in a temporary folder and stores a package only when it is complete."""

    def run(self, order: Order, progress: Progress) -> Package:
        """Encode, segment, check, store."""
        storage = storages["video"]
        with tempfile.TemporaryDirectory(prefix="packaging-") as folder:
            work = Path(folder)
            source = probe.probe(_fetched(storage, order.source, work), order.language)
            rungs = ladder.rungs_for(source.height, order.ladder, source.video_range)
            progress(0, "encoding")
            encoding.encode(
                source, rungs, work, lambda part: progress(part * _ENCODED, "encoding")
            )
            progress(_ENCODED, "segmenting")
            texts = _words(storage, order.texts, work)
            audios = _labelled(source.audio_languages)
            shaka.segment(rungs, audios, texts, work, order.language, order.keys)
            _polish(work / "out", rungs, protected=bool(order.keys))
            package = _finished(work / "out", source, rungs, audios, texts)
            progress(_SEGMENTED, "storing")
            _store(storage, work / "out", order.target, progress)
        return package


def _fetched(storage: Storage, name: str, work: Path) -> Path:
    """The source as a file of this machine; without a copy where it is one already."""
    try:
        return Path(storage.path(name))
    except NotImplementedError:
        copy = work / f"source{Path(name).suffix}"
        with storage.open(name) as stored, copy.open("wb") as file:
            shutil.copyfileobj(stored, file)
        return copy


def _labelled(languages: Sequence[str]) -> list[tuple[str, str]]:
    """Languages with the names that viewers read; the second English is "English 2"."""
    tracks: list[tuple[str, str]] = []
    for language in languages:
        count = sum(language == before for before, _ in tracks)
        name = display_name(language)
        tracks.append((language, f"{name} {count + 1}" if count else name))
    return tracks


def _words(
    storage: Storage, texts: Sequence[TextSource], work: Path
) -> dict[str, TextSource]:
    """Subtitle files as WebVTT, by the names that they have in ``work`` now."""
    found: dict[str, TextSource] = {}
    for number, text in enumerate(texts):
        name = f"text-{number}-{text.language}.vtt"
        raw = work / f"raw-{number}{Path(text.name).suffix}"
        with storage.open(text.name) as stored, raw.open("wb") as file:
            shutil.copyfileobj(stored, file)
        tools.run("ffmpeg", ["-y", "-v", "error", "-i", str(raw), str(work / name)])
        found[name] = text
    return found


def _finished(
    out: Path,
    source: probe.Source,
    rungs: Sequence[ladder.Rung],
    audios: Sequence[tuple[str, str]],
    texts: Mapping[str, TextSource],
) -> Package:
    """Add what the segmenter does not make, then check all of it."""
    whole: list[tuple[TextSource, str]] = []
    for name, text in texts.items():
        (out / "text").mkdir(exist_ok=True)
        shutil.move(out.parent / name, out / "text" / name)
        whole.append((text, f"text/{name}"))
    lowest = out.parent / encoding.video_name(rungs[0])
    aspect = source.width / source.height
    thumbnails.make(lowest, source.duration_s, aspect, out)
    shown = _checked(out)
    variants = shown.master.all("EXT-X-STREAM-INF")
    first = shown.media[variants[0].uri]
    return Package(
        duration_ms=round(first.duration() * 1000),
        videos=tuple(sorted(map(_video, variants), key=lambda video: video.height)),
        audios=tuple(Audio(code, label, "mp4a.40.2", 2) for code, label in audios),
        texts=tuple(whole),
        thumbnails=thumbnails.NAME,
    )


def _polish(out: Path, rungs: Sequence[ladder.Rung], *, protected: bool) -> None:
    playlists = {
        path: path.read_text()
        for path in out.rglob("*.m3u8")
        if path.name != HLS_MANIFEST
    }
    target = max(manifests.longest_segment_s(text) for text in playlists.values())
    for path, text in playlists.items():
        timed = manifests.with_target_duration(text, target)
        path.write_text(manifests.with_key_ids(timed))
    master = manifests.starting_well((out / HLS_MANIFEST).read_text())
    if protected:
        master = manifests.with_output_protection(master)
    dash = (out / DASH_MANIFEST).read_text()
    for selection in pictures.selections((r.codec, r.video_range) for r in rungs):
        _write_lists(
            out,
            selection,
            manifests.only_hls(master, selection),
            manifests.only_dash(dash, selection),
            [rung.height for rung in rungs if pictures.holds(selection, rung.kind)],
        )


def _write_lists(
    out: Path, selection: str, master: str, dash: str, heights: Sequence[int]
) -> None:
    """The manifests with these pictures, and one with each lower limit of height."""
    hls_name, tv_name, dash_name = (
        selection_name(name, selection)
        for name in (HLS_MANIFEST, HLS_TV_MANIFEST, DASH_MANIFEST)
    )
    (out / hls_name).write_text(master)
    (out / tv_name).write_text(manifests.for_television(master))
    (out / dash_name).write_text(dash)
    for height in sorted(set(heights))[:-1]:
        capped = manifests.capped_hls(master, height)
        (out / capped_name(hls_name, height)).write_text(capped)
        television = manifests.for_television(capped)
        (out / capped_name(tv_name, height)).write_text(television)
        smaller = manifests.capped_dash(dash, height)
        (out / capped_name(dash_name, height)).write_text(smaller)


def _checked(out: Path) -> hlscheck.Presentation:
    """The presentation, if it keeps Apple's rules."""
    shown = hlscheck.load(
        HLS_MANIFEST,
        read=lambda name: (out / name).read_text(),
        size_of=lambda name: (out / name).stat().st_size,
    )
    wrong = [str(f) for f in hlscheck.check(shown) if f.severity == hlscheck.ERROR]
    if len(shown.master.all("EXT-X-STREAM-INF")) == 1:  # a source below two rungs
        wrong = [line for line in wrong if " 9.9 " not in line]
    if wrong:
        raise PackagingFailed("; ".join(wrong))
    return shown


def _video(variant: m3u8.Tag) -> Video:
    facts = variant.attributes
    width, _, height = facts["RESOLUTION"].partition("x")
    return Video(
        width=int(width),
        height=int(height),
        frame_rate=float(facts["FRAME-RATE"]),
        codecs=facts["CODECS"],
        bandwidth=int(facts["BANDWIDTH"]),
        average_bandwidth=int(facts["AVERAGE-BANDWIDTH"]),
        video_range=facts.get("VIDEO-RANGE", pictures.SDR),
    )


def _store(storage: Storage, out: Path, target: str, progress: Progress) -> None:
    """Upload everything, manifests last; take all of it back if one file fails."""
    files = sorted(
        (path for path in out.rglob("*") if path.is_file()),
        key=lambda path: path.suffix in {".m3u8", ".mpd"},
    )
    with _all_or_nothing(storage) as stored:
        for number, path in enumerate(files):
            name = f"{target}/{path.relative_to(out).as_posix()}"
            with path.open("rb") as raw:
                file = File(raw, name)
                file.content_type = _mime(path)  # type: ignore[attr-defined]
                stored.append(storage.save(name, file))
            share = (number + 1) / len(files)
            progress(_SEGMENTED + share * (1 - _SEGMENTED), "storing")


@contextmanager
def _all_or_nothing(storage: Storage) -> Iterator[list[str]]:
    stored: list[str] = []
    try:
        yield stored
    except BaseException:  # a signal too: no half package stays
        for name in stored:
            storage.delete(name)
        raise


def _mime(path: Path) -> str:
    guess = mimetypes.guess_type(path.name)[0]
    return MIME_TYPES.get(path.suffix) or guess or "application/octet-stream"
