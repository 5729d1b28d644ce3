"""One objective made small: relaxation, annealing on the arcs that matter, then a search tree over them.

The relaxation gives a bound of all packages, and by arc what its use adds to that bound. Arcs that add most are left
out of the tree: what it proves, up to what the first of those adds, is proved of all packages.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tocsin.forces.model import Objective
from tocsin.forces.plan.board import NO_LIMIT, Board
from tocsin.forces.plan.budget import ENDLESS, Budget, Progress
from tocsin.forces.plan.ground import Ground, Pair, bound_of, measure, program_of
from tocsin.forces.plan.moves import Aim, Annealing
from tocsin.forces.plan.program import Floats, Force, Matrix
from tocsin.forces.plan.sift import relaxed_of
from tocsin.forces.plan.solve import Relaxed, branch
from tocsin.forces.plan.supply import Ints, Mask

SEED = 1
TRIED_EACH, TRIED_MORE = 4, 1.25
"""Arcs that annealing may use: so many for each unit, or so many times those that add nothing. More are no help."""
TREE_MAX = 12_000
"""Arcs that a search tree may use, beside those of the best package so far."""
TREES = 8
"""Search trees at most, where one cannot use every arc that might be of use: each has those of other lines."""
TREE_TIMES = 4
"""Times the seconds of the relaxation that a tree needs: it begins with one of its own, and finds nothing before."""
FIRST_ARCS = 3
"""Arcs of each unit that a large relaxation begins with."""
RELAXING = 0.5
"""Part of the seconds left that the relaxation may take."""
MOVES_MIN = 5_000
"""Moves of annealing, at least."""
FINE = 30
"""Where a usual unit counts more grains than these, lines are hardly ever filled exactly."""
FREE = 1e-6
"""An arc that adds less than this adds nothing."""
NEAR = 1e-6
"""What a whole package and the point it was read from may differ by, as a part of it."""
SHOWN = 0.01
"""An arc that the relaxation uses less than this is not used by the package made of it."""


class Depth(NamedTuple):
    """How long a package is annealed."""

    each: int
    """Moves for every two arcs."""
    most: int
    """Moves at most."""
    part: float
    """Part of the seconds left that it may take."""


SHALLOW, EVEN, DEEP = Depth(1, 10_000_000, 0.3), Depth(1, 40_000_000, 0.6), Depth(4, 250_000_000, 0.7)
"""As a start for trees, which make less of a package annealed longer; for fairness; where strengths are fine.

To the last two trees are of little help: they search near what divided units do, and those even out almost any burden
and fill any line exactly.
"""


class Reached(NamedTuple):
    """A lawful package, what it comes to, and what none comes below while others are held."""

    pairs: list[Pair]
    value: int
    bound: int


class Task(NamedTuple):
    """What is asked of one objective."""

    ground: Ground
    objective: Objective
    held: Mapping[Objective, int]
    target: int | None = None
    """Where only this is asked: whether a package has no more."""

    def done(self, value: int, bound: int) -> bool:
        """Whether nothing is left to be found out."""
        return bound >= value if self.target is None else value <= self.target or bound > self.target

    def keeps(self, pairs: Sequence[Pair]) -> int | None:
        """What a package comes to in the objective; None where it exceeds what is held."""
        values = measure(self.ground, pairs)
        over = any(values[name] > most for name, most in self.held.items())
        return None if over else values[self.objective]


def minimise(task: Task, start: Sequence[Pair] | None, budget: Budget, hint: Sequence[Pair] = ()) -> Reached | None:
    """The best package found, no worse than the start, and a bound; None where no package keeps what is held.

    Where there is no start, the search may begin near the hint, and `value` is NO_LIMIT where it finds nothing.
    """
    teller = _Teller(task, budget)
    best: list[Pair] = list(start) if start is not None else []
    value = task.keeps(best) if start is not None else None
    force, matrix = program_of(task.ground, task.objective, task.held)
    teller("relaxation", value, 0)
    began = budget.spent
    relaxed = relaxed_of(matrix, _first(task.ground, force, start or hint, matrix.integer), budget.part(RELAXING))
    if relaxed.ended == "infeasible":
        return None if value is None else Reached(best, value, 0)  # the start is a point: the solver is wrong
    bound = bound_of(task.ground, task.objective, relaxed.value)
    search = _Search(task, force, matrix, relaxed, budget, teller)
    search.hint, search.relaxing = list(start or hint), budget.spent - began
    known = NO_LIMIT if value is None else value
    for step in (search.annealed, *[search.branched] * TREES):
        if task.done(known, bound) or budget.over():
            break
        found, proved = step(best, known, bound)
        bound = max(bound, proved)
        came_to = task.keeps(found)
        if came_to is not None and came_to < known:
            best, known = found, came_to
    return Reached(best, known, min(bound, known))


def _first(ground: Ground, force: Force, start: Sequence[Pair], whole: Mask) -> Mask:
    """The columns that a large relaxation begins with: of each unit the arcs to the dearest lines, and the start."""
    arcs, weight = force.arcs, ground.stock.weight
    order = np.lexsort((arcs.line, -weight[arcs.line], arcs.unit))
    unit = arcs.unit[order]
    place = np.arange(unit.size)
    begins = np.maximum.accumulate(np.where(np.append(-1, unit[:-1]) != unit, place, 0)) if unit.size else place
    first = ~whole
    first[force.served[order[place - begins < FIRST_ARCS]]] = True
    started = set(start)
    pairs = zip(arcs.unit.tolist(), arcs.line.tolist(), strict=True)
    first[force.served[[number for number, pair in enumerate(pairs) if pair in started]]] = True
    return first


class _Teller:
    """Tells of progress in the objective's own units."""

    def __init__(self, task: Task, budget: Budget) -> None:
        self._task, self._budget = task, budget

    def __call__(self, step: str, value: int | None, bound: int | None) -> None:
        shown = None if value == NO_LIMIT else value
        self._budget.told(Progress(self._task.objective, step, shown, bound, self._budget.spent))

    def of_tree(self, known: int, bound: int, others: float) -> Callable[[float | None, float], None]:
        """For the solver, which counts in units of its program; packages with arcs left out come to `others`."""
        ground, objective = self._task.ground, self._task.objective

        def told(value: float | None, proved: float) -> None:
            at = known if value is None else min(known, round(value * ground.unit(objective)))
            self("search tree", at, max(bound, bound_of(ground, objective, min(proved, others))))

        return told


class _Search:
    """The steps after the relaxation."""

    def __init__(
        self,
        task: Task,
        force: Force,
        matrix: Matrix,
        relaxed: Relaxed,
        budget: Budget,
        teller: _Teller,
    ) -> None:
        self._task, self._force, self._matrix, self._relaxed = task, force, matrix, relaxed
        self._budget, self._teller = budget, teller
        self._left = self._trees = TREES
        """Search trees to come, of how many."""
        self.relaxing = 0.0
        """Seconds that the relaxation took."""
        self.hint: list[Pair] = []
        """Where to begin, beside what the relaxation uses."""
        arcs = force.arcs
        self._reduced: Floats = relaxed.reduced[: arcs.unit.size]
        self._place = {
            pair: place for place, pair in enumerate(zip(arcs.unit.tolist(), arcs.line.tolist(), strict=True))
        }

    def annealed(self, best: list[Pair], known: int, bound: int) -> tuple[list[Pair], int]:
        """The package found by annealing, which proves nothing."""
        task, ground = self._task, self._task.ground
        free = int((self._reduced < FREE).sum())
        kept, _rest = self._cheapest(max(TRIED_EACH * len(ground.units), int(TRIED_MORE * free)), ENDLESS)
        kept = np.union1d(kept, self._places(self.hint))
        arcs = ground.arcs.only(kept)
        board = Board(ground.terms, ground.stock, arcs)
        if task.objective == "shortfall":
            board.set_out([*self._rounded(kept), *self.hint])
        else:
            board.set_out(self.hint, full=True)
        aim = _aim(task)
        annealing = Annealing(board, ground.stock, arcs, aim)
        if not annealing.lawful():
            board.set_out(self.hint, full=True)
            annealing = Annealing(board, ground.stock, arcs, aim)
        if not annealing.lawful() or arcs.unit.size == 0:
            return best, 0
        depth = _depth(task)
        moves = max(MOVES_MIN, min(depth.most, depth.each * arcs.unit.size**2) // board.toil())
        self._teller("annealing", known, bound)

        def told(best_met: int) -> None:
            self._teller("annealing", min(known, best_met // annealing.unit), bound)

        return annealing.run(moves, self._budget, told, SEED, depth.part), 0

    def branched(self, best: list[Pair], known: int, bound: int) -> tuple[list[Pair], int]:
        """The package of the search tree, and its bound."""
        task, ground = self._task, self._task.ground
        if self._left == 0 or self._relaxed.ended != "proved":  # where not: what arcs add is not known
            return best, 0
        room = ENDLESS
        if known < NO_LIMIT:
            room = max(1.0, known / ground.unit(task.objective) - self._relaxed.value)
        if self._left == TREES and TREE_TIMES * self.relaxing * TREES > self._budget.left:  # fewer, of use
            self._left = self._trees = max(1, int(self._budget.left / (TREE_TIMES * self.relaxing)))
        budget = self._budget.part(1 / self._left)
        kept, rest = self._cheapest(TREE_MAX, room)
        if rest > room or rest == ENDLESS:  # nothing of use is left out
            self._left, budget = 0, self._budget
        else:
            budget.nodes = max(1, budget.nodes // self._trees)
            self._left -= 1
        inside = np.ones(self._matrix.cost.size, dtype=np.bool_)
        inside[: self._reduced.size] = False
        inside[kept] = True
        start = np.zeros(self._matrix.cost.size)
        sent = self._places(best)
        inside[sent], start[sent] = True, 1
        target = -ENDLESS if task.target is None else task.target / ground.unit(task.objective)
        found = branch(
            self._matrix.only(inside),
            budget,
            start=start[inside] if known < NO_LIMIT else None,
            target=target,
            grain=ground.grain(task.objective) / ground.unit(task.objective),
            told=self._teller.of_tree(known, bound, self._relaxed.value + rest),
        )
        if found.point is None:
            tree = found.bound if known == NO_LIMIT else 0.0  # the start is a point: the solver is wrong
            return best, bound_of(ground, task.objective, min(tree, self._relaxed.value + rest))
        point = np.zeros(self._matrix.cost.size)
        point[inside] = found.point
        board = Board(ground.terms, ground.stock, ground.arcs)
        board.set_out(self._pairs(np.flatnonzero(point[: self._reduced.size] > 0.5)), full=True)
        came_to = task.keeps(board.pairs())
        value = float(self._matrix.cost @ point)
        exact = came_to is not None and came_to / ground.unit(task.objective) <= value + NEAR * max(1.0, abs(value))
        holds = found.ended == "proved" and exact
        tree = ENDLESS if holds else found.bound
        return board.pairs(), bound_of(ground, task.objective, min(tree, self._relaxed.value + rest))

    def _cheapest(self, most: int, room: float) -> tuple[Ints, float]:
        """The arcs, by place, whose use adds no more than `room`, or the `most` that add least.

        Returns them and what any other arc adds at least, which is what keeps a bound of theirs one of all. Of arcs
        that add the same those that the relaxation uses come first, then line by line, from another one in each tree.
        """
        count, lines = self._reduced.size, self._force.short.size
        unused = self._relaxed.point[:count] < FREE
        turned = (self._force.arcs.line + self._left * lines // self._trees) % max(1, lines)
        order = np.lexsort((np.where(unused, 1 + turned, 0), np.round(self._reduced, 6)))
        many = min(most, int(np.searchsorted(self._reduced[order], room, side="right")))
        rest = float(self._reduced[order[many]]) if many < order.size else ENDLESS
        return np.sort(order[:many]), rest

    def _places(self, pairs: Sequence[Pair]) -> Ints:
        return np.array([self._place[pair] for pair in pairs if pair in self._place], dtype=np.int64)

    def _pairs(self, places: Ints) -> list[Pair]:
        arcs = self._force.arcs.only(places)
        return list(zip(arcs.unit.tolist(), arcs.line.tolist(), strict=True))

    def _rounded(self, kept: Ints) -> list[Pair]:
        """The arcs that the relaxation uses, those it uses most first."""
        used = self._relaxed.point[kept]
        order = np.argsort(-used, kind="stable")
        return self._pairs(kept[order[used[order] > SHOWN]])


def _depth(task: Task) -> Depth:
    if task.objective == "fairness":
        return EVEN
    strength, grain = task.ground.stock.strength, task.ground.grain("shortfall")
    is_fine = task.objective == "shortfall" and task.target is None and strength.mean() > FINE * grain
    return DEEP if is_fine else SHALLOW


def _aim(task: Task) -> Aim:
    ground, held = task.ground, task.held
    weighed = "fairness" in held or task.objective == "fairness"
    weights = tuple(ground.weights[name] for name in sorted(ground.weights)) if weighed else ()
    whole = max(1, sum(weights))
    return Aim(
        objective=task.objective,
        missing=held.get("shortfall", NO_LIMIT),
        cost=held.get("cost", NO_LIMIT),
        beyond=held["fairness"] * whole + whole - 1 if "fairness" in held else NO_LIMIT,
        weights=weights,
    )
