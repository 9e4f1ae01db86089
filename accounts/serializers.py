"""Bodies that the views of `accounts` read and write."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from accounts.models import Device, Profile, SignIn
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
    replace_device_id = serializers.CharField(required=False, max_length=24, default="")


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
    has_pin = serializers.SerializerMethodField()

    class Meta:
        model = Profile
        fields = [
            "id",
            "name",
            "avatar",
            "is_kids",
            "maturity",
            "language",
            "autoplay",
            "has_pin",
            "watch_from",
            "watch_until",
            "time_zone",
        ]

    def get_has_pin(self, profile: Profile) -> bool:
        """Whether choosing it asks for a PIN."""
        return bool(profile.pin_hash)


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


class ProfileInput(serializers.ModelSerializer[Profile]):
    """What can be said of a profile."""

    maturity = serializers.ChoiceField(
        choices=settings.MATURITY_CEILINGS, required=False
    )
    language = serializers.ChoiceField(
        choices=settings.CONTENT_LANGUAGES, required=False, allow_blank=True
    )
    time_zone = serializers.CharField(required=False, max_length=40)

    class Meta:
        model = Profile
        fields = [
            "name",
            "avatar",
            "is_kids",
            "maturity",
            "language",
            "autoplay",
            "watch_from",
            "watch_until",
            "time_zone",
        ]

    def validate_time_zone(self, value: str) -> str:
        """A name of the IANA database."""
        if value not in available_timezones():
            raise serializers.ValidationError("This is not a time zone.")
        return value


class ChooseInput(serializers.Serializer[Any]):
    """The PIN, where one is asked for; the password stands in for any PIN."""

    pin = serializers.CharField(required=False, max_length=6, default="")
    password = serializers.CharField(
        required=False, max_length=128, trim_whitespace=False, default=""
    )


class AccessOutput(serializers.Serializer[Any]):
    """An access token for the profile that was chosen."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    profile_id = serializers.CharField()


class PinProofInput(serializers.Serializer[Any]):
    """The PIN of a grown-up."""

    pin = serializers.CharField(max_length=6)


class PinProofOutput(serializers.Serializer[Any]):
    """That the PIN was right; sent with the next play on this device."""

    pin_proof = serializers.CharField()
    expires_at = serializers.DateTimeField()


class PinInput(serializers.Serializer[Any]):
    """A PIN, or ``null`` for none, and the password as proof."""

    pin = serializers.CharField(max_length=6, allow_null=True)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class DeviceSerializer(serializers.ModelSerializer[Device]):
    """A device as its household sees it."""

    id = serializers.CharField(source="public_id", read_only=True)
    form_factor = serializers.SerializerMethodField()
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = Device
        fields = [
            "id",
            "name",
            "platform",
            "form_factor",
            "model",
            "os_version",
            "app_version",
            "drm",
            "drm_level",
            "created_at",
            "last_seen_at",
            "is_current",
        ]

    def get_form_factor(self, device: Device) -> str:
        """Phone, tablet, tv or web."""
        return PLATFORMS[device.platform]

    def get_is_current(self, device: Device) -> bool:
        """Whether it is the one that asks."""
        return bool(device.public_id == self.context["current"])


class DeviceRename(serializers.Serializer[Any]):
    """A new name."""

    name = serializers.CharField(max_length=60)


class SignInSerializer(serializers.ModelSerializer[SignIn]):
    """A sign-in as its household sees it."""

    id = serializers.CharField(source="public_id", read_only=True)
    device = serializers.SerializerMethodField()
    profile_name = serializers.CharField(
        source="profile.name", read_only=True, allow_null=True, default=None
    )
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = SignIn
        fields = [
            "id",
            "device",
            "profile_name",
            "client_id",
            "created_at",
            "last_used_at",
            "is_current",
        ]

    def get_device(self, sign_in: SignIn) -> dict[str, str]:
        """Where it is."""
        device = sign_in.device
        return {
            "id": device.public_id,
            "name": device.name,
            "platform": device.platform,
        }

    def get_is_current(self, sign_in: SignIn) -> bool:
        """Whether it is the one that asks."""
        return bool(sign_in.public_id == self.context["current"])


class VoucherInput(serializers.Serializer[Any]):
    """A code."""

    code = serializers.CharField(max_length=40)


class TrialInput(serializers.Serializer[Any]):
    """The code of an offer that has a trial."""

    offer = serializers.SlugField(max_length=64)


class UserCodeInput(serializers.Serializer[Any]):
    """The short code that a television shows."""

    user_code = serializers.CharField(max_length=20)


class ApproveInput(UserCodeInput):
    """The code, and a device that may go if the household is full."""

    replace_device_id = serializers.CharField(required=False, max_length=24, default="")


class WaitingOutput(serializers.Serializer[Any]):
    """The device that waits."""

    user_code = serializers.CharField()
    platform = serializers.CharField()
    name = serializers.CharField()
    model = serializers.CharField()


class PairedOutput(serializers.Serializer[Any]):
    """The device that was let in."""

    device_id = serializers.CharField()


class ExplainInput(serializers.Serializer[Any]):
    """Who, what, where and when."""

    account = serializers.CharField(max_length=254)
    content = serializers.CharField(max_length=24)
    profile = serializers.CharField(required=False, max_length=24, default="")
    device = serializers.CharField(required=False, max_length=24, default="")
    territory = serializers.CharField(required=False, max_length=2, default="")
    at = serializers.DateTimeField(required=False)


class FeaturesOutput(serializers.Serializer[Any]):
    """What a household may do."""

    streams = serializers.IntegerField()
    devices = serializers.IntegerField()
    max_height = serializers.IntegerField()
    downloads = serializers.IntegerField()
    ads = serializers.BooleanField()


class AccountOutput(serializers.Serializer[Any]):
    """The household."""

    id = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    territory = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class MeOutput(serializers.Serializer[Any]):
    """Who is signed in, who is watching, and what they have."""

    account = AccountOutput()
    profile = ProfileSerializer(allow_null=True)
    device_id = serializers.CharField()
    packages = serializers.ListField(child=serializers.CharField())
    features = FeaturesOutput()


class EntitlementOutput(serializers.Serializer[Any]):
    """One thing owned."""

    id = serializers.CharField()
    product_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    packages = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField()  # type: ignore[assignment]  # the API's word
    state = serializers.CharField()
    has_access = serializers.BooleanField()
    starts_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    grace_until = serializers.DateTimeField(allow_null=True)
    auto_renew = serializers.BooleanField(allow_null=True)
    is_trial = serializers.BooleanField()
    manage_url = serializers.URLField(allow_null=True)
    action_required = serializers.CharField(allow_null=True)


class PriceOutput(serializers.Serializer[Any]):
    """Decimal money as text, and its currency."""

    amount = serializers.CharField()
    currency = serializers.CharField()


class OfferOutput(serializers.Serializer[Any]):
    """Something that can be bought."""

    code = serializers.CharField()
    product = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField()
    period = serializers.CharField()
    trial_days = serializers.IntegerField()
    price = PriceOutput()
    packages = serializers.ListField(child=serializers.CharField())
    features = FeaturesOutput()


def listing(name: str, of: type[serializers.BaseSerializer[Any]]) -> Any:
    """The schema of a list."""
    return inline_serializer(
        f"{name}Output",
        {
            "results": of(many=True),
            "next": serializers.CharField(allow_null=True),
        },
    )


EntitlementsOutput = listing("Entitlements", EntitlementOutput)
OffersOutput = listing("Offers", OfferOutput)
