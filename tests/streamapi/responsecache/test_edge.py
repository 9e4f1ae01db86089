"""The configuration of nginx follows from the settings and the policies."""

from __future__ import annotations

import io
import re
from typing import ClassVar

import pytest
from django.core.management import CommandError, call_command
from django.urls import include, path, re_path
from rest_framework.views import APIView

from streamapi.clients import VariantRules
from streamapi.responsecache import NEVER, CachePolicy, edge


class Shared(APIView):
    cache_policies: ClassVar = {
        "get": CachePolicy(ttl=60, client_ttl=60, query_params=("sort", "genre"))
    }


class Plain(APIView):
    cache_policies: ClassVar = {
        "get": CachePolicy(ttl=60, client_ttl=60, vary=("language",))
    }


class Personal(APIView):
    cache_policies: ClassVar = {"get": NEVER("personal")}


ROUTES = [
    path(
        "v1/",
        include(
            [
                path("things", Shared.as_view()),
                path("things/<str:key>/parts/<int:number>", Plain.as_view()),
                re_path(r"^old/(?P<name>[a-z]{2,})$", Plain.as_view()),
                path("a.b", Plain.as_view()),
                path("me", Personal.as_view()),
            ]
        ),
    )
]


@pytest.fixture
def routes():
    return list(edge.shared_routes(ROUTES))


def rules(*languages, ceilings=(0, 12, 18)):
    return VariantRules(
        languages=languages or ("en", "de"),
        territories=("US", "DE"),
        default_territory="US",
        ceilings=ceilings,
        trust_edge_headers=True,
    )


class TestRoutes:
    def test_each_shared_route_has_a_location(self, routes):
        assert [route.location for route in routes] == [
            "= /v1/things",
            '~ "^/v1/things/(?:[^/]+)/parts/(?:[0-9]+)$"',
            '~ "^/v1/old/(?:[a-z]{2,})$"',
            "= /v1/a.b",
        ]

    def test_a_location_holds_what_its_policy_declares(self, routes):
        text = edge.routes_conf(routes)
        blocks = dict(re.findall(r"location (.*) \{\n((?:    .*\n)+)\}", text))
        assert (
            '"lang=$edge_language&form_factor=$edge_form_factor'
            '&maturity=$edge_maturity$edge_arg_genre$edge_arg_sort"'
        ) in blocks["= /v1/things"]
        assert 'set $edge_place "$edge_territory"' in blocks["= /v1/things"]
        assert 'set $edge_query "lang=$edge_language";' in blocks["= /v1/a.b"]
        assert 'set $edge_place "-"' in blocks["= /v1/a.b"]

    def test_personal_routes_have_none(self, routes):
        assert "/v1/me" not in edge.routes_conf(routes)


class TestVariants:
    def values(self, text, variable):
        block = re.search(rf"map \S+ \{variable} \{{\n(.*?)\n\}}", text, re.DOTALL)
        return [line.strip() for line in block[1].splitlines()]

    def test_maturity_is_the_step_below(self):
        lines = self.values(edge.variants_conf(rules(), ()), "$edge_maturity")
        assert lines[0] == "default 18;"
        assert {'"11" 0;', '"12" 12;', '"17" 12;'} <= set(lines)

    def test_an_unknown_territory_is_the_default(self):
        lines = self.values(edge.variants_conf(rules(), ()), "$edge_territory")
        assert lines == ["default US;", '"US" US;', '"DE" DE;']

    def test_a_primary_tag_belongs_to_its_first_language(self):
        text = edge.variants_conf(rules("en", "pt", "pt-BR"), ())
        asked = self.values(text, "$edge_asked_language")
        tried = [line.rpartition(" ") for line in asked if line.startswith('"~')]
        answers = {
            tag: next((to for key, _, to in tried if self.fits(key, tag)), "none;")
            for tag in ("en-GB", "PT", "pt-PT", "pt-br", "pt-BRX", "de")
        }
        assert answers == {
            "en-GB": "en;",
            "PT": "pt;",
            "pt-PT": "pt;",
            "pt-br": "pt-BR;",
            "pt-BRX": "pt;",
            "de": "none;",
        }

    def fits(self, key, tag):
        return re.match(key.strip('"').removeprefix("~*"), tag, re.IGNORECASE)

    def test_every_allowed_parameter_has_a_map(self):
        text = edge.variants_conf(rules(), {"genre", "sort"})
        assert self.values(text, "$edge_arg_genre") == [
            'default "&genre=$arg_genre";',
            '"" "";',
        ]
        assert self.values(text, "$edge_arg_sort")


class TestCommand:
    def write(self, directory, **options):
        said = io.StringIO()
        call_command(
            "nginx_config",
            str(directory),
            "--origin=10.0.0.1:8000",
            "--origin=10.0.0.2:8000",
            stdout=said,
            **options,
        )
        return said.getvalue()

    def test_writes_everything_that_is_included(self, tmp_path):
        said = self.write(tmp_path)
        assert "shared routes" in said
        present = {file.name for file in tmp_path.iterdir()}
        wanted = {
            name
            for file in tmp_path.iterdir()
            for name in re.findall(r"include ([a-z]+\.conf);", file.read_text())
        }
        assert wanted <= present

    def test_names_every_origin(self, tmp_path):
        self.write(tmp_path)
        text = (tmp_path / "origin.conf").read_text()
        assert re.findall(r"server (10\S+)", text) == ["10.0.0.1:8000", "10.0.0.2:8000"]

    def test_the_routes_are_those_of_the_product(self, tmp_path):
        self.write(tmp_path)
        text = (tmp_path / "routes.conf").read_text()
        assert "location = /v1/titles {" in text
        assert "/v1/playback" not in text

    def test_serves_tls_with_a_certificate(self, tmp_path):
        options = {
            "certificate": tmp_path / "c",
            "key": tmp_path / "k",
            "listen": "443",
        }
        self.write(tmp_path, **options)
        text = (tmp_path / "listen.conf").read_text()
        assert "listen 443 ssl http2" in text
        assert f"ssl_certificate {tmp_path}/c;" in text

    def test_refuses_a_certificate_without_its_key(self, tmp_path):
        with pytest.raises(CommandError, match="together"):
            self.write(tmp_path, certificate=tmp_path / "c")

    def test_user_and_countries_are_optional(self, tmp_path):
        self.write(tmp_path, user="www-data", countries=tmp_path / "list")
        assert "user www-data;" in (tmp_path / "process.conf").read_text()
        assert f"include {tmp_path}/list;" in (tmp_path / "countries.conf").read_text()
