"""What a shared view may look at. Everything else is not there, and says so in tests.

Without strictness an undeclared value is absent or neutral; with it, touching one raises
:class:`UndeclaredRead`. Either way the answer cannot depend on who asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Never

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, QueryDict
from django.http.request import HttpHeaders

from streamapi.clients import Variant
from streamapi.responsecache.policy import CachePolicy

_HARMLESS_META: Final = frozenset({"HTTP_ACCEPT"})
_ABOUT_THE_CALLER: Final = ("HTTP_", "REMOTE_")
_HARMLESS_PARAMETERS: Final = frozenset({"format"})
"""Read by DRF's content negotiation on every request; never reaches a view."""


_REPLACED: Final = (
    "META",
    "headers",
    "COOKIES",
    "user",
    "_force_auth_user",
    "GET",
    "variant",
    "session",
)


class UndeclaredRead(AssertionError):
    """A shared view looked at something that its key does not contain."""


def _refuse(what: str) -> Never:
    raise UndeclaredRead(
        f"a shared answer cannot depend on {what}; declare it in the CachePolicy, or "
        'make the view personal: NEVER("personal")'
    )


class Untouchable:
    """Stands where a shared view must not look."""

    def __init__(self, what: str) -> None:
        object.__setattr__(self, "_what", what)

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        return _refuse(object.__getattribute__(self, "_what"))

    def __getitem__(self, name: str) -> Any:
        return _refuse(object.__getattribute__(self, "_what"))

    def __contains__(self, name: str) -> bool:
        return _refuse(object.__getattribute__(self, "_what"))

    def __bool__(self) -> bool:
        return _refuse(object.__getattribute__(self, "_what"))


class GuardedMeta(dict[str, Any]):
    """The WSGI environment without a look at the caller."""

    def __getitem__(self, name: str) -> Any:
        _check_meta(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        _check_meta(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        _check_meta(str(name))
        return super().__contains__(name)


class GuardedHeaders(HttpHeaders):
    """The request's headers without a look at the caller."""

    def __getitem__(self, name: str) -> str:
        _check_header(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        _check_header(name)
        return super().get(name, default)


class GuardedQuery(QueryDict):
    """The declared parameters; a look at any other is a mistake."""

    _declared: frozenset[str] | None = None  # while it is being filled

    def __init__(self, query: str, declared: Iterable[str]) -> None:
        super().__init__(query)
        self._declared = frozenset(declared) | _HARMLESS_PARAMETERS

    def __getitem__(self, name: str) -> Any:
        self._check(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._check(name)
        return super().get(name, default)

    def getlist(self, name: str, default: Any = None) -> Any:
        self._check(name)
        return super().getlist(name, default)

    def __contains__(self, name: object) -> bool:
        self._check(str(name))
        return super().__contains__(name)

    def _check(self, name: str) -> None:
        if self._declared is not None and name not in self._declared:
            _refuse(f"the parameter {name!r}, which is not among query_params")


class DeclaredVariant:
    """The values of a variant that a policy declares."""

    def __init__(self, variant: Variant, declared: Iterable[str]) -> None:
        self._variant = variant
        self._declared = {*declared}
        if "language" in self._declared:
            self._declared |= {"fallbacks", "languages"}

    def __getattr__(self, name: str) -> Any:
        if name not in self._declared:
            _refuse(f"variant.{name}, which is not in vary")
        return getattr(self._variant, name)


def _check_meta(name: str) -> None:
    if name.startswith(_ABOUT_THE_CALLER) and name not in _HARMLESS_META:
        _refuse(f"META[{name!r}]")


def _check_header(name: str) -> None:
    _check_meta("HTTP_" + name.upper().replace("-", "_"))


def restrict(
    request: HttpRequest,
    policy: CachePolicy,
    query: str,
    variant: Variant,
    *,
    strict: bool,
) -> Callable[[], None]:
    """Take from a request all that its key does not contain; the result gives it back."""
    before = dict(vars(request))
    replaced = _forbidding if strict else _harmless
    vars(request).pop("session", None)
    vars(request).update(replaced(request, policy, query, variant))

    def restore() -> None:
        for name in _REPLACED:
            vars(request).pop(name, None)
            if name in before:
                vars(request)[name] = before[name]

    return restore


def _harmless(
    request: HttpRequest, _policy: CachePolicy, query: str, variant: Variant
) -> Mapping[str, Any]:
    meta = {name: value for name, value in request.META.items() if _stays(name)}
    meta["QUERY_STRING"] = query
    nobody = AnonymousUser()
    return {
        "META": meta,
        "headers": HttpHeaders(meta),
        "COOKIES": {},
        "user": nobody,
        "_force_auth_user": nobody,
        "GET": QueryDict(query),
        "variant": variant,
    }


def _forbidding(
    request: HttpRequest, policy: CachePolicy, query: str, variant: Variant
) -> Mapping[str, Any]:
    meta = GuardedMeta(_harmless(request, policy, query, variant)["META"])
    return {
        "META": meta,
        "headers": GuardedHeaders(meta),
        "COOKIES": Untouchable("cookies"),
        "session": Untouchable("the session"),
        "user": Untouchable("request.user"),
        "_force_auth_user": Untouchable("request.user"),
        "GET": GuardedQuery(query, policy.query_params),
        "variant": DeclaredVariant(variant, policy.vary),
    }


def _stays(name: str) -> bool:
    return not name.startswith(_ABOUT_THE_CALLER)
