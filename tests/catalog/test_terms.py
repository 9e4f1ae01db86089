"""The terms of published content, for whoever decides."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts import content
from accounts.entitlements import Terms
from catalog import publishing
from catalog.models import Episode
from streamapi.errors import NotFound
from tests.factories import catalog as make
from tests.factories.accounts import make_package

pytestmark = pytest.mark.django_db


def _terms(content_id: str) -> Terms:
    return content.terms_of(content_id, territory="US", now=timezone.now())


class TestTerms:
    def test_of_a_title_are_its_packages_and_its_age(self) -> None:
        film = make.title("Dune", min_age=12)
        film.packages.add(make_package("films"))
        with pytest.raises(NotFound):
            _terms(film.public_id)
        publishing.publish(film, by=None, now=timezone.now())
        expected = Terms(packages=frozenset({"films"}), min_age=12)
        assert _terms(film.public_id) == expected

    def test_of_an_episode_are_those_of_its_series(self) -> None:
        show = make.series("Lost", min_age=16)
        publishing.publish(show, by=None, now=timezone.now())
        episode = Episode.objects.first()
        assert episode is not None
        assert _terms(episode.public_id) == Terms(min_age=16)
