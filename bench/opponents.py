"""Starts each peer the way its own documentation says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.load import Target
from bench.processes import Server, free_port, nginx_account, tool
from bench.sample import Sample
from bench.site import ROOT, Site

GZIP = {"Accept-Encoding": "gzip"}
PEERS = Path(__file__).with_name("peers")
GUNICORN = (
    *(sys.executable, "-m", "gunicorn", "--chdir", str(ROOT)),
    *("--worker-class", "gevent", "--workers", "1", "--worker-connections", "12000"),
    *("--backlog", "2048", "--keep-alive", "75", "--log-level", "warning"),
)
"""The settings of our own gunicorn.conf.py, for applications that are not ours."""


def _variables(site: Site, sample: Sample) -> dict[str, str]:
    return {
        "BENCH_ANSWER": str(sample.directory),
        "REDIS_URL": site.redis(5),
        "PYTHONPATH": str(ROOT),
        "NODE_ENV": "production",
    }


def _on_gunicorn(name: str, module: str) -> Callable[[Site, Sample], Server]:
    def server(site: Site, sample: Sample) -> Server:
        port = free_port()
        return Server(
            name,
            [*GUNICORN, "--bind", f"127.0.0.1:{port}", f"{module}:application"],
            core=site.cores.server,
            port=port,
            directory=site.directory,
            variables=_variables(site, sample),
        )

    return server


def _fastapi(site: Site, sample: Sample) -> Server:
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", "--app-dir", str(ROOT))
    return Server(
        "fastapi",
        [
            *command,
            *("--port", str(port), "--loop", "uvloop", "--http", "httptools"),
            *("--no-access-log", "--log-level", "warning"),
            "bench.peers.fastapi_app:app",
        ],
        core=site.cores.server,
        port=port,
        directory=site.directory,
        variables=_variables(site, sample),
    )


def _fastify(site: Site, sample: Sample) -> Server:
    port = free_port()
    home = _install_fastify()
    return Server(
        "fastify",
        ["node", str(home / "server.js")],
        core=site.cores.server,
        port=port,
        directory=site.directory,
        variables={**_variables(site, sample), "PORT": str(port)},
    )


def _install_fastify() -> Path:
    """Let npm install the peer below var/, once; nothing of it is committed."""
    home = ROOT / "var" / "bench" / "fastify"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "server.js"):
        shutil.copyfile(PEERS / "fastify" / name, home / name)
    if not (home / "node_modules" / "fastify").exists():
        command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=home, check=True, capture_output=True)
    return home


def _nginx_static(site: Site, sample: Sample) -> Server:
    """Files as nginx serves them unless told otherwise."""
    return _nginx("nginx-static", "", site, sample)


def _nginx_open_files(site: Site, sample: Sample) -> Server:
    """The same with the one tuning that matters for small files."""
    tuning = "open_file_cache max=1000 inactive=60s;"
    return _nginx("nginx-open-files", tuning, site, sample)


def _nginx(name: str, tuning: str, site: Site, sample: Sample) -> Server:
    port = free_port()
    home = site.directory / name
    (home / "files").mkdir(parents=True, exist_ok=True)
    for name in ("answer.json", "answer.json.gz"):
        shutil.copyfile(sample.directory / name, home / "files" / name)
    text = (PEERS / "nginx_static.conf").read_text()
    config = home / "nginx.conf"
    account = nginx_account()
    user = f"user {account};" if account else ""
    given = {"HOME": home, "PORT": port, "USER": user, "TUNING": tuning}
    for key, value in given.items():
        text = text.replace(f"@{key}@", str(value))
    config.write_text(text)
    return Server(
        name,
        [tool("nginx") or "nginx", "-p", str(home), "-c", str(config)],
        core=site.cores.server,
        port=port,
        directory=site.directory,
        ready="/answer.json",
    )


STARTERS: Mapping[str, Callable[[Site, Sample], Server]] = {
    "wsgi": _on_gunicorn("wsgi", "bench.peers.wsgi"),
    "wsgi-redis": _on_gunicorn("wsgi-redis", "bench.peers.wsgi_redis"),
    "drf": _on_gunicorn("drf", "bench.peers.drf"),
    "fastapi": _fastapi,
    "fastify": _fastify,
    "nginx-static": _nginx_static,
    "nginx-open-files": _nginx_open_files,
}
NEEDS = {
    "fastify": ("node", "npm"),
    "nginx-static": ("nginx",),
    "nginx-open-files": ("nginx",),
}


def missing(name: str) -> list[str]:
    """The programs this machine lacks for a peer."""
    return [program for program in NEEDS.get(name, ()) if tool(program) is None]


@contextmanager
def opponent(name: str, site: Site, sample: Sample) -> Iterator[Target]:
    """A running peer, as a target that must answer the sample."""
    with STARTERS[name](site, sample) as server:
        path = "/answer.json" if name.startswith("nginx") else "/"
        yield Target(name, server.pid, server.port, path, sample.plain, headers=GZIP)
