"""Liveness and readiness."""

import pytest
from django.db import OperationalError, connection


class TestLivez:
    def test_needs_no_database(self, client):
        answer = client.get("/livez")
        assert answer.json() == {"status": "ok"}
        assert answer["Cache-Control"] == "no-store"


class TestReadyz:
    def test_is_ready_with_the_database(self, client, db):
        assert client.get("/readyz").json() == {"status": "ok"}

    def test_is_not_ready_without_it(self, client, db, monkeypatch):
        def refuse():
            raise OperationalError("down")

        with monkeypatch.context() as patched:
            patched.setattr(connection, "cursor", refuse)
            answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["code"] == "database_unavailable"
        assert answer["Retry-After"] == "2"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_has_no_variant_with_a_slash(client, db, path):
    assert client.get(f"{path}/").status_code == 404
