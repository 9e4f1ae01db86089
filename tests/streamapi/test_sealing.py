"""Sealed values open with their secret and for their purpose, and with nothing else."""

from __future__ import annotations

from streamapi import sealing


def test_a_value_opens_with_its_secret_alone() -> None:
    sealed = sealing.seal(b"tokens", "secret", purpose="a")
    assert b"tokens" not in sealed
    assert sealing.unseal(sealed, "secret", purpose="a") == b"tokens"
    assert sealing.unseal(sealed, "another", purpose="a") is None
    assert sealing.unseal(sealed, "secret", purpose="b") is None


def test_no_two_are_alike_and_a_changed_one_does_not_open() -> None:
    one, other = (sealing.seal(b"x", "s", purpose="a") for _ in range(2))
    assert one != other
    assert sealing.unseal(one[:-1] + bytes([one[-1] ^ 1]), "s", purpose="a") is None
    assert sealing.unseal(b"short", "s", purpose="a") is None
