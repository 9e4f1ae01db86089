"""What staff did to customers, and why; written once, never changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from accounts.models.households import Account


class AuditEntry(models.Model):
    """One deed of a member of staff."""

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=40)
    account = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, related_name="audit_entries"
    )
    target = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["account", "-at"], name="audit_by_account")]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; a log that can be rewritten is none."""
        if self.pk:
            raise TypeError("an audit entry is never changed")
        super().save(*args, **kwargs)
