"""What devices get: the JSON of a title, a card, a season and a person in one language.

Pure: from content (see ``catalog.content``) to plain values. Other parts of the product
add sections through :func:`register_section`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from django.core.files.storage import default_storage

from catalog import languages
from catalog.content import (
    Content,
    EpisodeContent,
    GenreContent,
    Picture,
    Rating,
    SeasonContent,
    Texts,
)
from catalog.episodes import places
from catalog.models import RenderedPicture
from catalog.models.titles import Kind

Json = dict[str, Any]
SectionBuilder = Callable[[Sequence[int]], Mapping[int, Mapping[str, Any]]]
"""From primary keys of titles to the section of each title that has one.

It is asked for a whole batch at once, so it needs a constant number of queries.
"""

Renderer = Callable[[Picture], Json]
Rendered = Mapping[str, RenderedPicture]
"""The smaller versions of pictures, by the name of the file."""

TEASERS: Final = frozenset({"trailer", "teaser"})
"""Kinds of video that make a title known: free, and there before it."""

UNRATED_AGE: Final = 18
"""What nobody has rated is for adults."""

_CARD_ROLES: Final = frozenset({"poster", "backdrop", "logo", "thumbnail", "square"})
_ASPECTS: Final = {
    "2:3": 2 / 3,
    "3:4": 3 / 4,
    "1:1": 1.0,
    "4:3": 4 / 3,
    "3:2": 3 / 2,
    "16:9": 16 / 9,
    "2:1": 2.0,
    "21:9": 21 / 9,
}
_sections: dict[str, SectionBuilder] = {}


def register_section(name: str, builder: SectionBuilder) -> None:
    """Add a section to each title's document; called once in ``ready()``.

    The section ``media`` is not shown as such. Its members, all optional, go to their
    place in card, title and season: ``runtime_s``, ``audio_languages``,
    ``subtitle_languages``, ``badges`` (lists of strings), ``playable`` (bool), and
    ``videos`` (trailers and extras, see ``playback``), and ``episodes``: from an
    episode's public id to ``{"runtime_s", "playable"}``.

    After a section changed, ``catalog.publishing.refresh`` brings it to devices.
    """
    _sections[name] = builder


def sections(title_pks: Sequence[int]) -> dict[int, Json]:
    """Every registered section of a batch of titles, by title and name."""
    found: dict[int, Json] = {pk: {} for pk in title_pks}
    for name, build in _sections.items():
        for pk, section in build(title_pks).items():
            found[pk][name] = section
    return found


def strictest(ratings: Sequence[Rating]) -> Rating | None:
    """The rating with the highest age: what counts where a title has several."""
    return max(ratings, key=lambda rating: rating["min_age"], default=None)


def spoken(content: Content, media: Mapping[str, Any]) -> list[str]:
    """Languages to hear it in: of its video, else as announced, else the original."""
    return (
        media.get("audio_languages")
        or content["languages"]
        or [content["original_language"]]
    )


def image(picture: Picture, rendered: RenderedPicture | None = None) -> Json:
    """A picture as devices get it.

    ``template`` with one of the ``widths`` and one of the ``formats`` in it is a smaller
    version; until those are made there is only ``url``, the picture as it was uploaded.
    """
    return {
        "role": picture["role"],
        "url": default_storage.url(picture["file"]),
        "width": picture["width"],
        "height": picture["height"],
        "aspect": aspect(picture["width"], picture["height"]),
        "alt": picture["alt"],
        "lang": picture["lang"] or None,
        "placeholder": picture["placeholder"] or None,
        "blurhash": picture["blurhash"] or None,
        "focal": picture["focal"],
        **versions(rendered),
    }


def versions(rendered: RenderedPicture | None) -> Json:
    """What is said of a picture's smaller versions."""
    if rendered is None or not rendered.folder:
        return {"widths": [], "formats": [], "template": None}
    return {
        "blurhash": rendered.blurhash or None,
        "widths": rendered.widths,
        "formats": rendered.formats,
        "template": template(rendered.folder),
    }


def template(folder: str) -> str:
    """The URL of the versions in a folder, with ``{width}`` and ``{format}`` to fill in."""
    return default_storage.url(f"{folder}/W.F").replace("W.F", "{width}.{format}")


def once_each(rendered: Rendered | None = None) -> Renderer:
    """Renders a picture the first time that it is asked for; for a batch that is kept.

    Every language of a title shows the same pictures.
    """
    done: dict[int, Json] = {}
    versions = rendered or {}

    def render(picture: Picture) -> Json:
        key = id(picture)
        if key not in done:
            done[key] = image(picture, versions.get(picture["file"]))
        return done[key]

    return render


@lru_cache(maxsize=1024)
def aspect(width: int, height: int) -> str:
    """The nearest usual ratio, if it is within 3 %; else the numbers themselves."""
    ratio = width / height
    name, nearest = min(_ASPECTS.items(), key=lambda item: abs(item[1] - ratio))
    return name if abs(nearest - ratio) / nearest <= 0.03 else f"{width}:{height}"


def images(
    pictures: Sequence[Picture], chain: Sequence[str], render: Renderer = image
) -> list[Json]:
    """For each role the pictures in the best language; one without words fits any.

    A picture whose size is not known yet is not shown.
    """
    by_role: dict[str, dict[str, list[Picture]]] = {}
    for picture in pictures:
        if not (picture["width"] and picture["height"]):
            continue
        by_language = by_role.setdefault(picture["role"], {})
        by_language.setdefault(picture["lang"], []).append(picture)
    preferred = (chain[0], *chain[1:2], "", *chain[2:])
    return [
        render(picture)
        for by_language in by_role.values()
        for picture in by_language[languages.order(by_language, preferred)[0]]
    ]


def borrowed_images(pictures: Sequence[Picture], language: str) -> Iterator[str]:
    """The roles that have no picture in ``language``, each as a path."""
    shown = [one for one in pictures if one["width"] and one["height"]]
    here = {one["role"] for one in shown if one["lang"] in languages.own(language)}
    for role in dict.fromkeys(one["role"] for one in shown):
        if role not in here:
            yield f"images/{role}"


class TitleDocuments:
    """The documents of one title in one language.

    What ``borrowed`` in a name gives are the paths of the texts and pictures that are not
    of this language, see ``catalog.tellings``.
    """

    def __init__(
        self,
        content: Content,
        sections: Json,
        language: str,
        *,
        render: Renderer = image,
    ) -> None:
        self.content = content
        self.render = render
        self.language = language
        self.sections = sections
        self.media: Mapping[str, Any] = sections.get("media", {})
        self.chain = languages.chain(
            language, content["original_language"], languages.default_language()
        )
        self.texts = languages.best(content["texts"], self.chain)
        self.images = images(content["images"], self.chain, render)
        self._episodes: dict[str, Json] = {}

    def card(self) -> Json:
        """What a list or a rail shows of the title."""
        content = self.content
        return {
            "id": content["id"],
            "slug": content["slug"],
            "kind": content["kind"],
            "name": self.texts["name"],
            "year": content["year"],
            "runtime_s": self.media.get("runtime_s") or content["runtime_s"],
            "maturity": self._maturity(),
            "genres": self._labels(content["genres"]),
            "images": self._card_images(),
            "packages": content["packages"],
            "badges": self.media.get("badges", []),
        }

    def document(self, card: Json) -> Json:
        """What the page of the title shows: the card and more."""
        content, media = self.content, self.media
        return {
            **card,
            "images": self.images,
            "original_name": content["original_name"],
            "original_language": content["original_language"],
            "language": self.texts["language"],
            "languages": sorted(content["texts"]),
            "released_on": content["released_on"],
            "tagline": self.texts.get("tagline", ""),
            "synopsis": self.texts.get("synopsis", ""),
            "credits": content["credits"],
            "ratings": content["ratings"],
            "keywords": self._labels(content["keywords"]),
            "studios": content["studios"],
            "attributes": content["attributes"],
            "external_ids": content["external_ids"],
            "audio_languages": spoken(content, media),
            "subtitle_languages": media.get("subtitle_languages", []),
            "playable": media.get("playable", False),
            "play_id": self._play_id(),
            "videos": self._videos(),
            "seasons": [self._season_summary(one) for one in content["seasons"]],
            **{name: one for name, one in self.sections.items() if name != "media"},
        }

    def borrowed(self) -> list[str]:
        """Of card and document."""
        content = self.content
        return [
            *self._borrowed_texts(content["texts"]),
            *borrowed_images(content["images"], self.language),
            *self._borrowed_labels("genres", content["genres"]),
            *self._borrowed_labels("keywords", content["keywords"]),
            *(
                f"seasons/{place}/name"
                for place, season in enumerate(content["seasons"])
                if "name" in languages.borrowed(season["texts"], self.language)
            ),
            *(
                f"videos/{place}/name"
                for place, video in enumerate(self.media.get("videos", ()))
                if video.get("names") and not self._own_name(video)
            ),
        ]

    def _videos(self) -> list[Json]:
        """Trailers and extras, each called by the first name of the chain that it has."""
        shown = []
        for video in self.media.get("videos", ()):
            known = video.get("names", {})
            names = [*filter(None, map(known.get, self.chain)), video["name"]]
            rest = {key: value for key, value in video.items() if key != "names"}
            shown.append(rest | {"name": names[0]})
        return shown

    def _own_name(self, video: Json) -> bool:
        return any(tag in video["names"] for tag in languages.own(self.language))

    def season(self, season: SeasonContent) -> Json:
        """A season with all its episodes."""
        return {
            **self._season_summary(season),
            "title": {"id": self.content["id"], "name": self.texts["name"]},
            "synopsis": languages.best(season["texts"], self.chain).get("synopsis", ""),
            "images": images(season["images"], self.chain, self.render),
            "episodes": [self.episode(season, one) for one in season["episodes"]],
        }

    def borrowed_season(self, season: SeasonContent) -> list[str]:
        """Of a season with its episodes."""
        title = languages.borrowed(self.content["texts"], self.language)
        return [
            *(["title/name"] if "name" in title else []),
            *languages.borrowed(season["texts"], self.language),
            *borrowed_images(season["images"], self.language),
            *(
                f"episodes/{place}/{path}"
                for place, episode in enumerate(season["episodes"])
                for path in self.borrowed_episode(episode)
            ),
        ]

    def borrowed_episode(self, episode: EpisodeContent) -> list[str]:
        """Of an episode."""
        return [
            *languages.borrowed(episode["texts"], self.language),
            *borrowed_images(episode["images"], self.language),
        ]

    def episode(self, season: SeasonContent, episode: EpisodeContent) -> Json:
        """An episode; asked for again, it is the same object."""
        if episode["id"] not in self._episodes:
            self._episodes[episode["id"]] = self._episode(season, episode)
        return self._episodes[episode["id"]]

    def _season_summary(self, season: SeasonContent) -> Json:
        texts = languages.best(season["texts"], self.chain)
        return {
            "number": season["number"],
            "name": texts.get("name"),
            "episode_count": len(season["episodes"]),
        }

    def _episode(self, season: SeasonContent, episode: EpisodeContent) -> Json:
        texts = languages.best(episode["texts"], self.chain)
        media = self.media.get("episodes", {}).get(episode["id"], {})
        return {
            "id": episode["id"],
            "season_number": season["number"],
            "number": episode["number"],
            "absolute_number": episode["absolute_number"],
            "after": episode["after"],
            "name": texts["name"],
            "synopsis": texts.get("synopsis", ""),
            "released_on": episode["released_on"],
            "runtime_s": media.get("runtime_s") or episode["runtime_s"],
            "images": images(episode["images"], self.chain, self.render),
            "playable": media.get("playable", False),
        }

    def _play_id(self) -> str | None:
        """Where to begin: the film itself, or the first episode that there is video of."""
        if not self.media.get("playable"):
            return None
        if self.content["kind"] != Kind.SERIES:
            return self.content["id"]
        episodes = self.media.get("episodes", {})
        return next(
            (
                one.episode["id"]
                for one in places(self.content["seasons"])
                if one.episode["id"] in episodes
            ),
            None,
        )

    def _borrowed_texts(self, texts: Texts) -> Iterator[str]:
        for field in languages.borrowed(texts, self.language):
            yield field
            if field == "name":
                yield "language"

    def _borrowed_labels(
        self, member: str, labels: Sequence[GenreContent]
    ) -> Iterator[str]:
        for place, label in enumerate(labels):
            if borrowed_name(label["names"], self.language):
                yield f"{member}/{place}/name"

    def _maturity(self) -> Json | None:
        rating = strictest(self.content["ratings"])
        if rating is None:
            return None
        return {"min_age": rating["min_age"], "label": rating["value"]}

    def _labels(self, labels: Sequence[GenreContent]) -> list[Json]:
        return [
            {"slug": one["slug"], "name": genre_name(one, self.chain)} for one in labels
        ]

    def _card_images(self) -> list[Json]:
        first: dict[str, Json] = {}
        for picture in self.images:
            if picture["role"] in _CARD_ROLES:
                first.setdefault(picture["role"], picture)
        return list(first.values())


def borrowed_name(names: Mapping[str, str], language: str) -> list[str]:
    """``name``, if the one name that there is for each language is not of this one."""
    texts = {tag: {"name": name} for tag, name in names.items()}
    return [*languages.borrowed(texts, language)]


def genre_name(genre: GenreContent, chain: Sequence[str]) -> str:
    """What a genre is called in the best language that names it; else its slug."""
    ordered = languages.order(genre["names"], chain)
    return genre["names"][ordered[0]] if ordered else genre["slug"]
