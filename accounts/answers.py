"""The token response, the same for every way of signing in (RFC 6749, section 5.1)."""

from __future__ import annotations

from typing import Any, Final

from accounts.models import Profile
from accounts.serializers import ProfileSerializer
from accounts.sign_ins import Grant
from accounts.tokens import LIFE_S

SCOPE: Final = "watch"


def tokens_of(grant: Grant) -> dict[str, Any]:
    """Tokens, and the profiles to choose from."""
    profiles = Profile.objects.filter(account=grant.sign_in.account).order_by("pk")
    return {
        "access_token": grant.access_token,
        "token_type": "Bearer",
        "expires_in": LIFE_S,
        "refresh_token": grant.refresh_token,
        "scope": SCOPE,
        "device_id": grant.viewer.device_id,
        "profile_id": grant.viewer.profile_id or None,
        "profiles": ProfileSerializer(profiles, many=True).data,
    }
