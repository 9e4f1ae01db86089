"""Access tokens: only ours, only of the right kind, only while they last."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.core.exceptions import ImproperlyConfigured
from jwt.utils import base64url_encode
from pytest_django import Settings

from accounts import keyring, tokens
from accounts.tokens import TokenExpired, TokenInvalid, Viewer

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
VIEWER = Viewer(
    account_id="ac_1",
    profile_id="pr_1",
    device_id="de_1",
    packages=frozenset({"basic", "sport"}),
    features={"streams": 2},
    maturity=12,
    is_kids=True,
    sign_in_id="si_1",
    client_id="stream-app",
)


@pytest.fixture(autouse=True)
def _fresh_keyring() -> Iterator[None]:
    yield
    keyring.current.cache_clear()
    tokens._verified.cache_clear()


def use_keys(settings: Settings, *pems: str) -> None:
    settings.TOKEN_KEYS = json.dumps(pems)
    keyring.current.cache_clear()
    tokens._verified.cache_clear()


def forged(
    key: Any = None, algorithm: str = "ES256", typ: str = "at+jwt", **changes: Any
) -> str:
    """A token like ours but for one thing."""
    ours = keyring.current().active
    stamp = int(NOW.timestamp())
    claims = {
        "iss": "http://127.0.0.1:8000",
        "aud": "stream-api",
        "sub": "ac_1",
        "iat": stamp,
        "exp": stamp + 600,
        "jti": "x",
        "sid": "si_1",
        "dev": "de_1",
        "mat": 18,
    } | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    headers = {"typ": typ, "kid": ours.kid}
    return jwt.encode(claims, key or ours.private, algorithm, headers=headers)


def encoded(header: dict[str, str]) -> str:
    return base64url_encode(json.dumps(header).encode()).decode()


class TestRoundTrip:
    def test_states_what_was_put_in(self) -> None:
        assert tokens.verify(tokens.issue(VIEWER, now=NOW), now=NOW) == VIEWER

    def test_the_forger_of_these_tests_makes_good_tokens_when_it_changes_nothing(
        self,
    ) -> None:
        assert tokens.verify(forged(), now=NOW).account_id == "ac_1"

    def test_lasts_ten_minutes_and_some_seconds_of_skew(self) -> None:
        token = tokens.issue(VIEWER, now=NOW)
        tokens.verify(token, now=NOW + timedelta(seconds=609))
        with pytest.raises(TokenExpired):
            tokens.verify(token, now=NOW + timedelta(seconds=611))

    def test_of_a_server_whose_clock_is_ahead_are_good_here(self) -> None:
        ahead = datetime.now(UTC) + timedelta(seconds=5)
        token = tokens.issue(VIEWER, now=ahead)
        assert tokens.verify(token, now=ahead - timedelta(seconds=5)) == VIEWER

    def test_no_two_tokens_are_alike(self) -> None:
        assert tokens.issue(VIEWER, now=NOW) != tokens.issue(VIEWER, now=NOW)


class TestForgeries:
    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "https://elsewhere.example"},
            {"aud": "another-service"},
            {"aud": None},
            {"exp": None},
            {"sub": None},
            {"sid": None},
            {"typ": "JWT"},
            {"typ": "refresh"},
        ],
    )
    def test_one_wrong_claim_is_enough(self, changes: dict[str, Any]) -> None:
        with pytest.raises(TokenInvalid):
            tokens.verify(forged(**changes), now=NOW)

    def test_another_key_under_our_kid(self) -> None:
        with pytest.raises(TokenInvalid):
            tokens.verify(forged(ec.generate_private_key(ec.SECP256R1())), now=NOW)

    def test_the_public_key_used_as_a_shared_secret(self) -> None:
        ours = keyring.current().active
        secret = ours.public.public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        header = encoded({"alg": "HS256", "typ": "at+jwt", "kid": ours.kid})
        signed = f"{header}.{forged().split('.')[1]}"
        mac = hmac.digest(secret, signed.encode(), "sha256")
        with pytest.raises(TokenInvalid):
            tokens.verify(f"{signed}.{base64url_encode(mac).decode()}", now=NOW)

    def test_no_algorithm_at_all(self) -> None:
        kid = keyring.current().active.kid
        header = encoded({"alg": "none", "typ": "at+jwt", "kid": kid})
        with pytest.raises(TokenInvalid):
            tokens.verify(f"{header}.{forged().split('.')[1]}.", now=NOW)

    def test_a_key_that_the_token_brings_along(self) -> None:
        own = ec.generate_private_key(ec.SECP256R1())
        jwk = keyring.Key(own).jwk
        token = jwt.encode(
            {"sub": "ac_1"},
            own,
            "ES256",
            headers={"typ": "at+jwt", "jwk": jwk, "kid": "k"},
        )
        with pytest.raises(TokenInvalid):
            tokens.verify(token, now=NOW)

    @pytest.mark.parametrize("text", ["", "a", "a.b.c", "\x00", "é.é.é", "x" * 5000])
    def test_noise(self, text: str) -> None:
        with pytest.raises(TokenInvalid):
            tokens.verify(text, now=NOW)


class TestRotation:
    def test_an_older_key_still_verifies_until_it_is_dropped(
        self, settings: Settings
    ) -> None:
        old, new = keyring.fresh_pem(), keyring.fresh_pem()
        use_keys(settings, old)
        token = tokens.issue(VIEWER, now=NOW)
        use_keys(settings, new, old)
        assert tokens.verify(token, now=NOW) == VIEWER
        fresh = tokens.issue(VIEWER, now=NOW)
        assert jwt.get_unverified_header(fresh)["kid"] == keyring.current().keys[0].kid
        use_keys(settings, new)
        with pytest.raises(TokenInvalid):
            tokens.verify(token, now=NOW)

    def test_keys_that_cannot_sign_are_refused_at_start(self) -> None:
        rsa_key = rsa.generate_private_key(65537, 2048)
        other_curve = ec.generate_private_key(ec.SECP384R1())
        for key in (rsa_key, other_curve):
            pem = key.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ).decode()
            with pytest.raises(ImproperlyConfigured):
                keyring.parse(json.dumps([pem]))

    @pytest.mark.parametrize("text", ["", "[]", "{", "[1]"])
    def test_a_malformed_setting_is_refused_at_start(self, text: str) -> None:
        with pytest.raises(ImproperlyConfigured):
            keyring.parse(text)

    def test_a_developers_key_is_made_once_and_kept_private(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.TOKEN_KEYS, settings.STATE_DIR = "", tmp_path
        keyring.current.cache_clear()
        first = keyring.current().active.kid
        keyring.current.cache_clear()
        assert keyring.current().active.kid == first
        (stored,) = (tmp_path / "keys").iterdir()
        assert stored.stat().st_mode & 0o077 == 0


class TestCeiling:
    def test_is_that_of_the_profile(self) -> None:
        assert tokens.ceiling(f"Bearer {tokens.issue(VIEWER, now=NOW)}") == 12

    def test_an_expired_token_still_narrows(self) -> None:
        long_ago = NOW - timedelta(days=30)
        assert tokens.ceiling(f"Bearer {tokens.issue(VIEWER, now=long_ago)}") == 12

    def test_what_cannot_be_read_sees_the_least(self) -> None:
        assert tokens.ceiling("Bearer broken") == 0

    def test_other_schemes_say_nothing_about_a_profile(self) -> None:
        assert tokens.ceiling("Basic abc") == 18
