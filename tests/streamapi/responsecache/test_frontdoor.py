"""What a client gets from the front door, and what never reaches Django."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from gunicorn.config import Config
from gunicorn.http.wsgi import Response

from streamapi.http import variant as variant_module
from streamapi.http.variant import register_ceiling_source
from streamapi.responsecache import prepared
from streamapi.responsecache.frontdoor import RequestIds, accepted_codings
from tests.streamapi.responsecache.site import Backstage
from tests.streamapi.responsecache.workers import Worker


class TestHit:
    def test_second_answer_comes_from_the_cache(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        first, second = worker.get(), worker.get()
        assert (first.cache, second.cache) == ("MISS", "HIT")
        assert first.body == second.body
        assert backstage.asked == 1

    def test_another_worker_finds_it_in_redis(
        self, make_worker: Callable[..., Worker], backstage: Backstage
    ) -> None:
        first = make_worker().get()
        other = make_worker()
        assert other.get().body == first.body
        assert other.cache.stats.redis_hits == 1
        assert other.get().cache == "HIT"
        assert other.cache.stats.redis_hits == 1
        assert backstage.asked == 1

    def test_age_grows(self, worker: Worker) -> None:
        assert worker.get().headers["Age"] == "0"
        worker.clock.now += 7
        assert worker.get().headers["Age"] == "7"

    def test_age_counts_from_the_making_in_every_worker(
        self, make_worker: Callable[..., Worker]
    ) -> None:
        worker, other = make_worker(), make_worker()
        worker.get()
        worker.clock.now += 7
        assert other.get().headers["Age"] == "7"

    def test_each_answer_has_its_own_request_id(self, worker: Worker) -> None:
        ids = {worker.get().headers["X-Request-Id"] for _ in range(3)}
        assert len(ids) == 3

    def test_a_sane_request_id_is_echoed(self, worker: Worker) -> None:
        reply = worker.get(x_request_id="caller-1234")
        assert reply.headers["X-Request-Id"] == "caller-1234"
        reply = worker.get(x_request_id="bad id\n")
        assert reply.headers["X-Request-Id"] != "bad id\n"

    def test_head_has_the_headers_of_get_and_no_body(self, worker: Worker) -> None:
        got, head = worker.get(), worker.get(method="HEAD")
        assert head.status == 200
        assert head.body == b""
        assert head.headers["Content-Length"] == got.headers["Content-Length"]
        assert head.headers["ETag"] == got.headers["ETag"]

    def test_head_on_an_empty_cache_fills_it(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        assert worker.get(method="HEAD").cache == "MISS"
        assert worker.get().cache == "HIT"
        assert backstage.asked == 1


class TestEncodings:
    @pytest.mark.parametrize(
        ("accepts", "coding"),
        [("gzip", "gzip"), ("gzip, br", "br"), ("br;q=0, gzip", "gzip"), ("", "")],
    )
    def test_the_best_accepted_one_is_sent(
        self, worker: Worker, accepts: str, coding: str
    ) -> None:
        plain = worker.get()
        reply = worker.get(accept_encoding=accepts)
        assert reply.headers.get("Content-Encoding", "") == coding
        decoded = {"gzip": gzip.decompress, "br": brotli.decompress}.get(coding, bytes)
        assert decoded(reply.body) == plain.body
        assert int(reply.headers["Content-Length"]) == len(reply.body)

    def test_each_has_its_own_strong_validator(self, worker: Worker) -> None:
        etags = {
            worker.get(accept_encoding=name).headers["ETag"]
            for name in ("", "gzip", "br")
        }
        assert len(etags) == 3
        assert all(etag.startswith('"') for etag in etags)

    def test_a_small_answer_is_not_compressed(self, worker: Worker) -> None:
        reply = worker.get("/v1/plain", accept_encoding="gzip, br")
        assert "Content-Encoding" not in reply.headers

    @pytest.mark.parametrize(
        ("header", "bits"),
        [
            ("", 0),
            ("identity", 0),
            ("*", 6),
            ("*;q=0", 0),
            ("gzip;q=0.5, br;q=0.9", 6),
            ("GZIP", 2),
            ("*, br;q=0.0", 2),
            ("deflate, zstd", 0),
        ],
    )
    def test_accept_encoding_is_understood(self, header: str, bits: int) -> None:
        assert accepted_codings(header) == bits


class TestConditional:
    def test_the_same_content_is_not_sent_again(self, worker: Worker) -> None:
        etag = worker.get().headers["ETag"]
        reply = worker.get(if_none_match=etag)
        assert reply.status == 304
        assert reply.body == b""
        assert reply.headers["ETag"] == etag
        assert {"Cache-Control", "Vary", "Age"} <= set(reply.headers)
        assert not {"Content-Type", "Content-Length"} & set(reply.headers)

    @pytest.mark.parametrize("form", ["W/{}", '"other", {}', "*"])
    def test_comparison_is_weak(self, worker: Worker, form: str) -> None:
        etag = worker.get(accept_encoding="gzip").headers["ETag"]
        assert worker.get(if_none_match=form.format(etag)).status == 304

    def test_other_content_is_sent(self, worker: Worker) -> None:
        assert worker.get(if_none_match='"somethingelse"').status == 200


class TestHeaders:
    def test_client_and_edge_have_their_own_lifetimes(self, worker: Worker) -> None:
        control = worker.get().headers["Cache-Control"]
        parts = dict(part.split("=") for part in control.split(", ") if "=" in part)
        assert control.startswith("public, ")
        assert parts["max-age"] == "10"
        assert 54 <= int(parts["s-maxage"]) <= 60
        assert parts["stale-while-revalidate"] == "30"
        assert parts["stale-if-error"] == "600"

    def test_a_client_may_use_an_old_answer_as_long_as_a_new_one(
        self, worker: Worker
    ) -> None:
        worker.get()
        worker.clock.now += 20
        reply = worker.get()
        assert reply.headers["Age"] == "20"
        assert "max-age=30," in reply.headers["Cache-Control"]

    def test_say_what_the_answer_depends_on(self, worker: Worker) -> None:
        headers = worker.get("/v1/pages/home?lang=de&maturity=13").headers
        assert headers["Content-Language"] == "de"
        assert headers["Vary"] == (
            "Accept-Encoding, Accept-Language, CloudFront-Viewer-Country, "
            "X-Device-Platform, Authorization"
        )
        assert headers["Cache-Tag"] == "page:home,pages"

    def test_of_an_answer_that_depends_on_nothing(self, worker: Worker) -> None:
        headers = worker.get("/v1/plain").headers
        assert headers["Vary"] == "Accept-Encoding"
        assert "Content-Language" not in headers
        assert "Cache-Tag" not in headers

    def test_a_cookie_is_never_kept(self, worker: Worker) -> None:
        for _ in range(2):
            assert "Set-Cookie" not in worker.get("/v1/things").headers


class TestPassedThrough:
    def test_a_personal_answer(self, worker: Worker) -> None:
        reply = worker.get("/v1/mine", cookie="session=alice")
        assert reply.json == {"cookie": "alice"}
        assert reply.headers["Cache-Control"] == "private, no-store"
        assert "X-Cache" not in reply.headers

    def test_a_view_that_declares_nothing(self, worker: Worker) -> None:
        assert worker.get("/undeclared").body == b"plain"

    def test_an_unknown_path(self, worker: Worker) -> None:
        assert worker.get("/v1/nothing").status == 404

    def test_other_methods(self, worker: Worker) -> None:
        assert worker.get("/v1/pages/home", method="OPTIONS").status == 200
        reply = worker.get("/v1/things", method="POST")
        assert reply.status == 201
        assert reply.headers["Cache-Control"] == "private, no-store"

    def test_a_very_long_request(self, worker: Worker) -> None:
        assert worker.get("/v1/pages/home?genre=" + "x" * 3000).status == 200
        assert len(worker.cache.memory.entries) == 0


class TestErrors:
    def test_a_missing_thing_is_not_kept(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        backstage.missing = True
        reply = worker.get()
        assert reply.status == 404
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.json["code"] == "not_found"
        backstage.missing = False
        assert worker.get().status == 200

    def test_a_failure_without_an_older_answer_is_passed_on(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        backstage.fails = True
        reply = worker.get(x_request_id="caller-1234")
        assert reply.status == 503
        assert reply.json["request_id"] == "caller-1234"
        backstage.fails = False
        assert worker.get().status == 200


class TestCeiling:
    @pytest.fixture(autouse=True)
    def ceilings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            variant_module, "_ceiling_source", variant_module._ceiling_source
        )
        register_ceiling_source(lambda header: int(header.rpartition("-")[2]))

    def test_a_token_narrows_what_is_seen_and_nothing_else(
        self, worker: Worker, backstage: Backstage
    ) -> None:
        alice = worker.get(authorization="Bearer alice-12")
        bob = worker.get(authorization="Bearer bob-12")
        assert alice.json["maturity"] == 12
        assert alice.body == bob.body
        assert backstage.asked == 1

    def test_answers_to_a_token_stay_out_of_shared_caches(self, worker: Worker) -> None:
        reply = worker.get(authorization="Bearer alice-12")
        assert reply.headers["Cache-Control"] == "private, max-age=10"
        assert worker.get("/v1/pages/home?maturity=12").cache == "HIT"

    def test_a_request_can_narrow_further_but_not_widen(self, worker: Worker) -> None:
        asked = "/v1/pages/home?maturity={}"
        narrow = worker.get(asked.format(7), authorization="Bearer a-12")
        wide = worker.get(asked.format(18), authorization="Bearer a-12")
        assert (narrow.json["maturity"], wide.json["maturity"]) == (7, 12)

    def test_a_route_without_maturity_does_not_look_at_the_token(
        self, worker: Worker
    ) -> None:
        assert worker.get("/v1/plain", authorization="not a number").status == 200


class TestRequestIds:
    def test_are_unique(self) -> None:
        ids = RequestIds()
        assert len({ids.of(None) for _ in range(1000)}) == 1000


class TestUnderGunicorn:
    """Its own response is given a head in one piece; a client sees no difference."""

    @staticmethod
    def sent(worker: Worker, *, accesslog: str | None = None, **headers: str) -> str:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/v1/pages/home",
            "QUERY_STRING": "",
            "HTTP_X_REQUEST_ID": "caller-1234",
            **headers,
        }
        written: list[bytes] = []
        config = Config()
        config.set("accesslog", accesslog)
        request = SimpleNamespace(
            version=(1, 1),
            method=environ["REQUEST_METHOD"],
            should_close=lambda: False,
        )
        response = Response(request, SimpleNamespace(sendall=written.append), config)
        for part in worker.door(environ, response.start_response):
            response.write(part)
        response.close()
        return re.sub(r"Date: .*", "", b"".join(written).decode("latin-1"))

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"HTTP_ACCEPT_ENCODING": "gzip"},
            {"HTTP_ACCEPT_ENCODING": "br"},
            {"HTTP_IF_NONE_MATCH": "*"},
            {"REQUEST_METHOD": "HEAD"},
            {"HTTP_AUTHORIZATION": "Basic x"},
        ],
    )
    def test_the_bytes_are_those_of_the_long_way(
        self, worker: Worker, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
    ) -> None:
        worker.get(accept_encoding="gzip")
        hits = worker.cache.stats.hits
        short = [self.sent(worker, **headers) for _ in range(2)]
        worker.clock.now += 3
        older = self.sent(worker, **headers)
        assert worker.cache.stats.hits == hits + 3
        assert len(worker.door.lines._lines) == 4
        monkeypatch.setattr(prepared, "response_of", lambda _start: None)
        assert older == self.sent(worker, **headers)
        assert "Age: 3\r\n" in older
        worker.clock.now -= 3
        assert short == [self.sent(worker, **headers)] * 2

    def test_an_access_log_of_its_own_sees_every_header(self, worker: Worker) -> None:
        worker.get()
        plain = self.sent(worker)
        assert self.sent(worker, accesslog="-") == plain
        response = Response(None, None, SimpleNamespace(accesslog="-"))
        assert prepared.response_of(response.start_response) is None

    def test_other_servers_get_a_list(self) -> None:
        assert prepared.response_of(lambda *_: None) is None
