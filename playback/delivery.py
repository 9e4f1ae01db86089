"""Signs CloudFront cookies and URLs with a custom policy: pure, the clock passed in."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

COOKIE_PREFIX: Final = "CloudFront-"
HASH_ALGORITHM: Final = "SHA256"

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class KeyUnusable(ValueError):
    """The text is not a private key that CloudFront accepts."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the id of its public half in the edge's key group."""

    key_id: str
    private_key: PrivateKey

    def sign(self, message: bytes) -> bytes:
        """The signature by SHA-256: DER for P-256, PKCS #1 v1.5 for RSA."""
        if isinstance(self.private_key, ec.EllipticCurvePrivateKey):
            return self.private_key.sign(message, ec.ECDSA(hashes.SHA256()))
        return self.private_key.sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Policy:
    """What a grant opens: every URL that matches ``resource``, until ``expires_at``.

    ``resource`` may hold ``*`` (any characters) and ``?`` (one). ``source_ip`` is an
    IPv4 network: the edge knows no other kind in a policy.
    """

    resource: str
    expires_at: datetime
    starts_at: datetime | None = None
    source_ip: str = ""

    def encode(self) -> bytes:
        """The policy document: one statement, no white space."""
        condition: dict[str, Any] = {"DateLessThan": _epoch(self.expires_at)}
        if self.source_ip:
            condition["IpAddress"] = {"AWS:SourceIp": self.source_ip}
        if self.starts_at:
            condition["DateGreaterThan"] = _epoch(self.starts_at)
        statement = {"Resource": self.resource, "Condition": condition}
        return json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Grant:
    """A signed policy, in the forms that a client can carry."""

    expires_at: datetime
    parameters: Mapping[str, str]

    def cookies(self) -> dict[str, str]:
        """Cookies for a client that has a jar; they cover every matching URL."""
        return {
            f"{COOKIE_PREFIX}{name}": text for name, text in self.parameters.items()
        }

    def query(self) -> str:
        """The same as a query string, for a client that adds it to each request."""
        return "&".join(f"{name}={text}" for name, text in self.parameters.items())

    def signed_url(self, url: str) -> str:
        """One URL that carries its own permission."""
        return f"{url}{'&' if '?' in url else '?'}{self.query()}"


def sign(policy: Policy, key: SigningKey) -> Grant:
    """Sign ``policy``; the receiver is told that SHA-256 was used."""
    document = policy.encode()
    return Grant(
        policy.expires_at,
        {
            "Policy": encode(document),
            "Signature": encode(key.sign(document)),
            "Key-Pair-Id": key.key_id,
            "Hash-Algorithm": HASH_ALGORITHM,
        },
    )


def load_key(key_id: str, pem: str) -> SigningKey:
    """A signing key from its PEM text; raises KeyUnusable for other kinds."""
    try:
        private_key = load_pem_private_key(pem.encode(), password=None)
    except ValueError as error:
        raise KeyUnusable(f"{key_id}: not a private key in PEM") from error
    if isinstance(private_key, rsa.RSAPrivateKey) and private_key.key_size == 2048:
        return SigningKey(key_id, private_key)
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and isinstance(
        private_key.curve, ec.SECP256R1
    ):
        return SigningKey(key_id, private_key)
    raise KeyUnusable(f"{key_id}: the edge takes P-256 or RSA-2048 keys only")


def encode(data: bytes) -> str:
    """CloudFront's base64: three characters replaced so that it is safe in a URL."""
    return base64.b64encode(data, altchars=b"-~").decode().replace("=", "_")


def decode(text: str) -> bytes:
    """The bytes of CloudFront's base64; raises ValueError for anything else."""
    plain = text.replace("-", "+").replace("_", "=").replace("~", "/")
    return base64.b64decode(plain, validate=True)


def _epoch(moment: datetime) -> dict[str, int]:
    return {"AWS:EpochTime": int(moment.timestamp())}
