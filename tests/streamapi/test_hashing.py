"""Hashing is bounded: a storm of sign-ins is turned away instead of queued."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pytest_django import Settings

from streamapi import hashing
from streamapi.errors import Unavailable

UNDER_GEVENT = """
from gevent import monkey; monkey.patch_all()
import django, gevent, time; django.setup()
from django.test.utils import override_settings
from streamapi import hashing
beats = []
def beat():
    while True:
        beats.append(time.perf_counter()); gevent.sleep(0.002)
with override_settings(PASSWORD_HASHERS=["streamapi.hashing.Argon2"]):
    encoded = hashing.make("secret")
    ticker = gevent.spawn(beat); gevent.sleep(0)
    jobs = [gevent.spawn(hashing.verify, "secret", encoded) for _ in range(2)]
    gevent.joinall(jobs)
print(all(job.value == (True, False) for job in jobs), len(beats) > 6)
"""


class TestHashing:
    def test_argon2_with_the_settings_of_rfc_9106(self, settings: Settings) -> None:
        settings.PASSWORD_HASHERS = ["streamapi.hashing.Argon2"]
        encoded = hashing.make("secret")
        assert "$m=65536,t=3,p=4$" in encoded
        assert hashing.verify("secret", encoded) == (True, False)
        assert hashing.verify("other", encoded) == (False, False)

    def test_nothing_to_check_against_is_simply_wrong(self) -> None:
        assert hashing.verify("secret", "") == (False, False)

    def test_turns_away_what_it_cannot_start(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hashing, "WAIT_S", 0.01)
        held = [hashing._slots.acquire() for _ in range(hashing.SLOTS)]
        try:
            with pytest.raises(Unavailable):
                hashing.make("secret")
        finally:
            for _ in held:
                hashing._slots.release()

    def test_the_hub_goes_on_while_hashes_are_made(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", UNDER_GEVENT], capture_output=True, text=True
        )
        assert done.stdout.split() == ["True", "True"], done.stderr
