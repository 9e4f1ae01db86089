"""What the catalogue's tests share: a client of the API, and publishing in a word."""

from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from catalog import publishing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def api():
    """A device that has not signed in."""
    return APIClient()


@pytest.fixture
def get(api):
    """The JSON of a successful GET."""

    def get(path, **query):
        response = api.get(path, query)
        assert response.status_code == 200, response.content
        return response.json()

    return get


@pytest.fixture
def publish():
    """Publish titles, and hand back the first."""

    def publish(*titles):
        for title in titles:
            publishing.publish(title, by=None, now=NOW)
        return titles[0]

    return publish
