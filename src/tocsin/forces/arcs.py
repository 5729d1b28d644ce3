"""Which unit can serve which line, seen alone, and if not, the first rule that forbids it. docs/FORCES.md, part 3."""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from tocsin.forces.model import Caveat, ForceCase, Gate, Mandate, RequirementLine, RuleId, Unit
from tocsin.terms import PartyId

ANYWHERE = "any"
"""The destination that stands for all that a unit does not name."""


class Terms(NamedTuple):
    """A case made ready for questions about single units."""

    case: ForceCase
    lines: dict[str, RequirementLine]
    accepted: dict[str, tuple[str, ...]]
    """By line: the capabilities that serve it, its own first."""
    counted: dict[str, str]
    """By capability: what its strength counts."""
    mandates: dict[PartyId, list[Mandate]]
    gates: dict[str, list[Gate]]
    """By destination."""
    leaves: tuple[int, ...]
    """The hours at which lift leaves, in order, each once."""
    tonnes: tuple[int, ...]
    """What leaves at each of them."""


class Window(NamedTuple):
    """When a unit can serve a line, in hours after activation."""

    ready: int
    leave_by: int
    in_place_from: int
    first_lift: int
    """The first and last place in `Terms.leaves` it can use; -1 both, where it deploys by itself."""
    last_lift: int


def terms_of(case: ForceCase) -> Terms:
    """The tables of a case by what they are asked for."""
    substitutes = {capability.id: capability.substitutes for capability in case.capability}
    tonnes: dict[int, int] = {}
    for lift in case.lift:
        tonnes[lift.leaves_hours] = tonnes.get(lift.leaves_hours, 0) + lift.count * lift.tonnes
    mandates: dict[PartyId, list[Mandate]] = {}
    for mandate in case.mandate:
        mandates.setdefault(mandate.nation, []).append(mandate)
    gates: dict[str, list[Gate]] = {}
    for gate in case.gate:
        gates.setdefault(gate.destination, []).append(gate)
    return Terms(
        case=case,
        lines={line.id: line for line in case.line},
        accepted={
            line.id: (
                line.capability,
                *(substitutes.get(line.capability, ()) if line.substitutes is None else line.substitutes),
            )
            for line in case.line
        },
        counted=case.counted,
        mandates=mandates,
        gates=gates,
        leaves=tuple(sorted(tonnes)),
        tonnes=tuple(tonnes[hour] for hour in sorted(tonnes)),
    )


def arc(terms: Terms, unit: Unit, line: RequirementLine) -> Window | RuleId:
    """When the unit can serve the line; else the first rule, in their order, that forbids it."""
    if unit.capability not in terms.accepted[line.id]:
        return "capability"
    if any(caveat.hard for caveat in _met(unit, line)):
        return "caveat"
    if not unit.rotates and unit.endurance_days < line.sustain_days:
        return "endurance"
    transit = transit_to(unit, line.destination)
    if transit is None:
        return "transit"
    latest = line.in_place_by_hours - transit
    if unit.notice_to_move_hours > latest:
        return "notice"
    return _permitted(terms, unit, line, transit)


def transit_to(unit: Unit, destination: str) -> int | None:
    """Hours that a unit takes to a destination; none where nobody said it."""
    return unit.transit_hours.get(destination, unit.transit_hours.get(ANYWHERE))


def soft_tags(unit: Unit, line: RequirementLine) -> tuple[str, ...]:
    """The tags of soft caveats that meet a line, each once, in alphabetical order."""
    return tuple(sorted({caveat.tag for caveat in _met(unit, line) if not caveat.hard}))


def _met(unit: Unit, line: RequirementLine) -> Iterator[Caveat]:
    """The caveats of a unit that speak of a line."""
    return (caveat for caveat in unit.caveats if meets(caveat, line))


def meets(caveat: Caveat, line: RequirementLine) -> bool:
    """Whether a caveat speaks of a line."""
    tag = tag_form(caveat.tag)
    if caveat.scope == "task":
        return any(tag == tag_form(task) for task in line.tasks)
    return tag == tag_form(line.destination if caveat.scope == "area" else line.phase)


@lru_cache(maxsize=4096)
def tag_form(text: str) -> str:
    """The same for tags that differ only in capitals, blanks, hyphens or how a letter is encoded.

    A prohibition must not be lost because two people wrote its tag in two ways.
    """
    return "-".join(unicodedata.normalize("NFKC", text).casefold().replace("-", " ").split())


def _permitted(terms: Terms, unit: Unit, line: RequirementLine, transit: int) -> Window | RuleId:
    """The window that dates leave of notice and transit: the offer's, the mandate's, the gates'."""
    zero = terms.case.case.activation
    latest = line.in_place_by_hours - transit
    ends = line.ends_hours
    ready, leave_by = unit.notice_to_move_hours, latest
    if unit.valid_from is not None:
        ready = max(ready, hours(zero, unit.valid_from))
    if ready > latest or _ends_before(zero, unit.valid_until, ends):
        return "validity"
    for mandate in terms.mandates.get(unit.nation, ()):
        ready = max(ready, mandate.lead_hours)
        if ready > latest or _ends_before(zero, mandate.until, ends):
            return "mandate"
    gates = [gate for gate in terms.gates.get(line.destination, ()) if not gate.nations or unit.nation in gate.nations]
    for gate in gates:
        if gate.from_ is None:
            return "gate"
        passing = gate.kind == "transit permission"
        ready = max(ready, hours(zero, gate.from_) - (0 if passing else transit))
        if not passing and _ends_before(zero, gate.until, ends):
            return "gate"
        if passing and gate.until is not None:
            leave_by = min(leave_by, hours(zero, gate.until))
    if ready > leave_by:
        return "gate"
    return _with_lift(terms, unit, Window(ready, leave_by, ready + transit, -1, -1), transit)


def _with_lift(terms: Terms, unit: Unit, window: Window, transit: int) -> Window | RuleId:
    if unit.self_deploying:
        return window
    first = bisect_left(terms.leaves, window.ready)
    last = bisect_right(terms.leaves, window.leave_by) - 1
    if first > last:
        return "lift"
    return window._replace(in_place_from=terms.leaves[first] + transit, first_lift=first, last_lift=last)


def hours(zero: date, day: date) -> int:
    """Hours from the activation day to a day, negative before it."""
    return 24 * (day - zero).days


def _ends_before(zero: date, until: date | None, ends: int) -> bool:
    return until is not None and hours(zero, until) < ends
