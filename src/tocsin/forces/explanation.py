"""Why a line is not filled, and the cheapest single change that fills it, for people and programs.

docs/FORCES.md, part 9.
"""

import shlex
from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tocsin.forces.arcs import terms_of
from tocsin.forces.change_words import words
from tocsin.forces.changes import Change, NewPledge, written
from tocsin.forces.levels import Moving, Question, question
from tocsin.forces.model import Assignment, Blocked, ForceCase, ForcePackage, HeldBy, Plan, Unfilled, Unit
from tocsin.forces.needed import Needed
from tocsin.forces.prices import price_of
from tocsin.forces.remedy import Remedy, RemedySearch

Outcome = Literal["plan again", "change", "pledge", "nothing", "unknown"]
"""What fills a line: another package of the same inputs; a change of what is offered or asked; a new pledge; no single
change; or the search was cut short before it found anything."""

Find = Callable[[Question, ForcePackage], RemedySearch]
PAIRS_MAX = 8_000
"""Of more pairs of a unit and a line that its capability fits, not all units are moved."""


class Asked(Struct, frozen=True):
    """A change: as an option, in words, and its price, which is base + each x amount points."""

    option: str
    says: str
    points: int
    base: int
    each: int
    amount: int
    measure: str


class Moved(Struct, frozen=True):
    """A unit that then serves another line, or none, or one though it served none."""

    unit: str
    before: str
    after: str


class LineExplained(Struct, frozen=True):
    """A line that is short."""

    line: str
    capability: str
    shortfall: int
    essential: bool
    rule: HeldBy
    says: str
    blocked: tuple[Blocked, ...]
    outcome: Outcome
    change: Asked | None
    serving: tuple[Assignment, ...]
    """Who would then serve the line and does not now."""
    moved: tuple[Moved, ...]
    """Who would then serve another line than now."""
    command: str
    proved: bool
    """Whether nothing cheaper does it; with the outcome 'nothing': whether nothing does."""
    moving: Moving
    """Which units were moved to find it."""
    tried: int
    """Among how many changes it was looked for."""


class MattersMost(Struct, frozen=True):
    """The unit whose withdrawal raises the weighted shortfall most; empty where nobody's does."""

    unit: str
    name: str
    nation: str
    rise: int
    proved: bool
    sent: int


class Explanation(Struct, frozen=True):
    """Every line that is short, and which pledge matters most."""

    case: str
    title: str
    digest: str
    hypothetical: bool
    solver: bool
    """Whether the solver looked for the changes."""
    lines: tuple[LineExplained, ...]
    matters_most: MattersMost | None


def pairs_in(case: ForceCase, units: tuple[Unit, ...], line_id: str = "") -> int:
    """How many pairs there are of a unit and a line that its capability fits; of units that could serve one line."""
    accepted = terms_of(case).accepted
    counts: dict[str, int] = {}
    for unit in units:
        if not line_id or unit.capability in accepted[line_id]:
            counts[unit.capability] = counts.get(unit.capability, 0) + 1
    return sum(counts.get(code, 0) for codes in accepted.values() for code in set(codes))


def is_large(case: ForceCase, units: tuple[Unit, ...]) -> bool:
    """Whether not all units are moved to answer."""
    return pairs_in(case, units) > PAIRS_MAX


def moving_for(case: ForceCase, units: tuple[Unit, ...], line_id: str) -> Moving:
    """Which units are moved to answer about a line: with too many pairs not all."""
    if not is_large(case, units):
        return "all"
    return "near" if pairs_in(case, units, line_id) <= PAIRS_MAX else "idle"


def explained(plan: Plan, one: Unfilled, find: Find, path: str) -> LineExplained:
    """A line that is short, with what `find` finds for it. `path` names the plan in the command that tries it."""
    moving = moving_for(plan.case, plan.units, one.line)
    asked = question(plan.case, plan.units, one.line, moving=moving, package=plan.package)
    search = find(asked, plan.package)
    proved = search.proved and asked.moves_all
    told = replace(unsearched(plan, one), proved=proved, moving=moving, tried=search.tried)
    if (remedy := search.remedy) is None:
        return replace(told, outcome="nothing" if proved else "unknown")
    change = remedy.change
    return replace(
        told,
        outcome=_outcome(change),
        change=asked_for(change, plan.case, plan.units) if change else None,
        serving=_serving(plan.package, remedy, one.line),
        moved=_moved(plan.package, remedy, one.line),
        command=_command(path, change, one.line),
    )


def unsearched(plan: Plan, one: Unfilled) -> LineExplained:
    """A line that is short, where nobody has looked for what would fill it."""
    (line,) = (row for row in plan.case.line if row.id == one.line)
    return LineExplained(
        line=one.line,
        capability=line.capability,
        shortfall=one.shortfall,
        essential=one.essential,
        rule=one.rule,
        says=one.says,
        blocked=one.blocked,
        outcome="unknown",
        change=None,
        serving=(),
        moved=(),
        command="",
        proved=False,
        moving="all",
        tried=0,
    )


def asked_for(change: Change, case: ForceCase, units: tuple[Unit, ...]) -> Asked:
    """A change in words, with its price."""
    price = price_of(change, case, units)
    return Asked(shlex.join(written(change)), words(change, case, units), *price)


def matters_most(needed: Needed) -> MattersMost:
    """The same, by name."""
    unit = needed.unit
    named = (unit.id, unit.name, unit.nation) if unit else ("", "", "")
    return MattersMost(*named, needed.rise, needed.proved, needed.sent)


def _outcome(change: Change | None) -> Outcome:
    if change is None:
        return "plan again"
    return "pledge" if isinstance(change, NewPledge) else "change"


def _serving(package: ForcePackage, remedy: Remedy, line: str) -> tuple[Assignment, ...]:
    now = {one.unit for one in package.assignments if one.line == line}
    return tuple(one for one in remedy.package.assignments if one.line == line and one.unit not in now)


def _moved(package: ForcePackage, remedy: Remedy, line: str) -> tuple[Moved, ...]:
    """Those who change between lines, but for the ones that come from nowhere to the line itself."""
    now = {one.unit: one.line for one in package.assignments}
    then = {one.unit: one.line for one in remedy.package.assignments}
    found = (Moved(unit, now.get(unit, ""), then.get(unit, "")) for unit in sorted({*now, *then}))
    return tuple(one for one in found if one.before != one.after and (one.before, one.after) != ("", line))


def _command(path: str, change: Change | None, line: str) -> str:
    """What to type to try it."""
    return shlex.join(["tocsin", "forces", "what-if", path, *(written(change) if change else ()), "--line", line])
