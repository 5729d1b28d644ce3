"""Reading a request: its size, depth and kind are limited before anything parses it."""

import asyncio
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, get_origin
from urllib.parse import parse_qsl

import msgspec
from msgspec import Raw, Struct

from tocsin.errors import Malformed, NotSignedIn
from tocsin.web.call import FORM, JSON, Message, Receive, Route
from tocsin.web.problems import MEDIA_TYPE, TOO_LARGE
from tocsin.web.shape import bare, fields_of, malformed, options, read
from tocsin.web.uploads import MULTIPART, Upload, parts_of

BODY_SECONDS_MAX = 20.0
"""Within which a body must have come in."""
FIELDS_MAX = 40
"""Of a query or a form."""
TICKED_MAX = 400
"""Of a form with boxes to tick, each of which is a field."""
QUERY_BYTES_MAX = 4_096
FORM_BYTES_MAX = 8_192
MAP_BYTES_MAX = 20_000
"""Of a query with a field for each of many, such as what every elector says."""

_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(sign for sign in range(256) if sign not in b"[]{}")
_ALIKE = bytes.maketrans(b"{}", b"[]")


class Gone(Exception):
    """The client left before it had sent its request."""


async def read_body(receive: Receive, length: bytes | None, bytes_max: int) -> bytes:
    """All of a body. Raises Malformed for one over the limit, before it has come in where the client says so."""
    if length is not None and (not length.isdigit() or len(length) > 12 or int(length) > bytes_max):
        raise too_large(bytes_max)
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await _collected(receive, bytes_max)
    except TimeoutError:
        raise Malformed("The request took too long to come in.", code="too slow") from None


async def _collected(receive: Receive, bytes_max: int) -> bytes:
    parts, size, more = list[bytes](), 0, True
    while more:
        message: Message = await receive()
        if message["type"] != "http.request":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > bytes_max:
            raise too_large(bytes_max)
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


def too_large(bytes_max: int) -> Malformed:
    """What is said of a body over the limit."""
    return Malformed("The request is too large.", accepted=f"at most {bytes_max:,} bytes", code=TOO_LARGE)


def check_media(route: Route, media: str) -> None:
    """Raises Malformed for a body of another kind than the route's."""
    wanted = FORM if route.is_form else JSON
    kind, _, parameters = media.partition(";")
    if route.body is not None and route.is_form and takes_files(route.body) and kind.strip().lower() == MULTIPART:
        return
    charset = parameters.replace(" ", "").lower()
    if kind.strip().lower() != wanted or charset not in ("", "charset=utf-8"):
        raise Malformed(
            "The request's content type is not the one wanted.", found=media[:80], accepted=wanted, code=MEDIA_TYPE
        )


def depth(data: bytes, enough: int = sys.maxsize) -> int:
    """How deep the brackets of JSON text are nested, found without parsing it; it stops counting at `enough`."""
    brackets = _TEXTS.sub(b"", data).translate(_ALIKE, _NOT_BRACKETS)
    levels = 0
    while brackets and levels < enough:
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            return levels + brackets.count(b"[")
        brackets = shorter
        levels += 1
    return levels


def decode(data: bytes, kind: type[Struct], depth_max: int) -> Any:  # noqa: ANN401  # any struct
    """The struct in a JSON body. Raises Malformed."""
    # Only what has more brackets than may be nested can be nested too deep.
    if data.count(b"[") + data.count(b"{") > depth_max and depth(data, depth_max + 1) > depth_max:
        raise Malformed("The request is nested too deep.", accepted=f"at most {depth_max} levels", code="too deep")
    try:
        if holds_raw(kind):
            return msgspec.json.decode(data, type=kind)
        return read(msgspec.json.decode(data), kind)
    except msgspec.ValidationError as problem:
        raise malformed(problem, kind) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Malformed(f"The request is no JSON: {problem}.", accepted="one JSON object in UTF-8") from None


@cache
def holds_raw(kind: type[Struct]) -> bool:
    """Whether parts of it are kept as the bytes that came."""
    return any(Raw in (hint, *getattr(hint, "__args__", ())) for _, _, hint, _ in fields_of(kind))


def decode_form(data: bytes, media: str, kind: type[Struct], bytes_max: int) -> Any:  # noqa: ANN401  # any struct
    """The struct in a form, sent in either of the two ways in which browsers send one. Raises Malformed."""
    if media.lower().startswith(MULTIPART):
        return read(_gathered(_with_plain_lines(parts_of(data, media)), kind), kind, strict=False)
    return decode_fields(data.replace(b"%0D%0A", b"%0A"), kind, bytes_max)


def _with_plain_lines(parts: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Browsers end the lines of what somebody wrote with two signs; here one is enough."""
    for name, value in parts:
        yield name, value.replace("\r\n", "\n") if isinstance(value, str) else value


def decode_fields(data: bytes, kind: type[Struct], bytes_max: int) -> Any:  # noqa: ANN401  # any struct
    """The struct in a query or a form. Raises Malformed.

    A field that comes twice is one too many, but for those that hold several values: boxes ticked in a form. What
    belongs to a field that is a map is written `field.key=value`.
    """
    if len(data) > (max(bytes_max, MAP_BYTES_MAX) if _maps(kind) else bytes_max):
        raise too_large(bytes_max)
    many = TICKED_MAX if _several(kind) or _maps(kind) else FIELDS_MAX
    try:
        text = data.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=many, encoding="utf-8")
    except (UnicodeDecodeError, ValueError):
        raise Malformed("The fields cannot be read.", accepted="name=value&name=value, in UTF-8") from None
    return read(_gathered(pairs, kind), kind, strict=False)


def _gathered(pairs: Iterable[tuple[str, Any]], kind: type[Struct]) -> dict[str, Any]:
    """The fields by name: one value each, a list of those that hold several, a table of those that are maps."""
    several, maps = _several(kind), _maps(kind)
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in several:
            fields.setdefault(name, []).append(value)
            continue
        head, dot, key = name.partition(".")
        into, within = (fields.setdefault(head, {}), key) if dot and head in maps else (fields, name)
        if not isinstance(into, dict) or within in into:
            raise Malformed(f"'{name[:80]}' is given twice.", field=name[:80], fix="Give it once.")
        into[within] = value
    return fields


@cache
def _several(kind: type[Struct]) -> frozenset[str]:
    """Names of the fields that hold several values."""
    return frozenset(name for _, name, hint, _ in fields_of(kind) if get_origin(bare(hint)) is tuple)


@cache
def _maps(kind: type[Struct]) -> frozenset[str]:
    """Names of the fields that are maps."""
    return frozenset(name for _, name, hint, _ in fields_of(kind) if get_origin(bare(hint)) is dict)


@cache
def takes_files(kind: type[Struct]) -> bool:
    """Whether a form has a file among its fields."""
    return any(Upload in options(hint) for _, _, hint, _ in fields_of(kind))


def bearer(value: str) -> str:
    """The secret in an Authorization header. Raises NotSignedIn for another scheme."""
    scheme, _, secret = value.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotSignedIn("not signed in", "Only bearer tokens are taken.", fix="Send 'Authorization: Bearer tct_…'.")
    return secret.strip()
