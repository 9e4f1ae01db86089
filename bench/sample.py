"""The bytes that everyone serves: one real answer of the service, kept in files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.exchange import Answer

SERVED_HEADERS = (
    *("content-type", "content-encoding", "cache-control", "etag", "vary"),
)
"""What a client of a cached list needs; each peer sends these, no more."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer, plain and gzipped, with the headers a peer repeats."""

    directory: Path
    plain: bytes
    gzipped: bytes
    headers: Mapping[str, str]

    @classmethod
    def of(cls, answer: Answer, directory: Path) -> Sample:
        """Keep an answer that came gzipped."""
        headers = {
            name.title(): answer.headers[name]
            for name in SERVED_HEADERS
            if name in answer.headers
        }
        sample = cls(directory, answer.decoded, answer.body, headers)
        sample.save()
        return sample

    @classmethod
    def made_up(cls, directory: Path, titles: int = 150) -> Sample:
        """An answer of about the same size, for trying the peers alone."""
        plain = orjson.dumps({"results": [_card(n) for n in range(titles)]})
        body = gzip.compress(plain, 6, mtime=0)
        headers = {
            "content-type": "application/json",
            "content-encoding": "gzip",
            "cache-control": "public, max-age=60",
            "etag": '"made-up"',
            "vary": "Accept-Encoding",
        }
        return cls.of(Answer(200, headers, body), directory)

    def save(self) -> None:
        """Write the files that the peers read at their start."""
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "answer.json").write_bytes(self.plain)
        (self.directory / "answer.json.gz").write_bytes(self.gzipped)
        (self.directory / "headers.json").write_text(json.dumps(dict(self.headers)))


def _card(number: int) -> dict[str, object]:
    return {
        "id": f"ti_{number * 7_919_993:x}",
        "kind": "movie",
        "name": f"The {number}th Harbour",
        "year": 1950 + number * 37 % 75,
        "runtime_s": 4000 + number * 977 % 5000,
        "genres": ["drama", "comedy"][: 1 + number % 2],
        "images": [
            {"role": role, "url": f"/media/{number * 104_729:x}-{role}.jpg"}
            for role in ("poster", "backdrop", "logo")
        ],
    }
