"""Customers, what they own and what is sold, in the admin.

Customers are looked at here and changed only through ``accounts.support``, which asks
for a reason and keeps a log. No page shows a password, a PIN or a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.admin_forms import DeedForm, ExplainForm
from accounts.explanations import MEANINGS, explain
from accounts.models import (
    Account,
    AuditEntry,
    Device,
    EntitlementEvent,
    Offer,
    Package,
    Price,
    Product,
    Profile,
    SignIn,
    User,
    Voucher,
)
from accounts.owned import listed
from accounts.staff import may_support
from streamapi.errors import DomainError


class ReadOnly(admin.options.BaseModelAdmin[Any]):
    """Shows and changes nothing."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _Rows(ReadOnly, admin.TabularInline[Any, Any]):
    """A read-only table of what belongs to a household."""

    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them, those that no form may hold too."""
        return self.fields


class ProfileRows(_Rows):
    """Who watches."""

    model = Profile
    fields = ["name", "public_id", "is_kids", "maturity", "language", "created_at"]


class DeviceRows(_Rows):
    """On what."""

    model = Device
    fields = [
        "name",
        "public_id",
        "platform",
        "model",
        "app_version",
        "last_seen_at",
        "revoked_at",
        "revoked_reason",
    ]


class SignInRows(_Rows):
    """Where they are signed in; hashes of tokens stay out of sight."""

    model = SignIn
    fields = [
        "public_id",
        "device",
        "client_id",
        "last_used_at",
        "expires_at",
        "revoked_at",
        "revoked_reason",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("device")


class EventRows(_Rows):
    """What happened to what they own."""

    model = EntitlementEvent
    fields = [
        "occurred_at",
        "kind",
        "product",
        "source",
        "external_id",
        "expires_at",
        "reason",
        "by",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("product", "by")


class AuditRows(_Rows):
    """What staff did."""

    model = AuditEntry
    fields = ["at", "by", "action", "target", "reason"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("by")


@admin.register(Account)
class AccountAdmin(ReadOnly, admin.ModelAdmin[Account]):
    """Households, found by address, profile or device; deeds on the support page."""

    list_display = [
        "owner",
        "support_page",
        "public_id",
        "territory",
        "suspended_at",
        "created_at",
    ]
    list_select_related = ["owner"]
    search_fields = [
        "public_id",
        "owner__email",
        "profiles__public_id",
        "profiles__name",
        "devices__public_id",
        "devices__name",
    ]
    search_help_text = "E-mail address, or the id or name of a profile or device"
    show_full_result_count = False
    fields = ["public_id", "owner", "territory", "suspended_at", "created_at"]
    inlines = [ProfileRows, DeviceRows, SignInRows, EventRows, AuditRows]
    change_form_template = "admin/accounts/account/change_form.html"

    @admin.display(description="Support")
    def support_page(self, account: Account) -> str:
        """The page on which a customer is helped."""
        address = reverse("admin:accounts_account_support", args=[account.pk])
        return format_html('<a href="{}">Help this customer</a>', address)

    def get_urls(self) -> list[URLPattern]:
        support = path(
            "<int:pk>/support/",
            self.admin_site.admin_view(self.support),
            name="accounts_account_support",
        )
        return [support, *super().get_urls()]

    def support(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What they own and why they can or cannot watch; every deed with a reason."""
        if not may_support(request.user):
            raise PermissionDenied
        account = get_object_or_404(Account.objects.select_related("owner"), pk=pk)
        deed = DeedForm(request.POST or None, account=account)
        if request.method == "POST" and self._done(request, deed):
            return HttpResponseRedirect(request.get_full_path())
        question = ExplainForm(request.GET or None, account=account)
        answer = _answer(question)
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "title": f"Support for {account.owner.email}",
            "original": account,
            "opts": self.opts,
            "now": now,
            "profiles": account.profiles.order_by("pk"),
            "owned": listed(account, now=now),
            "devices": account.devices.order_by("revoked_at", "-last_seen_at")[:50],
            "sign_ins": account.sign_ins.live(now).count(),
            "log": account.audit_entries.select_related("by").order_by("-at", "-pk")[
                :20
            ],
            "deed": deed,
            "gift": DeedForm(account=account, initial={"product": _remedy(answer)}),
            "question": question,
            "answer": answer,
            "meaning": MEANINGS.get(answer.get("code", "")) if answer else None,
        }
        return TemplateResponse(request, "admin/accounts/account/support.html", context)

    def _done(self, request: HttpRequest, deed: DeedForm) -> bool:
        if not deed.is_valid():
            return False
        try:
            said = deed.carry_out(by=request.user, now=timezone.now())  # type: ignore[arg-type]  # may_support saw to it
        except DomainError as refusal:
            deed.add_error(None, refusal.detail)
            return False
        messages.success(request, said)
        return True


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    """People, by their e-mail address; customers are changed on the support page only."""

    ordering = ["email"]
    list_display = ["email", "is_active", "is_staff", "joined_at"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email"]
    show_full_result_count = False
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

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who is a superuser is decided by superusers."""
        own = super().get_readonly_fields(request, obj)
        return own if _is_superuser(request) else [*own, "is_superuser"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _in_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _in_reach(request, obj)


@admin.register(AuditEntry)
class AuditAdmin(ReadOnly, admin.ModelAdmin[AuditEntry]):
    """What staff did, newest first."""

    list_display = ["at", "by", "action", "target", "reason"]
    list_select_related = ["by"]
    list_filter = ["action"]
    search_fields = ["by__email", "target", "reason", "account__public_id"]
    ordering = ["-at", "-pk"]
    show_full_result_count = False


@admin.register(Package)
class PackageAdmin(admin.ModelAdmin[Package]):
    """What content points to and products contain.

    Content that is in no package is free for everyone, so the last package of something
    is not deleted: what would be opened is named instead.
    """

    list_display = ["name", "code"]
    search_fields = ["name", "code"]

    def get_deleted_objects(
        self, objs: Sequence[Package] | QuerySet[Package], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """What goes with packages, and what keeps them."""
        goes, counts, lacking, kept = super().get_deleted_objects(objs, request)
        chosen = Package.objects.filter(pk__in=[one.pk for one in objs])
        opened = [str(one) for one in chosen.keeping_closed()]
        return goes, counts, lacking, [*kept, *opened]


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    """Plans, add-ons, bundles, rentals and purchases."""

    list_display = ["name", "code", "kind", "streams", "max_height", "ads"]
    list_filter = ["kind"]
    search_fields = ["name", "code"]
    filter_horizontal = ["packages", "includes"]


class PriceRows(admin.TabularInline[Price, Offer]):
    """What it costs, territory by territory."""

    model = Price
    extra = 1


@admin.register(Offer)
class OfferAdmin(admin.ModelAdmin[Offer]):
    """How products are sold."""

    list_display = ["code", "product", "period", "trial_days", "is_public"]
    list_select_related = ["product"]
    search_fields = ["code", "product__name"]
    autocomplete_fields = ["product"]
    inlines = [PriceRows]


@admin.register(Voucher)
class VoucherAdmin(admin.ModelAdmin[Voucher]):
    """Codes that give a product for some days."""

    list_display = ["code", "product", "days", "redemptions", "max_redemptions"]
    list_select_related = ["product"]
    search_fields = ["code"]
    autocomplete_fields = ["product"]
    readonly_fields = ["redemptions"]

    def save_model(
        self, request: HttpRequest, obj: Voucher, form: Any, change: bool
    ) -> None:
        """Codes are compared in capitals."""
        obj.code = obj.code.strip().upper()
        super().save_model(request, obj, form, change)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _in_reach(request: HttpRequest, user: User | None) -> bool:
    """Superusers are changed by superusers; customers by no form without a reason."""
    if user is None:
        return True
    if not user.is_staff and Account.objects.filter(owner=user).exists():
        return False
    return _is_superuser(request) or not user.is_superuser


def _remedy(answer: dict[str, Any] | None) -> Product | None:
    """What to give to a customer who was refused for want of a package."""
    if answer is None or answer["allowed"] or "code" not in answer:
        return None
    opens = {"packages__code__in": answer["content"]["packages"]}
    plans = Product.objects.filter(**opens, kind=Product.Kind.PLAN)
    return plans.order_by("name").first()


def _answer(question: ExplainForm) -> dict[str, Any] | None:
    if not question.is_bound or not question.is_valid():
        return None
    try:
        return explain(question.question())
    except DomainError as refusal:
        question.add_error(None, refusal.detail)
        return None
