"""Bearer tokens for DRF: viewers, found without a query, and programs of the staff."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import staff_tokens, tokens
from accounts.models import User
from accounts.tokens import TokenInvalid, Viewer
from streamapi.errors import Denied, Unauthenticated


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>`` (RFC 6750); never in the query."""

    def authenticate(self, request: Request) -> tuple[Viewer, str] | None:
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise TokenInvalid
        return tokens.verify(token.strip(), now=timezone.now()), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer error="invalid_token"'


class StaffTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer stf_...``: a program that works for a member of staff."""

    def authenticate(self, request: Request) -> tuple[User, str]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(staff_tokens.PREFIX):
            raise staff_tokens.StaffTokenInvalid
        return staff_tokens.verify(token, now=timezone.now()), token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer error="invalid_token"'


def viewer_of(request: Request) -> Viewer:
    """Who is asking; raises when nobody is signed in."""
    user: object = request.user
    if not isinstance(user, Viewer):
        raise Unauthenticated
    return user


class IsSignedIn(BasePermission):
    """Any household that signed in, with a profile or without."""

    def has_permission(self, request: Request, view: Any) -> bool:
        viewer_of(request)
        return True


class IsViewer(IsSignedIn):
    """A household that has chosen who is watching."""

    def has_permission(self, request: Request, view: Any) -> bool:
        super().has_permission(request, view)
        if not viewer_of(request).profile_id:
            raise Denied("Choose a profile first.", code="profile_required")
        return True
