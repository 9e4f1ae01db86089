"""Packaging jobs: queued, run, followed, finished once, started again when lost."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from catalog import publishing
from playback import vault
from playback.languages import display_name
from playback.models import (
    Asset,
    AudioTrack,
    PackagingJob,
    Rendition,
    TextTrack,
)
from playback.packaging import (
    Order,
    Package,
    PackagingFailed,
    TextSource,
    ladder,
    packager,
)
from playback.protection import tracks_of

_log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
LOST_AFTER: Final = timedelta(minutes=5)


@transaction.atomic
def create(asset: Asset, *, now: datetime) -> tuple[PackagingJob, bool]:
    """The open job of ``asset``, and whether it was made just now."""
    Asset.objects.select_for_update().get(pk=asset.pk)
    job = PackagingJob.objects.open().filter(asset=asset).first()
    if job is not None:
        return job, False
    job = PackagingJob.objects.create(asset=asset, created_at=now, updated_at=now)
    if not asset.playable:
        Asset.objects.filter(pk=asset.pk).update(state=Asset.State.WAITING)
    return job, True


def run(job_pk: int, *, clock: Clock) -> None:
    """Carry a queued job out; every failure ends on the job's row."""
    job = _started(job_pk, clock())
    if job is None:
        return
    follower = _Follower(job, clock)
    target = f"{job.asset.public_id}/{secrets.token_hex(6)}"
    try:
        order = order_for(job.asset, target, now=clock())
        package = packager().run(order, follower)
    except PackagingFailed as failure:
        vault.forget(target)
        fail(job, str(failure), now=clock())
    except Exception as error:  # noqa: BLE001 whatever it is, the row must say so
        _log.exception("packaging of %s", job.asset)
        vault.forget(target)
        fail(job, f"{type(error).__name__}: {error}", now=clock())
    else:
        if package is not None:
            complete(job, target, package, now=clock())


@transaction.atomic
def complete(
    job: PackagingJob, folder: str, package: Package, *, now: datetime
) -> None:
    """Let viewers have ``package``: one commit replaces whatever was there."""
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=job.asset_id)
    asset.folder = folder
    asset.state = Asset.State.READY
    asset.duration_ms = package.duration_ms
    asset.thumbnails = package.thumbnails
    asset.packaged_at = now
    asset.save()
    _replace_tracks(asset, package)
    job.state = PackagingJob.State.DONE
    job.step, job.progress, job.error = "", 100, ""
    job.updated_at = job.finished_at = now
    job.save()
    publishing.refresh([asset.owner_pk], now=now)


@transaction.atomic
def fail(job: PackagingJob, error: str, *, now: datetime) -> None:
    """Record what went wrong; an older package goes on playing."""
    job.state = PackagingJob.State.FAILED
    job.error = error
    job.updated_at = job.finished_at = now
    job.save()
    unplayable = Asset.objects.filter(pk=job.asset_id, folder="")
    unplayable.update(state=Asset.State.FAILED)
    Asset.objects.filter(pk=job.asset_id).exclude(folder="").update(
        state=Asset.State.READY
    )
    _log.warning("packaging failed", extra={"asset": str(job.asset), "error": error})


def lost(*, now: datetime) -> list[PackagingJob]:
    """Jobs whose worker is gone: they run, but have not moved for a while."""
    silent = PackagingJob.objects.silent_since(now - LOST_AFTER)
    return list(silent.select_related("asset"))


def order_for(asset: Asset, target: str, *, now: datetime) -> Order:
    """What the packager is asked for; keys of protected video are made here."""
    rungs = ladder.parse(settings.PACKAGING_LADDER)
    heights = [rung.height for rung in rungs]
    tracks = tracks_of(heights) if asset.protected else ()
    return Order(
        source=str(asset.source.name),
        target=target,
        language=asset.language,
        ladder=rungs,
        keys=vault.make(asset, target, tracks, now=now),
        texts=tuple(
            TextSource(
                str(text.file.name),
                text.language,
                text.label or display_name(text.language),
                text.role,
            )
            for text in asset.source_texts.order_by("pk")
        ),
    )


def put_back(*, now: datetime) -> int:
    """Queue again what is marked as running; true only where no worker runs."""
    running = PackagingJob.objects.filter(state=PackagingJob.State.RUNNING)
    return running.update(
        state=PackagingJob.State.QUEUED, progress=0, step="", updated_at=now
    )


class _Follower:
    """Writes progress to the job's row: whole per cents, at most one write a second."""

    def __init__(self, job: PackagingJob, clock: Clock) -> None:
        self._job = job
        self._clock = clock

    def __call__(self, share: float, step: str) -> None:
        now = self._clock()
        recent = now - self._job.updated_at < timedelta(seconds=1)
        if step == self._job.step and recent:
            return
        self._job.progress = min(99, int(share * 100))
        self._job.step = step
        self._job.updated_at = now
        self._job.save(update_fields=["progress", "step", "updated_at"])


def _started(job_pk: int, now: datetime) -> PackagingJob | None:
    """The job, now ours; ``None`` when it was taken or ended already."""
    taken = PackagingJob.objects.filter(pk=job_pk, state=PackagingJob.State.QUEUED)
    if not taken.update(
        state=PackagingJob.State.RUNNING, started_at=now, updated_at=now
    ):
        return None
    job = PackagingJob.objects.select_related("asset").get(pk=job_pk)
    Asset.objects.filter(pk=job.asset_id).update(state=Asset.State.PACKAGING)
    return job


def _replace_tracks(asset: Asset, package: Package) -> None:
    asset.renditions.all().delete()
    Rendition.objects.bulk_create(
        Rendition(
            asset=asset,
            width=video.width,
            height=video.height,
            frame_rate=video.frame_rate,
            codecs=video.codecs,
            video_range=video.video_range,
            bandwidth=video.bandwidth,
            average_bandwidth=video.average_bandwidth,
        )
        for video in package.videos
    )
    asset.audio_tracks.all().delete()
    AudioTrack.objects.bulk_create(
        AudioTrack(
            asset=asset,
            language=audio.language,
            label=audio.label,
            codec=audio.codecs,
            channels=audio.channels,
            position=position,
        )
        for position, audio in enumerate(package.audios)
    )
    asset.text_tracks.all().delete()
    TextTrack.objects.bulk_create(
        TextTrack(
            asset=asset,
            language=text.language,
            label=text.label,
            role=text.role,
            path=path,
        )
        for text, path in package.texts
    )
