"""Which pledge matters most: what is missing more without a unit that is sent. docs/FORCES.md, part 9.

Here a unit's place is filled by repairing the package, so that the rise is at most what is found;
`forces/plan/replan.py` plans anew, and is exact.
"""

from collections.abc import Callable
from typing import NamedTuple

from tocsin.forces.arcs import terms_of
from tocsin.forces.model import ForceCase, ForcePackage, Unit
from tocsin.forces.repair import Repair

Tick = Callable[[int, int], None]
Replan = Callable[[tuple[Unit, ...]], tuple[int, bool]]
"""The least weighted shortfall of an inventory, and whether it is proved to be the least."""
PLANS_MAX = 8
"""So many units are planned without, the most promising first."""


class Needed(NamedTuple):
    """The unit whose withdrawal raises the weighted shortfall most; none where nobody's does."""

    unit: Unit | None
    rise: int
    proved: bool
    """Whether no other unit's withdrawal raises it more, and this one's by exactly that."""
    sent: int
    """How many units are sent."""


def most_needed(
    case: ForceCase,
    units: tuple[Unit, ...],
    package: ForcePackage,
    replan: Replan | None = None,
    tick: Tick = lambda _, __: None,
) -> Needed:
    """The unit that matters most, among those that are sent.

    A repair says what is missing at most without each. Then, the greatest such rise first, it is planned without
    them, until no other can be greater. Without `replan` the repairs decide.
    """
    sent = [unit for unit in units if unit.id in {one.unit for one in package.assignments}]
    steps = len(sent) + (PLANS_MAX if replan else 0)
    bounds = []
    for number, unit in enumerate(sent):
        bounds.append((_without(case, units, package, unit), unit))
        tick(number, steps)
    bounds.sort(key=lambda one: (-one[0], one[1].id))
    base, proved = (package.weighted_shortfall, False) if replan is None else replan(units)
    best: Unit | None = None
    rise = 0
    for number, (most, unit) in enumerate(bounds):
        if most - base <= rise:
            break
        if replan is not None and number < PLANS_MAX:
            value, sure = replan(tuple(one for one in units if one is not unit))
            proved &= sure
            tick(len(sent) + number, steps)
        else:
            value, proved = most, False
        if value - base > rise:
            best, rise = unit, value - base
    tick(steps, steps)
    return Needed(best, rise, proved, len(sent))


def _without(case: ForceCase, units: tuple[Unit, ...], package: ForcePackage, unit: Unit) -> int:
    """The weighted shortfall once a unit is gone and its line is filled again as far as a repair can."""
    (line,) = [one.line for one in package.assignments if one.unit == unit.id]
    rest = tuple(one for one in units if one is not unit)
    terms = terms_of(case)
    weighed = terms.lines[line].weight * unit.strength + package.weighted_shortfall
    repair = Repair(case, rest, package, line, terms)
    return min(weighed, repair.package().weighted_shortfall)
