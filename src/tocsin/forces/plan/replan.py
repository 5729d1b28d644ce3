"""Planning again: a line first while the others keep what they have, and the least weighted shortfall.

docs/FORCES.md, part 9.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from tocsin.forces.arcs import Window, arc, terms_of
from tocsin.forces.figures import Served, package_of
from tocsin.forces.levels import Moving
from tocsin.forces.model import ForceCase, ForcePackage, Unit
from tocsin.forces.plan.budget import Budget
from tocsin.forces.plan.program import Floats, Force, lay_out
from tocsin.forces.plan.solve import branch
from tocsin.forces.plan.supply import Arcs, Ints, Mask, arcs_of, stock_of

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
    case: ForceCase,
    units: Sequence[Unit],
    before: ForcePackage,
    line_id: str,
    budget: Budget,
    *,
    moving: Moving = "all",
) -> ForcePackage | None:
    """The package that fills a line first, or as far as can be, while no other line is short of more than before.

    Where that cannot be, because something was taken away, as little weighted shortfall as possible is added to the
    others. Then the weighted shortfall is made small, then the cost. Units that are not moved
    stay where they are. None where the budget did not suffice, or not all who stay may.
    """
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


def _within(arcs: Arcs, free: Mask, now: Ints, only: int | None) -> tuple[Arcs, Ints]:
    """The arcs of free units, to one line or to all, and of the others those of now; and the places of the latter."""
    is_free = free[arcs.unit]
    reached = is_free if only is None else is_free & (arcs.line == only)
    arcs = arcs.only(reached | (~is_free & (now[arcs.unit] == arcs.line)))
    return arcs, np.flatnonzero(~free[arcs.unit])
