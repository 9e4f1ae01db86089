"""The address a request came from, as far as it can be believed."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The nearest address that our own proxies did not add; an IPv6 /64 as one.

    ``NUM_PROXIES`` says how many entries at the end of X-Forwarded-For are ours. With
    none, the header is ignored: anyone can write anything into it.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.NUM_PROXIES
    if proxies:
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        direct = hops[-min(proxies, len(hops))].strip() or direct
    return _network(direct)


def _network(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/64", strict=False).network_address)
    return str(address)
