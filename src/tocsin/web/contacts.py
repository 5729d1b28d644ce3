"""Whom to call out, seat by seat; and what leaves the centre for good: contents and persons' names."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from tocsin.centre import keep
from tocsin.centre.desk_model import DeskLine, Trace
from tocsin.centre.notify.contacts import Contacts
from tocsin.centre.notify.model import ContactLine, NewContact
from tocsin.errors import NotFound
from tocsin.web.call import Call


class ContactIn(NewContact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contact. Its seat is that of the desk, unless an administrator names an office or organ."""

    seat: Annotated[str, Meta(max_length=80, description="Office or organ; empty: the desk's own seat.")] = ""


class ContactOut(Struct, frozen=True, kw_only=True):
    """A new contact."""

    contact: ContactLine
    secret: str
    """What notices to a webhook are signed with. Told this once; empty for e-mail."""


class ContactChecked(Struct, frozen=True, kw_only=True):
    """Whether a check got through."""

    is_through: bool
    why: str
    """Why not."""


class EraseIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why a content is destroyed, in words that the ledger says in public."""

    reason: keep.Reason
    decided_by: keep.DecidedBy


async def contacts(call: Call) -> tuple[ContactLine, ...]:
    """The contacts of the seat; for administrators those of all, without parties' addresses."""
    return await asyncio.to_thread(_contacts(call).list, call.actor)


async def add(call: Call) -> ContactOut:
    """Keep a contact."""
    body: ContactIn = call.body
    line, secret = await asyncio.to_thread(_contacts(call).add, call.actor, body, body.seat)
    await _trace(call, "add contact", f"{line.id} of {line.seat}, told up to {line.told_up_to}")
    return ContactOut(contact=line, secret=secret)


async def drop(call: Call) -> None:
    """Forget a contact."""
    await asyncio.to_thread(_contacts(call).drop, call.actor, call.params["contact"])
    await _trace(call, "forget contact", call.params["contact"])


async def check(call: Call) -> ContactChecked:
    """Send a contact a message that says it is a check."""
    why = await _contacts(call).check(call.actor, call.params["contact"])
    return ContactChecked(is_through=not why, why=why)


async def erase(call: Call) -> keep.Erased:
    """Destroy the substance of a warning for good, on its author's or the secretariat's decision."""
    body: EraseIn = call.body
    return await keep.erase_warning(
        call.centre,
        call.actor,
        call.params["case"],
        call.params["warning"],
        reason=body.reason,
        decided_by=body.decided_by,
    )


async def forget(call: Call) -> DeskLine:
    """Erase the name and the password of a revoked desk's person. The desk's id stays."""
    return await asyncio.to_thread(call.centre.desks.forget, call.actor, call.params["desk"])


async def _trace(call: Call, what: str, detail: str) -> None:
    trace = Trace(what=what, desk=call.actor.desk, seat=call.actor.seat, address=call.address, detail=detail)
    await asyncio.to_thread(call.centre.desks.note, trace)


def _contacts(call: Call) -> Contacts:
    if call.web.callouts is None:
        raise NotFound("page", "contacts", [])
    return call.web.callouts.contacts
