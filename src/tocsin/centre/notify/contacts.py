"""A seat's contacts, kept by those who run the seat. The administrator sees that they work, not whose they are."""

import asyncio
import base64
import secrets
from collections.abc import Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address

from tocsin.centre.desk_base import in_person
from tocsin.centre.feeds import cursor_position
from tocsin.centre.law import Law
from tocsin.centre.model import Actor
from tocsin.centre.notify.model import (
    CONTACTS_MAX,
    Channel,
    Contact,
    ContactLine,
    Message,
    NewContact,
    Undelivered,
    lower,
)
from tocsin.centre.notify.notifier import Office
from tocsin.centre.notify.senders import SECRET_PREFIX, Sender, WebhookSender
from tocsin.centre.notify.store import NotifyStore, Tally
from tocsin.centre.notify.words import BANNERS
from tocsin.errors import Conflict, Malformed, NotEntitled, NotFound

CHECK_SUBJECT = "Check of your contact at the centre"
CHECK_TEXT = "This is a check. Nothing has happened. Whoever set up this contact at the centre asked for it."


class Contacts:
    """Who is told, seat by seat."""

    def __init__(self, office: Office, law: Law, store: NotifyStore, senders: Mapping[Channel, Sender]) -> None:
        self._office, self._law, self._store, self._senders = office, law, store, senders

    def add(self, by: Actor, new: NewContact, seat: str = "") -> tuple[ContactLine, str]:
        """Keep a contact of the desk's seat, or of an office or organ. For a webhook also its secret, shown once.

        Raises NotEntitled, Malformed for an address nothing would reach, and Conflict where there are too many.
        """
        in_person(by)
        seat = self._seat(by, seat)
        self._check_address(new)
        held = self._store.contacts(seat)
        if len(held) >= CONTACTS_MAX:
            raise Conflict("too many contacts", f"{seat} has {len(held)} contacts already.", fix="Remove one first.")
        if any(row.channel == new.channel and row.address == new.address for row, _ in held):
            raise Conflict("contact there", f"{seat} has a contact with this address.", fix="Remove that one first.")
        is_webhook = new.channel == "webhook"
        contact = Contact(
            channel=new.channel,
            address=new.address,
            label=new.label,
            rung=new.rung,
            wait_minutes=new.wait_minutes,
            clearance=new.clearance,
            id=f"c-{secrets.token_hex(6)}",
            seat=seat,
            secret=SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode() if is_webhook else "",
            made=self._office.clock.now(),
            made_by=by.desk,
        )
        self._store.add(contact, cursor_position(self._office.cursor(seat)) or 0)
        return self._line(contact, None, by), contact.secret

    def list(self, by: Actor) -> tuple[ContactLine, ...]:
        """The contacts of the desk's seat; for an administrator those of all, without parties' addresses."""
        rows = self._store.contacts("" if "admin" in by.scopes else self._seat(by, ""))
        return tuple(self._line(contact, tally, by) for contact, tally in rows)

    def drop(self, by: Actor, contact: str) -> None:
        """Forget a contact of the desk's seat. Raises NotFound where it has none of that id."""
        in_person(by)
        self._store.drop(self._own(by, contact).id)

    async def check(self, by: Actor, contact: str) -> str:
        """Send a contact a message that says it is a check. Why it did not get through; empty where it did."""
        found = self._own(by, contact)
        sender = self._senders.get(found.channel)
        if sender is None:
            return f"the centre's settings have no {found.channel}"
        mode = self._office.view(found.seat).situation().mode
        banner = BANNERS.get(mode, mode.upper())
        said = Message(
            id=secrets.token_hex(16),
            subject=f"{banner}: {CHECK_SUBJECT}" if banner else CHECK_SUBJECT,
            text="\n\n".join(part for part in (banner, CHECK_TEXT) if part) + "\n",
            mode=mode,
            at=self._office.clock.now(),
        )
        try:
            await asyncio.to_thread(sender.send, found, said)
        except Undelivered as problem:
            return problem.why
        return ""

    def _seat(self, by: Actor, seat: str) -> str:
        """The seat whose contacts are meant. An administrator keeps those of offices and organs, never a party's: else
        they could have another's calls sent to themselves."""
        seat = seat or by.seat
        is_own = seat == by.seat and not by.on_behalf
        if (is_own and by.scopes & {"manage", "admin"}) or (
            "admin" in by.scopes and seat not in self._law.parties and seat in self._law.names
        ):
            return seat
        raise NotEntitled(
            "no scope", "This desk does not keep contacts.", fix="Ask the head of the seat, or the administrator."
        )

    def _own(self, by: Actor, contact: str) -> Contact:
        rows = [row for row, _ in self._store.contacts() if row.id == contact]
        if rows:
            try:
                self._seat(by, rows[0].seat)
            except NotEntitled:
                rows = []
        if not rows:
            raise NotFound("contact", contact, [])
        return rows[0]

    def _check_address(self, new: NewContact) -> None:
        if new.channel == "mail":
            try:
                parts = Address(addr_spec=new.address)
                is_plain = bool(parts.username and parts.domain) and new.address.isascii() and new.address.isprintable()
            except (HeaderParseError, ValueError, IndexError):
                is_plain = False
            if not is_plain or len(new.address) > 254:
                raise Malformed(
                    "That is no e-mail address.", field="address", found=new.address[:80], accepted="name@example.int"
                )
        sender = self._senders.get(new.channel)
        if sender is None:
            raise Malformed(
                f"This centre sends nothing by {new.channel}.",
                field="channel",
                found=new.channel,
                accepted=", ".join(self._senders) or "none: the centre's settings name no mail server and no webhook",
            )
        if isinstance(sender, WebhookSender) and (why := sender.check(new.address)):
            raise Malformed(
                f"Nothing would be posted there: {why}.",
                field="address",
                found=new.address[:80],
                fix="The administrator names the host under [[webhook]].",
            )

    def _line(self, contact: Contact, tally: Tally | None, by: Actor) -> ContactLine:
        sender = self._senders.get(contact.channel)
        try:
            told_up_to = lower(contact.clearance, sender.ceiling(contact)) if sender else "TLP:CLEAR"
        except Undelivered:  # its host is no longer in the settings
            told_up_to = "TLP:CLEAR"
        is_theirs = contact.seat in self._law.parties and contact.seat != by.seat
        return ContactLine(
            id=contact.id,
            seat=contact.seat,
            channel=contact.channel,
            address="" if is_theirs else contact.address,
            label="" if is_theirs else contact.label,
            rung=contact.rung,
            wait_minutes=contact.wait_minutes,
            clearance=contact.clearance,
            told_up_to=told_up_to,
            sent=tally.sent if tally else 0,
            failed=tally.failed if tally else 0,
            last=tally.last if tally else None,
            trouble=tally.trouble if tally else "",
        )
