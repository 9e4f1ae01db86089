"""What holds answers against the document finds those that depart from it."""

import json

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from tests.contract import Contract

GENRES = {"results": [{"slug": "drama", "name": "Drama"}], "next": None}
PROBLEM = {
    "type": "/v1/docs/problems#not_found",
    "title": "There is no such thing",
    "status": 404,
    "code": "not_found",
    "request_id": "1",
}


@pytest.fixture(scope="module")
def contract():
    return Contract.committed()


def faults(contract, body, *, path="/v1/genres", status=200, kind="application/json"):
    return contract.faults("GET", path, status, kind, json.dumps(body).encode())


def test_answers_as_promised_have_no_fault(contract):
    assert faults(contract, GENRES) == []
    problem = "application/problem+json"
    assert faults(contract, PROBLEM, status=404, kind=problem) == []
    assert contract.faults("GET", "/v1/genres", 304, "", b"") == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ([], "$: [] is not of type 'object'"),
        ({"results": []}, "$: 'next' is a required property"),
        (GENRES | {"total": 1}, "'total' was unexpected"),
        ({"results": [{"slug": "drama"}], "next": None}, "$.results[0]: 'name'"),
    ],
)
def test_a_body_of_another_shape_is_found(contract, body, fault):
    (found,) = faults(contract, body)
    assert fault in found


def test_a_status_and_a_kind_that_nobody_promised_are_found(contract):
    assert faults(contract, GENRES, status=203) == ["status 203 is not promised"]
    kind = "application/problem+json"
    assert faults(contract, GENRES, kind=kind) == [f"{kind} is not promised for 200"]


def test_a_problem_has_no_member_that_is_not_explained(contract):
    problem = "application/problem+json"
    (found,) = faults(contract, PROBLEM | {"hint": "x"}, status=404, kind=problem)
    assert "'hint' was unexpected" in found


def test_a_fixed_path_goes_before_one_with_an_id(contract):
    assert faults(contract, GENRES, path="/v1/channels/now") != []
    (found, *_) = faults(contract, {"results": []}, path="/v1/channels/now")
    assert "'guide_version'" in found or "'next'" in found


def test_what_the_document_does_not_name_is_not_judged(contract):
    assert faults(contract, {}, path="/v1/openapi.json") == []
    asked = {"REQUEST_METHOD": "HEAD", "PATH_INFO": "/v1/genres"}
    assert contract.faults_of(asked, HttpResponse(b"{}")) == []
    assert contract.faults_of({}, StreamingHttpResponse()) == []


def test_the_test_client_is_listened_to(contract, client, monkeypatch):
    monkeypatch.setattr(Contract, "faults_of", lambda *_: ["another shape"])
    with pytest.raises(AssertionError, match="another shape"):
        client.get("/v1/openapi.json")
