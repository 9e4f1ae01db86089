"""Content protection of a device: its system, and how tall a picture it is trusted with.

Nobody is refused for weak protection: the picture gets smaller, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.features import HD, SD, UHD
from streamapi.errors import InvalidInput

FAIRPLAY: Final = "fairplay"
WIDEVINE: Final = "widevine"
PLAYREADY: Final = "playready"
CLEARKEY: Final = "clearkey"

RAW: Final = "raw"
FORM: Final = "form"
JSON: Final = "json"
REQUEST_FORMATS: Final = (RAW, FORM, JSON)
"""How a device sends what its system made: as it is, the licence comes back as it is; as
``spc=`` with base64 in a form, the answer is base64; as JSON."""

# What each level of a system is trusted with. The first is meant when none is stated.
_LEVELS: Final = {
    WIDEVINE: {"L3": SD, "L2": SD, "L1": UHD},
    PLAYREADY: {"SL2000": HD, "SL150": SD, "SL3000": UHD},
    FAIRPLAY: {"BASELINE": HD, "MAIN": UHD},
    CLEARKEY: {"": HD},
}
# As a variant of HLS names what it may be played with: by system, strongest last.
_CLASSES: Final = {
    "com.apple.streamingkeydelivery": (
        ("AppleBaseline/Baseline", HD),
        ("AppleMain/Main", UHD),
    ),
    "com.microsoft.playready": (("SL2000", HD), ("SL3000", UHD)),
    "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed": (
        ("WIDEVINE_SOFTWARE", SD),
        ("WIDEVINE_HARDWARE", UHD),
    ),
}
_TRACKS: Final = {"sd": SD, "hd": HD, "uhd": UHD}
_HDCP: Final = {
    "NONE": SD,
    **dict.fromkeys(("1.0", "1.1", "1.2", "1.3", "1.4", "2.0", "2.1", "TYPE-0"), HD),
    **dict.fromkeys(("2.2", "2.3", "TYPE-1"), UHD),
}
_CABLE_UNKNOWN: Final = {"android-tv": HD}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a device says of itself; nothing of it has to be said."""

    system: str = ""
    security_level: str = ""
    hdcp: str = ""


@dataclass(frozen=True, slots=True)
class Protection:
    """The system that a device gets licences of, and the heights it is trusted with."""

    system: str
    by_level: int
    by_cable: int


@dataclass(frozen=True, slots=True)
class Server:
    """Where a system gets its licences, as ``LICENSE_SERVERS`` has it."""

    license_url: str | None = None
    certificate_url: str | None = None
    license_request_format: str = RAW


def settle(platform: str, systems: Sequence[str], stated: Stated) -> Protection:
    """The protection of a device of a platform that knows ``systems``."""
    system = stated.system.lower() or systems[0]
    if system not in systems:
        raise InvalidInput(
            f"{stated.system!r} is not a system of this platform.",
            code="unknown_drm_system",
            pointer="/device/drm/system",
            systems=list(systems),
        )
    by_level = _by_level(system, stated.security_level)
    by_cable = _by_cable(platform, stated.hdcp)
    if CLEARKEY in systems and _only_in_development(system):
        return Protection(CLEARKEY, HD, by_cable)
    return Protection(system, by_level, by_cable)


def server_of(system: str) -> Server:
    """The licence server of a system; without addresses where none is set up."""
    return Server(**settings.LICENSE_SERVERS.get(system, {}))


def refuse_what_is_unusable() -> None:
    """Raise ImproperlyConfigured now, not when the first protected film is played."""
    try:
        servers = {name: server_of(name) for name in settings.LICENSE_SERVERS}
    except (AttributeError, TypeError) as error:
        raise ImproperlyConfigured(
            'LICENSE_SERVERS is JSON by system: {"widevine": {"license_url": ...}}'
        ) from error
    for system, server in servers.items():
        if system not in _LEVELS:
            raise ImproperlyConfigured(f"LICENSE_SERVERS: no system {system!r}")
        if server.license_request_format not in REQUEST_FORMATS:
            raise ImproperlyConfigured(
                f"LICENSE_SERVERS: license_request_format of {system} is one of"
                f" {', '.join(REQUEST_FORMATS)}"
            )


def allowed_classes(track: str) -> str:
    """The content protection that a kind of picture may be played with: ALLOWED-CPC."""
    systems = (
        (key_format, [name for name, trusted in classes if trusted >= _TRACKS[track]])
        for key_format, classes in _CLASSES.items()
    )
    return ",".join(f"{key_format}:{'/'.join(names)}" for key_format, names in systems)


def _only_in_development(system: str) -> bool:
    """Every browser knows ClearKey: it stands in where no licence server is set up."""
    return settings.CLEARKEY_LICENSES and system not in settings.LICENSE_SERVERS


def _by_level(system: str, stated: str) -> int:
    levels = _LEVELS[system]
    level = stated.upper().removeprefix("APPLE") or next(iter(levels))
    if level not in levels:
        raise InvalidInput(
            f"{stated!r} is not a security level of {system}.",
            code="unknown_security_level",
            pointer="/device/drm/security_level",
            levels=list(levels),
        )
    return levels[level]


def _by_cable(platform: str, stated: str) -> int:
    if not stated:
        return _CABLE_UNKNOWN.get(platform, UHD)
    found = _HDCP.get(stated.upper())
    if found is None:
        raise InvalidInput(
            f"{stated!r} is not a version of HDCP.",
            code="unknown_hdcp",
            pointer="/device/drm/hdcp",
            versions=list(_HDCP),
        )
    return found
