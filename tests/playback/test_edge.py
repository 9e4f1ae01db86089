"""The development edge: who gets a packaged file, and how it is delivered."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from playback import delivery
from playback.keyring import delivery_keys
from tests.playback.test_delivery import pem_of

BASE = "http://testserver"
SEGMENT = bytes(range(256)) * 40
FILM = f"{BASE}/v/as_1/1/*"
PLAYLIST = "/v/as_1/1/master.m3u8"
PART = "/v/as_1/1/video/1.m4s"


@pytest.fixture(scope="module")
def keys() -> str:
    """Two keys in rotation: the new one signs, the old one is still accepted."""
    return json.dumps(
        [
            {"id": "K_NEW", "pem": pem_of(ec.generate_private_key(ec.SECP256R1()))},
            {"id": "K_OLD", "pem": pem_of(rsa.generate_private_key(65537, 2048))},
        ]
    )


@pytest.fixture(autouse=True)
def packages(keys: str, settings: Settings, tmp_path: Path) -> Path:
    settings.DELIVERY_KEYS = keys
    settings.MEDIA_BASE_URL = BASE
    settings.STORAGES = settings.STORAGES | {
        "video": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "video"},
        }
    }
    for asset in ("as_1", "as_2"):
        folder = tmp_path / "video" / asset / "1"
        (folder / "video").mkdir(parents=True)
        (folder / "master.m3u8").write_text("#EXTM3U\n" * 50)
        (folder / "video/1.m4s").write_bytes(SEGMENT)
        (folder / "odd.bin").write_bytes(b"x")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "video"


def grant(
    resource: str = FILM,
    *,
    key_id: str = "K_NEW",
    ends_in: float = 60,
    starts_in: float | None = None,
    source_ip: str = "",
) -> delivery.Grant:
    now = datetime.now(UTC)
    starts = None if starts_in is None else now + timedelta(seconds=starts_in)
    policy = delivery.Policy(
        resource, now + timedelta(seconds=ends_in), starts, source_ip
    )
    return delivery.sign(policy, delivery_keys().by_id()[key_id])


def status(path: str, carried: delivery.Grant | None = None, **headers: str) -> int:
    return fetch(path, carried, **headers).status_code


def fetch(
    path: str,
    carried: delivery.Grant | None = None,
    *,
    method: str = "GET",
    **headers: str,
) -> HttpResponseBase:
    client = Client()
    for name, text in (carried.cookies() if carried else {}).items():
        client.cookies[name] = text
    return client.generic(method, path, headers=headers)


def body_of(response: HttpResponseBase) -> bytes:
    return b"".join(response)  # type: ignore[arg-type]


class TestPermission:
    def test_a_cookie_opens_every_file_of_its_film(self) -> None:
        assert status(PLAYLIST, grant()) == 200
        assert status(PART, grant()) == 200

    def test_a_signed_url_opens_its_file(self) -> None:
        assert status(grant().signed_url(PART)) == 200
        assert status(grant().signed_url(f"{PART}?v=2")) == 200

    def test_both_keys_are_accepted_while_they_rotate(self) -> None:
        assert status(PART, grant(key_id="K_OLD")) == 200
        assert status(PART, grant(key_id="K_NEW")) == 200

    def test_nothing_opens_nothing(self) -> None:
        response = fetch(PART)
        assert response.status_code == 403
        assert b"<Code>AccessDenied</Code>" in body_of(response)
        assert response["Cache-Control"] == "no-store"

    @pytest.mark.parametrize(
        "carried",
        [
            {"resource": f"{BASE}/v/as_2/1/*"},
            {"resource": "https://elsewhere.example/v/as_1/1/*"},
            {"ends_in": -1},
            {"starts_in": 30},
            {"source_ip": "192.0.2.0/24"},
            {"source_ip": "nonsense"},
        ],
        ids=str,
    )
    def test_a_policy_for_something_else_is_refused(
        self, carried: dict[str, str]
    ) -> None:
        assert status(PART, grant(**carried)) == 403  # type: ignore[arg-type]

    def test_conditions_that_hold_are_accepted(self) -> None:
        assert status(PART, grant(starts_in=-30, source_ip="127.0.0.0/8")) == 200

    def test_wild_cards_match_one_or_many_characters(self) -> None:
        assert status(PART, grant(f"{BASE}/v/as_?/1/vid*.m4s")) == 200
        assert status(PART, grant(f"{BASE}/v/as_??/1/*")) == 403
        assert status(PART, grant(f"{BASE}/v/as_[1]/1/*")) == 403

    @pytest.mark.parametrize(
        "name", ["CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"]
    )
    @pytest.mark.parametrize("text", ["", "AAAA", "%%%"])
    def test_a_tampered_cookie_is_refused(self, name: str, text: str) -> None:
        client = Client()
        for cookie, value in grant().cookies().items():
            client.cookies[cookie] = value
        client.cookies[name] = text
        assert client.get(PART).status_code == 403

    def test_a_wider_policy_under_an_old_signature_is_refused(self) -> None:
        good = grant()
        wide = delivery.Policy(f"{BASE}/v/*", good.expires_at).encode()
        forged = {**good.parameters, "Policy": delivery.encode(wide)}
        assert status(PART, delivery.Grant(good.expires_at, forged)) == 403

    @pytest.mark.parametrize("algorithm", ["SHA1", "MD5"])
    def test_the_hash_that_was_used_must_be_the_one_named(self, algorithm: str) -> None:
        good = grant()
        other = {**good.parameters, "Hash-Algorithm": algorithm}
        assert status(PART, delivery.Grant(good.expires_at, other)) == 403

    @pytest.mark.parametrize(
        "document",
        [
            b"[]",
            b"not json",
            b'{"Statement":[]}',
            b'{"Statement":[{"Resource":"*","Condition":{}}]}',
            b'{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":"x"}}}]}',
        ],
    )
    def test_a_signed_text_that_is_no_policy_is_refused(self, document: bytes) -> None:
        key = delivery_keys().active
        parameters = {
            "Policy": delivery.encode(document),
            "Signature": delivery.encode(key.sign(document)),
            "Key-Pair-Id": key.key_id,
            "Hash-Algorithm": "SHA256",
        }
        carried = delivery.Grant(datetime.now(UTC), parameters)
        assert status(PART, carried) == 403

    @pytest.mark.parametrize("name", ["Expires", "Policy", "Signature", "Key-Pair-Id"])
    def test_a_signature_in_the_url_goes_before_the_cookies(self, name: str) -> None:
        assert status(f"{PART}?{name}=1", grant()) == 403

    def test_the_query_counts_when_a_policy_is_matched(self) -> None:
        exact = grant(f"{BASE}{PART}")
        assert status(PART, exact) == 200
        assert status(f"{PART}?v=2", exact) == 403

    def test_a_query_cannot_make_another_film_match(self) -> None:
        assert status(f"/v/as_2/1/video/1.m4s?{BASE}/v/as_1/1/", grant()) == 403


class TestCannedUrlsOfBotocore:
    """botocore signs with RSA and SHA-1: the edge must take what CloudFront takes."""

    @staticmethod
    def sign(url: str, ends_in: int = 60) -> str:
        key = delivery_keys().by_id()["K_OLD"].private_key
        assert isinstance(key, rsa.RSAPrivateKey)
        signer = CloudFrontSigner(
            "K_OLD", lambda text: key.sign(text, padding.PKCS1v15(), hashes.SHA1())
        )
        expires = datetime.now(UTC) + timedelta(seconds=ends_in)
        return str(signer.generate_presigned_url(url, date_less_than=expires))

    def test_are_accepted(self) -> None:
        assert status(self.sign(f"{BASE}{PART}")) == 200

    def test_are_refused_for_another_file_or_later(self) -> None:
        other = self.sign(f"{BASE}{PLAYLIST}").replace("master.m3u8", "video/1.m4s")
        assert status(other) == 403
        assert status(self.sign(f"{BASE}{PART}", ends_in=-1)) == 403


class TestNames:
    @pytest.mark.parametrize(
        "path",
        [
            "/v/as_1/1/../../as_2/1/video/1.m4s",
            "/v/as_1/1/..%2f..%2fas_2/1/video/1.m4s",
            "/v/as_1/1/%2e%2e/%2e%2e/%2e%2e/secret.txt",
            "/v/as_1/1//etc/passwd",
            "/v/as_1/1/..%5c..%5csecret.txt",
            "/v/as_1/1/a%00.m4s",
            "/v/as_1/1/.hidden",
            "/v/as_1/1/video/",
        ],
    )
    def test_a_path_that_leaves_its_film_is_refused(self, path: str) -> None:
        assert status(path, grant(f"{BASE}/v/*")) == 403

    def test_a_file_that_is_not_there_is_not_found(self) -> None:
        assert status("/v/as_1/1/video/2.m4s", grant()) == 404

    def test_only_reading_is_allowed(self) -> None:
        response = fetch(PART, grant(), method="POST")
        assert response.status_code == 405
        assert response["Allow"] == "GET, HEAD"


class TestDelivery:
    @pytest.mark.parametrize(
        ("path", "mime"),
        [
            (PLAYLIST, "application/vnd.apple.mpegurl"),
            (PART, "video/iso.segment"),
            ("/v/as_1/1/odd.bin", "application/octet-stream"),
        ],
    )
    def test_the_type_is_the_one_players_expect(self, path: str, mime: str) -> None:
        assert fetch(path, grant())["Content-Type"] == mime

    def test_a_segment_comes_whole(self) -> None:
        response = fetch(PART, grant())
        assert body_of(response) == SEGMENT
        assert response["Content-Length"] == str(len(SEGMENT))
        assert response["Accept-Ranges"] == "bytes"

    @pytest.mark.parametrize(
        ("wanted", "start", "stop"),
        [
            ("bytes=0-99", 0, 100),
            ("bytes=100-", 100, len(SEGMENT)),
            ("bytes=-10", len(SEGMENT) - 10, len(SEGMENT)),
            ("bytes=10-999999", 10, len(SEGMENT)),
        ],
    )
    def test_a_range_comes_as_asked(self, wanted: str, start: int, stop: int) -> None:
        response = fetch(PART, grant(), Range=wanted)
        assert response.status_code == 206
        assert body_of(response) == SEGMENT[start:stop]
        expected = f"bytes {start}-{stop - 1}/{len(SEGMENT)}"
        assert response["Content-Range"] == expected

    def test_a_range_beyond_the_end_is_not_satisfiable(self) -> None:
        response = fetch(PART, grant(), Range=f"bytes={len(SEGMENT)}-")
        assert response.status_code == 416
        assert response["Content-Range"] == f"bytes */{len(SEGMENT)}"

    @pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "lines=1-2", "bytes=9-3"])
    def test_a_range_that_is_not_understood_gives_the_whole(self, wanted: str) -> None:
        response = fetch(PART, grant(), Range=wanted)
        assert response.status_code == 200
        assert body_of(response) == SEGMENT

    def test_a_range_of_an_older_version_gives_the_whole(self) -> None:
        headers = {"Range": "bytes=0-9", "If-Range": '"other"'}
        assert fetch(PART, grant(), **headers).status_code == 200

    def test_head_has_the_headers_and_no_body(self) -> None:
        response = fetch(PART, grant(), method="HEAD")
        assert response["Content-Length"] == str(len(SEGMENT))
        assert body_of(response) == b""

    def test_playlists_are_compressed(self) -> None:
        packed = fetch(PLAYLIST, grant(), **{"Accept-Encoding": "gzip, br"})
        assert packed["Content-Encoding"] == "gzip"
        assert packed["Vary"] == "Accept-Encoding"
        assert gzip.decompress(body_of(packed)) == b"#EXTM3U\n" * 50
        assert body_of(fetch(PLAYLIST, grant())) == b"#EXTM3U\n" * 50

    def test_what_the_client_has_is_not_sent_again(self) -> None:
        first = fetch(PLAYLIST, grant(), **{"Accept-Encoding": "gzip"})
        again = fetch(PLAYLIST, grant(), **{"If-None-Match": first["ETag"]})
        assert again.status_code == 304
        dated = {"If-Modified-Since": first["Last-Modified"]}
        assert fetch(PART, grant(), **dated).status_code == 304
        assert fetch(PART, grant(), **{"If-None-Match": '"x"'}).status_code == 200
