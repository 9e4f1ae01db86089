"""The innermost middleware: a shared view sees its key and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from streamapi import replica
from streamapi.clients import Variant
from streamapi.http import staff
from streamapi.http.variant import rules
from streamapi.responsecache import headers, keys
from streamapi.responsecache.entries import KEPT_STATUSES
from streamapi.responsecache.guard import UndeclaredRead, restrict
from streamapi.responsecache.lifetimes import lifetime
from streamapi.responsecache.marks import ATTRIBUTE, ENVIRON, Marks
from streamapi.responsecache.policy import CachePolicy, Never
from streamapi.responsecache.tags import MAX_TAGS

_log = logging.getLogger(__name__)

_STATE: Final = "_shared_answer"


class TooManyTags(AssertionError):
    """An answer carries more tags than an edge would keep: some purge would miss it."""


@dataclass(slots=True)
class Shared:
    """What is known of the shared answer that is being made."""

    policy: CachePolicy
    variant: Variant
    marks: Marks
    restore: Callable[[], None]
    mistake: UndeclaredRead | None = None


class PolicyMiddleware:
    """Applies what each view declares, with and without a front door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._rules = rules()
        self._strict: bool = settings.RESPONSE_CACHE_STRICT
        self._shows_variant: bool = settings.RESPONSE_CACHE_SHOW_VARIANT

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self._get_response(request)
        finally:
            replica.end_shared()
        state = vars(request).pop(_STATE, None)
        if isinstance(state, Shared):
            state.restore()
            if state.mistake is not None:
                raise state.mistake
            self._describe(request, response, state)
        elif isinstance(state, Never):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> None:
        """Note the policy of the view; put a shared one behind the guard."""
        method = (request.method or "").lower()
        policy = keys.policy_of_view(view, "get" if method == "head" else method)
        if isinstance(policy, Never):
            vars(request)[_STATE] = policy
        elif isinstance(policy, CachePolicy) and method in {"get", "head"}:
            vars(request)[_STATE] = self._share(request, policy)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Let a mistake of the view's author surface, not end as an error document."""
        state = vars(request).get(_STATE)
        if isinstance(state, Shared) and isinstance(exception, UndeclaredRead):
            state.mistake = exception

    def _share(self, request: HttpRequest, policy: CachePolicy) -> Shared:
        pairs = keys.parameters(
            request.META.get("QUERY_STRING", ""), policy.query_params
        )
        full: Variant = vars(request)["variant"]
        declared = {name: full.declared(name) for name in policy.vary}
        variant = keys.neutral(self._rules, declared)
        marks = request.META.get(ENVIRON) or Marks()
        marks.from_reader = replica.begin_shared()
        vars(request)[ATTRIBUTE] = marks
        restore = restrict(
            request, policy, keys.query_string(pairs), variant, strict=self._strict
        )
        return Shared(policy, variant, marks, restore)

    def _describe(
        self, request: HttpRequest, response: HttpResponse, state: Shared
    ) -> None:
        policy = state.policy
        if len(state.marks.tags) > MAX_TAGS:
            self._refuse_tags(len(state.marks.tags))
            response.headers["Cache-Control"] = "no-store"
            return
        if response.status_code not in KEPT_STATUSES:
            response.headers.setdefault("Cache-Control", "no-store")
            return
        now = datetime.now(UTC)
        life = lifetime(policy, state.marks.expires_at, now, jitter=False)
        for_staff = staff.is_staff(request.headers.get(staff.HEADER))
        response.headers["Cache-Control"] = headers.cache_control(
            life, 0, private=for_staff
        )
        response.headers["Vary"] = headers.vary(policy)
        if for_staff or self._shows_variant:
            response.headers[headers.VARIANT] = headers.variant_text(
                policy, state.variant
            )
        if "language" in policy.vary:
            response.headers["Content-Language"] = ", ".join(state.variant.languages)
        if state.marks.tags:
            response.headers["Cache-Tag"] = ",".join(sorted(state.marks.tags))

    def _refuse_tags(self, count: int) -> None:
        message = f"{count} tags on one answer; at most {MAX_TAGS} can be purged"
        if self._strict:
            raise TooManyTags(message)
        _log.error(message)
