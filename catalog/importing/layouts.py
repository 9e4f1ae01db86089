"""Foreign layouts: a mapping names, for each of our fields, the field to read."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from catalog.importing.errors import FileUnreadable
from catalog.importing.fields import Fields
from catalog.importing.records import PLAIN
from catalog.models import Credit

BUNDLED: Final = Path(__file__).with_name("mappings")
_WORDS: Final = frozenset({"name", "tagline", "synopsis"})
_LISTS: Final = frozenset(
    {"languages", "genres", "keywords", "studios", "collections", "packages"}
    | {*Credit.Role.values}
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A mapping: how to read one foreign layout.

    ``id`` is a template over the foreign fields, such as ``{title} ({year})``; a field
    that is absent or null counts as empty.
    """

    system: str
    id: str
    language: str
    kind: str
    fields: Mapping[str, str]
    separator: str = "|"

    def apply(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """An object in the documented layout."""
        found: dict[str, Any] = {
            "external_ids": {self.system: self._id(raw)},
            "kind": self.kind,
            "original_language": self.language,
        }
        words: dict[str, Any] = {}
        for ours, theirs in self.fields.items():
            value = raw.get(theirs)
            if ours in _LISTS and isinstance(value, str):
                value = [one.strip() for one in value.split(self.separator)]
            if ours in _WORDS:
                words[ours] = value
            elif ours in PLAIN:
                found[ours] = value
            else:
                found.setdefault("credits", []).extend(_people(ours, value))
        found["translations"] = {self.language: words}
        return found

    def _id(self, raw: Mapping[str, Any]) -> str:
        values = {name: raw.get(name) for name in _names(self.id)}
        filled = {name: "" if one is None else one for name, one in values.items()}
        return self.id.format_map(filled).strip()


def load(name: str) -> Layout:
    """A bundled mapping by name, or one from a file."""
    path = BUNDLED / f"{name}.json"
    if not path.is_file():
        path = Path(name)
    try:
        fields = Fields(orjson.loads(path.read_bytes()))
    except (OSError, orjson.JSONDecodeError) as error:
        raise FileUnreadable(
            f"The mapping {name} cannot be read: {error}", code="bad_mapping"
        ) from error
    return _checked(fields)


def _checked(fields: Fields) -> Layout:
    fields.only("system", "id", "language", "kind", "fields", "separator")
    sources = fields.object("fields")
    if sources is None:
        raise fields.refuse("required", "fields", "is required")
    sources.only(*_WORDS, *PLAIN, *Credit.Role.values)
    fields.required_text("language", 35)
    template = fields.required_text("id", 200)
    if not all(name.isidentifier() for name in _names(template)):
        raise fields.refuse("invalid", "id", "must be like {title} ({year})")
    return Layout(
        system=fields.required_text("system", 40),
        id=template,
        language=fields.language("language") or "",
        kind=fields.text("kind", 10) or "movie",
        fields={name: sources.required_text(name, 100) for name in sources.names()},
        separator=fields.text("separator", 5) or "|",
    )


def _people(role: str, names: Any) -> list[dict[str, Any]]:
    if not isinstance(names, list):
        return [] if names is None else [{"name": names, "role": role}]
    return [{"name": name, "role": role} for name in names]


def _names(template: str) -> list[str]:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return [""]
    return [name for _, name, _, _ in parts if name is not None]
