"""Debian's nginx with our configuration, in front of the service under gunicorn."""

from __future__ import annotations

import http.client
import io
import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.test import override_settings

from bench import storm
from bench.exchange import fetch
from bench.processes import tool
from streamapi import env
from tests.deploy import settings as chosen
from tests.deploy.rig import ROOT, Edge, Origin, wait_until

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(tool("nginx") is None, reason="nginx is not installed"),
]
STALE_AFTER_S = Edge.FRESH_S + 1.2
EXPIRED_AFTER_S = Edge.FRESH_S + Edge.STALE_S + 1.2


@contextmanager
def directory():
    """One that the workers of nginx can enter, which run as another account."""
    with tempfile.TemporaryDirectory(prefix="edge-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def _routes():
    names = ("ROOT_URLCONF", "CONTENT_LANGUAGES", "TRUST_EDGE_HEADERS")
    with override_settings(**{name: getattr(chosen, name) for name in names}):
        yield


@pytest.fixture(scope="module")
def _origin():
    with directory() as base:
        origin = Origin(base / "state")
        yield origin
        origin.stop()


@pytest.fixture(scope="module")
def _edge(_routes, _origin):
    with directory() as base:
        countries = base / "countries"
        countries.write_text("127.0.0.3 DE;\n127.0.0.4 XX;\n")
        edge = Edge(base / "nginx", _origin.port, countries=countries)
        yield edge
        edge.stop()


@pytest.fixture
def origin(_origin):
    for name in ("delay", "text", "status"):
        (_origin.directory / name).unlink(missing_ok=True)
    _origin.forget()
    return _origin


@pytest.fixture
def edge(_edge, origin):
    return _edge


@pytest.fixture
def path(request):
    """A path that no other test has asked for."""
    return f"/v1/things?genre={quote(request.node.name, safe='')}"


def document(answer) -> dict:
    assert answer.status == 200, answer
    return json.loads(answer.decoded)


class TestKeeping:
    def test_second_request_does_not_reach_the_origin(self, edge, origin, path):
        first, second = edge.get(path), edge.get(path)
        assert [a.headers["x-edge-cache"] for a in (first, second)] == ["MISS", "HIT"]
        assert first.body == second.body
        assert len(origin.requests) == 1

    def test_head_is_answered_from_the_same_entry(self, edge, origin, path):
        body = edge.get(path).body
        head = edge.get(path, method="HEAD")
        assert head.headers["x-edge-cache"] == "HIT"
        assert head.headers["content-length"] == str(len(body))
        assert len(origin.requests) == 1

    def test_clients_get_the_promise_of_the_origin(self, edge, origin, path):
        direct = fetch(origin.port, path).headers["cache-control"]
        for _ in range(2):
            answer = edge.get(path)
            assert (
                answer.headers["cache-control"].split(", ")[:2]
                == (direct.split(", ")[:2])
            )
            assert "x-origin-cache-control" not in answer.headers

    def test_a_client_with_the_answer_gets_304_from_the_edge(self, edge, origin, path):
        tag = edge.get(path).headers["etag"]
        answer = edge.get(path, {"If-None-Match": f"W/{tag}"})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["x-edge-cache"] == "HIT"
        assert len(origin.requests) == 1

    def test_internal_headers_stay_inside(self, edge, path):
        for _ in range(2):
            headers = edge.get(path).headers
            assert not {"cache-tag", "x-variant", "x-cache"} & set(headers)
            assert headers["server"] == "nginx"

    def test_each_answer_has_the_id_of_its_own_request(self, edge, path):
        edge.get(path)
        ids = {edge.get(path).headers["x-request-id"] for _ in range(3)}
        assert len(ids) == 3
        chosen = edge.get(path, {"X-Request-Id": "support-call-17"})
        assert chosen.headers["x-request-id"] == "support-call-17"

    def test_one_request_of_a_hundred_reaches_the_origin(self, edge, origin, path):
        origin.tell("delay", "0.3")
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        seen = storm.ask_all(edge.port, request, 100)
        assert seen.statuses == {200: 100}
        assert seen.bodies == 1
        assert len(origin.requests) == 1

    def test_an_operator_on_the_machine_can_refresh(self, edge, origin, path):
        edge.get(path)
        assert (
            edge.get(path, {"X-Edge-Refresh": "1"}).headers["x-edge-cache"] == "BYPASS"
        )
        assert edge.get(path).headers["x-edge-cache"] == "HIT"
        assert len(origin.requests) == 2


class TestVariants:
    @pytest.mark.parametrize(
        ("headers", "query", "expected"),
        [
            ({}, "", {"language": "en"}),
            ({"Accept-Language": "de"}, "", {"language": "de"}),
            ({"Accept-Language": "DE-at, en;q=0.5"}, "", {"language": "de"}),
            ({"Accept-Language": "fr, de;q=0.8, en;q=0.7"}, "", {"language": "de"}),
            ({"Accept-Language": "xx, pt, de"}, "", {"language": "pt"}),
            ({"Accept-Language": "pt-BR"}, "", {"language": "pt-BR"}),
            ({"Accept-Language": "pt-PT, pt-BR;q=0.9"}, "", {"language": "pt"}),
            ({"Accept-Language": "dex, fr"}, "", {"language": "en"}),
            ({"Accept-Language": "de;q=0.3, en;q=0.8"}, "", {"language": "en"}),
            ({"Accept-Language": "de;q=0.3, en"}, "", {"language": "en"}),
            ({"Accept-Language": "de;q=0, pt"}, "", {"language": "pt"}),
            ({"Accept-Language": "pt,de;q=0.5"}, "", {"fallbacks": ["de"]}),
            ({"Accept-Language": "pt-BR, pt;q=0.9, de"}, "", {"fallbacks": ["de"]}),
            (
                {"Accept-Language": "xx, DE-at, de;q=0.9, en-GB;q=0.8, pt;q=0.7"},
                "",
                {"language": "de", "fallbacks": ["en", "pt"]},
            ),
            ({"Accept-Language": "de, pt, en;q=0.4"}, "", {"fallbacks": ["pt"]}),
            ({"Accept-Language": "de"}, "&lang=pt,de-AT", {"fallbacks": ["de"]}),
            ({"Accept-Language": "de;q=0.85, en;q=0.87"}, "", {"language": "en"}),
            ({"Accept-Language": "de"}, "&lang=pt", {"language": "pt"}),
            ({"Accept-Language": "de"}, "&lang=xx", {"language": "de"}),
            ({"Accept-Language": "de"}, "&lang=%70t", {"language": "pt"}),
            ({"X-Device-Platform": "AppleTV"}, "", {"form_factor": "tv"}),
            ({"X-Device-Platform": "toaster"}, "", {"form_factor": "web"}),
            ({"X-Device-Platform": "ipad"}, "&form_factor=tv", {"form_factor": "tv"}),
            (
                {"X-Device-Platform": "ipad"},
                "&form_factor=TV",
                {"form_factor": "tablet"},
            ),
            ({}, "&maturity=13", {"maturity": 12}),
            ({}, "&maturity=07", {"maturity": 7}),
            ({}, "&maturity=99", {"maturity": 18}),
            ({}, "&maturity=x", {"maturity": 18}),
            ({"CloudFront-Viewer-Country": "FR"}, "", {"territory": "US"}),
        ],
    )
    def test_edge_and_origin_agree(self, edge, path, headers, query, expected):
        for _ in range(2):
            seen = document(edge.get(path + query, headers))
            assert {name: seen[name] for name in expected} == expected

    def test_the_territory_is_that_of_the_address(self, edge, origin, path):
        seen = {
            source: document_from(edge.port, path, source)["territory"]
            for source in ("127.0.0.1", "127.0.0.3", "127.0.0.4")
        }
        assert seen == {"127.0.0.1": "US", "127.0.0.3": "DE", "127.0.0.4": "US"}
        assert len(origin.requests) == 2

    def test_equal_variants_share_one_entry(self, edge, origin, path):
        wishes = (
            "de",
            "de-AT",
            "DE, en;q=0.9",
            "fr, de;q=0.5",
            "xx,de-CH",
            "de,de-AT,en",
        )
        for language in wishes:
            assert document(edge.get(path, {"Accept-Language": language}))
        assert document(edge.get(f"{path}&lang=de"))
        assert len(origin.requests) == 1

    def test_different_variants_never_meet(self, edge, path):
        for _ in range(2):
            for language in ("en", "de", "pt"):
                for platform, form in (("ipad", "tablet"), ("android-tv", "tv")):
                    headers = {
                        "Accept-Language": language,
                        "X-Device-Platform": platform,
                    }
                    seen = document(edge.get(path, headers))
                    assert (seen["language"], seen["form_factor"]) == (language, form)

    def test_a_route_that_varies_on_little_has_few_entries(self, edge, origin):
        for platform in ("ipad", "web", "appletv"):
            for maturity in (0, 12):
                query = f"maturity={maturity}&genre=x"
                edge.get(f"/v1/things/few?{query}", {"X-Device-Platform": platform})
        assert document_from(edge.port, "/v1/things/few", "127.0.0.3")
        assert len(origin.requests) == 1


def document_from(port: int, path: str, source: str) -> dict:
    """Ask from another address of loopback."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=10, source_address=(source, 0)
    )
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


class TestParameters:
    def test_unknown_parameters_make_no_entries(self, edge, origin, path):
        for number in range(50):
            edge.get(f"{path}&utm={number}&x{'y' * (number % 5)}=1")
        assert len(origin.requests) == 1

    def test_order_and_blanks_make_no_entries(self, edge, origin, path):
        for query in ("&cursor=c", "&cursor=c&lang=", "&lang=en&cursor=c&kind="):
            edge.get(path + query)
        name, _, value = path.partition("?")
        edge.get(f"{name}?cursor=c&{value}")
        assert len(origin.requests) == 1

    @pytest.mark.parametrize(
        "query", ["genre=b&genre=a", "genre=a&genre=b&x=1", "%67enre=a&genre=b"]
    )
    def test_a_repeated_parameter_is_read_by_the_origin(self, edge, query):
        for _ in range(2):
            answer = edge.get(f"/v1/things?{query}")
            assert document(answer)["query"] == {"genre": ["a", "b"]}
            assert answer.headers["x-edge-cache"] == "BYPASS"

    def test_values_keep_their_meaning(self, edge):
        seen = document(edge.get("/v1/things?genre=a%26b%3Dc+d%20%C3%A9"))
        assert seen["query"] == {"genre": ["a&b=c d é"]}

    def test_a_path_cannot_pretend_to_be_a_query(self, edge):
        trap = edge.get("/v1/things/a%3Flang=de")
        assert document(trap) == {"key": "a?lang=de", "language": "en"}
        assert document(edge.get("/v1/things/a?lang=de")) == {
            "key": "a",
            "language": "de",
        }


class TestEncodings:
    @pytest.mark.parametrize(
        ("accepted", "encoding"),
        [
            (None, None),
            ("gzip", "gzip"),
            ("gzip, deflate, br", "br"),
            ("br;q=0.1, gzip;q=0.9", "br"),
            ("br;q=0, gzip", "gzip"),
            ("gzip;q=0", None),
            ("brotli, xgzip", None),
        ],
    )
    def test_each_client_gets_what_it_can_read(self, edge, path, accepted, encoding):
        headers = {"Accept-Encoding": accepted} if accepted else {}
        for _ in range(2):
            answer = edge.get(path, headers)
            assert answer.headers.get("content-encoding") == encoding
            assert document(answer)["text"] == "first" * 100

    def test_an_encoding_is_kept_once(self, edge, origin, path):
        wishes = ("gzip", "gzip, deflate", "br", "br, gzip", "gzip, br", "identity", "")
        for wish in wishes:
            edge.get(path, {"Accept-Encoding": wish})
        assert len(origin.requests) == 3


class TestNotKept:
    def test_personal_answers(self, edge, origin):
        for _ in range(2):
            answer = edge.get("/v1/mine", {"Authorization": "Bearer x"})
            assert "x-edge-cache" not in answer.headers
            assert document(answer)["Authorization"] == "Bearer x"
        assert len(origin.requests) == 2

    def test_a_token_is_passed_to_the_origin_and_its_answer_not_kept(
        self, edge, origin, path
    ):
        edge.get(path)
        for _ in range(2):
            answer = edge.get(path, {"Authorization": "Bearer x"})
            assert answer.headers["x-edge-cache"] == "BYPASS"
        assert edge.get(path).headers["x-edge-cache"] == "HIT"
        assert len(origin.requests) == 3

    def test_cookies_of_a_client_do_not_reach_shared_views(self, edge, origin, path):
        edge.get(path, {"Cookie": "sessionid=1"})
        assert "HTTP_COOKIE" not in origin.requests[0]

    def test_errors(self, edge, origin):
        origin.tell("status", "404")
        for _ in range(2):
            assert edge.get("/v1/things/gone").status == 404
        assert len(origin.requests) == 2

    def test_what_a_client_says_of_itself_is_replaced(self, edge):
        spoofed = {"X-Forwarded-For": "9.9.9.9", "CloudFront-Viewer-Country": "FR"}
        seen = document(edge.get("/v1/mine", spoofed))
        assert seen["X-Forwarded-For"] == "127.0.0.1"
        assert seen["CloudFront-Viewer-Country"] == "US"


class TestTime:
    def test_the_edge_asks_again_and_is_told_that_nothing_changed(
        self, edge, origin, path
    ):
        edge.get(path)
        time.sleep(STALE_AFTER_S)
        assert edge.get(path).status == 200
        wait_until(lambda: len(origin.requests) == 2, "the question behind the back")
        assert origin.requests[1]["HTTP_IF_NONE_MATCH"]
        assert origin.requests[1]["status"] == 304
        assert document(edge.get(path))["text"] == "first" * 100

    def test_nobody_waits_for_the_new_answer_at_first(self, edge, origin, path):
        edge.get(path)
        time.sleep(STALE_AFTER_S)
        started = time.monotonic()
        assert edge.get(path).headers["x-edge-cache"] == "STALE"
        assert time.monotonic() - started < 0.2
        wait_until(lambda: len(origin.requests) == 2, "the question behind the back")

    def test_after_a_longer_time_the_new_answer_is_waited_for(self, edge, origin, path):
        edge.get(path)
        time.sleep(EXPIRED_AFTER_S)
        # Unchanged: the origin confirms it. nginx calls that REVALIDATED.
        assert edge.get(path).headers["x-edge-cache"] == "REVALIDATED"
        assert origin.requests[1]["status"] == 304

    def test_what_is_gone_is_gone(self, edge, origin):
        assert edge.get("/v1/things/short-lived").status == 200
        origin.tell("status", "404")
        purge_at(origin)
        time.sleep(EXPIRED_AFTER_S)
        assert edge.get("/v1/things/short-lived").status == 404


def purge_at(origin) -> None:
    """As an operator would, from another process."""
    code = (
        "import django; django.setup();"
        "from streamapi.responsecache import purge; purge({'things'})"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=ROOT,
        env=env.variables(**origin.variables),
    )


class TestFaults:
    @pytest.fixture
    def own_origin(self):
        with directory() as base:
            origin = Origin(base / "state")
            yield origin
            origin.stop()

    @pytest.fixture
    def own_edge(self, _routes, own_origin):
        with directory() as base:
            edge = Edge(base / "nginx", own_origin.port)
            yield edge
            edge.stop()

    def test_a_kept_answer_survives_the_origin(self, own_edge, own_origin, path):
        body = own_edge.get(path).body
        own_origin.stop()
        time.sleep(EXPIRED_AFTER_S)
        for _ in range(3):
            answer = own_edge.get(path)
            assert (answer.status, answer.body) == (200, body)
            assert answer.headers["x-edge-cache"] == "STALE"
        own_origin.start()
        wait_until(
            lambda: (
                own_edge.get(path).headers["x-edge-cache"] in {"REVALIDATED", "HIT"}
            ),
            "recovery",
        )

    def test_the_policy_says_how_long_it_may_survive(self, own_edge, own_origin):
        assert own_edge.get("/v1/brief").status == 200
        own_origin.stop()
        time.sleep(EXPIRED_AFTER_S)
        assert own_edge.get("/v1/brief").status == 503

    def test_an_error_of_the_origin_is_passed_on(self, own_edge, own_origin):
        own_origin.tell("status", "500")
        answer = own_edge.get("/v1/things/broken")
        assert (answer.status, json.loads(answer.body)["code"]) == (
            500,
            "internal_error",
        )

    def test_without_a_kept_answer_a_problem_document_says_when_to_come_back(
        self, own_edge, own_origin, path
    ):
        own_origin.stop()
        for where in (path, "/v1/mine"):
            answer = own_edge.get(where)
            assert answer.status == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"] == "2"
            problem = json.loads(answer.body)
            assert problem["request_id"] == answer.headers["x-request-id"]


class TestLimits:
    def post(self, edge, path, size):
        connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
        try:
            connection.request("POST", path, body=b"x" * size)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def test_a_large_body_is_refused_as_a_problem_document(self, edge, origin):
        status, problem = self.post(edge, "/v1/mine", 65 * 1024)
        assert (status, problem["code"]) == (413, "too_large")
        assert origin.requests == []

    def test_a_small_one_goes_through(self, edge):
        assert self.post(edge, "/v1/mine", 1000) == (200, {"size": 1000})

    def test_editors_may_send_pictures(self, edge):
        assert self.post(edge, "/admin/mine", 1_000_000) == (200, {"size": 1_000_000})


class TestConfiguration:
    def test_that_of_the_product_itself_is_valid(self, tmp_path):
        call_command(
            "nginx_config",
            str(tmp_path),
            origin=["127.0.0.1:8000"],
            listen="127.0.0.1:8080",
            state=tmp_path,
            logs=tmp_path,
            pid=tmp_path / "pid",
            stdout=io.StringIO(),
        )
        checked = subprocess.run(
            [tool("nginx"), "-t", "-c", str(tmp_path / "nginx.conf")],
            capture_output=True,
            text=True,
        )
        assert checked.returncode == 0, checked.stderr
