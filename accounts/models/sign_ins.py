"""A sign-in: one household on one device, kept alive by rotating refresh tokens."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.utils import timezone

from accounts.models.households import Account, Device, Profile
from accounts.querysets import SignInQuerySet
from streamapi.ids import MAX_LENGTH, new_id


class SignIn(models.Model):
    """One family of refresh tokens; its rows hold no token, only hashes.

    ``successor`` is the newest token, sealed with the one before it: only who holds
    that one can open it, so a client whose answer got lost may ask again.
    """

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "si"),
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="sign_ins"
    )
    device = models.ForeignKey(
        Device, on_delete=models.CASCADE, related_name="sign_ins"
    )
    profile = models.ForeignKey(
        Profile, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    client_id = models.CharField(max_length=40)
    token_hash = models.CharField(max_length=64, editable=False)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    successor = models.BinaryField(default=bytes, editable=False)
    rotated_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    idle_expires_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=40, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-last_used_at"], name="sign_in_by_account")
        ]

    def __str__(self) -> str:
        return self.public_id
