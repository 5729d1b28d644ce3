"""What a search stands on: the lawful arcs, what each objective comes to, and the program of one of them.

Every objective is measured exactly in whole numbers; a program has costs scaled, and is only believed as far as that.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor
from typing import NamedTuple

import numpy as np

from tocsin.forces.arcs import Terms, Window, arc, terms_of
from tocsin.forces.burden import beyond_shares, weights
from tocsin.forces.closure import closure_hours
from tocsin.forces.figures import Served
from tocsin.forces.model import ForceCase, Objective, Principle, Unit
from tocsin.forces.plan.board import NO_LIMIT
from tocsin.forces.plan.budget import ENDLESS
from tocsin.forces.plan.program import Force, Matrix, lay_out
from tocsin.forces.plan.supply import Arcs, Stock, alone, arcs_of, stock_of
from tocsin.forces.tally import Tally
from tocsin.terms import PartyId

Pair = tuple[int, int]
"""A unit and a line, by their places."""
Values = dict[Objective, int]
COST_MAX = 10_000
"""What the dearest unit costs in a program."""
TOLERANCE, PART = 1e-6, 1e-8
"""What a bound of the solver may be wrong by: so much, and so great a part of it."""


class Ground(NamedTuple):
    """Case and inventory, ready to be searched."""

    terms: Terms
    units: Sequence[Unit]
    stock: Stock
    arcs: Arcs
    """Those a lawful package can hold, closed by the hour asked."""
    weights: dict[PartyId, int]
    """By nation of the inventory; nothing where fairness is not asked."""

    @property
    def scale(self) -> float:
        """Cents that count 1 in a program."""
        return max(1.0, float(self.stock.cost.max(initial=0)) / COST_MAX)

    def grain(self, objective: Objective) -> int:
        """What every value of an objective is a multiple of."""
        stock = self.stock
        if objective == "shortfall":
            return int(np.gcd(np.gcd.reduce(stock.strength), np.gcd.reduce(stock.required))) or 1
        return (int(np.gcd.reduce(stock.cost)) or 1) if objective == "cost" else 1

    def unit(self, objective: Objective) -> float:
        """What 1 in a program of the objective stands for."""
        return float(self.grain(objective)) if objective == "shortfall" else self.scale


def ground_of(case: ForceCase, units: Sequence[Unit], objectives: Sequence[Objective], fairness: Principle) -> Ground:
    """Raises ForcesError where fairness is asked and the case does not say what it is measured by."""
    terms = terms_of(case)
    stock = stock_of(terms, units)
    arcs = arcs_of(terms, units)
    shares = weights(case, units, fairness) if "fairness" in objectives else {}
    return Ground(terms, units, stock, arcs.only(alone(terms, stock, arcs)), shares)


def closed_by(ground: Ground, hour: int) -> Ground:
    """The same with packages that close by an hour and no other."""
    arcs, leaves = ground.arcs, np.array(ground.terms.leaves, dtype=np.int64)
    lifted = arcs.first >= 0
    last = np.minimum(arcs.last, np.searchsorted(leaves, hour - arcs.transit, side="right") - 1)
    cut = arcs._replace(last=np.where(lifted, last, arcs.last)).only(arcs.in_place <= hour)
    return ground._replace(arcs=cut.only(alone(ground.terms, ground.stock, cut)))


def closing_hours(ground: Ground) -> list[int]:
    """Every hour at which a package may close, in order; the first is that of the empty one."""
    arcs, leaves = ground.arcs, ground.terms.leaves
    lifted = arcs.first >= 0
    found = {0, *arcs.in_place[~lifted].tolist()}
    windows = np.unique(np.stack([arcs.first, arcs.last, arcs.transit])[:, lifted], axis=1)
    for first, last, transit in windows.T.tolist():
        found.update(leaves[place] + transit for place in range(first, last + 1))
    return sorted(found)


def served_of(ground: Ground, pairs: Iterable[Pair]) -> list[Served]:
    """The units on their lines with their windows, without those that a rule forbids, all of it checked exactly."""
    tally, kept = Tally(ground.terms, ground.units), []
    for unit, line in sorted(pairs):
        asked, line_asked = ground.units[unit], ground.terms.case.line[line]
        window = arc(ground.terms, asked, line_asked)
        if isinstance(window, Window) and tally.first_broken(served := Served(asked, line_asked, window)) is None:
            tally.take(served)
            kept.append(served)
    return kept


def measure(ground: Ground, pairs: Sequence[Pair]) -> Values:
    """What every objective comes to, exactly."""
    filled = [0] * len(ground.terms.case.line)
    costs: dict[PartyId, int] = {}
    sent = []
    for number, line in pairs:
        unit = ground.units[number]
        filled[line] += unit.strength
        costs[unit.nation] = costs.get(unit.nation, 0) + unit.cost_cents
        window = arc(ground.terms, unit, ground.terms.case.line[line])
        if isinstance(window, Window):
            sent.append((unit.lift_tonnes, window))
    lines = zip(ground.terms.case.line, filled, strict=True)
    return {
        "shortfall": sum(line.weight * max(0, line.required - have) for line, have in lines),
        "closure": closure_hours(ground.terms, sent) or 0,
        "cost": sum(costs.values()),
        "fairness": beyond_shares(costs, ground.weights) if ground.weights else 0,
    }


def program_of(ground: Ground, objective: Objective, held: Mapping[Objective, int]) -> tuple[Force, Matrix]:
    """The program that makes an objective small while others come to no more than is held.

    Closure is no objective of a program: the ground is cut for it.
    """
    grain = ground.grain("shortfall")
    force = lay_out(ground.terms, ground.stock, ground.arcs, grain)
    program, scale = force.program, ground.scale
    costs = ground.stock.cost[ground.arcs.unit] / scale
    if "shortfall" in held:
        most = held["shortfall"] / ground.unit("shortfall")
        program.put(program.rows(1, upper=most), force.short, ground.stock.weight)
    if "cost" in held:
        program.put(program.rows(1, upper=held["cost"] / scale), force.served, costs)
    if "fairness" in held or objective == "fairness":
        over = _beyond(ground, force)
        if objective == "fairness":
            program.cost[over] = 1
        else:
            whole = max(1, sum(ground.weights.values()))  # times which it is a whole number; its part is not counted
            program.put(program.rows(1, upper=(held["fairness"] + 1 - 1 / whole) / scale), over, 1)
    if objective == "shortfall":
        program.cost[force.short] = ground.stock.weight
    elif objective == "cost":
        program.cost[force.served] = costs
    return force, program.matrix()


def bound_of(ground: Ground, objective: Objective, value: float) -> int:
    """What no package has less of, in the units of the objective, where no point of its program has less than that."""
    if value in (ENDLESS, -ENDLESS):
        return NO_LIMIT if value > 0 else 0
    grain = ground.grain(objective)
    safe = (value - TOLERANCE - PART * abs(value)) * ground.unit(objective) / grain
    return max(0, floor(safe) if objective == "fairness" else ceil(safe)) * grain


def _beyond(ground: Ground, force: Force) -> np.ndarray:
    """Columns, one a nation: what it bears beyond its fair share; at least that in any point."""
    program, nations = force.program, [PartyId(nation) for nation in ground.stock.nations]
    many, whole = len(nations), max(1, sum(ground.weights.values()))
    spent = program.columns(many, ENDLESS)
    total = program.columns(1, ENDLESS)
    over = program.columns(many, ENDLESS)
    sums = program.rows(many, lower=0, upper=0)
    program.put(sums, spent, -1)
    program.put(
        sums[ground.stock.nation[ground.arcs.unit]],
        force.served,
        ground.stock.cost[ground.arcs.unit] / ground.scale,
    )
    all_of = program.rows(1, lower=0, upper=0)
    program.put(all_of, spent, 1)
    program.put(all_of, total, -1)
    rows = program.rows(many, lower=0)
    program.put(rows, over, 1)
    program.put(rows, spent, -1)
    program.put(rows, total, [ground.weights[nation] / whole for nation in nations])
    return over


def place_of(hours: Sequence[int], hour: int) -> int:
    """The place of the last of some hours that is no later than one."""
    return bisect_right(hours, hour) - 1
