"""The signer, checked by implementations that are not ours: openssl and botocore."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from playback import delivery

NOW = datetime(2027, 1, 15, 8, 0, 0, tzinfo=UTC)
FILM = "https://media.example.com/v/as_1/1/*"


def pem_of(key: object) -> str:
    return key.private_bytes(  # type: ignore[attr-defined]
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()


@pytest.fixture(scope="module")
def rsa_pem() -> str:
    return pem_of(rsa.generate_private_key(65537, 2048))


@pytest.fixture(scope="module")
def p256_pem() -> str:
    return pem_of(ec.generate_private_key(ec.SECP256R1()))


def openssl_accepts(pem: str, grant: delivery.Grant, directory: Path) -> bool:
    """Whether openssl, which shares no code with us, accepts the signature."""
    key = delivery.load_key("K", pem).private_key.public_key()
    public = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (directory / "public.pem").write_bytes(public)
    for name in ("Policy", "Signature"):
        text = grant.parameters[name]
        standard = text.replace("-", "+").replace("_", "=").replace("~", "/")
        (directory / f"{name}.b64").write_text(standard + "\n")
        subprocess.run(
            ["openssl", "base64", "-d", "-A", "-in", f"{name}.b64", "-out", name],
            cwd=directory,
            check=True,
        )
    verify = ["openssl", "dgst", "-sha256", "-verify", "public.pem"]
    done = subprocess.run(
        [*verify, "-signature", "Signature", "Policy"],
        cwd=directory,
        capture_output=True,
    )
    return done.returncode == 0


class TestSigning:
    def test_openssl_is_at_hand(self) -> None:
        assert shutil.which("openssl")

    @pytest.mark.parametrize("kind", ["rsa_pem", "p256_pem"])
    def test_openssl_verifies_what_we_sign(
        self, kind: str, request: pytest.FixtureRequest, tmp_path: Path
    ) -> None:
        pem: str = request.getfixturevalue(kind)
        policy = delivery.Policy(FILM, NOW + timedelta(hours=4))
        grant = delivery.sign(policy, delivery.load_key("K1", pem))
        assert openssl_accepts(pem, grant, tmp_path)

    def test_openssl_refuses_a_policy_that_was_changed(
        self, p256_pem: str, tmp_path: Path
    ) -> None:
        policy = delivery.Policy(FILM, NOW)
        grant = delivery.sign(policy, delivery.load_key("K1", p256_pem))
        wider = delivery.encode(policy.encode().replace(b"as_1", b"as_2"))
        changed = delivery.Grant(NOW, {**grant.parameters, "Policy": wider})
        assert not openssl_accepts(p256_pem, changed, tmp_path)

    def test_botocore_writes_the_same_policy_and_url(self, rsa_pem: str) -> None:
        key = delivery.load_key("K1", rsa_pem)
        theirs = CloudFrontSigner("K1", key.sign)
        expires, starts = NOW + timedelta(hours=1), NOW - timedelta(minutes=5)
        policy = delivery.Policy(FILM, expires, starts, "192.0.2.0/24")
        document = theirs.build_policy(FILM, expires, starts, "192.0.2.0/24")
        assert policy.encode().decode() == document
        url = "https://media.example.com/v/as_1/1/master.m3u8"
        expected = theirs.generate_presigned_url(url, policy=document)
        signed = delivery.sign(policy, key).signed_url(url)
        assert signed == f"{expected}&Hash-Algorithm=SHA256"

    def test_a_signed_url_keeps_the_query_it_had(self, p256_pem: str) -> None:
        policy = delivery.Policy(FILM, NOW)
        grant = delivery.sign(policy, delivery.load_key("K1", p256_pem))
        assert "?a=1&Policy=" in grant.signed_url("https://media.example.com/f?a=1")

    def test_cookies_have_the_names_that_cloudfront_reads(self, p256_pem: str) -> None:
        policy = delivery.Policy(FILM, NOW)
        cookies = delivery.sign(policy, delivery.load_key("K1", p256_pem)).cookies()
        assert set(cookies) == {
            "CloudFront-Policy",
            "CloudFront-Signature",
            "CloudFront-Key-Pair-Id",
            "CloudFront-Hash-Algorithm",
        }
        assert cookies["CloudFront-Hash-Algorithm"] == "SHA256"
        assert sum(map(len, cookies.values())) < 400

    def test_a_policy_has_one_statement_and_no_white_space(self) -> None:
        document = delivery.Policy(FILM, NOW).encode()
        assert b" " not in document
        assert json.loads(document) == {
            "Statement": [
                {
                    "Resource": FILM,
                    "Condition": {"DateLessThan": {"AWS:EpochTime": 1800000000}},
                }
            ]
        }


class TestKeys:
    @pytest.mark.parametrize(
        "pem",
        [
            "not a key",
            pem_of(ed25519.Ed25519PrivateKey.generate()),
            pem_of(ec.generate_private_key(ec.SECP384R1())),
            pem_of(rsa.generate_private_key(65537, 1024)),
        ],
        ids=["garbage", "ed25519", "p384", "rsa1024"],
    )
    def test_a_key_that_the_edge_does_not_take_is_refused(self, pem: str) -> None:
        with pytest.raises(delivery.KeyUnusable):
            delivery.load_key("K1", pem)

    @pytest.mark.parametrize("data", [b"", b"\xff\xfe\xfd", b"a", bytes(range(256))])
    def test_the_encoding_goes_both_ways(self, data: bytes) -> None:
        text = delivery.encode(data)
        assert not set(text) & set("+/=")
        assert delivery.decode(text) == data
