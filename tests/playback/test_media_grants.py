"""What a web server in front of media files is told about a request."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from playback import delivery
from playback.keyring import delivery_keys

URL = "/media-grant"
MASTER = "/v/as_film/1/master.m3u8"


def asked(original: str, resource: str = "/v/as_film/1/*", life_s: int = 600):
    """The answer about a request that carries a grant in its cookies."""
    ends = datetime.now(UTC) + timedelta(seconds=life_s)
    grant = delivery.sign(delivery.Policy(resource, ends), delivery_keys().active)
    client = Client()
    for name, value in grant.cookies().items():
        client.cookies[name] = value
    return client.get(URL, headers={"X-Original-URI": original})


class TestAYes:
    def test_for_a_whole_package_is_kept_for_a_minute(self) -> None:
        answer = asked(MASTER)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Cache-Control"] == "max-age=60"

    def test_is_kept_no_longer_than_the_grant_lasts(self) -> None:
        answer = asked(MASTER, life_s=20)
        assert 0 < int(answer["Cache-Control"].partition("=")[2]) <= 20

    @pytest.mark.parametrize("resource", [MASTER, "/v/*", "/v/as_film/*"])
    def test_for_more_or_less_than_a_package_is_not_kept(self, resource: str) -> None:
        answer = asked(MASTER, resource)
        assert answer.status_code == 204
        assert answer["Cache-Control"] == "no-store"

    def test_for_a_url_that_only_names_its_expiry_is_not_kept(self) -> None:
        ends = int(datetime.now(UTC).timestamp()) + 600
        moment = {"AWS:EpochTime": ends}
        statement = {"Resource": MASTER, "Condition": {"DateLessThan": moment}}
        document = json.dumps({"Statement": [statement]}, separators=(",", ":"))
        key = delivery_keys().active
        signature = delivery.encode(key.sign(document.encode()))
        query = (
            f"Expires={ends}&Signature={signature}&Key-Pair-Id={key.key_id}"
            "&Hash-Algorithm=SHA256"
        )
        answer = Client().get(URL, headers={"X-Original-URI": f"{MASTER}?{query}"})
        assert (answer.status_code, answer["Cache-Control"]) == (204, "no-store")


class TestANo:
    @pytest.mark.parametrize(
        "original",
        ["", "/", "/v/sources/a.mp4", "/v/as_other/1/a.m4s", "/v/../v/as_film/1/a"],
    )
    def test_what_the_grant_is_not_for(self, original: str) -> None:
        answer = asked(original)
        assert answer.status_code == 403
        assert answer["Cache-Control"] == "no-store"

    def test_nobody(self) -> None:
        answer = Client().get(URL, headers={"X-Original-URI": MASTER})
        assert answer.status_code == 403
