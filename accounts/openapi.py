"""How the API document describes signing in: a bearer token."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Found by the document's generator through the class that it describes."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An access token in the Authorization header."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class StaffTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The same for programs of the staff."""

    target_class = "accounts.authentication.StaffTokenAuthentication"
    name = "staff_token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A token of ``manage.py staff_token`` in the Authorization header."""
        return {"type": "http", "scheme": "bearer"}
