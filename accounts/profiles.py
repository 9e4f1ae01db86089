"""Profiles of a household: made, changed, chosen; children cannot widen their own view."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts import pins, sign_ins
from accounts.models import Account, Profile
from accounts.tokens import Viewer
from streamapi.errors import Conflict, Denied, NotFound

LIMIT: Final = 6


class ProfileLimitReached(Conflict):
    """The household has as many profiles as there can be."""

    code = "profile_limit"
    title = "No more profiles fit in this household"


class NameTaken(Conflict):
    """Two profiles of a household cannot have one name."""

    code = "name_taken"
    title = "Another profile has this name"


class LastProfile(Conflict):
    """Someone has to be watching."""

    code = "last_profile"
    title = "The last profile cannot be deleted"


class PasswordRequired(Denied):
    """A child's profile is left by a PIN; this household has none, so by its password."""

    code = "password_required"
    title = "Enter the password of the account"


class BeyondOwnCeiling(Denied):
    """Who sees less cannot decide that someone may see more."""

    code = "beyond_own_ceiling"
    title = "This profile may not change what profiles may see"


def create(viewer: Viewer, *, now: datetime, **fields: Any) -> Profile:
    """A new profile of the viewer's household."""
    _refuse_children(viewer)
    with transaction.atomic():
        account = Account.objects.select_for_update().get(public_id=viewer.account_id)
        if account.profiles.count() >= LIMIT:
            raise ProfileLimitReached
        profile = Profile(account=account, created_at=now, **fields)
        _refuse_widening(viewer, profile)
        return _saved(profile)


def change(viewer: Viewer, public_id: str, **fields: Any) -> Profile:
    """Change a profile of the viewer's household."""
    _refuse_children(viewer)
    profile = find(viewer, public_id)
    _refuse_widening(viewer, profile)
    for name, value in fields.items():
        setattr(profile, name, value)
    _refuse_widening(viewer, profile)
    return _saved(profile)


def delete(viewer: Viewer, public_id: str) -> None:
    """Remove a profile, but never the last one."""
    _refuse_children(viewer)
    with transaction.atomic():
        account = Account.objects.select_for_update().get(public_id=viewer.account_id)
        profile = find(viewer, public_id)
        _refuse_widening(viewer, profile)
        if account.profiles.count() == 1:
            raise LastProfile
        profile.delete()


def find(viewer: Viewer, public_id: str) -> Profile:
    """A profile of the viewer's own household; any other does not exist."""
    found = Profile.objects.select_related("account").filter(
        account__public_id=viewer.account_id, public_id=public_id
    )
    profile = found.first()
    if profile is None:
        raise NotFound
    return profile


def check_way(viewer: Viewer, profile: Profile, pin: str, *, now: datetime) -> None:
    """Raise unless the viewer may go on as this profile, by a PIN if one is asked for.

    A profile's own PIN guards it. Out of a child's profile the PIN of any grown-up leads
    to those who have none themselves; where nobody has one, only the password does.
    """
    if profile.pin_hash:
        pins.check(profile.account, [profile], pin, now=now)
    elif viewer.is_kids and not profile.is_kids:
        grown_up = Profile.objects.filter(account=profile.account, is_kids=False)
        guards = list(grown_up.exclude(pin_hash=""))
        if not guards:
            raise PasswordRequired
        pins.check(profile.account, guards, pin, now=now)


def choose(viewer: Viewer, profile: Profile, *, now: datetime) -> str:
    """An access token for this profile, once the way to it is free."""
    return sign_ins.choose_profile(viewer.sign_in_id, profile, now=now)


def default(account: Account) -> Profile | None:
    """Who is watching until someone chooses: the first profile that asks for no PIN."""
    return account.profiles.filter(pin_hash="").order_by("pk").first()


def _saved(profile: Profile) -> Profile:
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:
        raise NameTaken(pointer="/name") from error
    return profile


def _refuse_children(viewer: Viewer) -> None:
    if viewer.is_kids:
        raise Denied("A child's profile changes nothing.", code="kids_profile")


def _refuse_widening(viewer: Viewer, profile: Profile) -> None:
    if profile.ceiling > viewer.maturity:
        raise BeyondOwnCeiling
