"""How a lawful package deploys: what lift carries when, and when every unit moves, is in place and goes.

docs/FORCES.md, part 13. Loads go onto lift by the earliest deadline first, each deadline cut down to what still arrives
when the force closes: so every unit is in place by its line's deadline, and the last one at the closure hour.
"""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Literal

from msgspec import Struct

from tocsin.forces.arcs import Terms, hours, terms_of, transit_to
from tocsin.forces.closure import Load, load_of
from tocsin.forces.figures import Served, served_in
from tocsin.forces.model import Plan
from tocsin.terms import PartyId

WaitsFor = Literal["", "validity", "mandate", "gate"]
"""The rule whose date a unit waits for once its notice to move has ended."""


class Carried(Struct, frozen=True):
    """What of a unit leaves at one hour."""

    leaves_hours: int
    tonnes: int


class Movement(Struct, frozen=True, kw_only=True):
    """The course of one unit, in hours after activation."""

    unit: str
    line: str
    nation: PartyId
    strength: int
    notice_hours: int
    """its notice to move ends"""
    ready_hours: int
    """it may leave: nothing but lift is waited for"""
    waits_for: WaitsFor
    moves_hours: int
    """it leaves, or its first load does"""
    loads: tuple[Carried, ...]
    """none where it deploys by itself"""
    in_place_hours: int
    """it is there, or its last load is"""
    in_place_by_hours: int
    """its line's deadline"""
    ends_hours: int
    """its line ends"""
    relieved_hours: int | None
    """its nation relieves it for the first time; none where it lasts to the end"""
    reliefs: int
    """how often it is relieved"""

    @property
    def has_end(self) -> bool:
        """Whether its line says how long it is needed."""
        return self.ends_hours > self.in_place_by_hours


class Step(Struct, frozen=True):
    """From an hour on, so much is in place."""

    hours: int
    strength: int


class LineCourse(Struct, frozen=True, kw_only=True):
    """What is in place for a line, hour by hour."""

    line: str
    required: int
    in_place_by_hours: int
    ends_hours: int
    supply: tuple[Step, ...]
    """in order of hours; nothing is in place before the first"""
    full_hours: int | None
    """when all that is required is in place; none: never"""
    shortfall: int


class LiftHour(Struct, frozen=True, kw_only=True):
    """The lift that leaves at one hour."""

    leaves_hours: int
    there_tonnes: int
    used_tonnes: int
    units: int
    """how many have a load on it"""


class Course(Struct, frozen=True, kw_only=True):
    """A deployment over time."""

    closure_hours: int
    movements: tuple[Movement, ...]
    """in order of line as the case has them, then in place, then unit"""
    lines: tuple[LineCourse, ...]
    lift: tuple[LiftHour, ...]


def course_of(plan: Plan) -> Course:
    """The course of a plan whose package is lawful: `verify` finds nothing that it breaks."""
    terms = terms_of(plan.case)
    served = [*served_in(terms, plan.units, plan.package)]
    carried = _carried(terms, served, plan.package.closure_hours)
    order = {line.id: place for place, line in enumerate(plan.case.line)}
    movements = sorted(
        (_movement(terms, one, loads) for one, loads in zip(served, carried, strict=True)),
        key=lambda one: (order[one.line], one.in_place_hours, one.unit),
    )
    return Course(
        closure_hours=plan.package.closure_hours,
        movements=tuple(movements),
        lines=tuple(_lines(plan, movements)),
        lift=tuple(_lift(terms, movements)),
    )


def fill(there: Sequence[int], loads: Sequence[Load]) -> list[dict[int, int]] | None:
    """For each load, the tonnes that leave by place, none over what is there; None where not all of them fit.

    The earliest deadline goes first, and of equal ones what stands first. As loads may be split, that fits
    whenever anything does.
    """
    by_first: dict[int, list[int]] = {}
    for number, load in enumerate(loads):
        by_first.setdefault(load.first, []).append(number)
    left = [load.tonnes for load in loads]
    found: list[dict[int, int]] = [{} for _ in loads]
    waiting: list[tuple[int, int]] = []
    for place, tonnes in enumerate(there):
        room = tonnes
        for number in by_first.get(place, ()):
            if left[number]:
                heappush(waiting, (loads[number].last, number))
        while room and waiting:
            last, number = waiting[0]
            if last < place:
                return None
            found[number][place] = taken = min(room, left[number])
            room -= taken
            left[number] -= taken
            if not left[number]:
                heappop(waiting)
    return None if waiting else found


def at(supply: Iterable[Step], hour: int) -> int:
    """What is in place at an hour."""
    return next((step.strength for step in reversed(tuple(supply)) if step.hours <= hour), 0)


def _carried(terms: Terms, served: Sequence[Served], closure: int) -> list[tuple[Carried, ...]]:
    """For each unit its loads; of those whose deadline is the same, the line of higher priority goes first."""
    loads: dict[int, Load] = {}
    for number, (unit, _, window) in enumerate(served):
        if load := load_of(terms, unit.lift_tonnes, window):
            loads[number] = load._replace(last=load.last_by(terms.leaves, closure))
    order = sorted(loads, key=lambda number: (served[number].line.priority, served[number].unit.id))
    filled = fill(terms.tonnes, [loads[number] for number in order])
    assert filled is not None, "the package is lawful"
    found: list[tuple[Carried, ...]] = [()] * len(served)
    for number, tonnes in zip(order, filled, strict=True):
        # What weighs nothing leaves with the first lift all the same.
        taken = tonnes or {loads[number].first: 0}
        found[number] = tuple(Carried(terms.leaves[place], much) for place, much in taken.items())
    return found


def _movement(terms: Terms, served: Served, loads: tuple[Carried, ...]) -> Movement:
    unit, line, window = served
    by_lift = window.first_lift >= 0
    in_place = (loads[-1].leaves_hours if by_lift else window.ready) + (transit_to(unit, line.destination) or 0)
    ends = line.ends_hours
    lasts = 24 * unit.endurance_days
    reliefs = max(0, -((in_place - ends) // lasts) - 1) if unit.rotates and lasts else 0
    return Movement(
        unit=unit.id,
        line=line.id,
        nation=unit.nation,
        strength=unit.strength,
        notice_hours=unit.notice_to_move_hours,
        ready_hours=window.ready,
        waits_for=_waits_for(terms, served),
        moves_hours=loads[0].leaves_hours if by_lift else window.ready,
        loads=loads,
        in_place_hours=in_place,
        in_place_by_hours=line.in_place_by_hours,
        ends_hours=ends,
        relieved_hours=in_place + lasts if reliefs else None,
        reliefs=reliefs,
    )


def _waits_for(terms: Terms, served: Served) -> WaitsFor:
    """The first rule whose date is that at which the unit is ready."""
    unit, _, window = served
    if window.ready == unit.notice_to_move_hours:
        return ""
    if unit.valid_from is not None and hours(terms.case.case.activation, unit.valid_from) == window.ready:
        return "validity"
    leads = [mandate.lead_hours for mandate in terms.mandates.get(unit.nation, ())]
    return "mandate" if window.ready in leads else "gate"


def _lines(plan: Plan, movements: Iterable[Movement]) -> Iterable[LineCourse]:
    arrivals: dict[str, dict[int, int]] = {}
    for one in movements:
        there = arrivals.setdefault(one.line, {})
        there[one.in_place_hours] = there.get(one.in_place_hours, 0) + one.strength
    for line, total in zip(plan.case.line, plan.package.totals, strict=True):
        ends, supply, strength = line.ends_hours, list[Step](), 0
        for hour, more in sorted(arrivals.get(line.id, {}).items()):
            strength += more
            supply.append(Step(hour, strength))
        full = next((step.hours for step in supply if step.strength >= line.required), None)
        yield LineCourse(
            line=line.id,
            required=line.required,
            in_place_by_hours=line.in_place_by_hours,
            ends_hours=ends,
            supply=(*supply, Step(ends, 0)) if supply and ends > line.in_place_by_hours else tuple(supply),
            full_hours=full,
            shortfall=total.shortfall,
        )


def _lift(terms: Terms, movements: Iterable[Movement]) -> Iterable[LiftHour]:
    used: dict[int, int] = {}
    units: dict[int, int] = {}
    for one in movements:
        for load in one.loads:
            used[load.leaves_hours] = used.get(load.leaves_hours, 0) + load.tonnes
            units[load.leaves_hours] = units.get(load.leaves_hours, 0) + 1
    for hour, there in zip(terms.leaves, terms.tonnes, strict=True):
        yield LiftHour(leaves_hours=hour, there_tonnes=there, used_tonnes=used.get(hour, 0), units=units.get(hour, 0))
