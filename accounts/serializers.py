"""Bodies that the views of `accounts` read and write."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Profile
from streamapi.clients import PLATFORMS


class DeviceInput(serializers.Serializer[Any]):
    """The device that a client runs on."""

    id = serializers.CharField(required=False, max_length=24, default="")
    platform = serializers.ChoiceField(choices=list(PLATFORMS))
    name = serializers.CharField(required=False, max_length=60, default="")
    model = serializers.CharField(required=False, max_length=80, default="")
    os_version = serializers.CharField(required=False, max_length=40, default="")
    app_version = serializers.CharField(required=False, max_length=40, default="")
    drm = serializers.CharField(required=False, max_length=20, default="")
    drm_level = serializers.CharField(required=False, max_length=20, default="")


class SignInInput(serializers.Serializer[Any]):
    """Address, password and device."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    device = DeviceInput()
    client_id = serializers.CharField(
        required=False, max_length=40, default="stream-app"
    )


class SignUpInput(serializers.Serializer[Any]):
    """A new person."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(
        min_length=8, max_length=128, trim_whitespace=False
    )
    name = serializers.CharField(required=False, max_length=40, default="")


class EmailInput(serializers.Serializer[Any]):
    """An address."""

    email = serializers.EmailField(max_length=254)


class LinkInput(serializers.Serializer[Any]):
    """The token of a link in a mail."""

    token = serializers.CharField(max_length=600)


class ResetInput(LinkInput):
    """A link and a new password."""

    password = serializers.CharField(max_length=128, trim_whitespace=False)


class PasswordChangeInput(serializers.Serializer[Any]):
    """The old and the new password."""

    current_password = serializers.CharField(max_length=128, trim_whitespace=False)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class EmailChangeInput(EmailInput):
    """A new address, and the password as proof."""

    password = serializers.CharField(max_length=128, trim_whitespace=False)


class ProfileSerializer(serializers.ModelSerializer[Profile]):
    """A profile as its household sees it."""

    id = serializers.CharField(source="public_id", read_only=True)
    maturity = serializers.IntegerField(source="ceiling", read_only=True)

    class Meta:
        model = Profile
        fields = ["id", "name", "avatar", "is_kids", "maturity", "language", "autoplay"]


class TokensOutput(serializers.Serializer[Any]):
    """What a client holds after signing in."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    refresh_token = serializers.CharField()
    scope = serializers.CharField()
    device_id = serializers.CharField()
    profile_id = serializers.CharField(allow_null=True)
    profiles = ProfileSerializer(many=True)


class StatusOutput(serializers.Serializer[Any]):
    """What happens next."""

    status = serializers.CharField()
