"""Every example of docs/api.md, run in its order against the service."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from tests.contract import Contract
from tests.journeys.service import Service

pytestmark = [
    pytest.mark.media,
    pytest.mark.timeout(600),
]

GUIDE = Path(settings.BASE_DIR) / "docs" / "api.md"
NAME = re.compile(r"<(\w+)>")
SECOND_FILM = """
from django.utils import timezone
from catalog import publishing
from catalog.models import Title
from tests.factories import playback
title = Title.objects.get(slug="perihelion")
playback.asset(title)
publishing.refresh([title.pk], now=timezone.now())
"""


@dataclass(frozen=True)
class Example:
    """A request and what is shown of its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer_headers: dict[str, str]
    answer: str


def examples() -> list[Example]:
    blocks = re.findall(r"```http\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return [_example(block) for block in blocks]


def _example(block: str) -> Example:
    request, answer = block.strip().split("\n\n")
    first, *lines = request.split("\n")
    method, path = first.split(" ")
    headers, body = _split(lines)
    status, *lines = answer.split("\n")
    answer_headers, shown = _split(lines)
    return Example(method, path, headers, body, int(status), answer_headers, shown)


def _split(lines: list[str]) -> tuple[dict[str, str], str]:
    """Headers up to the first line that is none; the rest is a body."""
    headers: dict[str, str] = {}
    while lines and (found := re.match(r"([A-Z][\w-]*): (.*)", lines[0])):
        headers[found[1]] = found[2]
        lines = lines[1:]
    return headers, "\n".join(lines)


class Walk:
    """Goes through the examples and remembers what the answers named."""

    def __init__(self, url: str, known: dict[str, str]) -> None:
        self._url = url
        self._known = known
        self._contract = Contract.committed()

    def take(self, example: Example) -> None:
        status, headers, body = self._asked(example)
        assert status == example.status, (example, body)
        for name, shown in example.answer_headers.items():
            self._matches(shown, headers[name], name)
        told = headers.get("Content-Type", "")
        path = self._told(example.path).partition("?")[0]
        assert not self._contract.faults(example.method, path, status, told, body)
        if example.answer:
            self._matches(_shown(example.answer), json.loads(body), "")

    def _asked(self, example: Example) -> tuple[int, Message, bytes]:
        headers = {"Content-Type": "application/json"} | {
            name: self._told(text) for name, text in example.headers.items()
        }
        request = Request(
            self._url + self._told(example.path),
            data=self._told(example.body).encode() or None,
            headers=headers,
            method=example.method,
        )
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as refusal:
            return refusal.code, refusal.headers, refusal.read()

    def _told(self, text: str) -> str:
        return NAME.sub(lambda found: self._known[found[1]], text)

    def _matches(self, shown: Any, real: Any, where: str) -> None:
        """What is shown is in what came; names are filled in and remembered."""
        if isinstance(shown, dict):
            for name, value in shown.items():
                key = self._told(name)
                assert key in real, f"{where}/{key} is not in the answer"
                self._matches(value, real[key], f"{where}/{key}")
        elif isinstance(shown, list):
            shown = [one for one in shown if one != "…"]
            assert len(real) >= len(shown), f"{where} has {len(real)}"
            for index, value in enumerate(shown):
                self._matches(value, real[index], f"{where}/{index}")
        elif isinstance(shown, str) and (found := NAME.fullmatch(shown)):
            self._known[found[1]] = real
        elif shown != "…":
            assert real == shown, f"{where} is {real!r}"


def _shown(text: str) -> Any:
    """The JSON of an example; an ellipsis outside of a string becomes one in a string."""
    quoted = re.sub(r'(?<!")…(?!")', '"…"', text)
    return json.loads(quoted)


@pytest.fixture(scope="module")
def known(service: Service) -> dict[str, str]:
    """A second film that plays, as rows; and the household's password."""
    service.manage("shell", "--command", SECOND_FILM)
    email, password = service.viewer
    return {"email": email, "password": password}


def test_every_example_is_true(service: Service, known: dict[str, str]) -> None:
    walk = Walk(service.url, known)
    taken = examples()
    for example in taken:
        walk.take(example)
    assert len(taken) > 15


def test_an_example_that_is_not_true_is_found(
    service: Service, known: dict[str, str]
) -> None:
    example = _example('GET /v1/genres\n\n200\n{"results": [{"slug": "no-such"}]}')
    with pytest.raises(AssertionError, match="/results/0/slug"):
        Walk(service.url, known).take(example)
