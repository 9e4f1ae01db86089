"""For staff who signed in to the admin: why a customer can or cannot watch."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.explanations import Question, explain
from accounts.serializers import ExplainInput
from accounts.staff import may_support
from accounts.views.base import PersonalView
from streamapi.rest import inputs


class MaySupport(BasePermission):
    """Staff who may see customers, past their second factor."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user: Any = request.user
        return may_support(user)


class ExplainAccess(PersonalView):
    """The decision for a customer and a title, and everything it was made from."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [MaySupport]

    @extend_schema(parameters=[ExplainInput], responses={200: dict})
    def get(self, request: Request) -> Response:
        asked = inputs.read(ExplainInput, request.query_params)
        question = Question(
            account=asked["account"],
            content_id=asked["content"],
            territory=asked["territory"] or self.variant.territory,
            at=asked.get("at") or timezone.now(),
            profile_id=asked["profile"],
            device_id=asked["device"],
        )
        return Response(explain(question))
