"""Pictures from the local disk: cached for ever, and nothing but pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client


@pytest.fixture(autouse=True)
def _gallery(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = settings.MEDIA_ROOT / "artwork"
    folder.mkdir(parents=True)
    (folder / "poster-1a2b.jpg").write_bytes(b"\xff\xd8picture")
    (tmp_path / "secret.txt").write_text("secret")


class TestPicture:
    def test_is_served_with_its_type_for_ever(self, client: Client) -> None:
        answer = client.get("/media/artwork/poster-1a2b.jpg")
        assert b"".join(answer.streaming_content) == b"\xff\xd8picture"
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert not answer.cookies

    def test_is_not_sent_again(self, client: Client) -> None:
        first = client.get("/media/artwork/poster-1a2b.jpg")
        assert first.getvalue()  # read to its end, which also closes it
        since = {"If-Modified-Since": first["Last-Modified"]}
        again = client.get("/media/artwork/poster-1a2b.jpg", headers=since)
        assert again.status_code == 304

    @pytest.mark.parametrize(
        "path", ["artwork/none.jpg", "artwork/", "../secret.txt", "%2e%2e/secret.txt"]
    )
    def test_nothing_else_is(self, client: Client, path: str) -> None:
        answer = client.get(f"/media/{path}")
        assert answer.status_code == 404
        assert b"secret" not in answer.content

    def test_it_is_only_read(self, client: Client) -> None:
        assert client.post("/media/artwork/poster-1a2b.jpg").status_code == 405
