"""Requirement, inventory and force package in the field's terms. Whole numbers in named units, no floats.

Hours count from 00:00 UTC of the day of activation; a date stands for 00:00 UTC of that day. docs/FORCES.md says
what each field does to a package.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct, field

from tocsin.terms import PartyId

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9().-]{0,63}$")]
"""A short name without spaces, as charters have them."""
FileName = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,79})?$")]
"""The name of a file beside another, without a folder; or none."""
Text = Annotated[str, Meta(max_length=400)]
Title = Annotated[str, Meta(min_length=1, max_length=80)]
Quantity = Annotated[int, Meta(ge=1, le=10_000_000)]
Count = Annotated[int, Meta(ge=0, le=10_000_000_000)]
Hours = Annotated[int, Meta(ge=0, le=100_000)]
Days = Annotated[int, Meta(ge=0, le=4_000)]
Tonnes = Annotated[int, Meta(ge=0, le=10_000_000)]
Cents = Annotated[int, Meta(ge=0, le=1_000_000_000_000_000)]
Percent = Annotated[int, Meta(ge=0, le=100)]

OperationType = Literal["collective defence", "rapid reaction", "peacekeeping", "disaster relief", "border security"]
Scope = Literal["task", "area", "phase"]
GateKind = Literal["host consent", "transit permission", "status of forces"]
Objective = Literal["shortfall", "closure", "cost", "fairness"]
"""Weighted shortfall; hour by which all is in place; cost; what nations bear beyond their fair shares."""
Figure = Literal["notice_to_move_hours", "transit_hours", "lift_tonnes", "cost_cents", "endurance_days"]
"""Figures of a unit that its nation may have left unpublished."""
Principle = Literal["capacity", "benefit", "equal"]
"""What a fair share of the burden is measured by: capacity to pay, benefit, or the same for all."""

ChangeKind = Literal[
    "transit",
    "own-lift",
    "tonnes",
    "assets",
    "notice",
    "offer-from",
    "extend",
    "rotate",
    "drop-caveat",
    "mandate",
    "mandate-end",
    "gate",
    "gate-end",
    "cap",
    "one-nation",
    "deadline",
    "pledge",
]
"""Every kind of change that could fill a line, in the order in which equal prices are told apart."""

RuleId = Literal[
    "inputs",
    "digest",
    "known",
    "capability",
    "caveat",
    "endurance",
    "transit",
    "notice",
    "validity",
    "mandate",
    "gate",
    "once",
    "lift",
    "one nation",
    "cap",
    "figures",
]
"""Every rule that a package must keep, in the order in which they are checked."""

RULES: tuple[RuleId, ...] = get_args(RuleId)

HeldBy = Literal[RuleId, "free"]
"""What keeps a unit from a line: a rule, or nothing but the plan, as another objective comes first."""


class Base(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What all tables share: unknown fields are mistakes, and nothing changes once it is read."""


# what is needed


class Capability(Base, frozen=True):
    """What a unit can do, by a code that names no nation."""

    id: Annotated[Id, Meta(description="The code.")]
    name: Annotated[Title, Meta(description="The code in words.")]
    counted: Annotated[Title, Meta(description="What its strength counts, such as 'persons' or 'aircraft'.")]
    substitutes: Annotated[
        tuple[Id, ...], Meta(max_length=50, description="Capabilities that may stand in for it, one for one.")
    ] = ()


class RequirementLine(Base, frozen=True):
    """One line of what is needed. It names a capability, never a nation."""

    id: Annotated[Id, Meta(description="Name of the line.")]
    capability: Annotated[Id, Meta(description="What is needed.")]
    required: Annotated[Quantity, Meta(description="How many, in what the capability counts.")]
    destination: Annotated[Id, Meta(description="Where.")]
    in_place_by_hours: Annotated[Hours, Meta(description="When all of it must be in place, after activation.")]
    priority: Annotated[int, Meta(ge=1, le=1000, description="Order in which lines are filled; 1 comes first.")]
    weight: Annotated[int, Meta(ge=1, le=1000, description="What one missing of it weighs in the shortfall.")] = 1
    sustain_days: Annotated[Days, Meta(description="How long it is needed once in place.")] = 0
    tasks: Annotated[tuple[Id, ...], Meta(max_length=50, description="Tags of what it will do.")] = ()
    phase: Annotated[str, Meta(max_length=64, description="Phase of the operation it belongs to.")] = ""
    one_nation_percent: Annotated[
        Annotated[int, Meta(ge=1, le=100)] | None,
        Meta(description="At most so many per cent of what is required come from one nation; none: no such rule."),
    ] = None
    essential: Annotated[bool, Meta(description="Whether the package fails without it.")] = False
    substitutes: Annotated[
        Annotated[tuple[Id, ...], Meta(max_length=50)] | None,
        Meta(description="Capabilities that may stand in here; empty: none; left out: those of the capability."),
    ] = None

    @property
    def ends_hours(self) -> int:
        """The hour, after activation, at which it is needed no longer."""
        return self.in_place_by_hours + 24 * self.sustain_days


class Lift(Base, frozen=True):
    """A bucket of lift: what can leave at one hour, such as four heavy aircraft."""

    leaves_hours: Annotated[Hours, Meta(description="When it leaves, after activation.")]
    tonnes: Annotated[Tonnes, Meta(description="What one of them carries.")]
    count: Annotated[int, Meta(ge=1, le=10_000, description="How many leave.")] = 1
    asset: Annotated[str, Meta(max_length=64, description="What kind they are, such as 'heavy'.")] = ""


class Cap(Base, frozen=True):
    """What a nation keeps back for itself."""

    nation: Annotated[PartyId, Meta(description="The nation.")]
    counted: Annotated[Title, Meta(description="Of what it applies to, such as 'persons'.")]
    percent: Annotated[Percent, Meta(description="At most so many per cent of the strength it pledged may be sent.")]


class Mandate(Base, frozen=True):
    """A national mandate: what a nation's constitution asks before its units leave."""

    nation: Annotated[PartyId, Meta(description="The nation.")]
    lead_hours: Annotated[Hours, Meta(description="How long after activation it is there.")]
    until: Annotated[date | None, Meta(description="The day it ends; none: open.")] = None
    source: Annotated[Text, Meta(description="Where that is seen.")] = ""


class Gate(Base, frozen=True):
    """A permission of another state, without which units cannot get to a destination or stay there."""

    kind: Annotated[GateKind, Meta(description="Which permission.")]
    given_by: Annotated[PartyId, Meta(description="The state that gives it.")]
    destination: Annotated[Id, Meta(description="The destination it is about.")]
    from_: Annotated[date | None, Meta(description="The day it begins; none: it is not given.")] = field(
        default=None, name="from"
    )
    until: Annotated[date | None, Meta(description="The day it ends; none: open.")] = None
    nations: Annotated[
        tuple[PartyId, ...], Meta(max_length=200, description="Whom it is asked of; empty: everybody.")
    ] = ()
    source: Annotated[Text, Meta(description="Where that is seen.")] = ""


class Share(Base, frozen=True):
    """What a nation's fair share of the burden is measured by."""

    nation: Annotated[PartyId, Meta(description="The nation.")]
    capacity: Annotated[Count, Meta(description="Its capacity to pay, such as its product in millions.")] = 0
    benefit: Annotated[Count, Meta(description="What it has from the operation, in any one measure.")] = 0
    source: Annotated[Text, Meta(description="Where that is seen.")] = ""


class Price(Base, frozen=True):
    """What a change is reckoned to cost those who are asked, in points: a convention, for planners to replace."""

    change: Annotated[ChangeKind, Meta(description="The kind of change.")]
    base: Annotated[Count, Meta(description="For asking at all.")] = 0
    each: Annotated[Count, Meta(description="For each hour, day, tonne, per cent or head of it.")] = 0
    counted: Annotated[
        str, Meta(max_length=80, description="Only for pledges of what is counted so, such as 'persons'.")
    ] = ""


class About(Base, frozen=True):
    """What the case is."""

    id: Annotated[Id, Meta(description="Name of the case.")]
    title: Annotated[Title, Meta(description="The same in words.")]
    operation: Annotated[OperationType, Meta(description="Type of operation.")]
    activation: Annotated[date, Meta(description="Day zero: hours count from 00:00 UTC of it.")]
    until: Annotated[
        date | None, Meta(description="The day the operation's own mandate ends; peacekeeping must say it.")
    ] = None
    exit_days: Annotated[
        Days | None,
        Meta(description="How long it takes to leave before `until`; none: as long as the slowest transit."),
    ] = None
    within_hours: Annotated[
        Hours | None, Meta(description="No line may be in place later, as where a standing arrangement promises it.")
    ] = None
    hypothetical: Annotated[bool, Meta(description="Whether it is made up.")] = False
    summary: Annotated[Text, Meta(description="What happened and what is asked.")] = ""
    inventory: Annotated[
        FileName, Meta(description="What it is planned from: a file beside the case, or the name of a shipped one.")
    ] = ""


class ForceCase(Base, frozen=True):
    """All that is asked, and on what terms."""

    schema: Annotated[int, Meta(ge=1, le=1, description="The format of the file.")]
    case: Annotated[About, Meta(description="What the case is.")]
    line: Annotated[tuple[RequirementLine, ...], Meta(min_length=1, max_length=1000, description="Requirement lines.")]
    capability: Annotated[
        tuple[Capability, ...], Meta(max_length=500, description="Codes of its own, beside those that ship.")
    ] = ()
    lift: Annotated[tuple[Lift, ...], Meta(max_length=60, description="Lift by bucket.")] = ()
    cap: Annotated[tuple[Cap, ...], Meta(max_length=1000, description="National caps.")] = ()
    mandate: Annotated[tuple[Mandate, ...], Meta(max_length=300, description="National mandates.")] = ()
    gate: Annotated[tuple[Gate, ...], Meta(max_length=500, description="Permissions of other states.")] = ()
    share: Annotated[tuple[Share, ...], Meta(max_length=300, description="What fair shares are measured by.")] = ()
    price: Annotated[
        tuple[Price, ...], Meta(max_length=100, description="Prices of changes, in the place of those that ship.")
    ] = ()

    @property
    def counted(self) -> dict[str, str]:
        """By capability: what its strength counts."""
        return {capability.id: capability.counted for capability in self.capability}


# what is offered


class Caveat(Base, frozen=True):
    """A limit a nation puts on the use of a unit."""

    hard: Annotated[bool, Meta(description="Whether it forbids; a soft one is only told.")]
    scope: Annotated[Scope, Meta(description="What of a line it speaks of: its tasks, its destination or its phase.")]
    tag: Annotated[Id, Meta(description="The task, destination or phase.")]
    source: Annotated[Text, Meta(description="Where it is declared.")] = ""


class Unit(Base, frozen=True):
    """A unit that a nation pledges. It is sent whole or not at all."""

    id: Annotated[Id, Meta(description="Name of the unit, unique in the inventory.")]
    nation: Annotated[PartyId, Meta(description="ISO 3166-1 alpha-3 code, or XAA to XZZ for an invented state.")]
    name: Annotated[Title, Meta(description="The unit in words.")]
    capability: Annotated[Id, Meta(description="What it can do.")]
    strength: Annotated[Quantity, Meta(description="How many, in what the capability counts.")]
    location: Annotated[Title, Meta(description="Where it lies.")]
    notice_to_move_hours: Annotated[Hours, Meta(description="How long after activation it is ready to leave.")]
    transit_hours: Annotated[
        dict[Id, Hours],
        Meta(min_length=1, max_length=100, description="Hours by destination; 'any' holds for all not named."),
    ]
    cost_cents: Annotated[Cents, Meta(description="What sending it costs.")]
    lift_tonnes: Annotated[Tonnes, Meta(description="Lift it needs; 0 where it deploys by itself.")] = 0
    self_deploying: Annotated[bool, Meta(description="Whether it needs no lift.")] = False
    endurance_days: Annotated[Days, Meta(description="How long it lasts in place.")] = 0
    rotates: Annotated[bool, Meta(description="Whether its nation relieves it before it is worn out.")] = False
    valid_from: Annotated[date | None, Meta(description="First day of the offer; none: at once.")] = None
    valid_until: Annotated[date | None, Meta(description="The day the offer ends; none: open.")] = None
    caveats: Annotated[tuple[Caveat, ...], Meta(max_length=20, description="Limits on its use.")] = ()
    source: Annotated[Text, Meta(description="Where the offer is seen; real states need one.")] = ""
    unset: Annotated[tuple[Figure, ...], Meta(max_length=5, description="Figures nobody published; they are 0.")] = ()


# what is sent


class Assignment(Base, frozen=True):
    """One unit on one line, with what follows from the inputs."""

    unit: Annotated[Id, Meta(description="The unit.")]
    line: Annotated[Id, Meta(description="The line.")]
    nation: Annotated[PartyId, Meta(description="The unit's nation.")]
    strength: Annotated[Quantity, Meta(description="The unit's strength.")]
    ready_hours: Annotated[int, Meta(description="When it can leave at the earliest, after activation.")]
    leave_by_hours: Annotated[int, Meta(description="When it must have left.")]
    in_place_from_hours: Annotated[int, Meta(description="When it is in place at the earliest.")]
    soft: Annotated[tuple[Id, ...], Meta(description="Tags of soft caveats that meet the line.")] = ()


class LineTotal(Base, frozen=True):
    """The four counters of a requirement line."""

    line: Annotated[Id, Meta(description="The line.")]
    required: Annotated[Count, Meta(description="What is asked.")]
    pledged: Annotated[Count, Meta(description="Strength of all units that have the capability or one that stands in.")]
    filled: Annotated[Count, Meta(description="Strength of the units assigned.")]
    shortfall: Annotated[Count, Meta(description="What is missing.")]


class ForcePackage(Base, frozen=True):
    """Who serves where, the totals of it, and a digest that stands for all of it."""

    case: Annotated[Id, Meta(description="The case.")]
    inputs: Annotated[str, Meta(max_length=80, description="Digest of case and inventory.")]
    algorithm: Annotated[Title, Meta(description="What found it, with its version.")]
    assignments: Annotated[tuple[Assignment, ...], Meta(max_length=20_000, description="In order of unit.")]
    totals: Annotated[tuple[LineTotal, ...], Meta(max_length=1000, description="One a line, in the case's order.")]
    weighted_shortfall: Annotated[int, Meta(description="Sum of weight times shortfall.")]
    cost_cents: Annotated[int, Meta(description="Sum of the units' costs.")]
    closure_hours: Annotated[int, Meta(description="The first hour by which all of it can be in place.")]
    digest: Annotated[str, Meta(max_length=80, description="Digest of all the other fields.")]


class Break(Base, frozen=True):
    """A rule that a package breaks, and where."""

    rule: Annotated[RuleId, Meta(description="The rule.")]
    says: Annotated[str, Meta(description="What is wrong, in words.")]
    unit: Annotated[str, Meta(description="The unit, where it is about one.")] = ""
    line: Annotated[str, Meta(description="The line, where it is about one.")] = ""
    nation: Annotated[str, Meta(description="The nation, where it is about one.")] = ""


class Blocked(Base, frozen=True):
    """Units that could serve a line by their capability and do not, all for one rule."""

    rule: Annotated[HeldBy, Meta(description="The rule that each of them would break first; 'free': none.")]
    units: Annotated[tuple[str, ...], Meta(description="The units.")]
    strength: Annotated[int, Meta(description="Their strength.")]


class Unfilled(Base, frozen=True):
    """Why a line is not filled."""

    line: Annotated[str, Meta(description="The line.")]
    shortfall: Annotated[int, Meta(description="What is missing.")]
    essential: Annotated[bool, Meta(description="Whether the package fails without it.")]
    rule: Annotated[HeldBy, Meta(description="The rule that holds back most; 'capability': nothing more is pledged.")]
    says: Annotated[str, Meta(description="The same in words.")]
    blocked: Annotated[tuple[Blocked, ...], Meta(description="All that is held back, most strength first.")] = ()


class Stage(Base, frozen=True):
    """One objective of a search, made as small as could be found while those before it keep their values."""

    objective: Annotated[Objective, Meta(description="What is made small.")]
    greedy: Annotated[int, Meta(description="What the package it began with comes to: found at once, or standing.")]
    value: Annotated[int, Meta(description="What was reached.")]
    bound: Annotated[int, Meta(description="No lawful package that keeps the objectives before has less.")]
    proved: Annotated[bool, Meta(description="Whether value and bound are the same.")]


class Search(Base, frozen=True):
    """How a package was looked for, and how good it is known to be."""

    solver: Annotated[Title, Meta(description="The solver, with its version.")]
    stages: Annotated[tuple[Stage, ...], Meta(max_length=4, description="In the order in which they were asked.")]
    fairness: Annotated[Principle, Meta(description="What a fair share is measured by.")]
    reproducible: Annotated[bool, Meta(description="Whether the same inputs give it again: no clock stopped it.")]


class Relief(Base, frozen=True):
    """A unit that its nation relieves, as it lasts shorter than its line."""

    unit: Annotated[str, Meta(description="The unit.")]
    line: Annotated[str, Meta(description="The line.")]
    nation: Annotated[str, Meta(description="Who relieves it.")]
    rotations: Annotated[
        int | None, Meta(description="How many contingents must follow; none: nobody said how long one lasts.")
    ]
    every_days: Annotated[int, Meta(description="How long a contingent lasts; 0 where nobody said.")]
    relieved_by_hours: Annotated[int, Meta(description="By when the next one must be in place, after activation.")]
    told_by_hours: Annotated[int, Meta(description="By when it must be told: its notice to move and transit before.")]


class MandateCourse(Base, frozen=True):
    """When an operation's mandate must be renewed or left, and who must be relieved until then."""

    ends: Annotated[date | None, Meta(description="The day the mandate ends; none: it has no end.")]
    exit_days: Annotated[int, Meta(description="How long the exit takes.")]
    exit_begins: Annotated[date | None, Meta(description="When it must begin, unless the mandate is renewed.")]
    renew_by: Annotated[date | None, Meta(description="By when that must be decided.")]
    rests_on: Annotated[str, Meta(description="The unit whose times set that day; empty: the exit sets it.")]
    reliefs: Annotated[tuple[Relief, ...], Meta(description="Who must be relieved, the first to be told first.")] = ()


class Changed(Base, frozen=True):
    """A line, before and after."""

    line: Annotated[str, Meta(description="The line.")]
    required: Annotated[int, Meta(description="What is asked.")]
    shortfall_before: Annotated[int, Meta(description="What was missing.")]
    shortfall: Annotated[int, Meta(description="What is missing now.")]


class Borne(Base, frozen=True):
    """What a nation bears, before and after."""

    nation: Annotated[str, Meta(description="The nation.")]
    cost_cents_before: Annotated[int, Meta(description="What its units cost.")]
    cost_cents: Annotated[int, Meta(description="What they cost now.")]


class WhatIf(Base, frozen=True):
    """What was changed, and what came of it, against the package that stood before."""

    options: Annotated[tuple[str, ...], Meta(description="The changes, as options of `forces what-if`.")]
    points: Annotated[int, Meta(description="Their prices, added up.")]
    line: Annotated[str, Meta(description="The line that was filled first; empty: none.")]
    package: Annotated[str, Meta(description="Digest of the package that stood before.")]
    weighted_shortfall_before: Annotated[int, Meta(description="What was missing, weighed.")]
    cost_cents_before: Annotated[int, Meta(description="What it cost.")]
    closure_hours_before: Annotated[int, Meta(description="By when all of it could be in place.")]
    lines: Annotated[tuple[Changed, ...], Meta(description="In the case's order.")]
    nations: Annotated[tuple[Borne, ...], Meta(description="Nations that bear something, before or after.")]
    caution: Annotated[
        str, Meta(description="Why the two do not compare like with like, in words; empty: they do.")
    ] = ""


class Plan(Base, frozen=True):
    """A package with all that is needed to check it."""

    hypothetical: Annotated[bool, Meta(description="Whether forces in it are invented.")]
    case: Annotated[ForceCase, Meta(description="What was asked.")]
    units: Annotated[tuple[Unit, ...], Meta(max_length=20_000, description="What was offered.")]
    package: Annotated[ForcePackage, Meta(description="What is sent.")]
    unfilled: Annotated[tuple[Unfilled, ...], Meta(description="Why lines are not filled.")] = ()
    search: Annotated[Search | None, Meta(description="How it was looked for; none: at once.")] = None
    mandate_course: Annotated[
        MandateCourse | None, Meta(description="Renewal, exit and reliefs, where the operation has any.")
    ] = None
    what_if: Annotated[WhatIf | None, Meta(description="What was changed; none: nothing.")] = None
    notes: Annotated[
        tuple[str, ...], Meta(description="What case or inventory name and the other does not know; no rule is broken.")
    ] = ()
