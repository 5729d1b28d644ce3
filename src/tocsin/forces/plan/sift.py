"""The relaxation of a large program, from a few of its columns: the others join where they would make it better.

Most arcs of a large case are of no use to its relaxation. So it is solved on some, all the others are asked what they
would bring, and those that would bring anything join, until none would.
"""

import numpy as np

from tocsin.forces.plan.budget import ENDLESS, Budget
from tocsin.forces.plan.program import Floats, Matrix
from tocsin.forces.plan.solve import Ended, Relaxed, Simplex, relax
from tocsin.forces.plan.supply import Mask

DIRECT_MAX = 20_000
"""Columns up to which the relaxation is solved at once."""
JOIN_MAX = 8_000
"""Columns that join at a time."""
ROUNDS_MAX = 100
TOLERANCE = 1e-7
"""What a column must bring for each 1 of it to join."""


def relaxed_of(matrix: Matrix, first: Mask, budget: Budget) -> Relaxed:
    """The optimum of the relaxation. `first` are the columns to begin with; a point of them had better keep all rows.

    Where the search is cut short `value` is a bound all the same, as long as a round was done.
    """
    if matrix.cost.size <= DIRECT_MAX:
        return relax(matrix, budget)
    inside = first.copy()
    simplex = Simplex(matrix.only(inside), budget)
    places = np.flatnonzero(inside)
    bound, reduced = -ENDLESS, np.zeros(matrix.cost.size)
    ended: Ended = "failed"
    for _ in range(ROUNDS_MAX):
        ended = simplex.run()
        if ended != "proved":
            break
        reduced = _reduced(matrix, simplex.duals())
        reduced[inside] = np.where(np.abs(reduced[inside]) < TOLERANCE, 0.0, reduced[inside])
        joining = np.flatnonzero(~inside & (reduced < -TOLERANCE))
        bound = max(bound, simplex.value() + float(np.minimum(reduced[~inside], 0) @ matrix.upper[~inside]))
        if joining.size == 0:
            break
        joining = np.sort(joining[np.argsort(reduced[joining], kind="stable")[:JOIN_MAX]])
        inside[joining] = True
        places = np.append(places, joining)
        chosen = np.zeros(matrix.cost.size, dtype=np.bool_)
        chosen[joining] = True
        simplex.add(matrix.only(chosen))
    if ended == "infeasible":  # perhaps not with all columns
        return relax(matrix, budget)
    point = np.zeros(matrix.cost.size)
    if ended == "proved":
        point[places] = simplex.point()
    return Relaxed(ended, bound, point, reduced)


def _reduced(matrix: Matrix, duals: Floats) -> Floats:
    """By column: what its growth by 1 adds to the value, at least."""
    column = np.repeat(np.arange(matrix.cost.size), np.diff(matrix.starts))
    return matrix.cost - np.bincount(column, weights=matrix.values * duals[matrix.rows], minlength=matrix.cost.size)
