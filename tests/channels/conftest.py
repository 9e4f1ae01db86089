"""What the tests of live television share: a client of the API."""

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def api():
    """A device that has not signed in."""
    return APIClient()


@pytest.fixture
def get(api):
    """The JSON of a successful GET."""

    def get(path, /, **query):
        response = api.get(path, {name.rstrip("_"): v for name, v in query.items()})
        assert response.status_code == 200, response.content
        return response.json()

    return get


@pytest.fixture
def refused(api):
    """The problem of a refused GET: status and code."""

    def refused(path, /, **query):
        response = api.get(path, {name.rstrip("_"): v for name, v in query.items()})
        assert response["Content-Type"] == "application/problem+json"
        return response.status_code, response.json()["code"]

    return refused
