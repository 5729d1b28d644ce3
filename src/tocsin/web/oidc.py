"""Signing in through an OpenID Connect provider: off to it, and back; and whose desk is whose there."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import cookie_parser

from tocsin.centre.desk_model import DeskLine
from tocsin.centre.oidc import OidcLogin, Who
from tocsin.errors import Conflict, NotFound, Unserved
from tocsin.web.call import HTML, Call, Reply
from tocsin.web.cookies import session_header

SECURE_NAME, PLAIN_NAME = "__Secure-tocsin-oidc", "tocsin-oidc"
ATTEMPT_SECONDS = 600

PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/">
<title>Signed in</title><p>You are signed in. <a href="/">Go on</a></p></html>
"""
"""The session's cookie is not sent with a redirect that began on the provider's page; so this page begins anew."""


class BackQuery(Struct, frozen=True, kw_only=True):
    """What the provider sends people back with. It may add fields of its own."""

    state: Annotated[str, Meta(max_length=200)] = ""
    code: Annotated[str, Meta(max_length=3_000)] = ""
    iss: Annotated[str, Meta(max_length=500)] = ""
    error: Annotated[str, Meta(max_length=200)] = ""


class SubjectIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the provider knows a desk's person as."""

    subject: Annotated[str, Meta(max_length=255, description="The claim that names them; empty: no longer.")]


async def start(call: Call) -> Reply:
    """Off to the provider."""
    at = _provider(call)
    call.web.login_addresses.check(call.address)
    going = await asyncio.to_thread(at.start)
    location = (b"location", going.url.encode("ascii"))
    return Reply(303, b"", HTML, (location, _binding(call, going.binding)))


async def back(call: Call) -> Reply:
    """Back from the provider: a session, where a desk is theirs. Raises NotSignedIn."""
    at, query = _provider(call), call.query
    call.web.login_addresses.check(call.address)
    said = {name: value for name in ("state", "code", "iss", "error") if (value := getattr(query, name))}
    try:
        who = await asyncio.to_thread(at.back, said, _cookie(call))
        session = await asyncio.to_thread(call.centre.desks.login_verified, who.mark, "a provider", call.address)
    except Unserved:
        call.web.metrics.count("tocsin_logins_total", outcome="refused")
        raise
    call.web.metrics.count("tocsin_logins_total", outcome="done")
    cookies = (session_header(session.secret, is_secure=call.is_secure), _binding(call, ""))
    return Reply(200, PAGE.encode(), HTML, cookies)


async def bind(call: Call) -> DeskLine:
    """Let a desk's person sign in through the provider, or no longer."""
    at, subject = call.web.oidc, call.body.subject.strip()
    if at is None:
        raise Conflict(
            "no provider",
            "This centre signs nobody in through a provider.",
            fix="Name one under [oidc] in its settings.",
        )
    mark = Who(at.issuer, subject).mark if subject else ""
    return await asyncio.to_thread(call.centre.desks.allow_sso, call.actor, call.params["desk"], mark)


def _provider(call: Call) -> OidcLogin:
    if call.web.oidc is None:
        raise NotFound("page", "oidc", [])
    return call.web.oidc


def _binding(call: Call, binding: str) -> tuple[bytes, bytes]:
    """The cookie that ties an attempt to its browser. Lax: the way back begins on the provider's page."""
    name = SECURE_NAME if call.is_secure else PLAIN_NAME
    age = ATTEMPT_SECONDS if binding else 0
    parts = [f"{name}={binding}", "Path=/oidc", f"Max-Age={age}", "HttpOnly", "SameSite=Lax"]
    return b"set-cookie", "; ".join([*parts, "Secure"] if call.is_secure else parts).encode()


def _cookie(call: Call) -> str:
    name = SECURE_NAME if call.is_secure else PLAIN_NAME
    return cookie_parser(call.header(b"cookie")).get(name, "")
