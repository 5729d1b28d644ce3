"""All that stands between a unit and a line, and by how much. docs/FORCES.md, part 10, measures nearness by it.

`arcs` names the first rule that forbids a unit; here every one of them is told, each seen for itself.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from tocsin.forces.arcs import Terms, Window, arc, hours, meets, transit_to
from tocsin.forces.model import RULES, Gate, RequirementLine, RuleId, Unit
from tocsin.forces.tally import Tally


class Miss(Struct, frozen=True):
    """A rule that keeps a unit from a line."""

    rule: Annotated[RuleId, Meta(description="The rule.")]
    says: Annotated[str, Meta(description="What is missing, in words.")]
    hours: Annotated[
        int | None, Meta(description="How many hours must be gained; none where that is no matter of hours.")
    ] = None


class Times(NamedTuple):
    """The hours of a unit on a line."""

    latest: int
    """By when it must have left."""
    transit: int
    ends: int


def misses(terms: Terms, unit: Unit, line: RequirementLine) -> tuple[Miss, ...] | None:
    """Every rule of part 3 that the unit, seen alone, misses, in their order; nothing where it may serve.

    None where it has another capability altogether. A unit whose capability stands in for the line's, though this
    line does not take it, misses the rule `capability`.
    """
    found = []
    if unit.capability not in terms.accepted[line.id]:
        if unit.capability not in fitting(terms, line):
            return None
        found.append(Miss("capability", f"{unit.capability} may stand in for it, and the line does not take it"))
    found += _of_the_unit(unit, line)
    transit = transit_to(unit, line.destination)
    if transit is None:
        return (*found, Miss("transit", f"nobody said how long it takes to {line.destination}"))
    found += _of_the_times(terms, unit, line, Times(line.in_place_by_hours - transit, transit, line.ends_hours))
    return tuple(sorted(found, key=lambda miss: RULES.index(miss.rule)))


def misses_beside(terms: Terms, tally: Tally, unit: Unit, line: RequirementLine) -> tuple[Miss, ...] | None:
    """The same with the rules of part 4, beside the units taken so far. None for a unit that serves already."""
    alone = misses(terms, unit, line)
    if alone is None or unit.id in tally.lines:
        return None
    found = list(alone)
    window = arc(terms, unit, line) if not alone else None
    if isinstance(window, Window) and not unit.self_deploying:
        tight = tally.lift.tight(window.first_lift, window.last_lift, unit.lift_tonnes)
        if tight:
            first, last = (terms.leaves[place] for place in tight)
            found.append(Miss("lift", f"no room for its {unit.lift_tonnes:,} t from hour {first} to hour {last}"))
    if tally.too_much_of_one(line, unit.nation, unit.strength):
        found.append(Miss("one nation", f"{unit.nation} would give more than {line.one_nation_percent} % of the line"))
    kept = (unit.nation, terms.counted[unit.capability])
    if tally.over_cap(kept, unit.strength):
        found.append(Miss("cap", f"{unit.nation} sends at most {tally.percents[kept]} % of its {kept[1]}"))
    return tuple(found)


def fitting(terms: Terms, line: RequirementLine) -> frozenset[str]:
    """The capabilities that serve a line, and those that may stand in for its own, whether it takes them or not."""
    stand_ins = next((one.substitutes for one in terms.case.capability if one.id == line.capability), ())
    return frozenset((*terms.accepted[line.id], *stand_ins))


def _of_the_unit(unit: Unit, line: RequirementLine) -> Iterator[Miss]:
    """What lies in the unit itself."""
    for caveat in unit.caveats:
        if caveat.hard and meets(caveat, line):
            yield Miss("caveat", f"a hard caveat on the {caveat.scope} {caveat.tag}")
    if not unit.rotates and unit.endurance_days < line.sustain_days:
        days = line.sustain_days - unit.endurance_days
        yield Miss("endurance", f"it lasts {days:,} days too short", 24 * days)


def _of_the_times(terms: Terms, unit: Unit, line: RequirementLine, times: Times) -> Iterator[Miss]:
    """What lies in hours and dates."""
    zero = terms.case.case.activation
    starts = [unit.notice_to_move_hours]
    if (late := unit.notice_to_move_hours - times.latest) > 0:
        yield Miss("notice", f"{late:,} h too late", late)
    begins = hours(zero, unit.valid_from) if unit.valid_from else times.latest
    starts.append(begins if unit.valid_from else 0)
    yield from _begins_and_ends("validity", begins - times.latest, _short(zero, unit.valid_until, times.ends))
    mandates = terms.mandates.get(unit.nation, ())
    if mandates:
        late = max(mandate.lead_hours for mandate in mandates) - times.latest
        early = max(_short(zero, mandate.until, times.ends) for mandate in mandates)
        starts.append(late + times.latest)
        yield from _begins_and_ends("mandate", late, early)
    gates = [gate for gate in terms.gates.get(line.destination, ()) if not gate.nations or unit.nation in gate.nations]
    ready, leave_by, missed = _through_gates(zero, gates, max(starts), times)
    yield from missed
    if not unit.self_deploying:
        on_time = ready <= leave_by
        if not any((not on_time or ready <= hour) and hour <= leave_by for hour in terms.leaves):
            yield Miss("lift", "no lift leaves while it could")


def _through_gates(zero: date, gates: list[Gate], ready: int, times: Times) -> tuple[int, int, list[Miss]]:
    """When the unit is ready behind the gates, by when it must leave, and what it misses of them."""
    leave_by, start, early = times.latest, min(ready, times.latest), 0
    for gate in gates:
        if gate.from_ is None:
            return ready, leave_by, [Miss("gate", f"{gate.kind} of {gate.given_by} is not given")]
        passing = gate.kind == "transit permission"
        begins = hours(zero, gate.from_) - (0 if passing else times.transit)
        start, ready = max(start, begins), max(ready, begins)
        if not passing:
            early = max(early, _short(zero, gate.until, times.ends))
        elif gate.until is not None:
            leave_by = min(leave_by, hours(zero, gate.until))
    return ready, leave_by, list(_begins_and_ends("gate", start - leave_by, early))


def _begins_and_ends(rule: RuleId, late: int, early: int) -> Iterator[Miss]:
    """One miss for what begins too late, ends too early, or both."""
    said = [f"begins {late:,} h too late"] * (late > 0) + [f"ends {early:,} h too early"] * (early > 0)
    if said:
        yield Miss(rule, ", ".join(said), max(0, late) + max(0, early))


def _short(zero: date, until: date | None, ends: int) -> int:
    """By how many hours something ends before the line does."""
    return 0 if until is None else max(0, ends - hours(zero, until))


def nearness(found: tuple[Miss, ...]) -> tuple[int, int, int]:
    """What is compared: fewer rules first, then fewer that are no matter of hours, then fewer hours."""
    return (
        len(found),
        sum(miss.hours is None for miss in found),
        sum(miss.hours or 0 for miss in found),
    )
