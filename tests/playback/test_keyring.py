"""Where the signing keys come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from playback import keyring
from playback.delivery import KeyUnusable
from playback.secret_files import kept_once
from tests.playback.test_delivery import pem_of


def entry(key_id: str) -> dict[str, str]:
    return {"id": key_id, "pem": pem_of(ec.generate_private_key(ec.SECP256R1()))}


class TestDevelopmentKey:
    def test_is_made_once_and_kept_private(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.DELIVERY_KEYS = ""
        settings.STATE_DIR = tmp_path
        first = keyring.delivery_keys().active.key_id
        kept_once.cache_clear()
        assert keyring.delivery_keys().active.key_id == first
        assert (tmp_path / "keys/delivery.json").stat().st_mode & 0o777 == 0o600
        assert [file.name for file in (tmp_path / "keys").iterdir()] == [
            "delivery.json"
        ]

    def test_the_first_of_two_processes_wins(self, tmp_path: Path) -> None:
        stored = tmp_path / "keys/delivery.json"
        theirs = json.dumps([entry("K_THEIRS")])

        def slow() -> str:
            stored.write_text(theirs)  # the other process finishes meanwhile
            return json.dumps([entry("K_OURS")])

        assert kept_once(stored, slow) == theirs
        assert [file.name for file in stored.parent.iterdir()] == ["delivery.json"]


class TestConfiguredKeys:
    def test_the_first_signs_and_all_are_known(self, settings: Settings) -> None:
        settings.DELIVERY_KEYS = json.dumps([entry("K2"), entry("K1")])
        keys = keyring.delivery_keys()
        assert keys.active.key_id == "K2"
        assert set(keys.by_id()) == {"K1", "K2"}

    @pytest.mark.parametrize("text", ["{", "[]", "[1]", '[{"id": "K1"}]', "7"])
    def test_a_wrong_setting_says_what_it_must_be(
        self, text: str, settings: Settings
    ) -> None:
        settings.DELIVERY_KEYS = text
        with pytest.raises(KeyUnusable, match="DELIVERY_KEYS"):
            keyring.delivery_keys()
