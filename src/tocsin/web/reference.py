"""The description of the API, for programs and for people. The same for everybody: no seat has a part in it."""

import asyncio
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tocsin.centre.model import Mode
from tocsin.web.call import HTML, JSON, Call, Reply
from tocsin.web.openapi import PROBLEMS, SAYS, SCOPE_KEY, TAGS, document
from tocsin.web.shell import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tocsin.web.call import Route


class About(NamedTuple):
    """What a page says of the charter it is of."""

    title: str
    hypothetical: bool


_pretty = msgspec.json.Encoder(order="deterministic")


async def openapi(call: Call) -> Reply:
    """The OpenAPI document."""
    return _kept(call, await asyncio.to_thread(_document_bytes, call.web.routes), JSON)


async def page(call: Call) -> Reply:
    """The reference to read."""
    charter = call.centre.law.charter.document.charter
    about = About(charter.title, charter.hypothetical)
    return _kept(call, await asyncio.to_thread(_page_bytes, call.web.routes, about, call.centre.mode), HTML)


@cache
def _page_bytes(routes: "tuple[Route, ...]", about: About, mode: Mode) -> bytes:
    """Made once: anybody may ask for it."""
    told = msgspec.json.decode(_document_bytes(routes))
    html = render(
        "reference",
        about,
        mode,
        told=told,
        tags=TAGS,
        outlets=_by_tag(told),
        problems=PROBLEMS,
        says=_paragraphs(SAYS),
    )
    return html.encode()


@cache
def _document_bytes(routes: "tuple[Route, ...]") -> bytes:
    return _pretty.encode(document(routes))


def _kept(call: Call, body: bytes, media: str) -> Reply:
    """What may be kept by anybody for a while, and asked for again by its tag."""
    tag = b'"' + sha256(body).hexdigest()[:32].encode() + b'"'
    headers = ((b"etag", tag), (b"cache-control", b"no-cache"))
    if tag in call.headers.get(b"if-none-match", b""):
        return Reply(304, b"", media, headers)
    return Reply(200, body, media, headers)


def _by_tag(told: "Mapping[str, Any]") -> dict[str, list[dict[str, Any]]]:
    """The outlets under their tags, in the order of the table."""
    found: dict[str, list[dict[str, Any]]] = {tag: [] for tag in TAGS}
    for path, methods in told["paths"].items():
        for method, outlet in methods.items():
            anchor = outlet["operationId"]
            row = {**outlet, "method": method.upper(), "path": path, "anchor": anchor, "scope": outlet.get(SCOPE_KEY)}
            found[outlet["tags"][0]].append(row)
    return found


def _paragraphs(text: str) -> "Sequence[tuple[str, str]]":
    """(heading, rest) of each paragraph."""
    found = []
    for paragraph in text.split("\n\n"):
        head, _, rest = (
            paragraph.removeprefix("**").partition(".** ") if paragraph.startswith("**") else ("", "", paragraph)
        )
        found.append((head, " ".join(rest.split())))
    return found
