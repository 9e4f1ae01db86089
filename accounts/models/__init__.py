"""The tables of `accounts`, one aggregate a module."""

from __future__ import annotations

from accounts.models.audit import AuditEntry
from accounts.models.entitlements import Entitlement, EntitlementEvent, Source
from accounts.models.households import Account, Device, Profile
from accounts.models.packages import Package
from accounts.models.products import (
    Offer,
    Price,
    Product,
    Voucher,
    VoucherRedemption,
)
from accounts.models.repeats import KeptAnswer
from accounts.models.sign_ins import SignIn
from accounts.models.staff_tokens import StaffToken
from accounts.models.users import User

__all__ = [
    "Account",
    "AuditEntry",
    "Device",
    "Entitlement",
    "EntitlementEvent",
    "KeptAnswer",
    "Offer",
    "Package",
    "Price",
    "Product",
    "Profile",
    "SignIn",
    "Source",
    "StaffToken",
    "User",
    "Voucher",
    "VoucherRedemption",
]
