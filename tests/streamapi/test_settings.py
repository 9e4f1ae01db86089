"""Settings as each environment gets them, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streamapi import env
from tests.playback.test_delivery import pem_of

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "deploy" / "production.env.example"


def example() -> dict[str, str]:
    """The variables of the example file."""
    lines = (line for line in EXAMPLE.read_text().splitlines() if "=" in line)
    pairs = (line.split("=", 1) for line in lines if not line.startswith("#"))
    return {name: value.strip("'") for name, value in pairs}


def run(program: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python with these variables and with PATH and the like, nothing else."""
    kept = {
        name: value
        for name, value in env.variables().items()
        if name in {"PATH", "HOME", "LANG"} or name.startswith("COV")
    }
    return subprocess.run(
        (sys.executable, *program.split()),
        cwd=ROOT,
        env={**kept, **variables},
        capture_output=True,
        text=True,
    )


def values(*names: str, **variables: str) -> dict[str, Any]:
    """Settings of production with the example's variables, as JSON can show them."""
    program = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{n: getattr(settings, n) for n in {names!r}}}, default=str))"
    )
    done = subprocess.run(
        (sys.executable, "-c", program),
        cwd=ROOT,
        env={**env.variables(), **example(), **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class TestProduction:
    def test_names_everything_that_is_missing_at_once(self) -> None:
        done = run(
            "manage.py check",
            {"DJANGO_SETTINGS_MODULE": "streamapi.settings.production"},
        )

        assert done.returncode == 1
        complaint = done.stderr.strip().splitlines()[-1]
        required = set(example()) - {"DJANGO_SETTINGS_MODULE", "DATABASE_READER_URL"}
        for name in required:
            assert complaint.count(f"{name} ") == 1, name

    @pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_STATE_URL"])
    def test_one_missing_variable_is_enough_to_refuse(self, name: str) -> None:
        variables = {key: value for key, value in example().items() if key != name}

        done = run("manage.py check", variables)

        assert done.returncode == 1
        assert "is required" in done.stderr.splitlines()[-1]
        assert name in done.stderr.splitlines()[-1]

    @pytest.mark.parametrize(
        ("name", "text", "complaint"),
        [
            ("CONTENT_KEY_SECRETS", "", "is required"),
            ("CONTENT_KEY_SECRETS", '[{"id": "a", "key": "c2hvcnQ="}]', "of 32 bytes"),
            ("CONTENT_KEY_SECRETS", '[{"id": "a"}]', "must be"),
            ("CONTENT_KEY_SECRETS", "secret", "must be"),
            ("DELIVERY_KEYS", "", "is required"),
            (
                "DELIVERY_KEYS",
                '[{"id": "K1", "pem": "-----"}]',
                "K1: not a private key",
            ),
            ("DELIVERY_KEYS", '[{"id": "K1"}]', "must be"),
            ("DELIVERY_KEYS", "secret", "must be"),
            ("TOKEN_KEYS", "", "is required"),
            ("TOKEN_KEYS", '["-----"]', "is a JSON list of PEM keys"),
        ],
    )
    def test_does_not_start_with_secrets_that_are_unusable(
        self, name: str, text: str, complaint: str
    ) -> None:
        done = run("-m streamapi.wsgi", example() | {name: text})

        assert done.returncode == 1
        said = done.stderr.splitlines()[-1]
        assert name in said
        assert complaint in said

    def test_does_not_start_with_what_everybody_can_read(self) -> None:
        done = run("manage.py check", example() | {"ALLOWED_HOSTS": "api.stream.test"})

        assert done.returncode == 1
        complaint = done.stderr.strip().splitlines()[-1]
        secrets = {"SECRET_KEY", "TOKEN_KEYS", "DELIVERY_KEYS", "CONTENT_KEY_SECRETS"}
        for name in secrets:
            assert f"{name} is that of the example" in complaint

    def test_nor_does_its_deployment_check_pass(self) -> None:
        pem = pem_of(Ed25519PrivateKey.generate())
        variables = {"DELIVERY_KEYS": json.dumps([{"id": "K1", "pem": pem}])}

        done = run("manage.py check --deploy", example() | variables)

        assert done.returncode == 1
        said = done.stderr.splitlines()[-1]
        assert said.endswith(
            "DELIVERY_KEYS: K1: the edge takes P-256 or RSA-2048 keys only"
        )

    def test_passes_django_s_deployment_checks(self) -> None:
        done = run("manage.py check --deploy --fail-level WARNING", example())

        assert done.returncode == 0, done.stderr

    def test_debug_cannot_be_switched_on(self) -> None:
        assert values("DEBUG", DEBUG="true") == {"DEBUG": False}


class TestLocal:
    def test_what_a_television_shows_is_where_the_service_is(self) -> None:
        program = (
            "from django.conf import settings;"
            "print(settings.PUBLIC_URL,settings.TOKEN_ISSUER)"
        )
        variables = {
            "PORT": "8123",
            "DJANGO_SETTINGS_MODULE": "streamapi.settings.local",
        }
        done = subprocess.run(
            (sys.executable, "-c", program),
            cwd=ROOT,
            env={**env.variables(), **variables},
            capture_output=True,
            text=True,
        )
        assert done.stdout.split() == ["http://127.0.0.1:8123"] * 2


class TestDatabase:
    def test_a_small_pool_that_fails_soon_and_no_connection_kept_by_a_request(
        self,
    ) -> None:
        found = values("DATABASES", DATABASE_POOL_SIZE="7")["DATABASES"]

        assert set(found) == {"default", "reader"}
        for database in found.values():
            assert database["CONN_MAX_AGE"] == 0
            assert database["ENGINE"] == "streamapi.postgresql"
            assert database["CONN_HEALTH_CHECKS"] is False  # it looks for itself
            pool = database["OPTIONS"]["pool"]
            assert pool["max_size"] == 7
            assert 1 <= pool["timeout"] <= 2
        assert found["default"]["HOST"].startswith("writer.")
        assert found["reader"]["HOST"].startswith("reader.")

    def test_a_statement_ends_before_the_request_does(self) -> None:
        found = values("DATABASES", "STATEMENT_TIMEOUT_MS", "REQUEST_DEADLINE_S")

        options = found["DATABASES"]["default"]["OPTIONS"]["options"]
        assert f"statement_timeout={found['STATEMENT_TIMEOUT_MS']}" in options
        assert "lock_timeout=" in options
        assert "idle_in_transaction_session_timeout=" in options
        assert found["STATEMENT_TIMEOUT_MS"] < found["REQUEST_DEADLINE_S"] * 1000

    def test_without_a_reader_there_is_one_database(self) -> None:
        found = values("DATABASES", DATABASE_READER_URL="")

        assert set(found["DATABASES"]) == {"default"}


class TestRedis:
    def test_the_cache_is_quick_to_give_up_bounded_and_never_pickles(self) -> None:
        options = values("CACHES")["CACHES"]["default"]["OPTIONS"]

        assert 0.1 <= options["SOCKET_TIMEOUT"] <= 0.25
        assert 0.1 <= options["SOCKET_CONNECT_TIMEOUT"] <= 0.25
        assert options["IGNORE_EXCEPTIONS"] is True
        assert options["SERIALIZER"].endswith("JSONSerializer")
        assert options["CONNECTION_POOL_CLASS"].endswith("BlockingConnectionPool")

    def test_cache_and_state_are_two_places(self) -> None:
        variables = {"REDIS_URL": "redis://one:6379"}
        both = {"REDIS_CACHE_URL": "", "REDIS_STATE_URL": ""}

        found = values("REDIS_CACHE_URL", "REDIS_STATE_URL", **variables, **both)

        assert found == {
            "REDIS_CACHE_URL": "redis://one:6379/0",
            "REDIS_STATE_URL": "redis://one:6379/1",
        }


class TestGunicorn:
    def test_gevent_patches_before_anything_else_and_waits_longer_than_a_balancer(
        self,
    ) -> None:
        program = (
            "import runpy, json;"
            "c = runpy.run_path('gunicorn.conf.py');"
            "from gevent import monkey;"
            "print(json.dumps([monkey.is_module_patched('socket'), c['keepalive'],"
            " c['preload_app'], c['bind'], c['forwarded_allow_ips'], c['workers']]))"
        )
        done = subprocess.run(
            (sys.executable, "-c", program),
            cwd=ROOT,
            env={**env.variables(), "PORT": "8123", "WEB_CONCURRENCY": "3"}
            | {"TRUSTED_PROXIES": "10.0.0.0/8"},
            capture_output=True,
            text=True,
        )

        assert json.loads(done.stdout) == [
            True,
            75,
            False,
            "127.0.0.1:8123",
            "10.0.0.0/8",
            3,
        ]
