"""What devices send to play, and the shape of what they get."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from playback.leases import Beat
from playback.models import Asset
from playback.sessions import PlayRequest


class PlayerInput(serializers.Serializer[Any]):
    """The device that plays."""

    platform = serializers.CharField(max_length=40)
    model = serializers.CharField(max_length=80, required=False, allow_blank=True)


class StartInput(serializers.Serializer[Any]):
    """What somebody wants to watch, and what the device can show."""

    content_id = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=Asset.Kind.choices, default=Asset.Kind.MAIN)
    device = PlayerInput()
    codecs = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, max_length=40
    )
    max_height = serializers.IntegerField(
        min_value=1, max_value=10_000, required=False, allow_null=True
    )
    start = serializers.ChoiceField(choices=["resume", "beginning"], default="resume")
    take_over = serializers.CharField(
        max_length=300,
        default="",
        help_text="From the answer that said there are too many streams.",
    )

    def play_request(self, idempotency_key: str) -> PlayRequest:
        """The validated body as the domain knows it."""
        data = self.validated_data
        return PlayRequest(
            content_id=data["content_id"],
            platform=data["device"]["platform"],
            kind=data["kind"],
            codecs=tuple(data["codecs"]),
            max_height=data.get("max_height"),
            start=data["start"],
            take_over=data["take_over"],
            idempotency_key=idempotency_key,
        )


class HeartbeatInput(serializers.Serializer[Any]):
    """What a player reports every now and then; it is numbered, to be told in order."""

    position_ms = serializers.IntegerField(min_value=0, max_value=10**9)
    state = serializers.ChoiceField(
        choices=["playing", "paused", "buffering", "seeking", "ended"],
        default="playing",
    )
    seq = serializers.IntegerField(min_value=0, max_value=2**53, default=0)
    sent_at = serializers.DateTimeField(required=False)

    def beat(self, session_id: str) -> Beat:
        """The validated body as the domain knows it."""
        data = self.validated_data
        return Beat(session_id, data["position_ms"], data.get("sent_at"), data["seq"])


class ManifestOutput(serializers.Serializer[Any]):
    """Where the video starts."""

    type = serializers.CharField()
    url = serializers.CharField()
    mime = serializers.CharField()


class DeliveryOutput(serializers.Serializer[Any]):
    """Permission to fetch the files: cookies, or ``query`` added to every request."""

    type = serializers.CharField()
    domain = serializers.CharField(allow_null=True)
    path = serializers.CharField()
    expires_at = serializers.DateTimeField()
    cookies = serializers.DictField(child=serializers.CharField())
    query = serializers.CharField()


class HeartbeatContract(serializers.Serializer[Any]):
    """Where and how often a player reports."""

    url = serializers.CharField()
    interval_s = serializers.IntegerField()
    ttl_s = serializers.IntegerField()


class MarkerOutput(serializers.Serializer[Any]):
    """A stretch to skip."""

    type = serializers.CharField()
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField(allow_null=True)


class TrackOutput(serializers.Serializer[Any]):
    """Sound or words in one language."""

    type = serializers.CharField()
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

    type = serializers.CharField()
    url = serializers.CharField()


class CmcdOutput(serializers.Serializer[Any]):
    """Ids that players repeat to the delivery network (CTA-5004)."""

    sid = serializers.UUIDField()
    cid = serializers.CharField()


class PlayOutput(serializers.Serializer[Any]):
    """All that a player needs."""

    session_id = serializers.CharField()
    content_id = serializers.CharField()
    title_id = serializers.CharField()
    name = serializers.CharField()
    expires_at = serializers.DateTimeField()
    heartbeat = HeartbeatContract()
    manifests = ManifestOutput(many=True)
    delivery_auth = DeliveryOutput()
    drm = serializers.DictField(allow_null=True)
    duration_ms = serializers.IntegerField()
    resume_position_ms = serializers.IntegerField()
    markers = MarkerOutput(many=True)
    audio_tracks = AudioTrackOutput(many=True)
    text_tracks = TextTrackOutput(many=True)
    thumbnails = ThumbnailsOutput(allow_null=True)
    max_resolution = serializers.CharField()
    max_resolution_reason = serializers.CharField(allow_null=True)
    cmcd = CmcdOutput()


class RenewOutput(serializers.Serializer[Any]):
    """A fresh permission."""

    session_id = serializers.CharField()
    expires_at = serializers.DateTimeField()
    delivery_auth = DeliveryOutput()


class HeartbeatOutput(serializers.Serializer[Any]):
    """What the player does next: ``continue``, ``renew`` or ``stop``."""

    action = serializers.CharField()
    reason = serializers.CharField(allow_null=True)
    next_heartbeat_s = serializers.IntegerField()
