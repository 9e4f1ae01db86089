"""The last resort: no HTML and no trace of ours on an API path."""

import pytest

pytestmark = [pytest.mark.urls("tests.streamapi.http.urls_errors")]


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    return client


class TestProblems:
    def test_a_bug_is_a_500_without_details_and_with_the_id(self, client, caplog):
        answer = client.get("/v1/bug", headers={"X-Request-Id": "abc-12345"})
        assert answer.status_code == 500
        assert answer["Content-Type"] == "application/problem+json"
        body = answer.json()
        assert (body["code"], body["request_id"]) == ("internal_error", "abc-12345")
        assert "secret" not in answer.content.decode()
        assert "ZeroDivisionError" in caplog.text

    @pytest.mark.parametrize("path", ["database", "pool", "slow", "cut-off"])
    def test_an_outage_is_a_503_that_says_when(self, client, path):
        answer = client.get(f"/v1/{path}")
        assert answer.status_code == 503
        assert answer["Retry-After"] == "2"
        assert answer["Cache-Control"] == "no-store"
        assert answer.json()["code"] == "unavailable"

    def test_a_bug_that_hides_a_bug_is_a_bug(self, client):
        assert client.get("/v1/bug-twice").status_code == 500

    @pytest.mark.parametrize("debug", [True, False])
    def test_an_unknown_route_is_a_problem_too(self, client, settings, debug):
        settings.DEBUG = debug
        answer = client.get("/v1/nowhere")
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"
        assert answer.json()["type"] == "/v1/docs/problems#not_found"

    def test_html_of_others_is_replaced_and_allow_kept(self, client):
        assert client.get("/v1/html").json()["code"] == "denied"
        answer = client.get("/v1/method")
        assert answer.json()["code"] == "method_not_allowed"
        assert answer["Allow"] == "POST"

    def test_pages_keep_their_own_errors(self, client):
        assert client.get("/page/html").content == b"<h1>no</h1>"
        assert client.get("/page/bug").status_code == 500
        assert "json" not in client.get("/page/bug")["Content-Type"]


class TestRequestId:
    def test_is_echoed_when_sane(self, client):
        answer = client.get("/v1/id", headers={"X-Request-Id": "trace-0123456789"})
        assert answer["X-Request-Id"] == answer.content.decode() == "trace-0123456789"

    @pytest.mark.parametrize("asked", ["", "short", "x" * 65, "with space", 'a"b<c>d!'])
    def test_is_made_when_missing_or_odd(self, client, asked):
        first = client.get("/v1/id", headers={"X-Request-Id": asked})
        second = client.get("/v1/id", headers={"X-Request-Id": asked})
        assert first["X-Request-Id"] != asked
        assert len(first["X-Request-Id"]) == 32
        assert first["X-Request-Id"] != second["X-Request-Id"]


class TestAccessLog:
    def test_is_one_line_without_the_query(self, client, caplog):
        with caplog.at_level("INFO", logger="access"):
            client.get("/v1/id?token=secret")
        lines = [record for record in caplog.records if record.name == "access"]
        assert len(lines) == 1
        assert (lines[0].status, lines[0].path, lines[0].route) == (
            200,
            "/v1/id",
            "v1/id",
        )
        assert "secret" not in lines[0].getMessage()

    def test_has_a_line_for_what_has_no_route(self, client, caplog):
        with caplog.at_level("INFO", logger="access"):
            client.get("/v1/nowhere")
        assert caplog.records[-1].route == ""
