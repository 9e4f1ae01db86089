"""A development edge: serves packaged files by the rules CloudFront would apply.

In production CloudFront (or nginx) stands here and this view is not mounted.
"""

from __future__ import annotations

import fnmatch
import gzip
import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date, parse_http_date_safe

from playback import delivery
from playback.keyring import delivery_keys

MIME_TYPES: Final = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".vtt": "text/vtt",
    ".jpg": "image/jpeg",
}
_COMPRESSED: Final = frozenset({".m3u8", ".mpd", ".vtt"})
_SIGNED_URL_NAMES: Final = frozenset({"Expires", "Policy", "Signature", "Key-Pair-Id"})
_OWN_NAMES: Final = _SIGNED_URL_NAMES | {"Hash-Algorithm"}
_SAFE_NAME: Final = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)*\Z", re.ASCII)
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
_HASHES: Final[Mapping[str, type[hashes.SHA1 | hashes.SHA256]]] = {
    "": hashes.SHA1,
    "SHA1": hashes.SHA1,
    "SHA256": hashes.SHA256,
}
_CHUNK: Final = 64 * 1024


class AccessRefused(Exception):
    """The request carries no permission for this URL, or a wrong one."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What the edge looks at: the URL without its signature, who, when, with what."""

    url: str
    address: str
    now: datetime
    parameters: Mapping[str, str]


def serve(request: HttpRequest, name: str) -> HttpResponseBase:
    """One packaged file, for GET and HEAD with permission."""
    return refusal(request, name) or stored(request, name)


def refusal(request: HttpRequest, name: str) -> HttpResponse | None:
    """The answer to a request that may not be served; ``None`` for one that may."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    try:
        if not _SAFE_NAME.match(name):
            raise AccessRefused("a name that no package uses")
        authorise(visit_of(request))
    except AccessRefused as refused:
        return _refused(refused)
    return None


def stored(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of the video storage, for a request that was let in."""
    storage = storages["video"]
    if not storage.exists(name):
        return missing()
    modified = int(storage.get_modified_time(name).timestamp())
    return _answer(request, PackagedFile(name, storage.size(name), modified))


def missing() -> HttpResponse:
    """There is no such file."""
    return HttpResponse(status=404, headers={"Cache-Control": "no-store"})


def signature(request: HttpRequest) -> str:
    """The part of the query that is the permission; empty when cookies carry it."""
    if not _SIGNED_URL_NAMES & request.GET.keys():
        return ""
    return "&".join(part for part in _parts(request) if _name(part) in _OWN_NAMES)


def authorise(visit: Visit) -> None:
    """Raise AccessRefused unless the signature is ours and the policy covers this."""
    given = visit.parameters
    document = _document(visit)
    try:
        signature = delivery.decode(given.get("Signature", ""))
    except ValueError as error:
        raise AccessRefused("unreadable signature") from error
    _check_signature(given, document, signature)
    try:
        statements = json.loads(document)["Statement"]
        (statement,) = statements
        _check_conditions(statement, visit)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AccessRefused("malformed policy") from error


def visit_of(request: HttpRequest) -> Visit:
    """What a request wants, with which permission."""
    query = request.GET
    own = _OWN_NAMES if _SIGNED_URL_NAMES & query.keys() else frozenset()
    rest = "&".join(part for part in _parts(request) if _name(part) not in own)
    if own:  # a signed URL: cookies are not looked at, as at CloudFront
        parameters = {key: query[key] for key in own if key in query}
    else:
        parameters = {
            key: request.COOKIES[f"{delivery.COOKIE_PREFIX}{key}"]
            for key in _OWN_NAMES
            if f"{delivery.COOKIE_PREFIX}{key}" in request.COOKIES
        }
    url = f"{settings.MEDIA_BASE_URL}{request.path}"
    return Visit(
        url=f"{url}?{rest}" if rest else url,
        address=request.META.get("REMOTE_ADDR", ""),
        now=datetime.now(UTC),
        parameters=parameters,
    )


def _parts(request: HttpRequest) -> list[str]:
    return [part for part in request.META.get("QUERY_STRING", "").split("&") if part]


def _name(part: str) -> str:
    return part.partition("=")[0]


def _document(visit: Visit) -> bytes:
    """The signed text: as sent, or rebuilt when the URL only names its expiry."""
    given = visit.parameters
    if "Policy" in given:
        try:
            return delivery.decode(given["Policy"])
        except ValueError as error:
            raise AccessRefused("unreadable policy") from error
    expires = given.get("Expires", "")
    if not expires.isdigit():
        raise AccessRefused("no permission")
    moment = {"AWS:EpochTime": int(expires)}
    statement = {"Resource": visit.url, "Condition": {"DateLessThan": moment}}
    return json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()


def _check_signature(
    given: Mapping[str, str], document: bytes, signature: bytes
) -> None:
    key = delivery_keys().by_id().get(given.get("Key-Pair-Id", ""))
    algorithm = _HASHES.get(given.get("Hash-Algorithm", ""))
    if key is None or algorithm is None:
        raise AccessRefused("unknown key or hash")
    public = key.private_key.public_key()
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, document, ec.ECDSA(algorithm()))
        else:
            public.verify(signature, document, padding.PKCS1v15(), algorithm())
    except InvalidSignature as error:
        raise AccessRefused("wrong signature") from error


def _check_conditions(statement: Mapping[str, Any], visit: Visit) -> None:
    condition = statement["Condition"]
    now = visit.now.timestamp()
    if not _matches(statement.get("Resource", "*"), visit.url):
        raise AccessRefused("another resource")
    if now >= condition["DateLessThan"]["AWS:EpochTime"]:
        raise AccessRefused("expired")
    starts = condition.get("DateGreaterThan")
    if starts and now <= starts["AWS:EpochTime"]:
        raise AccessRefused("not yet")
    network = condition.get("IpAddress")
    if network and not _inside(visit.address, network["AWS:SourceIp"]):
        raise AccessRefused("another address")


def _matches(pattern: str, url: str) -> bool:
    """``*`` and ``?`` are wild; a bracket, wild to fnmatch, is an ordinary character."""
    return fnmatch.fnmatchcase(url, pattern.replace("[", "[[]"))


def _inside(address: str, network: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network)


def _refused(refusal: AccessRefused) -> HttpResponse:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code>'
        f"<Message>Access denied: {refusal}</Message></Error>"
    )
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(body, "application/xml", status=403, headers=headers)


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A stored file and the headers that every answer with it has."""

    name: str
    size: int
    modified: int

    @property
    def mime(self) -> str:
        """The type that players expect for this kind of file."""
        return MIME_TYPES.get(self.suffix, "application/octet-stream")

    @property
    def suffix(self) -> str:
        """The end of the name, with its dot."""
        return f".{self.name.rpartition('.')[2]}"

    @property
    def etag(self) -> str:
        """Changes whenever the content may have."""
        return f'"{self.modified:x}-{self.size:x}"'

    def headers(self) -> dict[str, str]:
        """Validators and lifetime."""
        return {
            "ETag": self.etag,
            "Last-Modified": http_date(self.modified),
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, max-age=3600",
        }

    def read(self, span: range) -> Iterator[bytes]:
        """The bytes of ``span``; opened with the first step, closed after the last."""
        with storages["video"].open(self.name) as file:
            file.seek(span.start)
            left = len(span)
            while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk


def _answer(request: HttpRequest, file: PackagedFile) -> HttpResponseBase:
    """The file, part of it, or the news that the client has it already."""
    if _unchanged(request, file):
        return HttpResponse(status=304, headers=file.headers())
    wanted = request.headers.get("Range", "")
    if file.suffix in _COMPRESSED and not wanted:
        return _text(request, file)
    if wanted and request.headers.get("If-Range", file.etag) == file.etag:
        return _part(request, file, wanted)
    return _stream(request, file, range(file.size))


def _unchanged(request: HttpRequest, file: PackagedFile) -> bool:
    known = request.headers.get("If-None-Match", "")
    if known:
        return file.etag in known
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and file.modified <= since


def _text(request: HttpRequest, file: PackagedFile) -> HttpResponse:
    body = b"".join(file.read(range(file.size)))
    headers = file.headers() | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body = gzip.compress(body, mtime=0)
        headers |= {"Content-Encoding": "gzip", "ETag": f"W/{file.etag}"}
    return HttpResponse(body, file.mime, headers=headers)


def _part(request: HttpRequest, file: PackagedFile, wanted: str) -> HttpResponseBase:
    span = _span(wanted, file.size)
    if span is None:  # several ranges or an unknown unit: the whole file is allowed
        return _stream(request, file, range(file.size))
    if not span:
        headers = file.headers() | {"Content-Range": f"bytes */{file.size}"}
        return HttpResponse(status=416, headers=headers)
    return _stream(request, file, span, status=206)


def _span(wanted: str, size: int) -> range | None:
    """The bytes asked for; empty when there are none, ``None`` when not understood."""
    match = _RANGE.match(wanted)
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)


def _stream(
    request: HttpRequest, file: PackagedFile, span: range, status: int = 200
) -> HttpResponseBase:
    headers = file.headers() | {"Content-Length": str(len(span))}
    if status == 206:
        place = f"bytes {span.start}-{span.stop - 1}/{file.size}"
        headers["Content-Range"] = place
    if request.method == "HEAD":
        return HttpResponse(b"", file.mime, status=status, headers=headers)
    return StreamingHttpResponse(
        file.read(span), status=status, content_type=file.mime, headers=headers
    )
