"""Pairing a television with a phone (RFC 8628): codes in Redis, each step one script.

The television shows a short code and polls with a long one; somebody who is signed in on
another screen sees what wants in, and says yes or no. The device is registered at the
yes, where a person can deal with a full household; the poll only fetches the tokens.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import segno
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction

from accounts import devices, profiles, sign_ins
from accounts.devices import Description
from accounts.models import Account, Device, Profile
from accounts.sign_ins import Grant
from streamapi.errors import DomainError, NotFound
from streamapi.state import Script, required

ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 8
LIFE_S: Final = 600
INTERVAL_S: Final = 5
_signer = Signer(salt="accounts.device-code", sep="~")

_BEGIN: Final = Script("""
if not redis.call('SET', KEYS[1], KEYS[2], 'NX', 'EX', ARGV[1]) then return 0 end
redis.call('HSET', KEYS[2], 'status', 'pending', 'interval', ARGV[2],
           'client_id', ARGV[3], 'device', ARGV[4], 'user_code', ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[1])
return 1
""")

# A quarter of a second of slack: a television's timer and the network are not exact.
_POLL: Final = Script("""
local found = redis.call('HMGET', KEYS[1], 'status', 'client_id', 'interval', 'polled',
                         'approval')
if not found[1] then return {'expired_token'} end
if found[2] ~= ARGV[1] then return {'invalid_grant'} end
if found[1] == 'approved' then
  redis.call('HSET', KEYS[1], 'status', 'used')
  return {'approved', found[5]}
end
if found[1] ~= 'pending' then return {found[1]} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'polled', now)
if found[4] and now - found[4] < found[3] * 1000 - 250 then
  redis.call('HINCRBY', KEYS[1], 'interval', ARGV[2])
  return {'slow_down'}
end
return {'authorization_pending'}
""")

_ANSWER: Final = Script("""
local key = redis.call('GET', KEYS[1])
if not key or redis.call('HGET', key, 'status') ~= 'pending' then return 0 end
redis.call('HSET', key, 'status', ARGV[1], 'approval', ARGV[2])
redis.call('DEL', KEYS[1])
return 1
""")


@dataclass(frozen=True, slots=True)
class Codes:
    """What a television shows and what it polls with."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What wants in, for a person to recognise."""

    user_code: str
    description: Description


class NotYet(DomainError):
    """The poll brings no tokens; ``code`` is RFC 8628's name of the reason."""


class CodeUnknown(NotFound):
    """Nothing waits under this code: mistyped, too old, or answered already."""

    code = "user_code_unknown"
    title = "No device is waiting under this code"


def begin(client_id: str, description: Description) -> Codes:
    """Codes for a device that wants in; the short one is not used by another."""
    device_code = _signer.sign(secrets.token_urlsafe(32))
    while True:
        user_code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        args: list[str | int] = [LIFE_S, INTERVAL_S, client_id]
        args += [json.dumps(asdict(description)), user_code]
        if _BEGIN([_user_key(user_code), _device_key(device_code)], args):
            return Codes(device_code, user_code)


def poll(device_code: str, *, client_id: str, now: datetime) -> Grant:
    """Tokens once someone said yes, one time; else :class:`NotYet` with the reason."""
    try:
        _signer.unsign(device_code)
    except BadSignature as error:
        raise NotYet(code="invalid_grant") from error
    status, *approval = _POLL([_device_key(device_code)], [client_id, INTERVAL_S])
    if status != "approved":
        raise NotYet(code=_NAMES.get(status, status))
    return _arrive(json.loads(approval[0]), client_id, now)


def waiting(typed: str) -> Waiting:
    """The device that waits under a code, however it was typed."""
    user_code = normal(typed)
    with required() as server:
        key = server.get(_user_key(user_code))
        raw = server.hget(str(key), "device") if key else None
    if raw is None:
        raise CodeUnknown
    return Waiting(user_code, Description(**json.loads(str(raw))))


def approve(
    typed: str, account: Account, *, replace_device_id: str = "", now: datetime
) -> Device:
    """Let the waiting device into this household; it is registered here and now.

    A full household raises before anything is answered, so that a person can choose
    what to remove and say yes again.
    """
    found = waiting(typed)
    with transaction.atomic():
        if replace_device_id:
            devices.remove(account, replace_device_id, now=now)
        device = devices.register(
            account=account, description=found.description, device_id="", now=now
        )
        profile = profiles.default(account)
        approval = {"device": device.pk, "profile": profile.pk if profile else None}
        _answer(found.user_code, "approved", approval)
    return device


def deny(typed: str) -> None:
    """Send the waiting device away."""
    _answer(normal(typed), "denied", {})


def normal(typed: str) -> str:
    """A code as it is compared: capitals, without dashes and blanks."""
    return "".join(letter for letter in typed.upper() if letter.isalpha())[:LENGTH]


def shown(user_code: str) -> str:
    """A code as people read it."""
    return f"{user_code[:4]}-{user_code[4:]}"


def address(user_code: str = "") -> str:
    """Where people go; with a code, what a QR code holds."""
    base = f"{settings.PUBLIC_URL}/activate"
    return f"{base}?user_code={shown(user_code)}" if user_code else base


def qr(typed: str) -> str:
    """The address with the code as an SVG; drawn for any code, so it tells nothing."""
    code = segno.make(address(normal(typed)), error="m")
    svg: str = code.svg_inline(scale=8, border=3, dark="#000", light="#fff")
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


_NAMES: Final = {"denied": "access_denied", "used": "invalid_grant"}


def _answer(user_code: str, status: str, approval: dict[str, Any]) -> None:
    if not _ANSWER([_user_key(user_code)], [status, json.dumps(approval)]):
        raise CodeUnknown


def _arrive(approval: dict[str, int], client_id: str, now: datetime) -> Grant:
    device = Device.objects.select_related("account__owner").get(pk=approval["device"])
    if device.revoked_at is not None or not device.account.owner.is_active:
        raise NotYet(code="access_denied")
    return sign_ins.start(
        account=device.account,
        device=device,
        profile=Profile.objects.filter(pk=approval["profile"]).first(),
        client_id=client_id,
        now=now,
    )


def _user_key(user_code: str) -> str:
    return f"pairing:user:{user_code}"


def _device_key(device_code: str) -> str:
    """Only a hash is kept: who reads Redis cannot poll."""
    return f"pairing:device:{sha256(device_code.encode()).hexdigest()}"
