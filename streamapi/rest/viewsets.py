"""The base of every read viewset: a queryset, a serializer and a cache policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rest_framework import viewsets

from streamapi.responsecache import CachePolicy, Never


class ReadOnlyViewSet(viewsets.GenericViewSet):  # type: ignore[type-arg]
    """Declares ``cache_policies`` per action; a view without one is refused by a test."""

    cache_policies: ClassVar[Mapping[str, CachePolicy | Never]] = {}
