"""The tables of `accounts`, one aggregate a module."""

from __future__ import annotations

from accounts.models.households import Account, Device, Profile
from accounts.models.packages import Package
from accounts.models.sign_ins import SignIn
from accounts.models.users import User

__all__ = ["Account", "Device", "Package", "Profile", "SignIn", "User"]
