"""Devices of a household, as tests use them: each presses play for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Account, Device, Profile
from accounts.tokens import Viewer
from tests.factories import accounts

PLAY = "/v1/playback/sessions"


@dataclass
class Screen:
    """A signed-in device with somebody in front of it."""

    device: Device
    profile: Profile
    features: dict[str, Any] = field(default_factory=dict)
    session: str = ""
    client: Client = field(default_factory=Client)

    @property
    def headers(self) -> dict[str, str]:
        viewer = Viewer(
            account_id=self.device.account.public_id,
            profile_id=self.profile.public_id,
            device_id=self.device.public_id,
            features=self.features,
            sign_in_id="si_test",
        )
        token = tokens.issue(viewer, now=timezone.now())
        return {"Authorization": f"Bearer {token}"}

    def send(self, method: str, url: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method,
            url,
            b"" if body is None else Client()._encode_json(body, "application/json"),
            content_type="application/json",
            headers=self.headers | headers,
        )

    def play(self, content_id: str, key: str = "", **body: Any) -> Any:
        """Press play; remembers the session when there is one."""
        asked = {
            "content_id": content_id,
            "device": {"platform": self.device.platform},
        } | body
        headers = {"Idempotency-Key": key} if key else {}
        response = self.send("POST", PLAY, asked, **headers)
        if response.status_code == 201:
            self.session = response.json()["session_id"]
        return response

    def beat(self, position_ms: int = 1000, **body: Any) -> Any:
        """Tell where the player is."""
        url = f"{PLAY}/{self.session}/heartbeat"
        return self.send("POST", url, {"position_ms": position_ms} | body)

    def stop(self) -> Any:
        """Leave the player."""
        return self.send("DELETE", f"{PLAY}/{self.session}")


def household(
    screens: int = 3,
    *,
    streams: int = 2,
    max_height: int = 1080,
    packages: Sequence[str] = ("basic",),
    maturity: int = 18,
) -> list[Screen]:
    """Several screens of a household with a plan, one profile in front of all."""
    account: Account = accounts.make_account()
    plan = accounts.make_product(
        f"plan-{account.pk}", *packages, streams=streams, max_height=max_height
    )
    accounts.own(account, plan)
    profile = accounts.make_profile(account, name="Ada", maturity=maturity)
    return [
        Screen(
            accounts.make_device(account, name=f"Screen {n}"),
            profile,
            features={"streams": streams},
        )
        for n in range(1, screens + 1)
    ]
