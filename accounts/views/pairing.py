"""Pairing from a phone app that is signed in: look, say yes or no."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import pairing, throttling
from accounts.serializers import (
    ApproveInput,
    PairedOutput,
    UserCodeInput,
    WaitingOutput,
)
from accounts.views.me import HouseholdView
from accounts.views.once import once
from streamapi.rest import idempotency


class Look(HouseholdView):
    """What waits under a code, to be shown to a person before they agree."""

    @extend_schema(request=UserCodeInput, responses=WaitingOutput)
    def post(self, request: Request) -> Response:
        asked = self.read(UserCodeInput)
        account = self.grown_up()
        self.standings = throttling.pairing_code_try(request, account.public_id)
        found = pairing.waiting(asked["user_code"])
        throttling.pairing_code_fits(request, account.public_id)
        return Response(_waiting(found))


class Approve(HouseholdView):
    """Lets the device in; ``replace_device_id`` makes room in a full household."""

    @extend_schema(
        parameters=[idempotency.PARAMETER],
        request=ApproveInput,
        responses=PairedOutput,
    )
    @once
    def post(self, request: Request) -> Response:
        asked = self.read(ApproveInput)
        account = self.grown_up()
        self.standings = throttling.pairing_code_try(request, account.public_id)
        device = pairing.approve(
            asked["user_code"],
            account,
            replace_device_id=asked["replace_device_id"],
            now=timezone.now(),
        )
        throttling.pairing_code_fits(request, account.public_id)
        return Response({"device_id": device.public_id})


class Deny(HouseholdView):
    """Sends the device away."""

    @extend_schema(request=UserCodeInput, responses={204: None})
    def post(self, request: Request) -> Response:
        asked = self.read(UserCodeInput)
        account = self.grown_up()
        self.standings = throttling.pairing_code_try(request, account.public_id)
        pairing.deny(asked["user_code"])
        throttling.pairing_code_fits(request, account.public_id)
        return Response(status=204)


def _waiting(found: pairing.Waiting) -> dict[str, Any]:
    return {
        "user_code": pairing.shown(found.user_code),
        "platform": found.description.platform,
        "name": found.description.name,
        "model": found.description.model,
    }
