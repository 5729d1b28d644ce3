"""A recorded case as an officer could write it: dated steps, each with actor, source and recorded outcome.

The recorded outcome is only ever compared; nothing computed depends on it. docs/CASES.md explains the file.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tocsin.alliance.commands import Line, Name, Quantity, RequirementLine
from tocsin.charter.predicates import Event
from tocsin.charter.rows import RENAME, Id
from tocsin.forces.model import RuleId
from tocsin.terms import SourceClass

SCHEMA = 1

StepKind = Literal[
    "note",
    "warn",
    "request",
    "no request",
    "convene",
    "table",
    "amend text",
    "withdraw text",
    "positions",
    "open silence",
    "deliver",
    "outage",
    "deadline",
    "confirm expiry",
    "change forum",
    "close",
    "require",
    "pledge",
    "withdraw pledge",
    "package",
    "attest package",
    "mandate",
    "renew mandate",
    "consent",
    "withdraw consent",
    "deploy",
    "end deployment",
    "report",
    "accede",
    "ratify",
    "give notice",
    "revoke notice",
    "suspend",
    "reinstate",
    "expel",
    "assert status",
    "amend charter",
    "close case",
]
"""`note` is a recorded event on which the charter has nothing to compute."""

When = str
"""ISO 8601 text: a date, or a time with its zone. Files write TOML dates and times; the loader makes them text."""
Parties = Annotated[tuple[Name, ...], Meta(max_length=250)]


class CaseAbout(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`[case]`: what the file is."""

    id: Annotated[Id, Meta(description="Short name, used in commands and file names.")]
    title: Annotated[str, Meta(description="In words.")]
    charter: Annotated[str, Meta(description="The charter it is replayed under: its name, or a path from this file.")]
    summary: Annotated[str, Meta(max_length=2000, description="What happened, in a few sentences of our own.")] = ""
    hypothetical: Annotated[bool, Meta(description="True for an invented case; shown on every page.")] = False
    known: Annotated[date | None, Meta(description="Replay with the charter as it could be known on this day.")] = None
    rival_readings: Annotated[
        tuple[tuple[str, ...], ...],
        Meta(max_length=8, description="Choices of readings under each of which the whole case is replayed."),
    ] = ()


class CaseEvent(Event, kw_only=True, frozen=True):
    """`[[event]]`: one account of what happened; rival accounts are further events."""

    id: Annotated[Id, Meta(description="Short name, used by steps.")]


class Recorded(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`[step.recorded]`: what the sources say came of the step. Only what is given is compared."""

    result: Annotated[
        Literal[
            "adopted",
            "blocked",
            "open",
            "escalated",
            "broken",
            "unconfirmed",
            "accepted",
            "refused",
            "silence runs",
            "moved",
            "",
        ],
        Meta(description="What came of it."),
    ] = ""
    duty: Annotated[
        Literal["triggered", "awaiting", "excluded", "not triggered", "undetermined", ""],
        Meta(description="For a request: how the alliance treated the duty."),
    ] = ""
    organ: Annotated[str, Meta(description="Where it was decided, or where the text went.")] = ""
    bound: Annotated[Parties | None, Meta(description="Who was bound; 'others' stands for all other electors.")] = None
    not_bound: Annotated[Parties | None, Meta(description="Who was not bound.")] = None
    blockers: Annotated[Parties | None, Meta(description="Who blocked.")] = None
    deadline: Annotated[When | None, Meta(description="The deadline that followed.")] = None
    effective: Annotated[When | None, Meta(description="When a notice took effect.")] = None
    status: Annotated[
        str, Meta(description="A party's status afterwards, with what is laid over it: 'member, suspended'.")
    ] = ""


class Step(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """`[[step]]`: one thing that happened. Steps stand in the order in which they happened."""

    at: Annotated[When, Meta(description="A date (known to the day), or a time with its zone.")]
    latest: Annotated[When | None, Meta(description="Latest it can have been, where the sources leave a span.")] = None
    precision: Annotated[
        Literal["day", "hour", "minute", ""],
        Meta(description="How well the time is known; empty: a date to the day, a time to the minute."),
    ] = ""
    do: Annotated[StepKind, Meta(description="What happened, in the engine's terms.")]
    by: Annotated[Name, Meta(description="The actor: party, office or organ of the charter; for 'note' anybody.")] = ""
    says: Annotated[str, Meta(max_length=2000, description="What happened, in a sentence of our own.")]
    source: Annotated[str, Meta(description="Where it was read.")] = ""
    class_: Annotated[SourceClass, Meta(description="How it was seen.")]
    conflict: Annotated[str, Meta(max_length=2000, description="What other sources say instead.")] = ""
    inferred: Annotated[
        tuple[str, ...],
        Meta(description="Fields of this step that no source states and its author inferred, such as 'support'."),
    ] = ()
    unknown: Annotated[
        str, Meta(max_length=300, description="The fact that is missing, where the step cannot be computed without it.")
    ] = ""
    recorded: Annotated[Recorded | None, Meta(description="What came of it, for comparison only.")] = None

    event: Annotated[str, Meta(description="request: the account the request rests on.")] = ""
    rival_events: Annotated[Parties, Meta(description="request: other accounts, computed side by side.")] = ()
    duty: Annotated[str, Meta(description="request, no request, report: the duty appealed to.")] = ""
    readings: Annotated[Parties, Meta(description="request, table: readings the author signs.")] = ()
    procedure: Annotated[Name, Meta(description="Name of the procedure; steps on one text share it.")] = "main"
    new_procedure: Annotated[Name, Meta(description="change forum: name of the procedure in the other organ.")] = ""
    matter: Annotated[str, Meta(description="table: the matter.")] = ""
    organ: Annotated[str, Meta(description="table, convene, change forum: the organ.")] = ""
    rule: Annotated[
        str, Meta(description="table, change forum: the rule, where the organ may decide the matter by several.")
    ] = ""
    text: Annotated[
        str,
        Meta(
            max_length=2000, description="table, amend text, warn, report, close case: what it says, in our own words."
        ),
    ] = ""
    subject: Annotated[str, Meta(description="table: the party it concerns.")] = ""
    support: Annotated[Parties, Meta(description="positions: who supports; 'others' for all electors not named.")] = ()
    object: Annotated[Parties, Meta(description="positions: who objects (in a silence period: who breaks it).")] = ()
    abstain: Annotated[Parties, Meta(description="positions: who abstains.")] = ()
    qualified_abstention: Annotated[Parties, Meta(description="positions: who abstains with a declaration.")] = ()
    absent: Annotated[Parties, Meta(description="positions: who stays away.")] = ()
    question: Annotated[str, Meta(max_length=80, description="positions: the question, where it is not the text.")] = ""
    reservation: Annotated[
        dict[str, Line],
        Meta(max_length=250, description="positions: reservation by party."),
    ] = {}
    deadline: Annotated[When | None, Meta(description="open silence: the deadline.")] = None
    to: Annotated[
        Parties, Meta(description="deliver: who received it ('others' for all); report, warn: recipients.")
    ] = ()
    start: Annotated[When | None, Meta(description="outage: first instant.")] = None
    end: Annotated[
        When | None,
        Meta(description="outage: first instant after it; mandate, renew mandate, consent: when it ends; none: open."),
    ] = None
    lines: Annotated[tuple[RequirementLine, ...], Meta(max_length=200, description="require: the lines.")] = ()
    name: Annotated[
        Name,
        Meta(
            description="warn, pledge, package, mandate, deploy, amend charter: its name; request: optional; a step "
            "that takes back, attests, renews or ends one of them: the name it was given."
        ),
    ] = ""
    line: Annotated[str, Meta(description="pledge: the requirement line.")] = ""
    quantity: Annotated[int, Meta(ge=0, le=10_000_000, description="pledge: how many, in the line's unit.")] = 0
    caveats: Annotated[tuple[Line, ...], Meta(max_length=20, description="pledge: limits on its use.")] = ()
    totals: Annotated[
        dict[str, Quantity],
        Meta(max_length=200, description="package: quantity by line."),
    ] = {}
    rules: Annotated[
        tuple[RuleId, ...],
        Meta(max_length=20, description="attest package: the rules that the plan was found to break; none: lawful."),
    ] = ()
    digest: Annotated[
        Name,
        Meta(
            description="package: its digest, where a source gives it, else one is made from the totals; attest "
            "package: that of what was checked, where it is not the package's."
        ),
    ] = ""
    parties: Annotated[Parties, Meta(description="deploy: who takes part.")] = ()
    host: Annotated[str, Meta(description="deploy, consent: on whose territory.")] = ""
    party: Annotated[str, Meta(description="accede, notice, suspend, expel, assert status: whose.")] = ""
    status: Annotated[str, Meta(description="assert status: the status asserted.")] = ""
    what: Annotated[str, Meta(description="ratify: 'accession/PARTY' or 'amendment/NAME'.")] = ""


class Case(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole case file."""

    schema: Annotated[int, Meta(description="Version of this file format: 1.")]
    case: Annotated[CaseAbout, Meta(description="What the file is.")]
    event: tuple[CaseEvent, ...] = ()
    step: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=2000)]
