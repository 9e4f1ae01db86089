"""What is announced but not here yet: when it comes, and a list to remember it by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.screen import Screen
from tests.journeys.service import Service
from tests.journeys.test_watch_protected import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("journeys"),
    pytest.mark.timeout(300),
]
SLUG = "tomorrows-harbour"
ANNOUNCE = f"""
from datetime import timedelta
from django.utils import timezone
from catalog import publishing
from catalog.models import Title
now = timezone.now()
film = Title.objects.create(slug="{SLUG}", original_name="Tomorrow's Harbour", kind="movie")
film.translations.create(language="en", name="Tomorrow's Harbour", synopsis="It waits.")
film.ratings.create(system="mpa", value="G", country="US", min_age=0)
film.genres.set(Title.objects.exclude(genres=None).first().genres.all())
film.windows.create(announced_at=now, starts_at=now + timedelta(days=12))
publishing.publish(film, by=None, now=now)
"""


def test_a_title_that_is_coming_says_when_and_is_kept_for_later(
    screen: Screen, service: Service
) -> None:
    service.manage("shell", "--command", ANNOUNCE)
    page = screen.page
    screen.open(f"/title/{SLUG}?lang=en")
    screen.see("name")
    comes = datetime.now(UTC) + timedelta(days=12)
    note = screen.see("not-yet")
    expect(note).to_contain_text("From ")
    expect(note).to_contain_text(f"{comes:%B}")
    assert page.get_by_test_id("play").count() == 0
    assert page.locator("a[href^='/watch/']").count() == 0
    assert page.get_by_test_id("my-list").count() == 0

    sign_in(screen, *service.viewer)
    screen.open(f"/title/{SLUG}")
    button = screen.see("my-list")
    expect(button).to_be_enabled()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(screen.see("my-list")).to_have_text("✓ On my list")
    screen.see("my-list").click()
    expect(page.get_by_test_id("my-list")).to_have_attribute("aria-pressed", "false")
