"""Content keys at rest: unreadable without the secret, bound to their ids, resealed."""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from django.core.management import call_command
from pytest_django import Settings

from playback import vault
from playback.models import ContentKey
from tests.factories import playback

NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def secret(name: str) -> dict[str, str]:
    return {"id": name, "key": base64.b64encode(os.urandom(32)).decode()}


@pytest.fixture
def keys(settings: Settings) -> tuple[vault.TrackKey, ...]:
    settings.CONTENT_KEY_SECRETS = json.dumps([secret("2026")])
    return vault.make(playback.asset(), "as_1/1", ("audio", "sd"), now=NOW)


class TestSealing:
    def test_rows_give_the_keys_back(self, keys: tuple[vault.TrackKey, ...]) -> None:
        for one in keys:
            row = ContentKey.objects.get(kid=one.kid)
            assert vault.unseal(row) == one.key
            assert (row.track, row.folder) == (one.track, "as_1/1")

    def test_no_row_holds_a_key_in_the_clear(
        self, keys: tuple[vault.TrackKey, ...]
    ) -> None:
        for row in ContentKey.objects.all():
            assert all(one.key not in bytes(row.sealed) for one in keys)
            assert str(row) == f"{row.track} {row.kid}"

    def test_keys_are_not_printed(self, keys: tuple[vault.TrackKey, ...]) -> None:
        for one in keys:
            assert one.key.hex() not in repr(one)
            assert repr(one.key) not in repr(one)

    def test_a_row_cannot_pose_as_another(
        self, keys: tuple[vault.TrackKey, ...]
    ) -> None:
        one, other = ContentKey.objects.order_by("pk")
        one.sealed = other.sealed
        with pytest.raises(InvalidTag):
            vault.unseal(one)

    def test_another_secret_opens_nothing(
        self, keys: tuple[vault.TrackKey, ...], settings: Settings
    ) -> None:
        settings.CONTENT_KEY_SECRETS = json.dumps([secret("2026")])
        with pytest.raises(InvalidTag):
            vault.unseal(ContentKey.objects.first())
        settings.CONTENT_KEY_SECRETS = json.dumps([secret("2027")])
        with pytest.raises(vault.SecretsUnusable, match="2026"):
            vault.unseal(ContentKey.objects.first())

    def test_what_came_to_nothing_is_forgotten(
        self, keys: tuple[vault.TrackKey, ...]
    ) -> None:
        vault.forget("as_1/1")
        assert not ContentKey.objects.exists()


class TestRotation:
    def test_all_keys_move_to_the_new_secret(
        self, keys: tuple[vault.TrackKey, ...], settings: Settings, capsys
    ) -> None:
        old = json.loads(settings.CONTENT_KEY_SECRETS)
        new = secret("2027")
        settings.CONTENT_KEY_SECRETS = json.dumps([new, *old])
        call_command("reseal_keys")
        assert capsys.readouterr().out == "2 keys sealed anew.\n"
        settings.CONTENT_KEY_SECRETS = json.dumps([new])
        for one in keys:
            assert vault.unseal(ContentKey.objects.get(kid=one.kid)) == one.key
        call_command("reseal_keys")
        assert capsys.readouterr().out == "0 keys sealed anew.\n"


class TestSecrets:
    @pytest.mark.parametrize(
        "text",
        ["{", "[]", "[1]", '[{"id": "a"}]', '[{"id": "a", "key": "c2hvcnQ="}]', "7"],
    )
    def test_a_wrong_setting_says_what_it_must_be(
        self, text: str, settings: Settings
    ) -> None:
        settings.CONTENT_KEY_SECRETS = text
        with pytest.raises(vault.SecretsUnusable, match="CONTENT_KEY_SECRETS"):
            vault.current()

    def test_a_developer_gets_one_by_themselves(
        self, settings: Settings, tmp_path
    ) -> None:
        settings.CONTENT_KEY_SECRETS = ""
        settings.STATE_DIR = tmp_path
        assert vault.current().active_id.startswith("dev-")
        stored = tmp_path / "keys/content.json"
        assert stored.stat().st_mode & 0o777 == 0o600
        assert vault.current().active_id == json.loads(stored.read_text())[0]["id"]
