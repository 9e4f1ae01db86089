"""The admin site with a second factor and limited guesses; who may see customers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest, HttpResponse
from django_otp.admin import OTPAdminAuthenticationForm, OTPAdminSite

from accounts import throttling
from streamapi.errors import LimitReached, Unavailable


class StaffSite(admin.AdminSite):
    """Django's admin; where ``STAFF_MFA`` is on, only past a second factor."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, and past the second factor where one is asked for."""
        return super().has_permission(request) and _has_proven(request.user)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django does not limit guesses by itself."""
        mfa = settings.STAFF_MFA
        self.login_form = OTPAdminAuthenticationForm if mfa else AdminAuthenticationForm
        self.login_template = OTPAdminSite.login_template if mfa else None
        if request.method != "POST":
            return super().login(request, extra_context)
        email = request.POST.get("username", "")
        try:
            throttling.password_try(request, email)
            response = super().login(request, extra_context)
        except (LimitReached, Unavailable) as refusal:
            return _come_back(refusal)
        if response.status_code == 302:
            throttling.password_fits(request, email)
        return response


def may_support(user: Any) -> bool:
    """Whether this member of staff may look at customers and change what they own."""
    if not getattr(user, "is_staff", False):
        return False
    return _has_proven(user) and bool(user.has_perm("accounts.change_account"))


def _has_proven(user: Any) -> bool:
    return not settings.STAFF_MFA or bool(user.is_verified())


def _come_back(refusal: LimitReached | Unavailable) -> HttpResponse:
    status = 429 if isinstance(refusal, LimitReached) else 503
    response = HttpResponse(refusal.detail, "text/plain", status=status)
    response["Retry-After"] = str(refusal.extra["retry_after_s"])
    return response
