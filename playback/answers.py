"""What a device reads when it plays something: one JSON shape for every family."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from playback import (
    delivery,
    devices,
    drm,
    licences,
    live_answers,
    places,
    sessions,
)
from playback.content import Playable
from playback.episodes import Place
from playback.leases import LEASE_S
from playback.models import PlaybackSession
from playback.packaging import (
    DASH_MANIFEST,
    HLS_MANIFEST,
    HLS_TV_MANIFEST,
    capped_name,
    selection_name,
)
from playback.protection import tracks_up_to
from playback.sessions import Advice, Play, Renewal

_MANIFESTS: Final = {
    devices.HLS: (HLS_MANIFEST, "application/vnd.apple.mpegurl"),
    devices.DASH: (DASH_MANIFEST, "application/dash+xml"),
}


def heartbeat(advice: Advice) -> dict[str, Any]:
    """The answer to a heartbeat."""
    return {
        "action": advice.action,
        "reason": advice.reason,
        "ends_at": advice.ends_at,
        "channel_id": advice.channel_id,
        "next_heartbeat_s": sessions.HEARTBEAT_S,
    }


def play(answer: Play, *, wanted: Sequence[str], now: datetime) -> dict[str, Any]:
    """The whole answer to play."""
    session, playable = answer.session, answer.playable
    return {
        "session_id": session.public_id,
        "content_id": playable.content_id,
        "title_id": playable.title_id or None,
        "name": playable.name,
        "expires_at": _moment(answer.grant.expires_at),
        "heartbeat": heartbeat_contract(session),
        "manifests": manifests(answer, now),
        "delivery_auth": authorisation(session.folder, answer.grant),
        "drm": protection(answer, now=now),
        "episode": _episode(playable.place),
        "next": _next(playable.next),
        "duration_ms": playable.duration_ms,
        "resume_position_ms": answer.resume_ms,
        "markers": _markers(playable),
        "audio_tracks": _audio_tracks(playable),
        "text_tracks": _text_tracks(playable, session.folder),
        "thumbnails": _thumbnails(playable, session.folder),
        "max_resolution": f"{session.max_height}p" if session.max_height else None,
        "max_resolution_reason": session.cap_reason or None,
        "cmcd": {"sid": str(session.cmcd_sid), "cid": playable.content_id},
        "live": playable.airing and live_answers.block(playable.airing, wanted, now),
    }


def renewal(answer: Renewal, *, now: datetime) -> dict[str, Any]:
    """What is fresh after a renewal."""
    return {
        "session_id": answer.session.public_id,
        "expires_at": _moment(answer.grant.expires_at),
        "delivery_auth": authorisation(answer.session.folder, answer.grant),
        "drm": protection(answer, now=now),
    }


def authorisation(folder: str, grant: delivery.Grant) -> dict[str, Any]:
    """Permission to fetch the files, as cookies and as a query for every request."""
    return {
        "type": "cookies",
        "domain": settings.DELIVERY_COOKIE_DOMAIN or None,
        "path": places.cookie_path(folder),
        "expires_at": _moment(grant.expires_at),
        "cookies": grant.cookies(),
        "query": grant.query(),
    }


def protection(answer: Play | Renewal, *, now: datetime) -> dict[str, Any] | None:
    """Where licences come from; no key, only the ids of those that will be asked for."""
    session, system = answer.session, answer.session.drm_system
    if not system:
        return None
    server = drm.server_of(system)
    if system == drm.CLEARKEY:
        ours = f"/v1/playback/sessions/{session.public_id}/license"
        server = drm.Server(ours, license_request_format=drm.JSON)
    token, expires_at = licences.token_for(
        session.public_id, now=now, ends_at=answer.grant.expires_at
    )
    needed = tracks_up_to(session.max_height)
    return {
        "system": system,
        "license_url": server.license_url,
        "license_request_format": server.license_request_format,
        "certificate_url": server.certificate_url,
        "headers": {licences.HEADER: token},
        "token_expires_at": _moment(expires_at),
        "key_ids": [str(key["kid"]) for key in answer.keys if key["track"] in needed],
        "content_id": answer.asset_id,
        "persistent": False,
    }


def heartbeat_contract(session: PlaybackSession) -> dict[str, Any]:
    """Where to report, how often, and after what silence the session is given up."""
    return {
        "url": f"/v1/playback/sessions/{session.public_id}/heartbeat",
        "interval_s": sessions.HEARTBEAT_S,
        "ttl_s": LEASE_S,
    }


def _url(folder: str, name: str) -> str:
    return f"{places.base_of(folder)}/{name}"


def manifests(answer: Play, now: datetime) -> list[dict[str, Any]]:
    """Where to start, the best for the device first."""
    playable = answer.playable
    if playable.airing is not None and playable.stream is not None:
        height = answer.session.max_height if answer.session.cap_reason else None
        return [live_answers.manifest(playable, playable.airing, height, now)]
    return [_manifest(kind, answer) for kind in answer.family.manifests]


def _manifest(kind: str, answer: Play) -> dict[str, Any]:
    name, mime = _MANIFESTS[kind]
    if kind == devices.HLS and answer.family.tv_list:
        name = HLS_TV_MANIFEST
    name = selection_name(name, answer.pictures)
    height = answer.session.max_height
    if height < answer.playable.tallest_in(answer.pictures):
        name = capped_name(name, height)
    return {"type": kind, "url": _url(answer.session.folder, name), "mime": mime}


def _episode(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"season": place.season, "number": place.number, "name": place.name}


def _next(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {
        "content_id": place.content_id,
        "season": place.season,
        "episode": place.number,
        "name": place.name,
    }


def _markers(playable: Playable) -> list[dict[str, Any]]:
    return [
        {
            "type": marker["kind"],
            "start_ms": marker["start_ms"],
            "end_ms": marker["end_ms"],
        }
        for marker in playable.marks
    ]


def _audio_tracks(playable: Playable) -> list[dict[str, Any]]:
    return [
        {
            "type": "audio",
            "lang": track["language"],
            "role": "main",
            "label": track["label"],
            "codec": track["codec"],
            "channels": track["channels"],
            "default": position == 0,
        }
        for position, track in enumerate(playable.sounds)
    ]


def _text_tracks(playable: Playable, folder: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "text",
            "lang": track["language"],
            "role": track["role"],
            "label": track["label"],
            "default": track["role"] == "forced",
            "url": _url(folder, track["path"]),
            "mime": "text/vtt",
        }
        for track in playable.words
    ]


def _thumbnails(playable: Playable, folder: str) -> dict[str, Any] | None:
    if not playable.thumbnails:
        return None
    return {"type": "vtt", "url": _url(folder, playable.thumbnails)}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
