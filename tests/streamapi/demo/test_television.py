"""The demo's television: a guide without holes, the same every time."""

from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from rest_framework.test import APIClient

from accounts.models import Package
from channels.models import Channel, Programme
from streamapi.demo import television
from streamapi.demo.seeding import Seeding
from tests.factories.channels import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pictures_stay_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def seed(now=NOON, **options):
    television.seed(Seeding(now=now, output=StringIO(), **{"guide_days": 2} | options))


def test_twelve_channels_with_logos_numbers_and_packages():
    for code in ("standard", "premium"):
        Package.objects.create(code=code, name=code)
    seed()
    cards = APIClient().get("/v1/channels").json()["results"]
    assert len(cards) == 12
    assert [card["number"] for card in cards][:5] == ["1", "2", "3", "3.1", "4"]
    assert all(card["images"][0]["width"] == 320 for card in cards)
    reel_room = next(card for card in cards if card["slug"] == "reel-room")
    assert reel_room["packages"] == ["standard"]


def test_the_guide_has_no_holes():
    seed()
    for channel in Channel.objects.all():
        rows = list(channel.programmes.order_by("starts_at"))
        for before, after in pairwise(rows):
            assert before.ends_at == after.starts_at, channel
        assert rows[-1].ends_at - rows[0].starts_at == timedelta(days=2)


def test_it_may_run_again_and_adds_only_the_days_that_came():
    seed()
    before = list(Programme.objects.order_by("pk").values())
    seed()
    assert list(Programme.objects.order_by("pk").values()) == before
    seed(NOON + timedelta(days=1))
    assert list(Programme.objects.order_by("pk").values())[: len(before)] == before
    days = Programme.objects.dates("starts_at", "day")
    assert len(days) == 4  # three days from six to six touch four


def test_there_can_be_more_channels_than_the_demo_has():
    seed(channels=14, guide_days=1)
    assert Channel.objects.filter(slug="meridian-one-2").exists()
    assert Channel.objects.get(slug="meridian-two-2").number == "102"


def test_titles_come_in_both_languages():
    seed(guide_days=1)
    programme = Programme.objects.get(
        channel__slug="nightfall",
        starts_at=Programme.objects.filter(channel__slug="nightfall")
        .earliest("starts_at")
        .starts_at,
    )
    assert programme.translations["de"]["title"]
