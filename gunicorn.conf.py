"""gunicorn: gevent workers that outlive the load balancer's idle time."""

from gevent import monkey

monkey.patch_all()  # before anything imports socket, ssl or threading

from streamapi.env import Environment  # noqa: E402

_env = Environment()

bind = _env.text("BIND", f"127.0.0.1:{_env.number('PORT', 8000)}")
worker_class = _env.text("WORKER_CLASS", "gevent")
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
preload_app = False  # a pool opened before the fork hands answers to the wrong caller
control_socket_disable = True  # nothing steers a server but signals
loglevel = _env.text("GUNICORN_LOG_LEVEL", "info")
accesslog = None  # our own middleware writes the one line a request gets
