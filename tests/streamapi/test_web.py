"""The page of the web client: the same for everyone, nothing inline, nothing foreign."""

import re

import pytest


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/all",
        "/movies",
        "/series",
        "/all/movies",
        "/page/kids",
        "/genre/drama",
        "/title/x-1",
        "/watch/ti_1",
        "/sign-in",
        "/pair",
        "/profiles",
        "/profiles/pr_1",
        "/account",
        "/account/plan",
        "/account/devices",
    ],
)
class TestPage:
    def test_is_served_at_every_address_of_its_own(self, client, path):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies

    def test_runs_only_scripts_of_ours(self, client, path):
        answer = client.get(path)
        page = answer.content.decode()
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert re.findall(r"<script[^>]*>", page) == [
            '<script type="module" src="/static/web/app.js">'
        ]
        assert not re.search(r"<style|\son\w+=|\sstyle=|https?://", page)


def test_an_unknown_address_is_not_the_client(client):
    assert client.get("/nowhere").status_code == 404


def test_pages_without_a_sign_of_their_own_get_ours(client):
    answer = client.get("/favicon.ico")
    assert answer["Location"] == "/static/web/icon.svg"
    assert "max-age=86400" in answer["Cache-Control"]
