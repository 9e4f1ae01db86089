"""People: registered, recognised by password, their address proven, their password reset.

Nothing here tells a stranger whether an address is known: the same answer, after the
same work, goes out in every case, and mail is sent by a job.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import links, mails, sign_ins
from accounts.models import Account, Profile, SignIn, User
from accounts.models.users import normal_email
from streamapi.errors import Denied, InvalidInput, Unauthenticated
from streamapi.ids import new_id


class WrongCredentials(Unauthenticated):
    """Address or password is wrong; which one is not said."""

    code = "wrong_credentials"
    title = "The e-mail address or the password is wrong"


class EmailNotVerified(Denied):
    """The password is right, but the address is not proven yet."""

    code = "email_not_verified"
    title = "Confirm your e-mail address first"


def register(
    *,
    email: str,
    password: str | None,
    now: datetime,
    name: str = "",
    territory: str = "",
    verified: bool = False,
) -> Account:
    """A person with a household and its first profile."""
    user = User(
        email=normal_email(email),
        joined_at=now,
        email_verified_at=now if verified else None,
    )
    user.set_password(password)
    with transaction.atomic():
        user.save()
        account = Account.objects.create(
            owner=user, territory=territory, created_at=now
        )
        add_first_profile(account, name=name, now=now)
    return account


def add_first_profile(account: Account, *, name: str = "", now: datetime) -> Profile:
    """Every household has a profile from the start."""
    return Profile.objects.create(
        account=account, name=name or "Profile 1", created_at=now
    )


def sign_up(
    *, email: str, password: str, name: str, territory: str, now: datetime
) -> None:
    """Register, or do the same work for nothing when the address is known.

    A person who never confirmed may sign up again: the newest password counts, and the
    links that were sent for an older one stop working.
    """
    email = normal_email(email)
    check_strength(password, User(email=email))
    known = User.objects.filter(email=email).first()
    if known and known.email_verified_at is None:
        known.set_password(password)
        known.save(update_fields=["password"])
    else:
        _register_or_pretend(known, email, password, name, territory, now)
    mails.sign_up.enqueue(email)


def sign_in(*, email: str, password: str) -> User:
    """The person with this address and password."""
    user = User.objects.filter(email=normal_email(email)).first()
    fits = (user or User()).check_password(password)
    if user is None or not fits or not user.is_active:
        raise WrongCredentials
    if user.email_verified_at is None:
        raise EmailNotVerified
    return user


def household(user: User, *, now: datetime) -> Account:
    """The household of a person; staff get one when they first watch something."""
    with transaction.atomic():
        account, is_new = Account.objects.get_or_create(owner=user)
        if is_new:
            add_first_profile(account, now=now)
    return account


def verify_email(token: str, *, now: datetime) -> User:
    """Accept the proof; the address becomes the one it was sent to."""
    user, email = links.read_verification(token)
    user.email, user.email_verified_at = email, now
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_verified_at"])
    except IntegrityError as error:
        raise links.LinkInvalid from error
    return user


def change_email(user: User, *, email: str, password: str) -> None:
    """Send a link to the new address; nothing changes until it is followed."""
    if not user.check_password(password):
        raise WrongCredentials
    mails.email_change.enqueue(user.pk, normal_email(email))


def change_password(
    user: User, *, current: str, new: str, keep: str, now: datetime
) -> None:
    """A new password; every other sign-in of the household ends."""
    if not user.check_password(current):
        raise WrongCredentials
    set_password(user, new)
    others = SignIn.objects.filter(account__owner=user).exclude(public_id=keep)
    sign_ins.end(others, reason="password_changed", now=now)


def reset_password(token: str, password: str, *, now: datetime) -> User:
    """A new password for whoever reads the mail; every sign-in ends."""
    user = links.read_reset(token)
    set_password(user, password)
    if user.email_verified_at is None:
        user.email_verified_at = now
        user.save(update_fields=["email_verified_at"])
    mine = SignIn.objects.filter(account__owner=user)
    sign_ins.end(mine, reason="password_reset", now=now)
    return user


def set_password(user: User, password: str) -> None:
    """Store a password that is strong enough."""
    check_strength(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


def check_strength(password: str, user: User) -> None:
    """Raise what Django's validators find, for people to read."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(
            " ".join(error.messages), code="password_weak", pointer="/password"
        ) from error


def _register_or_pretend(
    known: User | None,
    email: str,
    password: str,
    name: str,
    territory: str,
    now: datetime,
) -> None:
    address = f"{new_id('none')}@invalid.example" if known else email
    try:
        with transaction.atomic():
            register(
                email=address,
                password=password,
                name=name,
                territory=territory,
                now=now,
            )
            if known:
                transaction.set_rollback(True)
    except IntegrityError:
        pass  # the same person, twice at once: the first one counts
