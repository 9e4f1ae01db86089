"""Tokens for programs that work on behalf of a member of staff."""

from __future__ import annotations

from functools import partial

from django.db import models
from django.utils import timezone

from accounts.models.users import User
from streamapi.ids import MAX_LENGTH, new_id


class StaffToken(models.Model):
    """May do what its member of staff may; the row holds a hash, never the token."""

    public_id = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        default=partial(new_id, "st"),
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="staff_tokens")
    name = models.CharField(max_length=100, help_text="Which program holds it.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"
