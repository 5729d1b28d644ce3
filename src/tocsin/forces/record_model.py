"""The record of a real operation: what was asked, offered and seen in place, each statement with its source.

docs/FORCES.md, part 14. Nothing in a record is worked out by anybody but its author; what he inferred is named.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from tocsin.forces.model import Base, Count, Id, Text, Title
from tocsin.terms import PartyId

SeenClass = Literal["official text", "official statement", "press", "secondary", "memory"]
"""How a statement was seen; a record of what happened holds nothing invented."""
AskedField = Literal["required", "in_place_by_hours", "sustain_days", "destination"]
UnsetField = Literal[
    "notice_to_move_hours", "transit_hours", "lift_tonnes", "cost_cents", "endurance_days", "location", "valid_from"
]
InferredField = Literal[
    "required",
    "in_place_by_hours",
    "strength",
    "nation",
    "notice_to_move_hours",
    "transit_hours",
    "valid_from",
    "valid_until",
    "on",
    "since",
    "quantity",
]
MilestoneKind = Literal["request", "decision", "order", "operational", "command", "end", "gone"]

OFFICIAL: frozenset[SeenClass] = frozenset({"official text", "official statement"})


class Sourced(Base, frozen=True, kw_only=True):
    """What every statement has: where it was seen, and how."""

    says: Annotated[str, Meta(min_length=1, max_length=400, description="The statement, in the author's words.")]
    source: Annotated[str, Meta(min_length=1, max_length=400, description="Where it was seen.")]
    class_: Annotated[SeenClass, Meta(description="How it was seen.")] = field(name="class")
    conflict: Annotated[Text, Meta(description="What another source says against it.")] = ""
    inferred: Annotated[
        tuple[InferredField, ...], Meta(max_length=10, description="Fields that no source states; they are worked out.")
    ] = ()


class Asked(Sourced, frozen=True, kw_only=True):
    """How a requirement line came by its figures."""

    line: Annotated[Id, Meta(description="The line.")]
    modelled: Annotated[
        tuple[AskedField, ...],
        Meta(max_length=4, description="Fields nobody published; set so that they hold little back."),
    ] = ()


class Offer(Sourced, frozen=True, kw_only=True):
    """How units of the inventory came by their figures."""

    units: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=100, description="The units.")]
    published: Annotated[date, Meta(description="The day its nation's contribution was published.")]
    unset: Annotated[
        tuple[UnsetField, ...],
        Meta(max_length=7, description="Fields nobody published; they stand at what holds nothing back."),
    ] = ()


class Sighting(Sourced, frozen=True, kw_only=True):
    """So much of a line was in place, from a day on and until the next sighting of the same nation."""

    line: Annotated[Id, Meta(description="The line.")]
    on: Annotated[date, Meta(description="The day at whose end that much was surely there.")]
    nation: Annotated[PartyId, Meta(description="Whose; empty: all of them together.")] = PartyId("")
    quantity: Annotated[Count | None, Meta(description="How much, in what the line counts; none: not told.")] = None
    since: Annotated[date | None, Meta(description="The first day on which it may have been there; none: `on`.")] = None
    id: Annotated[str, Meta(max_length=64, description="A name, where another sighting is told instead of it.")] = ""
    instead_of: Annotated[str, Meta(max_length=64, description="The sighting that this source contradicts.")] = ""

    @property
    def first(self) -> date:
        """The first day on which it may have been there."""
        return self.since or self.on


class Milestone(Sourced, frozen=True, kw_only=True):
    """A day that counts for the whole."""

    kind: Annotated[MilestoneKind, Meta(description="What it is.")]
    on: Annotated[date, Meta(description="The day.")]


class Beside(Sourced, frozen=True, kw_only=True):
    """What was published and is not counted, and why."""

    why: Annotated[str, Meta(min_length=1, max_length=400, description="Why it is not counted.")]
    nation: Annotated[PartyId, Meta(description="Whose; empty: nobody's or all of them.")] = PartyId("")


class RecordAbout(Base, frozen=True):
    """What the record is of."""

    case: Annotated[Id, Meta(description="The case of forces.")]
    title: Annotated[Title, Meta(description="The operation, in words.")]
    decisions: Annotated[
        str, Meta(max_length=64, description="The recorded case of its decisions, if there is one.")
    ] = ""


class Record(Base, frozen=True):
    """What was asked, offered and seen."""

    schema: Annotated[int, Meta(ge=1, le=1, description="The format of the file.")]
    record: Annotated[RecordAbout, Meta(description="What it is of.")]
    asked: Annotated[tuple[Asked, ...], Meta(max_length=1000, description="One for every requirement line.")] = ()
    offer: Annotated[tuple[Offer, ...], Meta(max_length=2_000, description="One for every unit.")] = ()
    seen: Annotated[tuple[Sighting, ...], Meta(max_length=400, description="What was seen in place.")] = ()
    milestone: Annotated[tuple[Milestone, ...], Meta(max_length=400, description="Days that count.")] = ()
    beside: Annotated[tuple[Beside, ...], Meta(max_length=400, description="What is not counted.")] = ()

    def statements(self) -> tuple[tuple[str, Sourced], ...]:
        """Every statement with what it is about, in the order of the tables."""
        return (
            *((f"line {one.line}", one) for one in self.asked),
            *((f"offer of {', '.join(one.units)}", one) for one in self.offer),
            *((f"{one.line} {one.nation} on {one.on}".replace("  ", " "), one) for one in self.seen),
            *((f"{one.kind} of {one.on}", one) for one in self.milestone),
            *(("not counted", one) for one in self.beside),
        )
