"""The catalogue for programs of the staff: documents of many records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import StaffTokenAuthentication
from accounts.models import User
from catalog import ingest, tasks
from catalog.importing.writing import Verdict
from catalog.models import IngestDocument, IngestResult
from catalog.staff_serializers import IngestInput, IngestItem, IngestStatus
from streamapi.errors import Denied, InvalidInput, NotFound
from streamapi.responsecache import NEVER, CachePolicy, Never
from streamapi.rest import inputs
from streamapi.rest.pagination import KeysetPagination

_FOR_STAFF: Final = NEVER("for staff")
_OUTCOMES: Final = [verdict.value for verdict in Verdict]


class MayEdit(BasePermission):
    """Staff who may add and change titles."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user: Any = request.user
        return bool(user.has_perms(["catalog.add_title", "catalog.change_title"]))


class StaffView(APIView):
    """Answers a program that holds a staff token."""

    authentication_classes = [StaffTokenAuthentication]
    permission_classes = [MayEdit]
    cache_policies: ClassVar[Mapping[str, CachePolicy | Never]] = {
        "get": _FOR_STAFF,
        "post": _FOR_STAFF,
    }

    @property
    def user(self) -> User:
        """The member of staff that the program works for."""
        user: User = self.request.user  # type: ignore[assignment]  # by StaffTokenAuthentication
        return user

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    def document(self, public_id: str) -> IngestDocument:
        """A document that the one who asks has sent."""
        found = IngestDocument.objects.filter(sent_by=self.user, public_id=public_id)
        document = found.first()
        if document is None:
            raise NotFound
        return document


class SendDocument(StaffView):
    """Takes a document of many records."""

    max_body_bytes = 4 * 1024 * 1024

    @extend_schema(
        operation_id="ingest_send", request=IngestInput, responses={202: IngestStatus}
    )
    def post(self, request: Request) -> Response:
        """Keep a document and do it in the background; its status says how far it is."""
        order = ingest.of_records(**inputs.read(IngestInput, request.data))
        if order.publish and not self.user.has_perm("catalog.publish_title"):
            raise Denied("You may not publish.", code="may_not_publish")
        document = ingest.submit(
            order,
            by=self.user,
            now=timezone.now(),
            enqueue=tasks.take_document.enqueue,
        )
        place = reverse("ingest-document", args=[document.public_id])
        return Response(
            IngestStatus(document).data, status=202, headers={"Location": place}
        )


class DocumentStatus(StaffView):
    """How far a document is."""

    @extend_schema(operation_id="ingest_retrieve", responses=IngestStatus)
    def get(self, _request: Request, public_id: str) -> Response:
        """State and counts; the records are below ``/items``."""
        return Response(IngestStatus(self.document(public_id)).data)


class DocumentItems(StaffView):
    """What became of each record."""

    ordering = ("position",)

    @extend_schema(
        operation_id="ingest_items",
        responses=IngestItem(many=True),
        parameters=[
            OpenApiParameter("outcome", str, enum=_OUTCOMES, description="Only these."),
            OpenApiParameter(
                "cursor", str, description="The `next` of the page before."
            ),
            OpenApiParameter("limit", int, description="How many results at most."),
        ],
    )
    def get(self, request: Request, public_id: str) -> Response:
        """The records that are done, in their order, a page at a time."""
        results = IngestResult.objects.filter(document=self.document(public_id))
        outcome = request.query_params.get("outcome", "")
        if outcome and outcome not in _OUTCOMES:
            raise InvalidInput(
                f"outcome is one of {', '.join(_OUTCOMES)}.", pointer="?outcome"
            )
        if outcome:
            results = results.filter(outcome=outcome)
        pages = KeysetPagination()
        page = pages.paginate_queryset(results, request, self)
        return pages.get_paginated_response(IngestItem(page, many=True).data)
