"""Planning again: a line first while the others keep what they have, and the least weighted shortfall.

docs/FORCES.md, part 9.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from tocsin.forces.arcs import Window, arc, terms_of
from tocsin.forces.figures import Served, package_of
from tocsin.forces.levels import Moving
from tocsin.forces.model import ForceCase, ForcePackage, Unit
from tocsin.forces.plan.budget import ENDLESS, Budget
from tocsin.forces.plan.program import Floats, Force, lay_out
from tocsin.forces.plan.solve import branch
from tocsin.forces.plan.supply import Arcs, Ints, Mask, arcs_of, stock_of
from tocsin.forces.repair import Repair, floors_of
from tocsin.forces.verify import verify

ALGORITHM = "fill first 1"
LINE_STAGES = 2
"""The first so many stages are about the line itself."""
PARTS = (0.3, 0.6, 0.5, 1.0)
"""Of the seconds left each may use so much."""
NOTHING = 0.5
"""Less than this is nothing, where whole numbers are counted."""
NODES_AFTER = 200
"""For each of the others, which only make better what is filled."""


def least_shortfall(case: ForceCase, units: Sequence[Unit], budget: Budget) -> tuple[int | None, bool]:
    """The least weighted shortfall that was found, none where nothing was, and whether it is proved to be the least."""
    terms = terms_of(case)
    stock = stock_of(terms, units)
    force = lay_out(terms, stock, arcs_of(terms, units))
    force.program.cost[force.short] = stock.weight
    found = branch(force.program.matrix(), budget)
    if found.point is None:
        return None, False
    return round(float(stock.weight @ found.point[force.short])), found.ended == "proved"


def fill_first(
    case: ForceCase,
    units: Sequence[Unit],
    before: ForcePackage,
    line_id: str,
    budget: Budget,
    *,
    moving: Moving = "all",
) -> ForcePackage:
    """The package that fills a line first, or as far as can be, while no other line is short of more than before.

    Where that cannot be, because something was taken away, as little weighted shortfall as possible is added to the
    others. Then the weighted shortfall is made small, then the cost. Units that are not moved stay where they are. In
    that order it is no worse than the package that stood, mended without a search.
    """
    mended = Repair(case, units, before, line_id).package()
    terms = terms_of(case)
    stock, arcs = stock_of(terms, units), arcs_of(terms, units)
    place = [line.id for line in case.line].index(line_id)
    staying = np.zeros(0, dtype=np.int64)
    if moving != "all":
        sent = {one.unit: [line.id for line in case.line].index(one.line) for one in before.assignments}
        free = [
            unit.capability in terms.accepted[line_id] and (moving == "near" or sent.get(unit.id, place) == place)
            for unit in units
        ]
        now = [sent.get(unit.id, -1) for unit in units]
        arcs, staying = _within(
            arcs, np.array(free, np.bool_), np.array(now, np.int64), place if moving == "idle" else None
        )
    force = lay_out(terms, stock, arcs)
    force.program.lower[force.served[staying]] = 1
    more = _more_than(force, floors_of(before), [one.id for one in case.line])
    others = np.flatnonzero(np.arange(stock.weight.size) != place)
    stages = (
        (more[others], stock.weight[others]),
        (force.short[place : place + 1], np.ones(1, dtype=np.int64)),
        (force.short, stock.weight),
        (force.served, stock.cost[arcs.unit]),
    )
    point = _point_of(force, case, units, mended)
    if point is not None and not point[force.served[staying]].all():
        point = None  # mending moves who is not to be moved
    package = mended
    for number, (columns, weights) in enumerate(stages):
        if number == LINE_STAGES:
            budget.nodes = min(budget.nodes, NODES_AFTER)
        force.program.cost[:] = 0
        force.program.cost[columns] = weights
        target = NOTHING if number < LINE_STAGES else -ENDLESS
        found = branch(force.program.matrix(), budget.part(PARTS[number]), start=point, target=target)
        if found.point is None:
            break
        point = found.point
        package = _package_of(force, case, units, point)
        row = force.program.rows(1, upper=round(float(weights @ point[columns])))
        force.program.put(row, columns, weights)
    lawful = mended if verify(case, units, package) else package
    return min(lawful, mended, key=lambda one: _worth(case, before, line_id, one))


def _worth(case: ForceCase, before: ForcePackage, line_id: str, package: ForcePackage) -> tuple[int, int, int, int]:
    """What is made small, in order: what others are short of more than before, the line's own, the whole, the cost."""
    floors = floors_of(before)
    short = floors_of(package)
    others = sum(line.weight * max(0, short[line.id] - floors[line.id]) for line in case.line if line.id != line_id)
    return others, short[line_id], package.weighted_shortfall, package.cost_cents


def _point_of(force: Force, case: ForceCase, units: Sequence[Unit], package: ForcePackage) -> Floats | None:
    """The columns of a package; none where it holds an arc that the program has not."""
    point = np.zeros(force.program.cost.size)
    sent = {(one.unit, one.line) for one in package.assignments}
    for column, unit, line in zip(force.served.tolist(), force.arcs.unit, force.arcs.line, strict=True):
        if (units[unit].id, case.line[line].id) in sent:
            point[column] = 1
    return point if point[force.served].sum() == len(sent) else None


def _package_of(force: Force, case: ForceCase, units: Sequence[Unit], point: Floats) -> ForcePackage:
    terms, served = terms_of(case), []
    chosen = zip(force.arcs.unit.tolist(), force.arcs.line.tolist(), point[force.served].tolist(), strict=True)
    for unit, line, is_sent in chosen:
        window = arc(terms, units[unit], case.line[line])
        if is_sent > 0.5 and isinstance(window, Window):
            served.append(Served(units[unit], case.line[line], window))
    return package_of(terms, units, served, ALGORITHM)


def _more_than(force: Force, floors: Mapping[str, int], lines: Sequence[str]) -> Ints:
    """By line: a column for what is missing beyond its floor."""
    more = force.program.columns(len(lines), float("inf"))
    rows = force.program.rows(len(lines), upper=[floors[line] for line in lines])
    force.program.put(rows, force.short, 1)
    force.program.put(rows, more, -1)
    return more


def _within(arcs: Arcs, free: Mask, now: Ints, only: int | None) -> tuple[Arcs, Ints]:
    """The arcs of free units, to one line or to all, and of the others those of now; and the places of the latter."""
    is_free = free[arcs.unit]
    reached = is_free if only is None else is_free & (arcs.line == only)
    arcs = arcs.only(reached | (~is_free & (now[arcs.unit] == arcs.line)))
    return arcs, np.flatnonzero(~free[arcs.unit])
