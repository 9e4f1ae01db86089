"""The forms of the support page: one deed with its reason, one question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from accounts import support
from accounts.explanations import Question
from accounts.models import Account, Device, Entitlement, Product, Profile, User


class DeedForm(forms.Form):
    """One change to one household; the page has a small form for each."""

    DEEDS = [
        ("give", "Give a product"),
        ("extend", "Extend what they own"),
        ("revoke", "Take away what they own"),
        ("revoke_device", "Sign a device out"),
        ("sign_out_everywhere", "Sign out everywhere"),
        ("suspend", "Suspend"),
        ("restore", "Restore"),
    ]
    deed = forms.ChoiceField(choices=DEEDS)
    product = forms.ModelChoiceField(
        queryset=Product.objects.order_by("name"), required=False
    )
    owned = forms.ModelChoiceField(
        Entitlement.objects.none(), required=False, to_field_name="public_id"
    )
    device = forms.ModelChoiceField(
        Device.objects.none(), required=False, to_field_name="public_id"
    )
    ends_at = forms.DateTimeField(
        label="Until (UTC)",
        required=False,
        help_text="Empty: for good.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reason = forms.CharField(
        max_length=300, widget=forms.TextInput(attrs={"placeholder": "Why?"})
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._account = account
        owned: Any = self.fields["owned"]
        owned.queryset = account.entitlements.select_related("product", "account")
        device: Any = self.fields["device"]
        device.queryset = account.devices.filter(revoked_at=None)

    def clean(self) -> dict[str, Any]:
        """Each deed needs its object."""
        asked = super().clean() or {}
        needed = {
            "give": ["product"],
            "extend": ["owned", "ends_at"],
            "revoke": ["owned"],
            "revoke_device": ["device"],
        }
        for name in needed.get(asked.get("deed", ""), []):
            if not asked.get(name):
                self.add_error(name, "This is needed.")
        return asked

    def carry_out(self, *, by: User, now: datetime) -> str:
        """Do it; what to say then."""
        asked = self.cleaned_data
        because = {"by": by, "reason": asked["reason"], "now": now}
        match asked["deed"]:
            case "give":
                support.give(
                    self._account, asked["product"], ends_at=asked["ends_at"], **because
                )
            case "extend":
                support.extend(asked["owned"], ends_at=asked["ends_at"], **because)
            case "revoke":
                support.revoke(asked["owned"], **because)
            case "revoke_device":
                support.revoke_device(asked["device"], **because)
            case household_deed:
                getattr(support, household_deed)(self._account, **because)
        return f"{dict(self.DEEDS)[asked['deed']]}: done."


class ExplainForm(forms.Form):
    """Why can they, or why can they not?"""

    content = forms.CharField(
        label="Title",
        max_length=300,
        help_text="Its id (ti_…, ep_…), or the address of its page.",
    )
    profile = forms.ModelChoiceField(Profile.objects.none(), required=False)
    device = forms.ModelChoiceField(Device.objects.none(), required=False)
    territory = forms.ChoiceField(
        choices=[(code, code) for code in settings.TERRITORIES]
    )
    at = forms.DateTimeField(
        label="When (UTC)",
        required=False,
        help_text="Empty: now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, account: Account) -> None:
        super().__init__(*args)
        self._account = account
        profile: Any = self.fields["profile"]
        profile.queryset = account.profiles.order_by("pk")
        device: Any = self.fields["device"]
        device.queryset = account.devices.order_by("pk")

    def clean_content(self) -> str:
        """The last step of an address, which is where the id or the short name is."""
        asked: str = self.cleaned_data["content"]
        return asked.strip().rstrip("/").rpartition("/")[2].partition("?")[0]

    def question(self) -> Question:
        """As the domain asks it."""
        asked = self.cleaned_data
        profile, device = asked["profile"], asked["device"]
        return Question(
            account=self._account.public_id,
            content_id=asked["content"],
            territory=asked["territory"],
            at=asked["at"] or timezone.now(),
            profile_id=profile.public_id if profile else "",
            device_id=device.public_id if device else "",
        )
