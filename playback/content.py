"""What can be played under a public id: the published side of it, and its video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from catalog import languages
from catalog.models import PublishedEpisode, PublishedTitle
from playback.models import Asset, AudioTrack, Marker, Rendition, TextTrack
from streamapi.errors import Conflict, NotFound

if TYPE_CHECKING:
    from channels.timeshift import Stream
    from playback.live import Airing

_TRACKS: Final[Mapping[str, tuple[type[Model], str, tuple[str, ...]]]] = {
    "rungs": (Rendition, "height", ("height", "width", "codecs")),
    "sounds": (AudioTrack, "position", ("language", "label", "codec", "channels")),
    "words": (TextTrack, "pk", ("language", "label", "role", "path")),
    "marks": (Marker, "start_ms", ("kind", "start_ms", "end_ms")),
}


@dataclass(frozen=True, slots=True)
class Playable:
    """A film, an episode, a trailer or a channel, with all that a play answer says."""

    content_id: str
    kind: str
    name: str
    title_id: str
    title_pk: int | None
    asset_pk: int | None
    asset_id: str
    folder: str
    duration_ms: int
    thumbnails: str
    packages: frozenset[str]
    min_age: int
    windowed: bool
    rungs: Sequence[Mapping[str, Any]]
    sounds: Sequence[Mapping[str, Any]]
    words: Sequence[Mapping[str, Any]]
    marks: Sequence[Mapping[str, Any]]
    airing: Airing | None = None
    stream: Stream | None = None

    @property
    def is_episode(self) -> bool:
        """Whether it is one of a series."""
        return self.content_id.startswith("ep_")

    @property
    def credits_ms(self) -> int:
        """Where the credits start; 0 when nobody marked them."""
        starts = (one["start_ms"] for one in self.marks if one["kind"] == "credits")
        return next(starts, 0)


class NotPlayable(Conflict):
    """The content exists, but there is no video of it to play now."""

    code = "not_playable"
    title = "This cannot be played"


def find(content_id: str, kind: str = Asset.Kind.MAIN) -> Playable:
    """The video of published content, in one query."""
    row = _rows(content_id, kind).first()
    if row is None or not row["is_published"] or row["shown"] is None:
        raise _why_not(content_id)
    shown = row["shown"]
    trailer = kind == Asset.Kind.TRAILER
    return Playable(
        content_id=content_id,
        kind=kind,
        name=shown["name"],
        title_id=shown["id"],
        title_pk=row["owner"],
        asset_pk=row["pk"],
        asset_id=row["public_id"],
        folder=row["folder"],
        duration_ms=row["duration_ms"],
        thumbnails=row["thumbnails"],
        packages=frozenset(() if trailer else shown["packages"]),
        min_age=shown["min_age"],
        windowed=shown["windowed"],
        **{name: row[name] for name in _TRACKS},
    )


def film(content_id: str) -> Mapping[str, Any] | None:
    """The video of a title or an episode, published or not: what a loop is made of."""
    return _rows(content_id, Asset.Kind.MAIN).first()


def _rows(content_id: str, kind: str) -> QuerySet[Asset, dict[str, Any]]:
    owner = "episode" if content_id.startswith("ep_") else "title"
    published = PublishedTitle.objects.filter(
        title=OuterRef("owner"), language=languages.default_language()
    )
    facts = JSONObject(
        id="public_id",
        name="name",
        packages="packages",
        min_age="min_age",
        windowed="windowed",
    )
    episode = PublishedEpisode.objects.filter(public_id=OuterRef("episode__public_id"))
    rows: QuerySet[Asset, dict[str, Any]] = (
        Asset.objects.playable()
        .filter(Q((f"{owner}__public_id", content_id)), kind=kind)
        .annotate(
            owner=Coalesce(F("title_id"), F("episode__season__title_id")),
            shown=Subquery(published.values(facts=facts)[:1]),
            is_published=Q(episode=None) | Exists(episode),
            **{name: _tracks(*track) for name, track in _TRACKS.items()},
        )
        .order_by("pk")
        .values(
            *("pk", "public_id", "folder", "duration_ms", "thumbnails"),
            *("owner", "shown", "is_published", *_TRACKS),
        )
    )
    return rows


def _tracks(model: type[Model], order: str, fields: tuple[str, ...]) -> ArraySubquery:
    facts = JSONObject(**{name: name for name in fields})
    rows = model._default_manager.filter(asset=OuterRef("pk")).order_by(order)
    return ArraySubquery(rows.values(facts=facts))


def _why_not(content_id: str) -> NotFound | NotPlayable:
    title = PublishedTitle.objects.filter(public_id=content_id).first()
    if title is not None and title.kind == "series":
        return NotPlayable("This is a series: play one of its episodes.")
    episode = PublishedEpisode.objects.filter(public_id=content_id)
    if title is not None or episode.exists():
        return NotPlayable("Its video is not here yet.")
    return NotFound(f"There is nothing to play under {content_id}.")
