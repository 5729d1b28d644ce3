"""Simulated annealing over a board: units move to lines, change places, stay at home; the best package is kept.

Integer programming is slow to fill lines exactly from many units of uneven strength, and this is quick: a move costs
about a microsecond. It proves nothing. Draws come from a counter, so that the same search is the same everywhere.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.forces.model import Objective
from tocsin.forces.plan.board import IDLE, NO_LIMIT, Board
from tocsin.forces.plan.budget import ENDLESS, Budget
from tocsin.forces.plan.supply import Arcs

BATCH = 5_000
"""Moves tried between two looks at the clock."""
PROBE = 10 * BATCH
"""Moves by whose seconds those of all are judged."""
TOLD = 20 * BATCH
"""Moves tried between two words about progress."""
HOT, COLD = 0.12, 0.004
"""First and last temperature, as parts of what a usual unit counts for."""


class Aim(NamedTuple):
    """What is made small, and what others may come to at most: shortfall, cost, and fairness times the weights."""

    objective: Objective
    missing: int = NO_LIMIT
    cost: int = NO_LIMIT
    beyond: int = NO_LIMIT
    weights: tuple[int, ...] = ()
    """By nation, of its fair share; nothing where fairness does not count."""


class Annealing:
    """One search: a board that is set out, an aim, and the arcs that may be tried."""

    def __init__(self, board: Board, arcs: Arcs, aim: Aim) -> None:
        self.board, self.aim = board, aim
        self._units: list[int] = arcs.unit.tolist()
        self._lines: list[int] = arcs.line.tolist()
        self.missing = board.missing()
        self._costs = [0] * (max(board.nation, default=0) + 1)
        for unit, _ in board.pairs():
            self._costs[board.nation[unit]] += board.cost[unit]
        self.cost = sum(self._costs)
        self._whole = sum(aim.weights)
        self._began = 0.0
        self.beyond = self._beyond(self._costs, self.cost) if aim.weights else 0

    @property
    def value(self) -> int:
        """What is made small, as it stands."""
        return {"shortfall": self.missing, "cost": self.cost}.get(self.aim.objective, self.beyond)

    @property
    def unit(self) -> int:
        """What the value counts in: fairness is counted times the sum of the weights."""
        return self._whole if self.aim.objective == "fairness" else 1

    def lawful(self) -> bool:
        """Whether the board comes to no more than the aim allows."""
        aim = self.aim
        return self.missing <= aim.missing and self.cost <= aim.cost and self.beyond <= aim.beyond

    def run(
        self, moves: int, budget: Budget, told: Callable[[int], None], seed: int, part: float
    ) -> list[tuple[int, int]]:
        """Try so many moves while it cools down, in a part of the seconds left at most.

        Returns the best package met, as units and lines by place.
        """
        best, kept = self.value, self.board.pairs()
        self._began = budget.spent
        until = self._began + budget.left * part
        scale = self._scale()
        done = 0
        while done < moves and not budget.over():
            if done == PROBE:
                moves = self._in_time(moves, budget, until)
            warmth = scale * HOT * (COLD / HOT) ** (done / moves)
            drawn = words(seed, done, BATCH)
            arcs = (drawn % np.uint64(len(self._units))).tolist()
            mates = (drawn >> np.uint64(34)).tolist()
            rolls = (words(seed + 1, done, BATCH) >> np.uint64(11)).astype(np.float64) / (1 << 53)
            allowed = (-warmth * np.log(rolls + 1e-300)).tolist()
            for arc, mate, most in zip(arcs, mates, allowed, strict=True):
                self._try(self._units[arc], self._lines[arc], mate, most)
            done += BATCH
            if self.value < best:
                best, kept = self.value, self.board.pairs()
            if done % TOLD == 0:
                told(best)
        return kept

    def _in_time(self, moves: int, budget: Budget, until: float) -> int:
        """So many moves as the seconds allow, judged by the first; they must cool down to be of use."""
        took = budget.spent - self._began
        if took <= 0 or budget.seconds == ENDLESS:
            return moves
        possible = int(PROBE * (until - self._began) / took)
        if possible < moves:
            budget.note()
        return max(PROBE, min(moves, possible))

    def _scale(self) -> float:
        """What a usual unit counts for."""
        board = self.board
        if self.aim.objective == "shortfall":
            counts = [board.weight[line] * board.strength[unit] for unit, line in self._tried()]
        else:
            counts = [board.cost[unit] * (self._whole or 1) for unit, _ in self._tried()]
        return sum(counts) / max(1, len(counts))

    def _tried(self) -> Sequence[tuple[int, int]]:
        return list(zip(self._units, self._lines, strict=True))[:100_000]

    def _try(self, unit: int, line: int, mate: int, most: float) -> None:
        """Set a unit on a line, alone or in the place of another there, unless that is too bad or unlawful."""
        board = self.board
        was = board.line[unit]
        if was == line:
            if self.aim.objective != "shortfall":
                self._drop(unit, line, most)
            return
        here = board.on[line]
        if mate & 3 and here:
            other = here[(mate >> 2) % len(here)]
            to = was if was in board.arcs[other] else IDLE
            change = self._loss(line, board.strength[unit] - board.strength[other])
            if was != IDLE:
                change += self._loss(was, (board.strength[other] if to != IDLE else 0) - board.strength[unit])
        else:
            other, to = IDLE, IDLE
            if board.filled[line] >= board.required[line]:
                return
            change = self._loss(line, board.strength[unit])
            if was != IDLE:
                change += self._loss(was, -board.strength[unit])
        new = unit if was == IDLE else IDLE
        gone = other if other != IDLE and to == IDLE else IDLE
        if self._accepts(change, new, gone, most) and self._change(unit, line, other, to):
            self._count(change, new, gone)

    def _drop(self, unit: int, line: int, most: float) -> None:
        """Leave a unit at home."""
        change = self._loss(line, -self.board.strength[unit])
        if self._accepts(change, IDLE, unit, most):
            self.board.take(unit)
            self._count(change, IDLE, unit)

    def _loss(self, line: int, more: int) -> int:
        """What the weighted shortfall grows by, where a line has so much more."""
        board = self.board
        short = board.required[line] - board.filled[line]
        return board.weight[line] * (max(0, short - more) - max(0, short))

    def _accepts(self, change: int, new: int, gone: int, most: float) -> bool:
        """Whether the aim lets the shortfall change so, one unit be sent and another stay at home."""
        aim = self.aim
        if aim.objective == "shortfall":
            if change > most:
                return False
        elif self.missing + change > aim.missing:
            return False
        if aim.objective == "shortfall" and aim.cost == NO_LIMIT and not aim.weights:
            return True
        more = (self.board.cost[new] if new != IDLE else 0) - (self.board.cost[gone] if gone != IDLE else 0)
        if more > most if aim.objective == "cost" else self.cost + more > aim.cost:
            return False
        if not aim.weights or (new == IDLE and gone == IDLE):
            return True
        beyond = self._beyond_with(new, gone)
        return beyond - self.beyond <= most if aim.objective == "fairness" else beyond <= aim.beyond

    def _change(self, unit: int, line: int, other: int, to: int) -> bool:
        """Set a unit on a line, and the one in whose place it comes elsewhere; nothing where that is not lawful."""
        board = self.board
        was = board.line[unit]
        if other != IDLE:
            board.take(other)
        if was != IDLE:
            board.take(unit)
        if board.fits(unit, line):
            board.put(unit, line)
            if to == IDLE:
                return True
            if board.fits(other, to):
                board.put(other, to)
                return True
            board.take(unit)
        if was != IDLE:
            board.put(unit, was)
        if other != IDLE:
            board.put(other, line)
        return False

    def _count(self, change: int, new: int, gone: int) -> None:
        board = self.board
        self.missing += change
        for unit, sign in ((new, 1), (gone, -1)):
            if unit != IDLE:
                self._costs[board.nation[unit]] += sign * board.cost[unit]
                self.cost += sign * board.cost[unit]
        if self.aim.weights and (new != IDLE or gone != IDLE):
            self.beyond = self._beyond(self._costs, self.cost)

    def _beyond_with(self, new: int, gone: int) -> int:
        board, costs, total = self.board, self._costs.copy(), self.cost
        for unit, sign in ((new, 1), (gone, -1)):
            if unit != IDLE:
                costs[board.nation[unit]] += sign * board.cost[unit]
                total += sign * board.cost[unit]
        return self._beyond(costs, total)

    def _beyond(self, costs: Sequence[int], total: int) -> int:
        """What nations bear beyond their fair shares, times the sum of the weights."""
        whole = self._whole
        over = [whole * cost - weight * total for cost, weight in zip(costs, self.aim.weights, strict=True)]
        return sum(more for more in over if more > 0)


def words(seed: int, first: int, many: int) -> npt.NDArray[np.uint64]:
    """Words of 64 bits that look drawn: the numbers from a counter, mixed (splitmix64)."""
    drawn = (np.arange(first, first + many, dtype=np.uint64) + np.uint64(seed << 40)) * np.uint64(0x9E3779B97F4A7C15)
    drawn = (drawn ^ (drawn >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    drawn = (drawn ^ (drawn >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return drawn ^ (drawn >> np.uint64(31))
