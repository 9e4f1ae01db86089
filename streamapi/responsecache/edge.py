"""What nginx has to know of the settings and the cache policies, as its configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from django.urls import URLPattern, URLResolver

from streamapi.clients import FORM_FACTORS, PLATFORMS, VariantRules
from streamapi.responsecache.keys import policy_of_view
from streamapi.responsecache.policy import CachePolicy

_QUERY_OF: Final[Mapping[str, str]] = {
    "language": "lang=$edge_language",
    "form_factor": "form_factor=$edge_form_factor",
    "maturity": "maturity=$edge_maturity",
}
_NOTHING: Final[dict[str, str]] = {"": '""'}
"""Strings are looked up before expressions are tried: most requests cost none."""
_LONGEST_QUERY: Final = 1500
_MOST_LANGUAGES: Final = 10


@dataclass(frozen=True, slots=True)
class SharedRoute:
    """A shared answer: where nginx finds it, and its policy."""

    location: str
    policy: CachePolicy


Routes = Iterable[URLPattern | URLResolver]


def shared_routes(
    patterns: Routes, above: str = "", path: str = "/"
) -> Iterator[SharedRoute]:
    """Every route whose GET is shared; ``above`` and ``path`` are what leads to it."""
    for item in patterns:
        expression = above + _expression(item)
        whole = path + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from shared_routes(item.url_patterns, expression, whole)
            continue
        policy = policy_of_view(item.callback)
        if isinstance(policy, CachePolicy):
            yield SharedRoute(_location(expression, whole), policy)


def _expression(item: URLPattern | URLResolver) -> str:
    """What a route matches, as an expression without anchors and named groups."""
    text = item.pattern.regex.pattern
    text = text.removeprefix("^").removesuffix("\\Z").removesuffix("$")
    return re.sub(r"\(\?P<\w+>", "(?:", text)


def _location(expression: str, path: str) -> str:
    """An exact location where there is nothing variable: nginx finds it at once."""
    if re.escape(path) == f"/{expression}":
        return f"= {path}"
    return f'~ "^/{expression}$"'


def routes_conf(routes: Sequence[SharedRoute]) -> str:
    """One location for each shared route, the exact ones first."""
    ordered = sorted(
        routes, key=lambda route: (route.location[0] != "=", route.location)
    )
    return "\n".join(_route_block(route) for route in ordered)


def _route_block(route: SharedRoute) -> str:
    fixed = [_QUERY_OF[name] for name in route.policy.vary if name in _QUERY_OF]
    free = "".join(f"$edge_arg_{name}" for name in sorted(route.policy.query_params))
    query = "&".join(fixed)
    place = "$edge_territory" if "territory" in route.policy.vary else "-"
    lines = (
        f"location {route.location} {{",
        f'    set $edge_query "{query}{free}";',
        f'    set $edge_place "{place}";',
        "    set $args $edge_args;",
        "    include shared.conf;",
        "}",
        "",
    )
    return "\n".join(lines)


def variants_conf(rules: VariantRules, parameters: Iterable[str]) -> str:
    """The maps that normalise what an answer may vary on, as the origin does."""
    maps = (
        _language_maps(rules.languages),
        _map("$arg_form_factor", "$edge_asked_form", _exact_words(FORM_FACTORS)),
        _map("$http_x_device_platform", "$edge_platform", PLATFORMS, default="web"),
        _first("$edge_asked_form", "$edge_platform", "$edge_form_factor"),
        _maturity_map(rules.ceilings),
        _territory_map(rules),
        _ENCODING,
        *(_parameter_map(name) for name in sorted(set(parameters))),
        _odd_maps(),
    )
    return "\n".join(maps)


def _map(
    source: str, variable: str, values: Mapping[str, str], default: str = '""'
) -> str:
    lines = "".join(f'    "{key}" {value};\n' for key, value in values.items())
    return f"map {source} {variable} {{\n    default {default};\n{lines}}}\n"


def _first(asked: str, otherwise: str, variable: str) -> str:
    """What was asked for, and otherwise what a header says."""
    return _map(asked, variable, {"": otherwise}, default=asked)


def _exact_words(words: Iterable[str]) -> dict[str, str]:
    """Plain strings ignore case in a map; the origin does not."""
    return _NOTHING | {f"~^{word}$": word for word in words}


def _language_maps(languages: Sequence[str]) -> str:
    plain = {tag: tag for tag in languages}
    asked = plain | {f"~*^(?:{_tags_of(tag, languages)})$": tag for tag in languages}
    header = {f"~*^{_next_wanted(tag, (), languages)}": tag for tag in languages[1:]}
    second = {
        rf"~*^{first}\|{_next_wanted(tag, (first,), languages)}": tag
        for first in languages
        for tag in _others((first,), languages)
    }
    third = {
        rf"~*^(?:{one},{two}|{two},{one})\|{_next_wanted(tag, (one, two), languages)}": tag
        for one, two in combinations(languages, 2)
        for tag in _others((one, two), languages)
    }
    chain = {
        f"~^(?<edge_chain>[^,]+(?:,[^,]+)*?)(?:,{languages[0]})?,*$": "$edge_chain"
    }
    return "\n".join(
        (
            _map("$arg_lang", "$edge_asked_language", _NOTHING | asked),
            _map(
                "$http_accept_language",
                "$edge_first_language",
                plain | header,
                languages[0],
            ),
            _map(
                '"$edge_first_language|$http_accept_language"',
                "$edge_second_language",
                second,
            ),
            _map(
                '"$edge_first_language,$edge_second_language|$http_accept_language"',
                "$edge_third_language",
                third,
            ),
            _map(
                '"$edge_first_language,$edge_second_language,$edge_third_language"',
                "$edge_chain_language",
                chain,
                "$edge_first_language",
            ),
            _first("$edge_asked_language", "$edge_chain_language", "$edge_language"),
        )
    )


def _others(found: Sequence[str], languages: Sequence[str]) -> list[str]:
    """What says something new after the languages that were found."""
    implied = {*found, *(tag.partition("-")[0] for tag in found)}
    return [tag for tag in languages if tag not in implied]


def _next_wanted(tag: str, found: Sequence[str], languages: Sequence[str]) -> str:
    """A header in which ``tag`` is the first that says something new."""
    new = "|".join(_tags_of(one, languages) for one in _others(found, languages))
    skipped = rf"(?:\s*+(?!(?:{new})\s*(?:[;,]|$))[^,]*,)*"
    return rf"{skipped}\s*(?:{_tags_of(tag, languages)})\s*(?:[;,]|$)"


def _tags_of(language: str, languages: Sequence[str]) -> str:
    """Which tags lead to a language: itself, and all of its primary if it is first."""
    primary = language.partition("-")[0]
    family = [tag for tag in languages if tag.partition("-")[0] == primary]
    if family[0] != language:
        return re.escape(language)
    others = "|".join(re.escape(tag) for tag in family[1:])
    keep_out = rf"(?!(?:{others})\s*(?:[;,]|$))" if others else ""
    return rf"{keep_out}{re.escape(primary)}(?:-[a-z0-9-]*)?"


def _maturity_map(ceilings: Sequence[int]) -> str:
    steps = sorted(ceilings)
    values = {
        str(asked): str(max((step for step in steps if step <= asked), default=0))
        for asked in range(steps[-1])
    }
    return _map("$arg_maturity", "$edge_maturity", values, default=str(steps[-1]))


def _territory_map(rules: VariantRules) -> str:
    known = {territory: territory for territory in rules.territories}
    return _map("$edge_country", "$edge_territory", known, rules.default_territory)


_ENCODING: Final = r"""map $http_accept_encoding $edge_encoding {
    default identity;
    "br" br;
    "gzip" gzip;
    "gzip, deflate" gzip;
    "gzip, deflate, br" br;
    "~*(?:^|,)\s*br\s*(?:,|$|;\s*q=(?:1|0\.\d*[1-9]))" br;
    "~*(?:^|,)\s*gzip\s*(?:,|$|;\s*q=(?:1|0\.\d*[1-9]))" gzip;
}
"""


def _parameter_map(name: str) -> str:
    """An allowed parameter as it goes on; a blank one is none."""
    return _map(
        f"$arg_{name}",
        f"$edge_arg_{name}",
        {"": '""'},
        default=f'"&{name}=$arg_{name}"',
    )


def _odd_maps() -> str:
    """Requests that are handed on as they are: not wrong, but read better by the origin.

    A parameter given twice, encoded names, a header whose languages are not in falling
    order. They are answered rightly, from the memory of the origin.
    """
    falling = "|".join(rf"q=0\.{low}.*q=0\.[{low + 1}-9]" for low in range(9))
    query = {
        "": '""',
        r"~^(?!maturity=0)[a-z_]{1,40}=[a-zA-Z0-9_-]{0,80}$": '""',
        rf"~^.{{{_LONGEST_QUERY}}}": "1",
        r"~(?:^|&)([^=&]+)=[^&]*&(?:.*&)?\1=": "1",
        r"~(?:^|&)[^=&]*[^=&a-z_]": "1",
        r"~(?:^|&)(?:lang|form_factor|maturity)=[^&]*[^&a-zA-Z0-9_-]": "1",
        r"~(?:^|&)maturity=(?:0\d|\d{4})": "1",
    }
    language = {
        "": '""',
        r"~^[a-zA-Z-]+(?:,\s?[a-zA-Z-]+;q=0\.[1-9])?$": '""',
        rf"~(?:[^,]*,){{{_MOST_LANGUAGES}}}": "1",
        r"~;(?!\s*q=(?:1|0\.[1-9])\s*(?:,|$))": "1",
        r"~q=0[^,]*,[^;]*(?:,|$)": "1",
        r"~q=0.*q=1": "1",
        f"~{falling}": "1",
    }
    return "\n".join(
        (
            _map("$args", "$edge_odd_query", query),
            _map("$http_accept_language", "$edge_odd_header", language),
            _map(
                "$edge_odd_query$edge_odd_header", "$edge_odd", {"": '""'}, default="1"
            ),
            _map("$edge_odd", "$edge_args", {"": "$edge_query"}, default="$args"),
            _map("$edge_odd", "$edge_odd_language", {"1": "$http_accept_language"}),
            _map("$edge_odd", "$edge_odd_platform", {"1": "$http_x_device_platform"}),
        )
    )
