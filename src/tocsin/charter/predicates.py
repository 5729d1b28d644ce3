"""Conditions on an event: small trees over a closed set of fields, judged yes, no or unknown."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tocsin.charter.rows import RENAME
from tocsin.terms import EventKind, EventObject, Region

EventField = Literal[
    "kind", "victim", "attacker", "external", "object", "territory_of", "region", "requested_by", "overwhelmed"
]
FactName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="Name of a further fact.")]


class Event(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """What is claimed to have happened. A field left out is unknown, which is not the same as no."""

    kind: Annotated[EventKind | None, Meta(description="What it is claimed to be.")] = None
    victim: Annotated[str, Meta(description="Party that was struck or feels threatened.")] = ""
    attacker: Annotated[str, Meta(description="Party that did it, or 'non-state'; empty: unknown.")] = ""
    external: Annotated[bool | None, Meta(description="Whether it was directed from outside the victim.")] = None
    object: Annotated[EventObject | None, Meta(description="What was hit.")] = None
    territory_of: Annotated[
        str, Meta(description="Party on whose territory, or 'international' for the high seas and the like.")
    ] = ""
    region: Annotated[Region | None, Meta(description="In which region.")] = None
    requested_by: Annotated[
        tuple[str, ...] | None, Meta(description="Parties that asked for consultation or help; empty list: nobody did.")
    ] = None
    overwhelmed: Annotated[bool | None, Meta(description="Whether the victim's own capacity is overwhelmed.")] = None
    facts: Annotated[
        dict[FactName, bool], Meta(description="Further facts a charter's conditions may ask for, by name.")
    ] = {}
    on: Annotated[date | None, Meta(description="Day it happened.")] = None
    claimed_by: Annotated[str, Meta(description="Who says so.")] = ""
    says: Annotated[str, Meta(max_length=2000, description="One sentence of our own.")] = ""
    source: Annotated[str, Meta(description="Where it was read.")] = ""


class Predicate(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """Exactly one of: `all`, `any`, `not`, `area`, `fact`, or `field` with one comparison."""

    all: Annotated[tuple["Predicate", ...], Meta(max_length=32, description="Every part holds.")] = ()
    any: Annotated[tuple["Predicate", ...], Meta(max_length=32, description="One part holds.")] = ()
    not_: Annotated["Predicate | None", Meta(description="The part does not hold.")] = None
    area: Annotated[str, Meta(description="The event lies in this `[[area]]`.")] = ""
    fact: Annotated[str, Meta(description="A further fact of the event is so.")] = ""
    field: Annotated[EventField | None, Meta(description="Field of the event that is compared.")] = None
    is_: Annotated[str | bool | None, Meta(description="... equals this.")] = None
    in_: Annotated[tuple[str, ...] | None, Meta(description="... is one of these.")] = None
    group: Annotated[str, Meta(description="... is in this group of parties on the day.")] = ""
    same_as: Annotated[EventField | None, Meta(description="... equals this other field.")] = None
    has: Annotated[EventField | None, Meta(description="... (a list) contains the party in this other field.")] = None
