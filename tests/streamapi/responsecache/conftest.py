"""Fixtures of the response cache: models that every project has, purges on record."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, Permission

from streamapi.responsecache import purging
from streamapi.responsecache.registry import Registration, registry


@pytest.fixture
def purges(monkeypatch: pytest.MonkeyPatch) -> list[frozenset[str]]:
    """The purges that were delivered, in order."""
    delivered: list[frozenset[str]] = []
    monkeypatch.setattr(purging, "_receivers", [delivered.append])
    return delivered


@pytest.fixture
def registered_models(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Groups and permissions as if an app had registered them."""
    models = {
        **registry.models(),
        Group: Registration(
            carries=lambda group: {f"group:{group.pk}"},
            purges=lambda group: {f"group:{group.pk}", "groups"},
            ignores=frozenset({"name"}),
        ),
        Permission: Registration(
            carries=lambda permission: {f"permission:{permission.pk}"},
            purges=lambda permission: {f"permission:{permission.pk}"},
            ignores=frozenset(),
        ),
    }
    monkeypatch.setattr(registry, "_models", models)
    return iter(())
