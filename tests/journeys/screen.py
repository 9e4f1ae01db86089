"""A screen on which someone uses the web client, and what the browser complains of."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

_PATIENCE_S = 30
_WATCHDOG = """
  addEventListener("securitypolicyviolation", (event) => console.error(
    `policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


class Screen:
    """One browser window."""

    def __init__(self, browser: Browser, url: str, *, width: int, height: int) -> None:
        self.url = url
        self.complaints: list[str] = []
        self._context = browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB"
        )
        self._context.add_init_script(_WATCHDOG)
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(_PATIENCE_S * 1000)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        """Go to an address of the client."""
        self.page.goto(f"{self.url}{path}")

    def see(self, test_id: str) -> Locator:
        """The first thing with this test id, once it is visible."""
        found = self.page.get_by_test_id(test_id).first
        found.wait_for()
        return found

    def video(self, expression: str) -> Any:
        """A property of the video element."""
        find = "const v = document.querySelector('video')"
        return self.page.evaluate(f"() => {{ {find}; return {expression} }}")

    def wait(self, condition: Callable[[], Any], what: str) -> None:
        """Until a condition holds; polled, since the page allows no eval.

        It is the page that waits: only then are its events, as requests, delivered.
        """
        end = time.monotonic() + _PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}"
            self.page.wait_for_timeout(100)

    def wait_for_time(self, seconds: float) -> None:
        """Until the video has played this far."""
        self.wait(
            lambda: (self.video("v && v.currentTime") or 0) >= seconds,
            f"second {seconds}",
        )

    def picture(self) -> Image.Image:
        """What is on the screen."""
        return Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")

    def close(self) -> None:
        """Shut the window."""
        self._context.close()

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)
