"""The OAuth endpoints: RFC 6749 forms and errors, not problem documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts import answers, keyring, pairing, sign_ins, throttling
from accounts.devices import Description
from accounts.sign_ins import Grant
from streamapi import errors
from streamapi.clients import PLATFORMS

DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"


class OAuthError(Exception):
    """An error of RFC 6749, section 5.2; ``code`` is the registered name."""

    def __init__(self, code: str, description: str = "", **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.extra = extra


@method_decorator(csrf_exempt, name="dispatch")
class OAuthView(View):
    """Reads a form, answers JSON that nobody may store; errors in OAuth's own shape."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            body, status = self.answer(request, _form(request)), 200
        except OAuthError as error:
            body, status = _error(error.code, error.description), 400
        except errors.LimitReached as error:
            body, status = _error("slow_down", error.detail), 429
            return _retry(body, status, error)
        except errors.Unavailable as error:
            body, status = _error("temporarily_unavailable", error.detail), 503
            return _retry(body, status, error)
        return _json(body, status)

    def answer(self, request: HttpRequest, form: Mapping[str, str]) -> dict[str, Any]:
        """The body of a success."""
        raise NotImplementedError


class Token(OAuthView):
    """``/oauth/token``: a refresh token or a device code for tokens."""

    def answer(self, request: HttpRequest, form: Mapping[str, str]) -> dict[str, Any]:
        grants: dict[str, Callable[[Mapping[str, str]], Grant]] = {
            "refresh_token": _refresh,
            DEVICE_GRANT: _device_code,
        }
        kind = required(form, "grant_type")
        if kind not in grants:
            raise OAuthError("unsupported_grant_type")
        check_scope(form)
        return answers.tokens_of(grants[kind](form))


class DeviceAuthorization(OAuthView):
    """``/oauth/device_authorization`` (RFC 8628): codes for a television.

    ``platform``, ``device_name`` and the like say what people will be asked about.
    """

    def answer(self, request: HttpRequest, form: Mapping[str, str]) -> dict[str, Any]:
        client_id = client(form)
        check_scope(form)
        throttling.by_address(request)
        codes = pairing.begin(client_id, _description(form))
        shown = pairing.shown(codes.user_code)
        return {
            "device_code": codes.device_code,
            "user_code": shown,
            "verification_uri": pairing.address(),
            "verification_uri_complete": pairing.address(codes.user_code),
            "expires_in": pairing.LIFE_S,
            "interval": pairing.INTERVAL_S,
            "qr_uri": f"{settings.PUBLIC_URL}/activate/qr.svg?user_code={shown}",
        }


class Revoke(OAuthView):
    """``/oauth/revoke`` (RFC 7009): ends a sign-in; 200 whatever the token was."""

    def answer(self, request: HttpRequest, form: Mapping[str, str]) -> dict[str, Any]:
        client(form, optional=True)
        sign_ins.revoke(required(form, "token"), now=timezone.now())
        return {}


def _refresh(form: Mapping[str, str]) -> Grant:
    client_id = client(form, optional=True)
    token = required(form, "refresh_token")
    try:
        return sign_ins.refresh(token, client_id=client_id, now=timezone.now())
    except sign_ins.GrantInvalid as error:
        raise OAuthError("invalid_grant", error.detail) from error


def _device_code(form: Mapping[str, str]) -> Grant:
    client_id = client(form)
    code = required(form, "device_code")
    try:
        return pairing.poll(code, client_id=client_id, now=timezone.now())
    except pairing.NotYet as error:
        raise OAuthError(error.code) from error


def _description(form: Mapping[str, str]) -> Description:
    platform = form.get("platform", "android-tv")
    if platform not in PLATFORMS:
        raise OAuthError("invalid_request", "platform is not one of ours")
    told = {
        name: form.get(name, "")[:40] for name in ("model", "os_version", "app_version")
    }
    drm = {name: form.get(name, "")[:20] for name in ("drm", "drm_level")}
    name = form.get("device_name", "")[:60]
    return Description(platform=platform, name=name, **told, **drm)


def metadata(_request: HttpRequest) -> HttpResponse:
    """Where everything is (RFC 8414)."""
    base = settings.PUBLIC_URL
    return _public(
        {
            "issuer": settings.TOKEN_ISSUER,
            "token_endpoint": f"{base}/oauth/token",
            "revocation_endpoint": f"{base}/oauth/revoke",
            "device_authorization_endpoint": f"{base}/oauth/device_authorization",
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "scopes_supported": [answers.SCOPE],
            "response_types_supported": [],
            "grant_types_supported": ["refresh_token", DEVICE_GRANT],
            "token_endpoint_auth_methods_supported": ["none"],
            "revocation_endpoint_auth_methods_supported": ["none"],
        }
    )


def jwks(_request: HttpRequest) -> HttpResponse:
    """The public halves of the keys that sign access tokens."""
    return _public(keyring.current().jwks())


def required(form: Mapping[str, str], name: str) -> str:
    """A parameter that must be there."""
    value = form.get(name, "")
    if not value:
        raise OAuthError("invalid_request", f"{name} is missing")
    return value


def client(form: Mapping[str, str], *, optional: bool = False) -> str:
    """The public client that asks; one that we know."""
    client_id = form.get("client_id", "")
    if not client_id and optional:
        return ""
    if client_id not in settings.OAUTH_CLIENTS:
        raise OAuthError("invalid_client")
    return client_id


def check_scope(form: Mapping[str, str]) -> None:
    """There is one scope; asking for another is an error."""
    if set(form.get("scope", "").split()) - {answers.SCOPE}:
        raise OAuthError("invalid_scope")


def _form(request: HttpRequest) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "send application/x-www-form-urlencoded")
    if any(len(values) > 1 for _, values in request.POST.lists()):
        raise OAuthError("invalid_request", "a parameter is given twice")
    return {name: str(value) for name, value in request.POST.items()}


def _error(code: str, description: str) -> dict[str, str]:
    body = {"error": code}
    return body | {"error_description": description} if description else body


def _json(body: Mapping[str, Any], status: int) -> HttpResponse:
    response = JsonResponse(dict(body), status=status)
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response


def _retry(
    body: Mapping[str, Any], status: int, error: errors.DomainError
) -> HttpResponse:
    response = _json(body, status)
    response["Retry-After"] = str(error.extra.get("retry_after_s", 1))
    return response


def _public(body: Mapping[str, Any]) -> HttpResponse:
    response = JsonResponse(dict(body))
    response["Cache-Control"] = "public, max-age=300"
    return response
