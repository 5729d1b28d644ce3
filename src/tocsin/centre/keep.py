"""What does not stay for ever: contents that must go, the trail of requests, notices that are settled.

Acts, facts and what became of a content are kept for good. A content lies beside its act and can be destroyed; the
ledger then says in public that something was, so that nothing said here may tell what it was.
"""

import asyncio
from typing import Literal

from msgspec import Struct

from tocsin.centre import logs
from tocsin.centre.desk_base import in_person
from tocsin.centre.desk_model import Trace
from tocsin.centre.desks import Desks
from tocsin.centre.model import Actor
from tocsin.centre.notify.store import NotifyStore
from tocsin.centre.runtime import Centre
from tocsin.errors import Conflict, NotEntitled, NotFound
from tocsin.terms import Instant

Reason = Literal[
    "asked for by its author", "the law asks for it", "it holds personal data", "it was handed in by mistake",
]  # fmt: skip
"""Why a content is destroyed, in words that are safe in public: the ledger's notes are for everybody to read."""

DecidedBy = Literal["its author", "the secretariat"]

SWEEP_SECONDS = 3_600.0


class Erased(Struct, frozen=True, kw_only=True):
    """A content is gone."""

    case: str
    warning: str
    at: Instant
    entry: int
    """Of the act that it lay beside; the act stays."""
    note: int
    """The ledger's entry that says so."""
    not_reached: str = (
        "Backups, exports, proofs that show it, and what its readers kept. Replace the backups, and ask its readers."
    )


async def erase_warning(
    centre: Centre,
    by: Actor,
    case: str,
    warning: str,
    *,
    reason: Reason,
    decided_by: DecidedBy,
) -> Erased:
    """Destroy the substance of a warning for good, and say so in the ledger. For an administrator, on a decision.

    The secretariat sees no substance and so names it by case and warning, which are facts. Raises NotEntitled,
    NotFound where there is no such warning, and Conflict where it is gone already.
    """
    if "admin" not in by.scopes:
        raise NotEntitled("no scope", "Only an administrator destroys a content.", fix="Ask the secretariat.")
    in_person(by)
    entry = centre.board.entry_of.get((case, warning))
    if entry is None:
        raise NotFound("warning", warning, [])
    if (await centre.contents(entry))[0] is None:
        raise Conflict("erased already", f"The substance of '{warning}' in '{case}' is gone already.")
    who = f"desk {by.desk} of the secretariat, on the word of {decided_by}"
    note = await asyncio.to_thread(centre.ledger.erase, [(entry, 0)], by=who, reason=reason)
    await centre.checkpoint()
    trace = Trace(
        what="erase warning",
        desk=by.desk,
        seat=by.seat,
        detail=f"entry {entry}, {reason}, on the word of {decided_by}",
    )
    await asyncio.to_thread(centre.desks.note, trace)
    centre.metrics.count("tocsin_erasures_total")
    return Erased(case=case, warning=warning, at=centre.clock.now(), entry=entry, note=note)


def sweep(desks: Desks, notices: NotifyStore, now: Instant, audit_days: int) -> None:
    """Remove what has run out: sessions, invitations, pending acts, the trail past its days, settled notices."""
    desks.sweep(audit_days)
    notices.sweep(now)


async def sweep_hourly(centre: Centre, notices: NotifyStore, seconds: float = SWEEP_SECONDS) -> None:
    """Sweep now and then, for ever. One that fails is written to the log."""
    while True:
        try:
            now, days = centre.clock.now(), centre.settings.audit_days
            await asyncio.to_thread(sweep, centre.desks, notices, now, days)
            await asyncio.to_thread(centre.notebook.sweep)
        except Exception as error:  # noqa: BLE001  # the next one tries again
            logs.trouble("sweep", "What has run out could not be removed", error)
        await asyncio.sleep(seconds)
