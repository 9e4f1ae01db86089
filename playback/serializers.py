"""What devices send to play, and the shape of what they get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from playback import drm, live
from playback.drm import Stated
from playback.leases import Beat
from playback.models import Asset
from playback.sessions import PlayRequest


class DrmInput(serializers.Serializer[Any]):
    """The content protection of a device, as its system tells it."""

    system = serializers.CharField(
        max_length=20,
        default="",
        allow_blank=True,
        help_text="`fairplay`, `widevine`, `playready` or `clearkey`.",
    )
    security_level = serializers.CharField(
        max_length=20,
        default="",
        allow_blank=True,
        help_text="`L1`, `L3`; `SL2000`, `SL3000`; `Baseline`, `Main`.",
    )
    hdcp = serializers.CharField(
        max_length=10,
        default="",
        allow_blank=True,
        help_text="The version on the cable to the screen, `none` without it.",
    )


class PlayerInput(serializers.Serializer[Any]):
    """The device that plays."""

    platform = serializers.CharField(max_length=40)
    model = serializers.CharField(max_length=80, required=False, allow_blank=True)
    drm = DrmInput(required=False)


class StartInput(serializers.Serializer[Any]):
    """What somebody wants to watch, and what the device can show."""

    content_id = serializers.CharField(max_length=40, default="", allow_blank=True)
    channel_id = serializers.CharField(
        max_length=80, default="", help_text="A channel, by id or slug."
    )
    airing_id = serializers.CharField(
        max_length=40, default="", help_text="One programme of a channel."
    )
    kind = serializers.ChoiceField(choices=Asset.Kind.choices, default=Asset.Kind.MAIN)
    device = PlayerInput()
    codecs = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, max_length=40
    )
    hdr = serializers.ListField(
        child=serializers.CharField(max_length=10), default=list, max_length=10
    )
    max_height = serializers.IntegerField(
        min_value=1, max_value=10_000, required=False, allow_null=True
    )
    start = serializers.ChoiceField(
        choices=["resume", "beginning", *live.MODES],
        required=False,
        help_text="`live`, `startover` and `catchup` are for channels and programmes.",
    )
    take_over = serializers.CharField(
        max_length=300,
        default="",
        help_text="From the answer that said there are too many streams.",
    )

    pin_proof = serializers.CharField(
        max_length=400,
        default="",
        help_text="From `/v1/me/pin-proof`, where a refusal names `pin` as help.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Something to play: content, or a channel, and a start that goes with it."""
        of_channel = bool(data["channel_id"] or data["airing_id"])
        if bool(data["content_id"]) == of_channel:
            raise serializers.ValidationError(
                {"content_id": "Name one: content_id, or channel_id or airing_id."}
            )
        data.setdefault("start", live.LIVE if of_channel else "resume")
        if (data["start"] in live.MODES) != of_channel:
            raise serializers.ValidationError(
                {"start": "This start is not for what is played."}
            )
        return data


def play_request(
    data: Mapping[str, Any], idempotency_key: str, wanted: tuple[str, ...]
) -> PlayRequest:
    """What was checked by :class:`StartInput`, as the domain knows it."""
    return PlayRequest(
        content_id=data["content_id"],
        channel_id=data["channel_id"],
        airing_id=data["airing_id"],
        platform=data["device"]["platform"],
        kind=data["kind"],
        codecs=tuple(data["codecs"]),
        hdr=tuple(data["hdr"]),
        drm=Stated(**data["device"].get("drm", {})),
        max_height=data.get("max_height"),
        start=data["start"],
        take_over=data["take_over"],
        pin_proof=data["pin_proof"],
        wanted=wanted,
        idempotency_key=idempotency_key,
    )


class HeartbeatInput(serializers.Serializer[Any]):
    """What a player reports every now and then; it is numbered, to be told in order."""

    position_ms = serializers.IntegerField(min_value=0, max_value=10**9)
    state = serializers.ChoiceField(
        choices=["playing", "paused", "buffering", "seeking", "ended"],
        default="playing",
    )
    seq = serializers.IntegerField(
        min_value=0,
        max_value=2**53,
        default=0,
        help_text="Counts up within the session: of two at one time the higher counts.",
    )
    sent_at = serializers.DateTimeField(
        required=False,
        help_text="By the clock of the device; believed within two minutes.",
    )


def beat_of(session_id: str, data: Mapping[str, Any]) -> Beat:
    """What was checked by :class:`HeartbeatInput`, as the domain knows it."""
    return Beat(
        session_id,
        data["position_ms"],
        data.get("sent_at"),
        data["seq"],
        data["state"],
    )


class ManifestOutput(serializers.Serializer[Any]):
    """Where the video starts."""

    type = serializers.CharField(help_text="hls, dash")
    url = serializers.CharField()
    mime = serializers.CharField()


class DeliveryOutput(serializers.Serializer[Any]):
    """Permission to fetch the files: cookies, or ``query`` added to every request."""

    type = serializers.CharField(help_text="cookies")
    domain = serializers.CharField(
        allow_null=True,
        help_text="For the cookies; null: the host that the video is on.",
    )
    path = serializers.CharField(
        help_text="What it opens: every address that begins so."
    )
    expires_at = serializers.DateTimeField()
    cookies = serializers.DictField(child=serializers.CharField())
    query = serializers.CharField(help_text="Without its question mark.")


class HeartbeatContract(serializers.Serializer[Any]):
    """Where and how often a player reports."""

    url = serializers.CharField()
    interval_s = serializers.IntegerField()
    ttl_s = serializers.IntegerField(
        help_text="After this long without a report the place is free."
    )


class MarkerOutput(serializers.Serializer[Any]):
    """A stretch to skip."""

    type = serializers.CharField(help_text="intro, recap, credits")
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField(allow_null=True, help_text="Null: to the end.")


class TrackOutput(serializers.Serializer[Any]):
    """Sound or words in one language."""

    type = serializers.CharField(help_text="audio, text")
    lang = serializers.CharField()
    role = serializers.CharField()
    default = serializers.BooleanField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """``label`` is also an attribute of every field, so it is added here."""
        return {**super().get_fields(), "label": serializers.CharField()}


class AudioTrackOutput(TrackOutput):
    """Sound."""

    codec = serializers.CharField()
    channels = serializers.IntegerField()


class TextTrackOutput(TrackOutput):
    """Words, as a WebVTT file of the whole film."""

    url = serializers.CharField()
    mime = serializers.CharField()


class ThumbnailsOutput(serializers.Serializer[Any]):
    """Pictures for scrubbing."""

    type = serializers.CharField(help_text="vtt: cues with an address and #xywh.")
    url = serializers.CharField()


class CmcdOutput(serializers.Serializer[Any]):
    """Ids that players repeat to the delivery network (CTA-5004)."""

    sid = serializers.UUIDField(help_text="One for each session.")
    cid = serializers.CharField()


class LiveChannelOutput(serializers.Serializer[Any]):
    """The channel that plays."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    number = serializers.CharField(allow_null=True)


class LiveProgrammeOutput(serializers.Serializer[Any]):
    """What runs, or ran."""

    id = serializers.CharField(help_text="The `airing_id` to play it by.")
    title = serializers.CharField()
    episode_title = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class StartOverOutput(serializers.Serializer[Any]):
    """How to start the running programme over."""

    airing_id = serializers.CharField()
    starts_at = serializers.DateTimeField()


class LiveOutput(serializers.Serializer[Any]):
    """What is special about a channel."""

    mode = serializers.CharField(help_text="`live`, `startover` or `catchup`.")
    channel = LiveChannelOutput()
    programme = LiveProgrammeOutput(allow_null=True)
    startover = StartOverOutput(allow_null=True)
    catchup_from = serializers.DateTimeField(
        allow_null=True,
        help_text="The oldest that can be played; null without catch-up.",
    )
    live_edge_at = serializers.DateTimeField(
        allow_null=True, help_text="The newest that there is; null of what is past."
    )
    can_pause = serializers.BooleanField(
        help_text="Whether live may be paused and wound back."
    )
    server_time = serializers.DateTimeField(
        help_text="The clock that the other times are by."
    )


class DrmOutput(serializers.Serializer[Any]):
    """Where the licence of protected video comes from, and what to ask with."""

    system = serializers.CharField(help_text="widevine, playready, fairplay, clearkey")
    license_url = serializers.CharField(
        allow_null=True, help_text="Null while no licence server is set up for it."
    )
    license_request_format = serializers.ChoiceField(
        choices=drm.REQUEST_FORMATS,
        help_text=(
            "How the request goes to `license_url`. `raw`: as the system made it, and the"
            " licence comes back as it is. `form`: `spc=` with base64, answered in base64."
            " `json`: as JSON; ClearKey's of EME, of a vendor as it documents."
        ),
    )
    certificate_url = serializers.CharField(
        allow_null=True, help_text="Of FairPlay, or where the server has one."
    )
    headers = serializers.DictField(child=serializers.CharField())
    token_expires_at = serializers.DateTimeField(
        help_text="Ask before then; a renewal has a fresh one."
    )
    key_ids = serializers.ListField(child=serializers.UUIDField())
    content_id = serializers.CharField(help_text="What the keys are kept under.")
    persistent = serializers.BooleanField(help_text="Whether a licence may be kept.")


class LicenseInput(serializers.Serializer[Any]):
    """A licence request of ClearKey, as EME makes it."""

    kids = serializers.ListField(
        child=serializers.CharField(max_length=32), min_length=1, max_length=32
    )
    type = serializers.ChoiceField(choices=["temporary"], default="temporary")


class KeyOutput(serializers.Serializer[Any]):
    """A content key (RFC 7517)."""

    kty = serializers.CharField()
    kid = serializers.CharField()
    k = serializers.CharField()


class LicenseOutput(serializers.Serializer[Any]):
    """A licence of ClearKey."""

    keys = KeyOutput(many=True)
    type = serializers.CharField()


class EpisodeOutput(serializers.Serializer[Any]):
    """Where an episode stands."""

    season = serializers.IntegerField()
    number = serializers.IntegerField()
    name = serializers.CharField()


class NextOutput(serializers.Serializer[Any]):
    """The episode to play after this one."""

    content_id = serializers.CharField()
    season = serializers.IntegerField()
    episode = serializers.IntegerField()
    name = serializers.CharField()


class PlayOutput(serializers.Serializer[Any]):
    """All that a player needs."""

    session_id = serializers.CharField()
    content_id = serializers.CharField(
        help_text="What plays: a title, episode, trailer, programme or channel."
    )
    title_id = serializers.CharField(
        allow_null=True, help_text="The title that it belongs to; null of television."
    )
    name = serializers.CharField()
    expires_at = serializers.DateTimeField(
        help_text="When the permission to fetch ends, unless it is renewed."
    )
    heartbeat = HeartbeatContract()
    manifests = ManifestOutput(many=True, help_text="The best for the platform first.")
    delivery_auth = DeliveryOutput()
    drm = DrmOutput(allow_null=True, help_text="Null: the video is not protected.")
    episode = EpisodeOutput(allow_null=True)
    next = NextOutput(allow_null=True, help_text="The episode that follows.")
    duration_ms = serializers.IntegerField(help_text="0: live.")
    resume_position_ms = serializers.IntegerField(help_text="0: from the beginning.")
    markers = MarkerOutput(many=True)
    audio_tracks = AudioTrackOutput(many=True)
    text_tracks = TextTrackOutput(many=True)
    thumbnails = ThumbnailsOutput(allow_null=True)
    max_resolution = serializers.CharField(
        allow_null=True, help_text="The tallest picture that is offered: 720p."
    )
    max_resolution_reason = serializers.CharField(
        allow_null=True,
        help_text="Why not taller: rights, plan, drm_security_level, hdcp, device.",
    )
    cmcd = CmcdOutput()
    live = LiveOutput(allow_null=True)


class RenewOutput(serializers.Serializer[Any]):
    """A fresh permission."""

    session_id = serializers.CharField()
    expires_at = serializers.DateTimeField()
    delivery_auth = DeliveryOutput()
    drm = DrmOutput(allow_null=True)


class HeartbeatOutput(serializers.Serializer[Any]):
    """What the player does next: ``continue``, ``renew``, ``stop`` or ``switch``."""

    action = serializers.CharField(help_text="continue, renew, stop, switch")
    reason = serializers.CharField(
        allow_null=True,
        help_text="Why `stop` or `switch`: taken_over, blackout, ... as play refuses.",
    )
    ends_at = serializers.DateTimeField(
        allow_null=True, help_text="When a blackout is over."
    )
    channel_id = serializers.CharField(
        allow_null=True, help_text="What to play live instead, for `switch`."
    )
    next_heartbeat_s = serializers.IntegerField()
