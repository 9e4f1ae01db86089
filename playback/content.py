"""What can be played under a public id: the published side of it, and its video.

A process remembers what it has found, with a stamp that is read again at each press of
play: publishing writes new rows, and a package has a folder of its own. So what is
remembered counts only while PostgreSQL says at that moment that nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from catalog import languages, tellings
from catalog.documents import TEASERS
from catalog.models import (
    PublishedEpisode,
    PublishedSeason,
    PublishedTitle,
    PublishedWindow,
)
from catalog.tellings import Telling
from playback import episodes, pictures
from playback.episodes import Place
from playback.households import Question
from playback.models import (
    Asset,
    AssetWindow,
    AudioTrack,
    ContentKey,
    Marker,
    Rendition,
    TextTrack,
)
from streamapi.errors import Conflict, NotFound

if TYPE_CHECKING:
    from channels.timeshift import Stream
    from playback.live import Airing

_TRACKS: Final[Mapping[str, tuple[type[Model], str, tuple[str, ...]]]] = {
    "rungs": (Rendition, "height", ("height", "codecs", "video_range")),
    "sounds": (AudioTrack, "position", ("language", "label", "codec", "channels")),
    "words": (TextTrack, "pk", ("language", "label", "role", "path")),
    "marks": (Marker, "start_ms", ("kind", "start_ms", "end_ms")),
    "periods": (
        AssetWindow,
        "pk",
        ("territories", "excluded", "starts_at", "ends_at"),
    ),
}


_STAMP: Final = """
SELECT jsonb_build_array(published.id, asset.folder, asset.title_id, asset.episode_id)
FROM playback_asset asset
JOIN catalog_publishedtitle published
  ON published.title_id = %(title_pk)s::bigint AND published.language = %(language)s
WHERE asset.id = %(asset_pk)s::bigint
"""
_STAMPED: Final = ("folder", "title_id", "episode_id")
_WINDOW: Final = (
    *("territories", "excluded", "starts_at", "ends_at"),
    *("announced_at", "packages", "free"),
)
_MOST: Final = 2000
"""How many a process remembers."""


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
    keys: Sequence[Mapping[str, Any]] = ()
    rights_max_height: int | None = None
    place: Place | None = None
    next: Place | None = None
    airing: Airing | None = None
    stream: Stream | None = None
    periods: Sequence[Mapping[str, Any]] = ()
    openings: Sequence[Mapping[str, Any]] = ()

    @property
    def is_protected(self) -> bool:
        """Whether its files are encrypted."""
        return bool(self.keys)

    @property
    def tallest(self) -> int:
        """The height of the highest rung; 0 where the rungs are not known."""
        return self.tallest_in("")

    def tallest_in(self, selection: str) -> int:
        """The same of some kinds of picture; empty: of all."""
        heights = (
            int(rung["height"])
            for rung in self.rungs
            if pictures.holds(
                selection, pictures.kind(rung["codecs"], rung["video_range"])
            )
        )
        return max(heights, default=0)

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


_Languages = tuple[str, ...]
_Key = tuple[str, str, _Languages]
_known: dict[_Key, tuple[Sequence[Any], Playable]] = {}
_lock = Lock()


def question(content_id: str, kind: str, wanted: _Languages) -> Question:
    """What ``find`` has to be told to know whether what is remembered still holds."""
    key = _key(content_id, kind, wanted)
    _, known = _known.get(key, ((), None))
    return Question(
        _STAMP,
        {
            "title_pk": known.title_pk if known else None,
            "asset_pk": known.asset_pk if known else None,
            "language": key[2][0],
        },
    )


def find(
    content_id: str,
    kind: str = Asset.Kind.MAIN,
    wanted: _Languages = (),
    stamp: Sequence[Any] | None = None,
) -> Playable:
    """The video of published content, each name in the first language that has it.

    What is remembered under ``stamp``, else what one query finds. A trailer or an extra
    also has an id of its own, under which it is played.
    """
    key = _key(content_id, kind, wanted)
    kept, known = _known.get(key, ((), None))
    if known is not None and stamp == kept:
        return known
    row = _rows(*key).first()
    if row is None or not row["is_published"] or row["shown"] is None:
        raise _why_not(content_id)
    playable = _playable(content_id, row, key[2])
    with _lock:
        _known[key] = [row["shown"]["pk"], *(row[name] for name in _STAMPED)], playable
        while len(_known) > _MOST:
            del _known[next(iter(_known))]
    return playable


def _key(content_id: str, kind: str, wanted: _Languages) -> _Key:
    return content_id, kind, wanted or (languages.default_language(),)


def _playable(content_id: str, row: Mapping[str, Any], wanted: _Languages) -> Playable:
    shown = row["shown"]
    seasons = groupby(row["seasons"], key=itemgetter("number"))
    here, following = episodes.place(
        content_id, [_told(season, wanted) for _, season in seasons]
    )
    return Playable(
        content_id=content_id,
        kind=row["kind"],
        name=_told(row["cards"], wanted)["name"],
        title_id=shown["id"],
        title_pk=row["owner"],
        asset_pk=row["pk"],
        asset_id=row["public_id"],
        folder=row["folder"],
        duration_ms=row["duration_ms"],
        thumbnails=row["thumbnails"],
        packages=frozenset(() if row["kind"] in TEASERS else shown["packages"]),
        min_age=shown["min_age"],
        windowed=shown["windowed"],
        openings=row["openings"],
        keys=row["keys"],
        place=here,
        next=following if row["kind"] == Asset.Kind.MAIN else None,
        rights_max_height=row["rights_max_height"],
        **{name: row[name] for name in _TRACKS},
    )


def _told(rows: Iterable[Mapping[str, Any]], wanted: _Languages) -> Any:
    """A document for a reader of several languages, read."""
    found = {one["language"]: Telling(one["text"], one["borrowed"]) for one in rows}
    return orjson.loads(tellings.completed(found, wanted))


def film(content_id: str) -> Mapping[str, Any] | None:
    """The video of a title or an episode, published or not: what a loop is made of."""
    return _rows(*_key(content_id, Asset.Kind.MAIN, ())).first()


def _rows(
    content_id: str, kind: str, wanted: _Languages
) -> QuerySet[Asset, dict[str, Any]]:
    told = PublishedTitle.objects.filter(title=OuterRef("owner"), language__in=wanted)
    facts = JSONObject(
        pk="pk",
        id="public_id",
        packages="packages",
        min_age="min_age",
        windowed="windowed",
    )
    episode = PublishedEpisode.objects.filter(public_id=OuterRef("episode__public_id"))
    rows: QuerySet[Asset, dict[str, Any]] = (
        Asset.objects.playable()
        .filter(_asked(content_id, kind))
        .annotate(
            owner=Coalesce(F("title_id"), F("episode__season__title_id")),
            shown=Subquery(told.filter(language=wanted[0]).values(facts=facts)[:1]),
            cards=_telling(told, text="card"),
            is_published=Q(episode=None) | Exists(episode),
            keys=_keys(),
            seasons=_seasons(wanted),
            openings=_openings(),
            **{name: _tracks(*track) for name, track in _TRACKS.items()},
        )
        .order_by("pk")
        .values(
            *("pk", "public_id", "kind", "folder", "duration_ms", "thumbnails"),
            *("owner", "shown", "cards", "is_published", "rights_max_height"),
            *("title_id", "episode_id", "keys", "seasons", "openings", *_TRACKS),
        )
    )
    return rows


def _asked(content_id: str, kind: str) -> Q:
    if content_id.startswith("as_"):
        return Q(public_id=content_id) & ~Q(kind=Asset.Kind.MAIN)
    owner = "episode" if content_id.startswith("ep_") else "title"
    return Q((f"{owner}__public_id", content_id), kind=kind)


def _tracks(model: type[Model], order: str, fields: tuple[str, ...]) -> ArraySubquery:
    facts = JSONObject(**{name: name for name in fields})
    rows = model._default_manager.filter(asset=OuterRef("pk")).order_by(order)
    return ArraySubquery(rows.values(facts=facts))


def _seasons(wanted: _Languages) -> ArraySubquery:
    """The season of an episode and the one after it; nothing for films."""
    rows = PublishedSeason.objects.filter(
        title=OuterRef("owner"),
        language__in=wanted,
        number__gte=OuterRef("episode__season__number"),
    ).order_by("number")
    return _telling(rows[: 2 * len(wanted)], text="document", number="number")


def _telling(rows: QuerySet[Any], text: str, **facts: str) -> ArraySubquery:
    """Documents with what ``_told`` has to know of each."""
    known = JSONObject(language="language", borrowed="borrowed", text=text, **facts)
    return ArraySubquery(rows.values(facts=known))


def _openings() -> ArraySubquery:
    """When and where the title may be shown."""
    rows = PublishedWindow.objects.filter(title=OuterRef("owner")).order_by("pk")
    return ArraySubquery(rows.values(facts=JSONObject(**{one: one for one in _WINDOW})))


def _keys() -> ArraySubquery:
    """The ids of the keys of the package that plays; never the keys."""
    rows = ContentKey.objects.filter(folder=OuterRef("folder")).order_by("pk")
    return ArraySubquery(rows.values(facts=JSONObject(track="track", kid="kid")))


def _why_not(content_id: str) -> NotFound | NotPlayable:
    title = PublishedTitle.objects.filter(public_id=content_id).first()
    if title is not None and title.kind == "series":
        return NotPlayable("This is a series: play one of its episodes.")
    episode = PublishedEpisode.objects.filter(public_id=content_id)
    if title is not None or episode.exists():
        return NotPlayable("Its video is not here yet.")
    return NotFound(f"There is nothing to play under {content_id}.")
