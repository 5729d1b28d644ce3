"""Planning again: a line first while the others keep what they have, and the least weighted shortfall.

docs/FORCES.md, part 9.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from tocsin.forces.arcs import Window, arc, terms_of
from tocsin.forces.figures import Served, package_of
from tocsin.forces.model import ForceCase, ForcePackage, Unit
from tocsin.forces.plan.budget import Budget
from tocsin.forces.plan.program import Floats, Force, lay_out
from tocsin.forces.plan.solve import branch
from tocsin.forces.plan.supply import Arcs, Ints, arcs_of, stock_of

ALGORITHM = "fill first 1"
LINE_STAGES = 2
"""The first so many stages are about the line itself."""
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
    case: ForceCase, units: Sequence[Unit], before: ForcePackage, line_id: str, budget: Budget, *, near: bool = False
) -> ForcePackage | None:
    """The package that fills a line first, or as far as can be, while no other line is short of more than before.

    Where that cannot be, because something was taken away, as little weighted shortfall as possible is added to the
    others. Then the weighted shortfall is made small, then the cost. `near`: units that could not serve the line stay
    where they are. None where the budget did not suffice, or not all who stay may.
    """
    terms = terms_of(case)
    stock, arcs = stock_of(terms, units), arcs_of(terms, units)
    if near:
        arcs, staying = _near(terms.accepted[line_id], units, arcs, before, [line.id for line in case.line])
    else:
        staying = np.zeros(0, dtype=np.int64)
    force = lay_out(terms, stock, arcs)
    force.program.lower[force.served[staying]] = 1
    place = [line.id for line in case.line].index(line_id)
    more = _more_than(force, {total.line: total.shortfall for total in before.totals}, [one.id for one in case.line])
    others = np.flatnonzero(np.arange(stock.weight.size) != place)
    stages = (
        (more[others], stock.weight[others]),
        (force.short[place : place + 1], np.ones(1, dtype=np.int64)),
        (force.short, stock.weight),
        (force.served, stock.cost[arcs.unit]),
    )
    point: Floats | None = None
    for number, (columns, weights) in enumerate(stages):
        if number == LINE_STAGES:
            budget.nodes = min(budget.nodes, NODES_AFTER)
        force.program.cost[:] = 0
        force.program.cost[columns] = weights
        found = branch(force.program.matrix(), budget, start=point)
        if found.point is None:
            break
        point = found.point
        row = force.program.rows(1, upper=round(float(weights @ point[columns])))
        force.program.put(row, columns, weights)
    if point is None:
        return None
    chosen = zip(arcs.unit.tolist(), arcs.line.tolist(), point[force.served].tolist(), strict=True)
    served = []
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


def _near(
    codes: Sequence[str], units: Sequence[Unit], arcs: Arcs, before: ForcePackage, lines: Sequence[str]
) -> tuple[Arcs, Ints]:
    """The arcs of units that could serve a line, and of the others those of before; and the places of the latter."""
    free = np.array([unit.capability in codes for unit in units], dtype=np.bool_)
    sent = {one.unit: lines.index(one.line) for one in before.assignments}
    line_of = np.array([sent.get(unit.id, -1) for unit in units], dtype=np.int64)
    kept = free[arcs.unit] | (line_of[arcs.unit] == arcs.line)
    arcs = arcs.only(kept)
    return arcs, np.flatnonzero(~free[arcs.unit])
