"""`python -m streamapi.local`: the door to both commands."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

from streamapi.local.errors import CannotStart, Interrupted
from streamapi.local.execute import execute
from streamapi.local.serve import serve

_STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(argv: list[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    options = _parser().parse_args(argv)
    for signum in _STOPS:
        signal.signal(signum, _interrupt)
    keep_on = _parent_lives(options.parent)
    try:
        if options.action == "exec":
            return execute([word for word in options.argv if word != "--"], keep_on)
        return serve(keep_on)
    except CannotStart as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except Interrupted as interrupted:
        return interrupted.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m streamapi.local")
    parser.add_argument(
        "--parent",
        type=int,
        help="stop when this process, our parent, is gone",
    )
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("run", help="serve on this machine; rows are kept in STATE_DIR")
    execute_ = actions.add_parser(
        "exec", help="run a command beside throwaway services"
    )
    execute_.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    return parser


def _parent_lives(parent: int | None) -> Callable[[], bool]:
    """A test for whether whoever started us is still there.

    A killed `make` cannot tell us that it is gone; we look.
    """
    return lambda: parent is None or os.getppid() == parent


def _interrupt(signum: int, _frame: FrameType | None) -> NoReturn:
    for other in _STOPS:
        signal.signal(other, signal.SIG_IGN)  # stopping is bounded; once is enough
    raise Interrupted(signum)


if __name__ == "__main__":
    sys.exit(main())
