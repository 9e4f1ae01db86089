"""Customers, their households and what is sold, in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from accounts.models import Account, Device, Package, Profile, User


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """People, by their e-mail address."""

    ordering = ["email"]
    list_display = ["email", "is_active", "is_staff", "joined_at"]
    search_fields = ["email"]
    readonly_fields = ["last_login", "joined_at", "email_verified_at"]
    fieldsets = [
        (None, {"fields": ["email", "password", "email_verified_at"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        ("Dates", {"fields": ["last_login", "joined_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "usable_password", "password1", "password2"]})
    ]
    filter_horizontal = ["groups"]


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin[Account]):
    """Households, found by their owner, a profile or a device."""

    list_display = ["public_id", "owner", "territory", "created_at"]
    list_select_related = ["owner"]
    search_fields = [
        "public_id",
        "owner__email",
        "profiles__public_id",
        "profiles__name",
        "devices__public_id",
        "devices__name",
    ]
    raw_id_fields = ["owner"]
    readonly_fields = ["public_id", "created_at"]


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin[Profile]):
    """Viewers of a household."""

    list_display = ["name", "public_id", "is_kids", "maturity"]
    search_fields = ["public_id", "name", "account__owner__email"]
    raw_id_fields = ["account"]


@admin.register(Device)
class DeviceAdmin(admin.ModelAdmin[Device]):
    """Screens of a household."""

    list_display = ["name", "public_id", "platform", "last_seen_at", "revoked_at"]
    search_fields = ["public_id", "name", "account__owner__email"]
    raw_id_fields = ["account"]


@admin.register(Package)
class PackageAdmin(admin.ModelAdmin[Package]):
    """What content points to and plans contain."""

    list_display = ["name", "code"]
    search_fields = ["name", "code"]
