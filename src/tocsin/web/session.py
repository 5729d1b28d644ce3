"""Signing in and out over the API, entering by a one-time link, and who one is."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from tocsin.centre.desk_model import DeskLine
from tocsin.centre.desk_model import Session as SignedIn
from tocsin.centre.model import Role, Scope
from tocsin.centre.scopes import SCOPES
from tocsin.errors import Overloaded, Unserved
from tocsin.terms import Instant
from tocsin.web.call import Call, csrf_of
from tocsin.web.problems import TOO_OFTEN
from tocsin.web.state import key_of

Password = Annotated[str, Meta(min_length=1, max_length=1_000)]
PersonName = Annotated[str, Meta(min_length=1, max_length=200)]


class SessionIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Name and password."""

    name: PersonName
    password: Password
    desk: Annotated[str, Meta(max_length=80, description="Which desk, for a person who has several.")] = ""


class EnterIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The secret of a one-time link, and the name and password its holder chooses."""

    secret: Annotated[str, Meta(min_length=1, max_length=200, description="The secret in the one-time link.")]
    name: Annotated[str, Meta(min_length=1, max_length=200, description="What to sign in with.")]
    password: Annotated[str, Meta(min_length=1, max_length=1_000, description="12 letters or more, no common word.")]


class PasswordIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One's password, and another one."""

    old: Annotated[Password, Meta(description="The one that holds.")]
    new: Annotated[str, Meta(min_length=1, max_length=1_000, description="12 letters or more, no common word.")]


class SessionOut(Struct, frozen=True, kw_only=True):
    """A session. Its secret is told this once."""

    secret: str
    """Send it as bearer."""
    desk: str
    seat: str
    role: Role
    name: str
    expires: Instant


class Me(Struct, frozen=True, kw_only=True):
    """Who one is at the centre."""

    seat: str
    """The audience one reads as."""
    desk: str
    role: Role
    scopes: tuple[Scope, ...]
    acts_as: tuple[str, ...]
    """Actors of the charter one may act as; empty for the secretariat, which acts as all offices and organs."""
    on_behalf: str
    """The seat one acts for under a delegation, where the request names it."""
    via: str
    """session or token."""
    case_prefix: str
    """What the names of cases one opens must begin with; empty: any name that does not begin with a party's."""
    csrf: str
    """For a browser's session: what to send as X-CSRF-Token with whatever changes something."""


async def log_in(call: Call) -> SessionOut:
    """Sign in."""
    session = await signed_in(call, call.body.name, call.body.password, call.body.desk)
    return SessionOut(
        secret=session.secret,
        desk=session.desk,
        seat=session.seat,
        role=session.role,
        name=session.name,
        expires=session.expires,
    )


async def log_out(call: Call) -> None:
    """End the session; a token stays good until it is dropped."""
    await asyncio.to_thread(call.centre.desks.logout, call.secret)
    call.centre.stir()


async def enter(call: Call) -> DeskLine:
    """Take up an invitation."""
    return await entered(call, call.body.secret, call.body.name, call.body.password)


async def change_password(call: Call) -> None:
    """Choose another password. All sessions of the person end, this one with them."""
    call.web.login_addresses.check(call.address)
    call.web.logins.check(key_of(call.secret))
    desks = call.centre.desks
    await call.web.aside.do(desks.change_password, call.actor, call.body.old, call.body.new)
    call.centre.stir()


async def me(call: Call) -> Me:
    """Who one is."""
    actor = call.actor
    return Me(
        seat=actor.seat,
        desk=actor.desk,
        role=actor.role,
        scopes=tuple(scope for scope in SCOPES if scope in actor.scopes),
        acts_as=tuple(sorted(actor.acts_as)),
        on_behalf=actor.on_behalf,
        via=actor.via,
        case_prefix=call.view.case_prefix(),
        csrf=csrf_of(call.secret) if call.cookie else "",
    )


async def signed_in(call: Call, name: str, password: str, desk: str = "") -> SignedIn:
    """A new session. Raises NotSignedIn, and Overloaded for too many tries."""
    web = call.web
    try:
        web.login_addresses.check(call.address)
        web.logins.check((name.strip().casefold(), call.address))
        session = await call.web.aside.do(call.centre.desks.login, name, password, call.address, desk)
    except Unserved as error:
        is_limited = isinstance(error, Overloaded) and error.code == TOO_OFTEN
        web.metrics.count("tocsin_logins_total", outcome="limited" if is_limited else "refused")
        raise
    web.metrics.count("tocsin_logins_total", outcome="done")
    return session


async def entered(call: Call, secret: str, name: str, password: str) -> DeskLine:
    """The desk of an invitation that was taken up. Raises what is wrong with the link, the name or the password."""
    call.web.login_addresses.check(call.address)
    return await call.web.aside.do(call.centre.desks.enter, secret, name, password)
