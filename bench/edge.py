"""nginx as our edge, with the configuration that the product writes."""

from __future__ import annotations

from bench.processes import Server, free_port, nginx_account, tool
from bench.service import Service


def before(server: Server, service: Service) -> Server:
    """An nginx of one worker in front of one of our servers."""
    home = service.site.directory / "nginx-edge"
    (home / "state").mkdir(parents=True, exist_ok=True)
    port = free_port()
    service.run(
        *("manage.py", "nginx_config", str(home)),
        *("--origin", f"127.0.0.1:{server.port}", "--listen", f"127.0.0.1:{port}"),
        *("--inner-port", str(free_port()), "--state", str(home / "state")),
        *("--logs", str(home), "--pid", str(home / "nginx.pid"), "--workers", "1"),
        *("--user", nginx_account()),
    )
    return Server(
        "nginx-edge",
        [tool("nginx") or "nginx", "-c", str(home / "nginx.conf"), "-g", "daemon off;"],
        core=service.site.cores.server,
        port=port,
        directory=service.site.directory,
        ready="/livez",
    )
