"""What a replay yields: one Report struct that feeds the terminal, the JSON and the HTML page alike."""

from typing import Literal

from msgspec import Struct

from tocsin.terms import PartyId, SourceClass

Mark = Literal["agrees", "consistent", "differs", "open", "noted"]
"""`agrees`: the charter, fed recorded facts only, computes what is recorded. `consistent`: it does so from facts that
the case's author inferred. `differs`: it computes something else. `open`: a fact is missing, and the line names it.
`noted`: a recorded event on which the charter has nothing to compute, or of which nothing is recorded to compare."""

MARKS: tuple[Mark, ...] = ("agrees", "consistent", "differs", "open", "noted")


class Computed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the charter made of one step, without looking at what is recorded."""

    result: str = ""
    """adopted, blocked, open, escalated, broken, unconfirmed, accepted, refused, silence runs, moved, or empty."""
    duty: str = ""
    organ: str = ""
    rule: str = ""
    bound: tuple[PartyId, ...] | None = None
    not_bound: tuple[PartyId, ...] | None = None
    blockers: tuple[PartyId, ...] | None = None
    deadline: str = ""
    deadline_latest: str = ""
    """Where it was computed from a time known as an interval: `deadline` is its earliest, this its latest."""
    effective: str = ""
    effective_latest: str = ""
    moved: tuple[tuple[str, str], ...] = ()
    """An outage: procedure and new deadline of each silence period that it moved."""
    status: str = ""
    reports_to: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    """Who could still have changed it, in words."""


class Side(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of several readings or rival accounts, computed side by side."""

    readings: tuple[str, ...] = ()
    event: str = ""
    """The account, where rival ones are computed."""
    status: str = ""
    why: tuple[str, ...] = ()
    clause: str = ""


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of the case, computed and compared."""

    number: int
    """From 1."""
    at: str
    """ISO 8601; a date where known to the day only."""
    latest: str = ""
    do: str
    by: str = ""
    procedure: str = ""
    """Of the text it belongs to."""
    says: str = ""
    source: str = ""
    source_class: SourceClass
    conflict: str = ""
    inferred: tuple[str, ...] = ()
    mark: Mark
    computed: Computed
    recorded: tuple[tuple[str, str], ...] = ()
    """Field and value, as recorded."""
    differences: tuple[str, ...] = ()
    """Field by field, what is computed and what is recorded, where they differ."""
    missing: tuple[str, ...] = ()
    """The facts that are missing, for an open step."""
    why: tuple[str, ...] = ()
    """The reasons, in words."""
    clauses: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    """Those clauses whose wording was seen only in secondary sources or remembered."""
    sides: tuple[Side, ...] = ()
    decision: bool = False
    """Whether this is a decision step: a close, a silence deadline or its confirmation, or a request's duty."""
    facts: tuple[str, ...] = ()
    """Names of the facts it yielded."""


class Headline(Struct, frozen=True, kw_only=True):
    """A headline time from the first warning, trigger or request: hours as an interval, None while not reached."""

    name: str
    says: str
    hours_least: float | None
    hours_most: float | None


class Run(Struct, frozen=True, kw_only=True):
    """The whole case under one choice of readings."""

    readings: tuple[str, ...] = ()
    lines: tuple[Line, ...]
    counts: dict[Mark, int]
    decisions: int
    decisions_open: int
    headlines: tuple[Headline, ...] = ()
    account: tuple[str, ...] = ()
    """The plain account: one sentence an event that mattered."""


class ReplayReport(Struct, frozen=True, kw_only=True):
    """A replayed case."""

    case: str
    title: str
    summary: str
    charter: str
    charter_title: str
    charter_hash: str
    hypothetical: bool
    names: dict[str, str]
    runs: tuple[Run, ...]
