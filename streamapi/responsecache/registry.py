"""Which tags an object's answers carry, and which a change of it purges.

Each app fills the registry in its ``cache_keys.py``, beside the models, while Django
starts; afterwards it is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model

from streamapi.responsecache.tags import checked

TagsOf = Callable[[Any], Iterable[str]]


class RegistryClosed(RuntimeError):
    """A model was registered after start-up, when changes may have been missed."""


def _none(_instance: Any) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Registration:
    """How one model takes part in purging."""

    carries: TagsOf
    purges: TagsOf
    ignores: frozenset[str]

    def is_irrelevant(self, update_fields: Iterable[str] | None) -> bool:
        """Whether a save of just these fields changes nothing that devices read."""
        return update_fields is not None and set(update_fields) <= self.ignores


@dataclass(slots=True)
class Registry:
    """Registrations by model."""

    _models: dict[type[Model], Registration] = field(default_factory=dict)

    def add(self, model: type[Model], registration: Registration) -> None:
        """Enter one model; twice is a mistake."""
        if model in self._models:
            raise ValueError(f"{model.__name__} is registered already")
        known = {item.name for item in model._meta.get_fields()}
        unknown = registration.ignores - known
        if unknown:
            raise ValueError(f"{model.__name__} has no fields {sorted(unknown)}")
        self._models[model] = registration

    def get(self, model: type[Model]) -> Registration | None:
        """The registration of a model, or of the model it is a proxy of."""
        found = self._models.get(model)
        if found is None and model._meta.concrete_model is not None:
            found = self._models.get(model._meta.concrete_model)
        return found

    def models(self) -> Mapping[type[Model], Registration]:
        """All registrations, for documentation and tests."""
        return dict(self._models)


registry = Registry()


def register(
    model: type[Model],
    *,
    carries: TagsOf = _none,
    purges: TagsOf = _none,
    ignores: Iterable[str] = (),
) -> None:
    """Say which tags answers with an instance carry and which its change purges.

    An answer *carries* few tags, because its header is bounded; a change *purges* many.
    A save of fields within ``ignores`` alone purges nothing.
    """
    if apps.ready:
        raise RegistryClosed("register models in cache_keys.py, imported by ready()")
    registry.add(model, Registration(carries, purges, frozenset(ignores)))


def carried(instance: Model) -> frozenset[str]:
    """The tags that an answer showing ``instance`` carries."""
    registration = registry.get(type(instance))
    if registration is None:
        raise LookupError(f"{type(instance).__name__} is not registered")
    return checked(registration.carries(instance))


def purged_by(instance: Model) -> frozenset[str]:
    """The tags that a change of ``instance`` purges; none for an unregistered model."""
    registration = registry.get(type(instance))
    if registration is None:
        return frozenset()
    return checked(registration.purges(instance))
