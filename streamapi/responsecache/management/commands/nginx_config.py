"""`manage.py nginx_config DIRECTORY`: an edge for deployments without CloudFront."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import get_resolver

from streamapi.http.variant import rules
from streamapi.responsecache import edge

SOURCE = Path(settings.BASE_DIR) / "deploy" / "nginx"


class Command(BaseCommand):
    """Writes the files of deploy/nginx and what follows from settings and policies."""

    help = (
        "Write a complete nginx configuration: shared answers are kept at the edge under "
        "the same variants as in the service. Run it again after each deployment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The places and addresses of one deployment."""
        add = parser.add_argument
        add("directory", type=Path, help="where to write, for instance /etc/nginx")
        add(
            "--origin",
            action="append",
            required=True,
            metavar="HOST:PORT",
            help="an application server; repeat it for several",
        )
        add("--listen", default="80", metavar="[HOST:]PORT", help="default: 80")
        add("--certificate", type=Path, help="with --key: serve TLS and HTTP/2")
        add("--key", type=Path)
        add("--inner-port", type=int, default=8079, help="a free port of loopback")
        add("--state", type=Path, default=Path("/var/cache/nginx"), help="kept answers")
        add("--logs", type=Path, default=Path("/var/log/nginx"))
        add("--pid", type=Path, default=Path("/run/nginx.pid"))
        add(
            "--user",
            default="",
            help="the account of the workers; default: nginx's own",
        )
        add("--workers", default="auto")
        add("--size", default="2g", help="most that kept answers take; default: 2g")
        add(
            "--countries",
            type=Path,
            help="lines `CIDR CODE;` that tell the territory of an address",
        )

    def handle(self, *_args: Any, directory: Path, **options: Any) -> None:
        """Write everything, then say what was written."""
        if bool(options["certificate"]) != bool(options["key"]):
            raise CommandError("--certificate and --key go together")
        routes = list(edge.shared_routes(get_resolver().url_patterns))
        parameters = {name for route in routes for name in route.policy.query_params}
        directory.mkdir(parents=True, exist_ok=True)
        for file in sorted(SOURCE.glob("*.conf")):
            shutil.copyfile(file, directory / file.name)
        parts = _deployment(options) | {
            "routes.conf": edge.routes_conf(routes),
            "variants.conf": edge.variants_conf(rules(), parameters),
        }
        for name, text in parts.items():
            (directory / name).write_text(text)
        self.stdout.write(
            f"{directory}: {len(routes)} shared routes. Check it with"
            f" `nginx -t -c {directory / 'nginx.conf'}`."
        )


def _deployment(options: Mapping[str, Any]) -> dict[str, str]:
    """The parts that differ from one deployment to the next."""
    inner = f"127.0.0.1:{options['inner_port']}"
    return {
        "process.conf": _process(options),
        "paths.conf": _paths(options),
        "origin.conf": _origin(options["origin"], inner),
        "inner.conf": f"listen {inner};\n",
        "listen.conf": _listen(options),
        "countries.conf": _countries(options["countries"]),
    }


def _process(options: Mapping[str, Any]) -> str:
    user = f"user {options['user']};\n" if options["user"] else ""
    return (
        f"{user}worker_processes {options['workers']};\n"
        "worker_rlimit_nofile 65536;\n"
        f"pid {options['pid']};\n"
        f"error_log {options['logs']}/error.log warn;\n"
    )


def _paths(options: Mapping[str, Any]) -> str:
    state = options["state"]
    temporary = "".join(
        f"{kind}_temp_path {state}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"proxy_cache_path {state}/shared levels=1:2 keys_zone=shared:64m"
        f" max_size={options['size']} inactive=24h use_temp_path=off;\n"
        f"access_log {options['logs']}/edge.log edge buffer=64k flush=1s;\n{temporary}"
    )


def _origin(servers: list[str], inner: str) -> str:
    lines = "".join(f"    server {server} max_fails=0;\n" for server in servers)
    kept_open = "    keepalive 64;\n    keepalive_timeout 60s;\n"
    return (
        f"upstream origin {{\n{lines}{kept_open}}}\n"
        f"upstream kept {{\n    server {inner} max_fails=0;\n{kept_open}}}\n"
    )


def _listen(options: Mapping[str, Any]) -> str:
    if not options["certificate"]:
        return f"listen {options['listen']} backlog=4096;\n"
    return (
        f"listen {options['listen']} ssl http2 backlog=4096;\n"
        f"ssl_certificate {options['certificate']};\n"
        f"ssl_certificate_key {options['key']};\n"
        "ssl_protocols TLSv1.2 TLSv1.3;\n"
        "ssl_session_cache shared:tls:10m;\n"
        "ssl_session_tickets off;\n"
    )


def _countries(file: Path | None) -> str:
    include = f"    include {file.resolve()};\n" if file else ""
    return f'geo $edge_country {{\n    default "";\n{include}}}\n'
