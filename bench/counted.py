"""The service with a counter between the response cache and Django.

Each answer that Django has to make is one byte in the file BENCH_REBUILDS, and takes
BENCH_REBUILD_S longer: a database under strain, which is when storms happen.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Any

from streamapi.env import Environment
from streamapi.wsgi import django_application

# isort: split
from streamapi.responsecache.runtime import front_door

_environment = Environment()
_delay_s = _environment.seconds("BENCH_REBUILD_S", 0.0)
_counter = os.open(
    _environment.text("BENCH_REBUILDS"), os.O_WRONLY | os.O_CREAT | os.O_APPEND
)


def _counted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"].startswith("/v1/"):
        os.write(_counter, b".")
        time.sleep(_delay_s)
    return django_application(environ, start_response)


application = front_door(_counted)
