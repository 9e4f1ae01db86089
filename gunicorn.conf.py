"""gunicorn: gevent workers that outlive the load balancer's idle time."""

from gevent import monkey

monkey.patch_all()  # before anything imports socket, ssl or threading

import logging  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from contextlib import suppress  # noqa: E402
from typing import Any  # noqa: E402

from psycopg import Error  # noqa: E402
from psycopg_pool import PoolTimeout  # noqa: E402

from streamapi.env import Environment  # noqa: E402
from streamapi.http.logs import WithoutSecrets  # noqa: E402
from streamapi.responsecache.worker import settle  # noqa: E402

_env = Environment()
_POOL_CHECK_S = 2
_POOL_PATIENCE_S = 0.2

bind = _env.text("BIND", f"127.0.0.1:{_env.number('PORT', 8000)}")
worker_class = _env.text("WORKER_CLASS", "streamapi.responsecache.worker.CacheWorker")
workers = _env.number("WEB_CONCURRENCY", 2)
worker_connections = 12000
backlog = 2048
keepalive = 75  # longer than an ALB's 60 s idle time, or clients see resets
timeout = 30
graceful_timeout = 30
max_requests = _env.number("MAX_REQUESTS", 0)
max_requests_jitter = max_requests // 5
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
forwarded_allow_ips = _env.text("TRUSTED_PROXIES", "127.0.0.1")
preload_app = False  # each worker loads the code itself, so SIGHUP brings new code
control_socket_disable = True  # nothing steers a server but signals
loglevel = _env.text("GUNICORN_LOG_LEVEL", "info")
accesslog = None  # our own middleware writes the one line a request gets


def pre_fork(_server: Any, _worker: Any) -> None:
    """Close what the master opened, should it have loaded the application.

    A worker that inherits a connection reads answers meant for its siblings.
    """
    pools = _database_pools()
    if pools:
        sys.modules["django.db"].connections.close_all()
    while pools:
        pools.popitem()[1].close()


def post_fork(_server: Any, _worker: Any) -> None:
    """Refuse to serve with a pool that was open before the fork."""
    if _database_pools():
        raise RuntimeError("a database pool was opened before the fork")


def post_worker_init(worker: Any) -> None:
    """Everything is loaded: make it cheap to use, and keep the pools in order."""
    settle(worker.cfg)
    logging.getLogger("gunicorn.error").addFilter(WithoutSecrets())
    threading.Thread(target=_keep_pools, args=(worker,), daemon=True).start()


def _keep_pools(worker: Any) -> None:
    """Look at one idle connection now and then; where it is broken, so are the others.

    Without this a request that comes after a restart of the database tries one broken
    connection after the other, with pauses, and is refused though the database is there.
    """
    lost: dict[str, int] = {}
    while worker.alive:
        time.sleep(_POOL_CHECK_S)
        for alias, pool in list(_database_pools().items()):
            if pool.closed:
                continue
            with suppress(PoolTimeout, Error):
                connection = pool.getconn(_POOL_PATIENCE_S)
                try:
                    pool.check_connection(connection)
                finally:
                    pool.putconn(connection)
            seen = pool.get_stats()
            now_lost = seen.get("connections_lost", 0) + seen.get("returns_bad", 0)
            if now_lost > lost.get(alias, 0):
                pool.drain()
            lost[alias] = now_lost


def _database_pools() -> dict[str, Any]:
    """Django's pools by alias; none as long as nothing has loaded the driver."""
    backend = sys.modules.get("django.db.backends.postgresql.base")
    return {} if backend is None else backend.DatabaseWrapper._connection_pools  # noqa: SLF001 - no public way
