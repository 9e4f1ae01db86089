"""The product's configuration without the hook that closes pools."""

import pathlib

exec(pathlib.Path("gunicorn.conf.py").read_text())


def pre_fork(_server, _worker):
    """Leave everything open."""
