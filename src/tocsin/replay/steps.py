"""What each kind of step is: the fields it needs and may have, and what may be recorded of it.

The loader checks files by this table, and the table in docs/CASES.md is made from it.
"""

from typing import Final

from msgspec import Struct

from tocsin.replay.case import StepKind

COMMON: Final = ("at", "latest", "precision", "do", "says", "source", "class", "conflict", "inferred", "unknown")
"""Fields of every step."""

POSITION_FIELDS: Final = ("support", "object", "abstain", "qualified_abstention", "absent")
OUTCOME: Final = ("result", "organ", "bound", "not_bound", "blockers")
NEEDED: Final = ""
"""Stands in `Kind.by` where the actor must be named."""


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of step."""

    says: str
    """What it hands to the engine, in words."""
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    by: str = NEEDED
    """Who acts where the step does not say; empty: it must say."""
    recorded: tuple[str, ...] = ("result",)
    """The fields that may be recorded of it."""
    decides: bool = False
    """Whether a procedure may end with it."""
    rests: bool = False
    """Whether its result rests on the earlier steps of its procedure."""

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields of its own, the actor first."""
        return ("by", *self.needs, *self.may)


KINDS: Final[dict[StepKind, Kind]] = {
    "note": Kind(says="something on which the charter has nothing to compute", by="nobody", recorded=()),
    "warn": Kind(says="a party warns the others", needs=("name", "text"), may=("to",)),
    "request": Kind(
        says="a party asks for what a duty promises",
        needs=("duty", "event"),
        may=("name", "rival_events", "readings"),
        recorded=("result", "duty"),
    ),
    "no request": Kind(says="a party does not ask, which is lawful", needs=("duty",)),
    "convene": Kind(says="an organ is called together", needs=("organ",), recorded=("result", "organ", "deadline")),
    "table": Kind(
        says="a text is put before an organ, which opens the procedure",
        needs=("matter",),
        may=("procedure", "organ", "rule", "text", "subject", "readings"),
        recorded=("result", "organ"),
    ),
    "amend text": Kind(says="a new version of the text; earlier positions lapse", needs=("text",), may=("procedure",)),
    "withdraw text": Kind(says="the text is taken back", may=("procedure",)),
    "positions": Kind(
        says="parties state their positions; at least one list is needed",
        may=("procedure", *POSITION_FIELDS, "question", "reservation"),
        by="each party for itself",
        recorded=("result", "organ", "blockers"),
    ),
    "open silence": Kind(
        says="the text will stand adopted at a deadline unless somebody breaks the silence",
        may=("procedure", "deadline"),
        by="the organ",
        recorded=("result", "deadline"),
    ),
    "deliver": Kind(
        says="the text under silence has reached parties", needs=("to",), may=("procedure",), by="each party for itself"
    ),
    "outage": Kind(
        says="members could not be heard for a time",
        needs=("start", "end"),
        by="the centre",
        recorded=("result", "deadline"),
    ),
    "deadline": Kind(
        says="a deadline passes, usually that of a silence",
        may=("procedure",),
        by="the clock",
        recorded=(*OUTCOME, "status"),
        decides=True,
        rests=True,
    ),
    "confirm expiry": Kind(
        says="the chair confirms a silence that ran out unconfirmed",
        may=("procedure",),
        by="the organ",
        recorded=OUTCOME,
        decides=True,
        rests=True,
    ),
    "change forum": Kind(
        says="the same text goes to another organ that may decide it",
        needs=("organ", "new_procedure"),
        may=("procedure", "rule"),
        recorded=("result", "organ"),
        rests=True,
    ),
    "close": Kind(
        says="the chair closes the discussion or the vote, and the rule decides",
        may=("procedure",),
        by="the organ",
        recorded=OUTCOME,
        decides=True,
        rests=True,
    ),
    "require": Kind(says="what is needed, line by line", needs=("lines",), may=("procedure",), rests=True),
    "pledge": Kind(
        says="a party offers a quantity towards a line", needs=("name", "line", "quantity"), may=("party", "caveats")
    ),
    "withdraw pledge": Kind(says="a pledge is taken back", needs=("name",)),
    "package": Kind(says="a force package is reported by its totals", needs=("name", "totals"), may=("digest",)),
    "attest package": Kind(
        says="a party has checked the plan behind a package, and says what it found",
        needs=("name",),
        may=("rules", "digest"),
    ),
    "mandate": Kind(says="a legal basis is given", needs=("name",), may=("end",)),
    "renew mandate": Kind(says="a mandate in force gets a later end, or none", needs=("name",), may=("end",)),
    "consent": Kind(says="a host state agrees to forces on its territory", may=("host", "end")),
    "withdraw consent": Kind(says="a host state no longer agrees", may=("host",)),
    "deploy": Kind(says="forces or a mission begin", needs=("name",), may=("procedure", "parties", "host"), rests=True),
    "end deployment": Kind(says="forces or a mission end", needs=("name",)),
    "report": Kind(says="a report to whom it is owed", needs=("to",), may=("text", "duty")),
    "accede": Kind(
        says="a party joins", needs=("party",), may=("procedure",), recorded=("result", "status"), rests=True
    ),
    "ratify": Kind(says="a member ratifies", needs=("what",), recorded=("result", "status")),
    "give notice": Kind(
        says="a party gives notice of leaving", may=("party",), recorded=("result", "effective", "status")
    ),
    "revoke notice": Kind(says="a party takes its notice back", may=("party",), recorded=("result", "status")),
    "suspend": Kind(
        says="a member is suspended", needs=("party",), may=("procedure",), recorded=("result", "status"), rests=True
    ),
    "reinstate": Kind(
        says="a suspension is lifted", needs=("party",), may=("procedure",), recorded=("result", "status"), rests=True
    ),
    "expel": Kind(
        says="a member is expelled", needs=("party",), may=("procedure",), recorded=("result", "status"), rests=True
    ),
    "assert status": Kind(
        says="a party says of itself that it has a status",
        needs=("status",),
        may=("party",),
        recorded=("result", "status"),
    ),
    "amend charter": Kind(says="the charter is amended", needs=("name",), may=("procedure",), rests=True),
    "close case": Kind(says="the case ends", may=("text",)),
}
