"""The course of an operation's mandate: its end, renewal and exit, and who must be relieved. docs/FORCES.md, part 1.

It follows from a plan whose package is lawful; no part of it is part of the package.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from tocsin.forces.arcs import transit_to
from tocsin.forces.course import Movement, course_of
from tocsin.forces.model import MandateCourse, Plan, Relief, RequirementLine, Unit

Sent = Sequence[tuple[Unit, RequirementLine]]


def mandate_course(plan: Plan) -> MandateCourse | None:
    """The course; None for an operation without an end of its mandate and with nobody to relieve."""
    by_id, lines = {unit.id: unit for unit in plan.units}, {line.id: line for line in plan.case.line}
    sent = [(by_id[one.unit], lines[one.line]) for one in plan.package.assignments]
    reliefs: tuple[Relief, ...] = ()
    if any(unit.rotates for unit, _ in sent):
        found = _reliefs(course_of(plan).movements, by_id, lines)
        reliefs = tuple(sorted(found, key=lambda one: (one.told_by_hours, one.unit)))
    about = plan.case.case
    if about.until is None:
        without_end = MandateCourse(
            ends=None, exit_days=0, exit_begins=None, renew_by=None, rests_on="", reliefs=reliefs
        )
        return without_end if reliefs else None
    exit_days = _slowest(sent) if about.exit_days is None else about.exit_days
    renewal, rests_on = exit_days, ""
    for unit, line in sent:
        needed = _days(unit.notice_to_move_hours + _transit(unit, line))
        if needed > renewal:
            renewal, rests_on = needed, unit.id
    return MandateCourse(
        ends=about.until,
        exit_days=exit_days,
        exit_begins=_before(about.activation, about.until, exit_days),
        renew_by=_before(about.activation, about.until, renewal),
        rests_on=rests_on,
        reliefs=reliefs,
    )


def _reliefs(
    movements: Sequence[Movement], by_id: dict[str, Unit], lines: dict[str, RequirementLine]
) -> Iterator[Relief]:
    """Who must be relieved, as part 13 reckons it, and who rotates while nobody said how long it lasts."""
    for one in movements:
        unit, line = by_id[one.unit], lines[one.line]
        is_said = unit.endurance_days > 0
        if one.relieved_hours is not None or (unit.rotates and not is_said and line.sustain_days):
            due = one.in_place_hours if one.relieved_hours is None else one.relieved_hours
            yield Relief(
                unit=unit.id,
                line=line.id,
                nation=one.nation,
                rotations=one.reliefs if is_said else None,
                every_days=unit.endurance_days,
                relieved_by_hours=due,
                told_by_hours=due - _transit(unit, line) - unit.notice_to_move_hours,
            )


def _slowest(sent: Sent) -> int:
    """Days that are enough for the slowest transit."""
    return _days(max((_transit(unit, line) for unit, line in sent), default=0))


def _transit(unit: Unit, line: RequirementLine) -> int:
    return transit_to(unit, line.destination) or 0


def _days(hours: int) -> int:
    """Whole days that are enough for so many hours."""
    return -(-hours // 24)


def _before(zero: date, until: date, days: int) -> date:
    """So many days before the end, and no earlier than the beginning."""
    return date.fromordinal(max(zero.toordinal(), until.toordinal() - days))
