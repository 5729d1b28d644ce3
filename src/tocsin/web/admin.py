"""Running a seat and the centre: desks, tokens, keys, delegations, settings, what waits, the trail, the clock.

Who may do which is for the desks to say; here it is only handed on, off the event loop, for it waits for the disk.
"""

import asyncio
import binascii
from base64 import b64decode
from typing import Annotated

from msgspec import Meta, Struct

from tocsin.centre.clock import SimulatedClock
from tocsin.centre.desk_model import (
    DelegationLine,
    DeskLine,
    KeyLine,
    PartySettings,
    PendingLine,
    SettingsLine,
    TokenLine,
    TraceLine,
)
from tocsin.centre.model import Role, Scope
from tocsin.errors import Malformed, NotEntitled
from tocsin.terms import Instant
from tocsin.web.call import Call, Reply
from tocsin.web.commands import answered
from tocsin.web.shape import encode

Id = Annotated[str, Meta(min_length=1, max_length=80)]
Scopes = Annotated[tuple[Scope, ...], Meta(min_length=1, max_length=20, description="What it is good for.")]


class InviteIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A desk for one person."""

    seat: Annotated[Id, Meta(description="Party, office, organ, or 'secretariat'.")]
    role: Role
    deputy_of: Annotated[str, Meta(max_length=80, description="The desk it stands in for; empty: none.")] = ""


class InvitationOut(Struct, frozen=True, kw_only=True):
    """The way to a desk, for one person to take once."""

    desk: str
    seat: str
    role: Role
    secret: str
    """Told this once and kept nowhere."""
    link: str
    """The same as an address to open in a browser."""
    expires: Instant


class RevokeIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why."""

    why: Annotated[str, Meta(max_length=500, description="For the audit trail; name no person.")] = ""


class TokenIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A machine's credential."""

    label: Annotated[str, Meta(min_length=1, max_length=80, description="What it is for.")]
    scopes: Scopes
    days: Annotated[int, Meta(ge=1, le=365, description="For how long.")]


class TokenOut(Struct, frozen=True, kw_only=True):
    """A new token. Its secret is told this once."""

    id: str
    label: str
    scopes: tuple[Scope, ...]
    expires: Instant
    secret: str


class KeyIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A party's own public key."""

    public: Annotated[str, Meta(max_length=100, description="Base64 of the 32 bytes of an Ed25519 public key.")]


class FingerprintIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key's fingerprint as its owner said it, by telephone or in person."""

    fingerprint: Annotated[str, Meta(max_length=80)]


class DelegateIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another seat may act for ours."""

    to: Annotated[Id, Meta(description="The seat that may act for ours.")]
    scopes: Scopes
    until: Annotated[Instant, Meta(description="When it ends.")]


class AuditQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which part of the trail: the newest first."""

    before: Annotated[int, Meta(ge=1, le=2**53, description="Only what has a smaller number.")] | None = None
    limit: Annotated[int, Meta(ge=1, le=1_000, description="At most so many.")] = 100


class ClockIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the clock of a replay or an exercise is to do: one of the three."""

    at: Annotated[Instant | None, Meta(description="Go on to this instant.")] = None
    rate: Annotated[float, Meta(ge=0, le=100_000, description="Simulated seconds a second.")] | None = None
    pause: Annotated[bool, Meta(description="Stand still.")] = False


class ClockOut(Struct, frozen=True, kw_only=True):
    """The clock now."""

    now: Instant
    rate: float
    moved: bool
    """Not, where `at` had passed already: the clock never goes back."""


# desks


async def desks(call: Call) -> tuple[DeskLine, ...]:
    """The desks that this one may see."""
    return await asyncio.to_thread(call.centre.desks.desks, call.actor)


async def invite(call: Call) -> InvitationOut:
    """Make a desk and the one-time link to it."""
    body: InviteIn = call.body
    made = await asyncio.to_thread(call.centre.desks.invite, call.actor, body.seat, body.role, deputy_of=body.deputy_of)
    return InvitationOut(
        desk=made.desk,
        seat=made.seat,
        role=made.role,
        secret=made.secret,
        link=link_to(call, made.secret),
        expires=made.expires,
    )


async def approve(call: Call) -> DeskLine:
    """Let a desk act from now on."""
    return await asyncio.to_thread(call.centre.desks.approve, call.actor, call.params["desk"])


async def revoke(call: Call) -> DeskLine:
    """End a desk with its sessions and tokens, at once."""
    line = await asyncio.to_thread(call.centre.desks.revoke, call.actor, call.params["desk"], call.body.why)
    call.centre.stir()
    return line


# tokens


async def tokens(call: Call) -> tuple[TokenLine, ...]:
    """The tokens of this desk, or of those it runs."""
    return await asyncio.to_thread(call.centre.desks.tokens, call.actor)


async def create_token(call: Call) -> TokenOut:
    """Make a token."""
    body: TokenIn = call.body
    line, secret = await asyncio.to_thread(
        call.centre.desks.create_token, call.actor, body.label, body.scopes, body.days
    )
    return TokenOut(id=line.id, label=line.label, scopes=line.scopes, expires=line.expires, secret=secret)


async def drop_token(call: Call) -> None:
    """End a token."""
    await asyncio.to_thread(call.centre.desks.drop_token, call.actor, call.params["token"])
    call.centre.stir()


# keys


async def keys(call: Call) -> tuple[KeyLine, ...]:
    """The keys of the seat; all of them for administrators."""
    return await asyncio.to_thread(call.centre.desks.keys, call.actor)


async def register_key(call: Call) -> KeyLine:
    """Register a public key; it counts once its fingerprint was confirmed."""
    try:
        public = b64decode(call.body.public, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("'public' is no base64.", field="public", found=call.body.public[:60]) from None
    return await asyncio.to_thread(call.centre.desks.register_key, call.actor, public)


async def confirm_key(call: Call) -> KeyLine:
    """Confirm a key by the fingerprint that its owner said."""
    return await asyncio.to_thread(call.centre.desks.confirm_key, call.actor, call.params["key"], call.body.fingerprint)


async def revoke_key(call: Call) -> KeyLine:
    """End a key. What it signed stays."""
    return await asyncio.to_thread(call.centre.desks.revoke_key, call.actor, call.params["key"])


# delegations


async def delegations(call: Call) -> tuple[DelegationLine, ...]:
    """Those of the seat and to it."""
    return await asyncio.to_thread(call.centre.desks.delegations, call.actor)


async def delegate(call: Call) -> DelegationLine:
    """Let another seat act for ours."""
    body: DelegateIn = call.body
    return await asyncio.to_thread(call.centre.desks.delegate, call.actor, body.to, body.scopes, body.until)


async def end_delegation(call: Call) -> None:
    """End a delegation."""
    await asyncio.to_thread(call.centre.desks.end_delegation, call.actor, call.params["delegation"])
    call.centre.stir()


# settings of a party, and what waits for a second person


async def party_settings(call: Call) -> SettingsLine:
    """What the seat wants of its own commands."""
    return await asyncio.to_thread(call.centre.desks.settings_line, call.actor)


async def set_party_settings(call: Call) -> SettingsLine:
    """Change that."""
    body: PartySettings = call.body
    return await asyncio.to_thread(call.centre.desks.set_settings, call.actor, body)


async def pending(call: Call) -> tuple[PendingLine, ...]:
    """What waits for a second person of the seat."""
    return await asyncio.to_thread(call.centre.desks.pending, call.actor)


async def second(call: Call) -> Reply:
    """Say the same as the first person; it takes effect."""
    return answered(await call.centre.second(call.actor, call.params["pending"]))


async def drop_pending(call: Call) -> None:
    """Let it go; it never had an effect."""
    await asyncio.to_thread(call.centre.desks.drop, call.actor, call.params["pending"])


# the centre


async def audit(call: Call) -> tuple[TraceLine, ...]:
    """The trail of requests, the newest first."""
    query: AuditQuery = call.query
    return await asyncio.to_thread(call.centre.desks.trail, call.actor, query.before, query.limit)


async def set_clock(call: Call) -> ClockOut:
    """Move the clock of a replay or an exercise."""
    body: ClockIn = call.body
    clock = call.centre.clock
    if not isinstance(clock, SimulatedClock):
        raise NotEntitled("live", "A live centre runs on the world's clock.")
    if (body.at is not None) + (body.rate is not None) + body.pause != 1:
        raise Malformed("The clock is told one thing at a time.", accepted="one of 'at', 'rate' and 'pause'")
    moved = body.at is None or body.at >= clock.now()
    if body.at is not None:
        clock.set(body.at)
    else:
        clock.run(body.rate or 0.0)
    told = ClockOut(now=clock.now(), rate=clock.rate, moved=moved)
    call.web.hubs.tell(b"event: clock\ndata: %s\n\n" % encode(told))
    return told


def link_to(call: Call, secret: str) -> str:
    """The address by which a person enters."""
    public = call.web.settings.listen.public_url.rstrip("/")
    here = f"{'https' if call.is_secure else 'http'}://{call.header(b'host')}"
    return f"{public or here}/enter?link={secret}"
