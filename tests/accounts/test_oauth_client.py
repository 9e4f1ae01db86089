"""Authlib, as a client that knows nothing of us, against the running service."""

from __future__ import annotations

from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django.live_server_helper import LiveServer

from accounts import pairing
from accounts.models import Account
from accounts.views.oauth import DEVICE_GRANT
from streamapi import state
from tests.accounts.test_pairing import rest
from tests.accounts.test_sign_ins import age
from tests.factories.accounts import make_account, make_profile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> Account:
    account = make_account()
    make_profile(account, name="Ada")
    return account


@pytest.fixture
def client() -> OAuth2Session:
    return OAuth2Session("stream-tv", token_endpoint_auth_method="none")


def discover(client: OAuth2Session, server: LiveServer) -> dict[str, str]:
    """Endpoints from the metadata, on the port that the test server got."""
    url = f"{server.url}/.well-known/oauth-authorization-server"
    found = client.request("GET", url, withhold_token=True).json()
    return {
        name: value.replace("http://127.0.0.1:8000", server.url)
        for name, value in found.items()
        if isinstance(value, str)
    }


def begin(client: OAuth2Session, places: dict[str, str]) -> dict[str, Any]:
    asked = {"client_id": "stream-tv", "scope": "watch"}
    url = places["device_authorization_endpoint"]
    codes: dict[str, Any] = client.request(
        "POST", url, data=asked, withhold_token=True
    ).json()
    return codes


def fetch(client: OAuth2Session, places: dict[str, str], code: str) -> dict[str, Any]:
    token: dict[str, Any] = client.fetch_token(
        places["token_endpoint"], grant_type=DEVICE_GRANT, device_code=code
    )
    return token


def error_of(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(OAuthError) as refused:
        call(*args, **kwargs)
    name: str = refused.value.error
    return name


def test_device_flow_refresh_revocation_and_keys(
    client: OAuth2Session, live_server: LiveServer, people: Account
) -> None:
    places = discover(client, live_server)
    codes = begin(client, places)
    code = codes["device_code"]
    assert error_of(fetch, client, places, code) == "authorization_pending"
    assert error_of(fetch, client, places, code) == "slow_down"

    pairing.approve(codes["user_code"], people, now=timezone.now())
    rest()
    token = fetch(client, places, code)
    assert error_of(fetch, client, places, code) == "invalid_grant"

    keys = KeySet.import_key_set(
        client.request("GET", places["jwks_uri"], withhold_token=True).json()
    )
    claims = jwt.decode(token["access_token"], keys, algorithms=["ES256"]).claims
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": settings.TOKEN_ISSUER},
        aud={"essential": True, "value": "stream-api"},
        sub={"essential": True, "value": people.public_id},
    ).validate(claims)
    assert (
        client.get(f"{live_server.url}/v1/me").json()["account"]["id"] == claims["sub"]
    )

    first = token["refresh_token"]
    second = client.refresh_token(places["token_endpoint"], refresh_token=first)
    assert second["refresh_token"] != first
    client.revoke_token(
        places["revocation_endpoint"],
        token=second["refresh_token"],
        token_type_hint="refresh_token",
    )
    gone = second["refresh_token"]
    refused = error_of(
        client.refresh_token, places["token_endpoint"], refresh_token=gone
    )
    assert refused == "invalid_grant"


def test_a_denied_and_an_expired_device(
    client: OAuth2Session, live_server: LiveServer
) -> None:
    places = discover(client, live_server)
    denied = begin(client, places)
    pairing.deny(denied["user_code"])
    assert error_of(fetch, client, places, denied["device_code"]) == "access_denied"
    old = begin(client, places)
    state.client().flushdb()
    assert error_of(fetch, client, places, old["device_code"]) == "expired_token"


class TestErrors:
    """Each error of RFC 6749, 7009 and 8628, as authlib understands it."""

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            (
                {"grant_type": "password", "username": "a", "password": "b"},
                "unsupported_grant_type",
            ),
            ({"grant_type": DEVICE_GRANT}, "invalid_request"),
            ({"grant_type": DEVICE_GRANT, "device_code": "made-up"}, "invalid_grant"),
            ({"grant_type": "refresh_token"}, "invalid_request"),
            ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
            (
                {"grant_type": DEVICE_GRANT, "device_code": "x", "scope": "all"},
                "invalid_scope",
            ),
        ],
    )
    def test_of_the_token_endpoint(
        self,
        client: OAuth2Session,
        live_server: LiveServer,
        fields: dict[str, str],
        error: str,
    ) -> None:
        places = discover(client, live_server)
        assert error_of(client.fetch_token, places["token_endpoint"], **fields) == error

    def test_of_an_unknown_client(self, live_server: LiveServer) -> None:
        stranger = OAuth2Session("stranger", token_endpoint_auth_method="none")
        places = discover(stranger, live_server)
        refused = error_of(fetch, stranger, places, "x")
        assert refused == "invalid_client"

    def test_have_the_status_the_headers_and_the_shape_of_the_standard(
        self, client: OAuth2Session, live_server: LiveServer
    ) -> None:
        places = discover(client, live_server)
        url = places["token_endpoint"]
        asked = {"grant_type": DEVICE_GRANT, "client_id": "stream-tv"}
        refused = client.request("POST", url, data=asked, withhold_token=True)
        assert refused.status_code == 400
        assert refused.headers["Content-Type"].startswith("application/json")
        assert refused.headers["Cache-Control"] == "no-store"
        assert set(refused.json()) <= {"error", "error_description", "error_uri"}
        json_body = client.request("POST", url, json=asked, withhold_token=True)
        assert json_body.json()["error"] == "invalid_request"
        twice = "grant_type=refresh_token&grant_type=refresh_token"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        repeated = client.request(
            "POST", url, data=twice, headers=form, withhold_token=True
        )
        assert repeated.json()["error"] == "invalid_request"
        assert client.request("GET", url, withhold_token=True).status_code == 405

    def test_revoking_what_is_no_token_is_no_error(
        self, client: OAuth2Session, live_server: LiveServer
    ) -> None:
        places = discover(client, live_server)
        done = client.revoke_token(places["revocation_endpoint"], token="made-up")
        assert done.status_code == 200

    def test_a_token_used_twice_ends_the_sign_in(
        self, client: OAuth2Session, live_server: LiveServer, people: Account
    ) -> None:
        places = discover(client, live_server)
        codes = begin(client, places)
        pairing.approve(codes["user_code"], people, now=timezone.now())
        first = fetch(client, places, codes["device_code"])["refresh_token"]
        url = places["token_endpoint"]
        second = client.refresh_token(url, refresh_token=first)["refresh_token"]
        again = client.refresh_token(url, refresh_token=first)["refresh_token"]
        assert again == second  # within the grace: the answer may have been lost
        age(60)
        assert (
            error_of(client.refresh_token, url, refresh_token=first) == "invalid_grant"
        )
        assert (
            error_of(client.refresh_token, url, refresh_token=second) == "invalid_grant"
        )
