"""People who sign in: viewers and staff alike, known by their e-mail address."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from streamapi import hashing

EMAIL_LENGTH: Final = 254


def normal_email(email: str) -> str:
    """An address as it is stored and compared: trimmed, in lower case."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Makes users, and finds them however their address was typed."""

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """A viewer; without a password nobody can sign in as them."""
        user = self.model(email=normal_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """A member of staff who may do everything."""
        fields |= {"is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this address."""
        return self.get(email=normal_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """One person with one address and one password."""

    email = models.EmailField(max_length=EMAIL_LENGTH, unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.email

    def set_password(self, raw_password: str | None) -> None:
        """Hash off the hub; ``None`` makes the password unusable."""
        self.password = hashing.make(raw_password)
        self._password = raw_password

    def check_password(self, raw_password: str | None) -> bool:
        """Whether the password fits; a hash of an outdated cost is made anew."""
        fits, outdated = hashing.verify(raw_password or "", self.password)
        if fits and outdated:
            self.password = hashing.make(raw_password)
            self.save(update_fields=["password"])
        return fits

    def clean(self) -> None:
        """Store the address as it is compared."""
        self.email = normal_email(self.email)
