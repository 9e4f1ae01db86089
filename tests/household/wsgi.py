"""The service with leases of a few seconds, so that a test can wait for one to end."""

from playback import leases
from streamapi.env import Environment

leases.LEASE_S = Environment().number("TEST_LEASE_S")

from streamapi.wsgi import application  # noqa: E402

__all__ = ["application"]
