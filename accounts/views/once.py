"""Commands that create: with an Idempotency-Key they are carried out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

import orjson
from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import repeats
from accounts.repeats import Answer, Command
from accounts.views.base import PersonalView
from streamapi.errors import DomainError
from streamapi.http import problems
from streamapi.rest import idempotency
from streamapi.rest.exceptions import problem_response, status_of
from streamapi.rest.renderers import OrjsonRenderer

V = TypeVar("V", bound=PersonalView)
Method = Callable[[V, Request], Response]
_TRY_AGAIN: Final = frozenset({401, 423, 429, 503})
"""Refusals that pass: the same command may succeed later, so they are not kept."""


def once(method: Method[V]) -> Method[V]:
    """Keep the answer of a view's method for who sends the same command again."""

    @wraps(method)
    def answer(view: V, request: Request) -> Response:
        key = idempotency.key_of(request)
        if not key:
            return method(view, request)
        command = Command(
            subject=view.subject(),
            name=f"{request.method} {request.path}",
            key=key,
            payload=orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS),
        )

        def work() -> Answer:
            return _carried_out(lambda: method(view, request))

        return _told(repeats.once(command, work, now=timezone.now()))

    return answer


def _carried_out(method: Callable[[], Response]) -> Answer:
    """A refusal that will not pass is an answer too; what it had begun is undone."""
    try:
        with transaction.atomic():
            response = method()
    except DomainError as refusal:
        if status_of(refusal) in _TRY_AGAIN:
            raise
        response = problem_response(refusal)
    return Answer(response.status_code, OrjsonRenderer().render(response.data))


def _told(answer: Answer) -> Response:
    body: Any = orjson.loads(answer.body) if answer.body else None
    kind = problems.CONTENT_TYPE if answer.status >= 400 else None
    response = Response(body, answer.status, content_type=kind)
    if answer.is_repeated:
        response["Idempotency-Replayed"] = "true"
    return response
