"""The cheapest single change that fills a line: the program of `loosened.py` solved, and its answer checked.

What comes out is made a package of the changed inputs and goes through `forces.verify`. docs/FORCES.md, part 9.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tocsin.errors import ForcesError
from tocsin.forces.amend import apply, pledge_id
from tocsin.forces.arcs import Window, arc, terms_of
from tocsin.forces.changes import Change, NewPledge
from tocsin.forces.figures import Served, package_of
from tocsin.forces.levels import Question
from tocsin.forces.model import ForcePackage
from tocsin.forces.plan.budget import ENDLESS, Budget
from tocsin.forces.plan.loosened import Column, Loosened
from tocsin.forces.plan.program import Floats
from tocsin.forces.plan.solve import Found, branch
from tocsin.forces.remedy import Remedy, Search, is_remedy, order

ALGORITHM = "concession 1"
NODES_MAX = 20_000
TRIES_MAX = 5
"""So many answers may turn out not to hold, whole numbers being exact and the solver's not."""


class Limits(NamedTuple):
    """When to stop looking: by nodes, so that it is the same every time, or by the clock as well."""

    nodes: int = NODES_MAX
    seconds: float = ENDLESS
    clock: Callable[[], float] = lambda: 0.0


DEFAULT = Limits()


def cheapest(asked: Question, package: ForcePackage, limits: Limits = DEFAULT) -> Search:
    """The cheapest change that fills the line, by price and then by the order of docs/FORCES.md, part 9."""
    loosened = Loosened(asked, package)
    proved, remedy = True, None
    for _ in range(TRIES_MAX):
        found = _minimise(loosened, limits)
        proved &= found.ended in ("proved", "infeasible")
        if found.point is None:
            break
        point = _first_of_equals(loosened, found.point, limits)
        column, change, points = _read(loosened, point)
        remedy = _checked(asked, package, loosened, point, change, points)
        if remedy is not None:
            break
        proved = False  # it was not so in whole numbers: the next
        if column is None:
            break
        loosened.program.upper[column.z] = 0
    return Search(remedy, len(loosened.columns), proved, asked.is_near)


def _read(loosened: Loosened, point: Floats) -> tuple[Column | None, Change | None, int]:
    """The change that a point makes, and its price."""
    for column in loosened.columns:
        if point[column.z] > 0.5:
            amount = round(point[column.amount]) if column.more else 0
            return column, column.change(amount), column.points(amount)
    return None, None, 0


def _first_of_equals(loosened: Loosened, point: Floats, limits: Limits) -> Floats:
    """Of points with the least price the first in order; the least amount where each costs nothing."""
    column, _, points = _read(loosened, point)
    if column is None:
        return point
    program, rivals = loosened.program, []
    before = program.cost.copy(), program.lower.copy(), program.upper.copy()
    for number, one in enumerate(loosened.columns):
        amount = _amount_for(one, points)
        if amount is None:
            program.upper[one.z] = 0
            continue
        rivals.append((order(points, one.change(amount)), number))
        if one.more and one.more.each:
            program.upper[one.amount] = amount
    program.cost[:] = 0
    for rank, (_, number) in enumerate(sorted(rivals), 1):
        program.cost[loosened.columns[number].z] = rank
    if len(rivals) > 1 and (better := _minimise(loosened, limits).point) is not None:
        point = better
        column = _read(loosened, point)[0] or column
    if column.more and not column.more.each:
        program.cost[:], program.lower[column.z] = 0, 1
        program.cost[column.amount] = 1
        better = _minimise(loosened, limits).point
        point = point if better is None else better
    program.cost[:], program.lower[:], program.upper[:] = before
    return point


def _amount_for(column: Column, points: int) -> int | None:
    """The amount at which a change has this price; none where it never has."""
    if column.more is None or not column.more.each:
        return 1 if column.points(1) == points else None
    amount, rest = divmod(points - column.more.fixed, column.more.each)
    return amount if not rest and 1 <= amount <= column.more.most else None


def _checked(
    asked: Question, package: ForcePackage, loosened: Loosened, point: Floats, change: Change | None, points: int
) -> Remedy | None:
    """The package of a point, once it has been found to be lawful and to fill the line."""
    case, units = asked.case, asked.units
    if change is not None:
        try:
            case, units = apply(change, case, units)
        except ForcesError:
            return None
    terms, by_id = terms_of(case), {unit.id: unit for unit in units}
    served = []
    for unit, line in _pairs(loosened, point, change):
        window = arc(terms, by_id[unit], terms.lines[line])
        if not isinstance(window, Window):
            return None
        served.append(Served(by_id[unit], terms.lines[line], window))
    new = package_of(terms, units, served, ALGORITHM)
    return Remedy(change, points, case, units, new) if is_remedy(asked, package, case, units, new) else None


def _pairs(loosened: Loosened, point: Floats, change: Change | None) -> Iterable[tuple[str, str]]:
    """Who serves what."""
    for way, column in zip(loosened.ways, loosened.force.served, strict=True):
        if point[column] > 0.5:
            yield way.pair
    if isinstance(change, NewPledge):
        for one in loosened.pledged:
            if point[one.sent] > 0.5:
                yield pledge_id(change, loosened.asked.units), one.line


def _minimise(loosened: Loosened, limits: Limits) -> Found:
    """One search; its seconds are of this search alone."""
    seconds = None if limits.seconds == ENDLESS else limits.seconds
    return branch(loosened.program.matrix(), Budget(seconds=seconds, nodes=limits.nodes, clock=limits.clock))
