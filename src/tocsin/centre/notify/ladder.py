"""The ladder: whom to tell when. Rung 1 at once, the next one when its wait is over and nobody acknowledged."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from tocsin.centre.notify.model import Contact, Delivery
from tocsin.terms import Instant

MINUTE_US = 60_000_000
ATTEMPTS_MAX = 6
PAUSES_SECONDS = (10, 30, 60, 300, 900)
"""Before the second attempt, the third, and so on."""


def due(
    made: Instant, contacts: Sequence[Contact], so_far: Mapping[str, Delivery]
) -> Iterator[tuple[Instant, Contact]]:
    """When each contact that is still to be told is due, if nobody acknowledges before.

    A rung of which nobody can be reached holds up nobody: the next one is due with it.
    """
    at = made
    for _, rung in groupby(sorted(contacts, key=lambda contact: contact.rung), key=lambda contact: contact.rung):
        told = list(rung)
        for contact in told:
            delivery = so_far.get(contact.id)
            if delivery is None:
                yield at, contact
            elif delivery.state == "failed":
                yield max(at, delivery.next_at), contact
        if not all((found := so_far.get(contact.id)) and found.state == "given up" for contact in told):
            at = Instant(at + max(contact.wait_minutes for contact in told) * MINUTE_US)


def after_attempt(
    before: Delivery | None, contact: Contact, now: Instant, *, is_sent: bool, is_final: bool
) -> Delivery:
    """What becomes of a delivery by one more attempt."""
    attempts = (before.attempts if before else 0) + 1
    if is_sent:
        return Delivery(contact=contact.id, state="sent", attempts=attempts, next_at=now)
    if is_final or attempts >= ATTEMPTS_MAX:
        return Delivery(contact=contact.id, state="given up", attempts=attempts, next_at=now)
    pause = PAUSES_SECONDS[min(attempts, len(PAUSES_SECONDS)) - 1]
    return Delivery(contact=contact.id, state="failed", attempts=attempts, next_at=Instant(now + pause * 1_000_000))
