"""The cheapest single change that fills a line: the program of `loosened.py` solved, and its answer checked.

What comes out is made a package of the changed inputs and goes through `forces.verify`. docs/FORCES.md, part 9.
"""

from collections.abc import Callable, Iterable
from math import ceil
from typing import NamedTuple

import numpy as np

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
from tocsin.forces.plan.solve import branch, probe
from tocsin.forces.remedy import Remedy, RemedySearch, is_remedy, order, tried

ALGORITHM = "concession 1"
NODES_MAX = 1_000
NODES_OF_SOME = 30
"""Where not all units may be moved nothing is proved, and more of them seldom find anything."""
NODES_OF_EQUALS = 200
"""To find whether a change that stands before one of the same price does it too."""
NODES_TO_KEEP = 50
"""To find a package that leaves most units where they are."""
NARROWING, SEARCHING = 0.5, 0.7
"""Parts of the seconds left that bounds may take, and each of the searches."""
NEARLY = 1e-4
TRIES_MAX = 5
"""So many answers may turn out not to hold, whole numbers being exact and the solver's not."""


class Limits(NamedTuple):
    """When to stop looking: by nodes, so that it is the same every time, or by the clock as well."""

    nodes: int | None = None
    """None: as many as the question is worth."""
    seconds: float = ENDLESS
    """For the whole question."""
    clock: Callable[[], float] = lambda: 0.0

    def budget(self, asked: Question) -> Budget:
        """What there is for a question, from now on."""
        nodes = (NODES_MAX if asked.moves_all else NODES_OF_SOME) if self.nodes is None else self.nodes
        seconds = None if self.seconds == ENDLESS else self.seconds
        return Budget(seconds=seconds, nodes=nodes, clock=self.clock)


DEFAULT = Limits()


def cheapest(asked: Question, package: ForcePackage, limits: Limits = DEFAULT) -> RemedySearch:
    """The cheapest change that fills the line, by price and then by the order of docs/FORCES.md, part 9.

    What a repair finds is known to fill it, so that nothing dearer is looked at; it is the answer where the limits
    are met before anything better is found.
    """
    budget = limits.budget(asked)
    known = tried(asked, package, quick=True, over=budget.over)
    if budget.over() or (known.remedy is not None and known.remedy.change is None):
        return known
    loosened = Loosened(asked, package)
    if again := _without_change(asked, package, loosened, budget):
        return RemedySearch(again, 0, proved=True)
    if known.remedy is not None:
        _cut(loosened, known.remedy.points)
    _narrow(loosened, budget.part(NARROWING), known.remedy.points if known.remedy else None)
    start = _point_of(loosened, known.remedy) if known.remedy else None
    proved, remedy = True, None
    for _ in range(TRIES_MAX):
        found = branch(loosened.program.matrix(), budget.part(SEARCHING), start=start)
        proved &= found.ended in ("proved", "infeasible")
        if found.point is None:
            break
        point = _first_of_equals(loosened, found.point, budget)
        point = _as_it_was(loosened, package, point, budget)
        column, change, points = _read(loosened, point)
        remedy = _checked(asked, package, loosened, point, change, points)
        if remedy is not None:
            break
        proved = False  # it was not so in whole numbers: the next
        if column is None or budget.over():
            break
        loosened.program.upper[column.z] = 0
    if remedy is None and known.remedy is not None:
        remedy, proved = known.remedy, False
    return RemedySearch(remedy, len(loosened.columns), proved)


def _without_change(asked: Question, package: ForcePackage, loosened: Loosened, budget: Budget) -> Remedy | None:
    """Another package of the same inputs that fills the line."""
    program = loosened.program
    before = program.upper.copy()
    program.upper[[column.z for column in loosened.columns]] = 0
    found = branch(program.matrix(), budget.part(NARROWING))
    program.upper[:] = before
    if found.point is None:
        if found.ended == "infeasible":
            program.put(program.rows(1, lower=1), [column.z for column in loosened.columns], 1)
        return None
    point = _as_it_was(loosened, package, found.point, budget)
    return _checked(asked, package, loosened, point, None, 0)


def _cut(loosened: Loosened, points: int) -> None:
    """Leaves out what costs more than this."""
    program = loosened.program
    for column in loosened.columns:
        if column.points(1) > points:
            program.upper[column.z] = 0
        elif column.more and column.more.each:
            most = (points - column.more.fixed) // column.more.each
            program.upper[column.amount] = min(program.upper[column.amount], most)


def _narrow(loosened: Loosened, budget: Budget, points: int | None) -> None:
    """Leaves out changes that do not do it even where units could be divided, and bounds the price of the others."""
    program = loosened.program
    open_ = [column for column in loosened.columns if program.upper[column.z] > 0]
    least = probe(program.matrix(), budget, [column.z for column in open_])
    for column, bound in zip(open_, least, strict=True):
        if bound == ENDLESS or (points is not None and bound > points + NEARLY):
            program.upper[column.z] = 0
    left = [(column, bound) for column, bound in zip(open_, least, strict=True) if program.upper[column.z] > 0]
    zs = [column.z for column, _ in left]
    row = program.rows(1, lower=0)
    program.put(row, zs, [program.cost[column.z] - _whole(bound) for column, bound in left])
    program.put(
        row,
        [column.amount for column, _ in left if column.more],
        [column.more.each for column, _ in left if column.more],
    )


def _whole(bound: float) -> int:
    """The least price of whole points that a bound allows; 0 where the clock left none."""
    return 0 if bound == -ENDLESS else max(0, ceil(bound - NEARLY))


def _as_it_was(loosened: Loosened, package: ForcePackage, point: Floats, budget: Budget) -> Floats:
    """The point with the same change that leaves most units where the package has them, as far as is found at once."""
    program = loosened.program
    before = program.cost.copy(), program.lower.copy(), program.upper.copy()
    sent = {(one.unit, one.line) for one in package.assignments}
    for column in loosened.columns:
        for place in (column.z, column.amount) if column.more else (column.z,):
            program.lower[place] = program.upper[place] = round(point[place])
    program.cost[:] = 0
    program.cost[loosened.force.served] = [-2 if way.pair in sent else 1 for way in loosened.ways]
    found = branch(program.matrix(), _at_most(budget, NODES_TO_KEEP), start=point)
    program.cost[:], program.lower[:], program.upper[:] = before
    return point if found.point is None else found.point


def _read(loosened: Loosened, point: Floats) -> tuple[Column | None, Change | None, int]:
    """The change that a point makes, and its price."""
    for column in loosened.columns:
        if point[column.z] > 0.5:
            amount = round(point[column.amount]) if column.more else 0
            return column, column.change(amount), column.points(amount)
    return None, None, 0


def _first_of_equals(loosened: Loosened, point: Floats, budget: Budget) -> Floats:
    """Of points with the least price the first in order; the least amount where each costs nothing."""
    column, change, points = _read(loosened, point)
    if column is None or change is None:
        return point
    program, rivals = loosened.program, []
    budget = _at_most(budget, NODES_OF_EQUALS)
    before = program.cost.copy(), program.lower.copy(), program.upper.copy()
    for number, one in enumerate(loosened.columns):
        amount = _amount_for(one, points)
        if amount is not None and program.upper[one.z] > 0:
            key = order(points, one.change(amount))
            if key < order(points, change):
                rivals.append((key, number))
                if one.more and one.more.each:
                    program.upper[one.amount] = amount  # more of it would cost more
                continue
        program.upper[one.z] = 0
    program.cost[:] = 0
    for rank, (_, number) in enumerate(sorted(rivals), 1):
        program.cost[loosened.columns[number].z] = rank
    if rivals:
        zs = [loosened.columns[number].z for _, number in rivals]
        row = program.rows(1, lower=1)
        program.put(row, zs, 1)
        if (better := branch(program.matrix(), budget).point) is not None:
            point = better
            column = _read(loosened, point)[0] or column
        program.row_lower[row] = 0
    program.upper[:] = before[2]
    if column.more and not column.more.each:
        program.cost[:], program.lower[column.z] = 0, 1
        program.cost[column.amount] = 1
        better = branch(program.matrix(), budget).point
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


def _point_of(loosened: Loosened, remedy: Remedy) -> Floats | None:
    """The point of a change and a package that are known; none where the change is not among the columns."""
    point = np.zeros(loosened.program.cost.size)
    for number, column in enumerate(loosened.columns):
        for amount in {1, _amount_for(column, remedy.points) or 1}:
            if column.change(amount) == remedy.change:
                point[column.z] = 1
                if column.more:
                    point[column.amount] = amount
                _send(loosened, remedy, number, point)
                return point
    return None


def _send(loosened: Loosened, remedy: Remedy, number: int, point: Floats) -> None:
    """Sets the columns of who serves what, once a change is made."""
    sent = {(one.unit, one.line) for one in remedy.package.assignments}
    places: dict[tuple[str, str], int] = {}
    for way, column in zip(loosened.ways, loosened.force.served.tolist(), strict=True):
        if way.pair in sent and (way.number == number or (way.number < 0 and way.pair not in places)):
            places[way.pair] = column
    point[list(places.values())] = 1
    own = {unit.id for unit in loosened.asked.units}
    lines = {line for unit, line in sent if unit not in own}
    for one in loosened.pledged:
        if one.number == number and one.line in lines:
            point[one.sent] = 1


def _at_most(budget: Budget, nodes: int) -> Budget:
    """A part of what is left, for a search of no more than so many nodes."""
    part = budget.part(SEARCHING)
    part.nodes = min(part.nodes, nodes)
    return part
