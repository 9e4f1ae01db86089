"""Where the files of a session lie on the media host, and what its cookies are for."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def base_of(folder: str) -> str:
    """The address that everything in a folder starts with.

    A package lies below ``/v/``, a channel of the development origin below ``/live/``;
    that of another origin is an address already.
    """
    if folder.startswith("https://"):
        return folder
    below = "" if folder.startswith("live/") else "v/"
    return f"{settings.MEDIA_BASE_URL}/{below}{folder}"


def cookie_path(folder: str) -> str:
    """The part of the media host that a session's cookies are sent to."""
    return f"{urlsplit(base_of(folder)).path}/"
