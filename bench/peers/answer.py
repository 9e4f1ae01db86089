"""The answer every peer serves: bytes and headers from the directory BENCH_ANSWER."""

import json
import os
from pathlib import Path

_directory = Path(os.environ["BENCH_ANSWER"])
PLAIN = (_directory / "answer.json").read_bytes()
GZIPPED = (_directory / "answer.json.gz").read_bytes()
HEADERS: dict[str, str] = json.loads((_directory / "headers.json").read_bytes())
"""What a client needs of the gzip answer: type, encoding, validator, lifetime, vary."""
REDIS_URL = os.environ.get("REDIS_URL", "")
REDIS_KEY = "bench:answer"
