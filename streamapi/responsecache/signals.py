"""A change of a registered model purges the answers that show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import ForeignKey, Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from streamapi.responsecache.purging import purge
from streamapi.responsecache.registry import purged_by, registry


def connect() -> None:
    """Listen to every model: the registry knows which of them matter."""
    post_save.connect(_saved, dispatch_uid="responsecache.saved")
    post_delete.connect(_deleted, dispatch_uid="responsecache.deleted")
    m2m_changed.connect(_relation_changed, dispatch_uid="responsecache.relation")


def _saved(
    sender: type[Model],
    instance: Model,
    using: str,
    update_fields: Iterable[str] | None = None,
    raw: bool = False,
    **_: Any,
) -> None:
    registration = registry.get(sender)
    if raw or registration is None or registration.is_irrelevant(update_fields):
        return
    purge(purged_by(instance), using=using)


def _deleted(sender: type[Model], instance: Model, using: str, **_: Any) -> None:
    if registry.get(sender) is not None:
        purge(purged_by(instance), using=using)


def _relation_changed(
    sender: type[Model],
    instance: Model,
    action: str,
    model: type[Model],
    pk_set: set[Any] | None,
    using: str,
    **_: Any,
) -> None:
    """Purge for both ends; before a clear, because afterwards nobody knows the others."""
    if action not in {"post_add", "pre_remove", "post_remove", "pre_clear"}:
        return
    tags = set(purged_by(instance))
    if registry.get(model) is not None:
        others = pk_set if pk_set is not None else _related(sender, instance, model)
        for other in model._default_manager.using(using).filter(pk__in=others):
            tags |= purged_by(other)
    purge(tags, using=using)


def _related(through: type[Model], instance: Model, model: type[Model]) -> set[Any]:
    """The keys of ``model`` that ``instance`` is related to, read from the join table."""
    links = [item for item in through._meta.fields if isinstance(item, ForeignKey)]
    near = next(link for link in links if isinstance(instance, link.related_model))
    far = next(
        link
        for link in links
        if link is not near and issubclass(model, link.related_model)
    )
    rows = through._default_manager.filter(**{near.name: instance.pk})
    return set(rows.values_list(far.attname, flat=True))
