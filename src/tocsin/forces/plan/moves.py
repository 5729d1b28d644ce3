"""Simulated annealing over a board: units move to lines, change places, stay at home; the best package is kept.

Integer programming is slow to fill lines exactly from many units of uneven strength, and this is quick. Moves are drawn
by the batch, and of each batch all are judged at once by how the board stood before it: most come to nothing. Only the
others are looked at exactly, one after another. It proves nothing. Draws come from a counter, so that the same search
is the same everywhere.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.forces.model import Objective
from tocsin.forces.plan.board import IDLE, NO_LIMIT, Board
from tocsin.forces.plan.budget import ENDLESS, Budget
from tocsin.forces.plan.program import Floats
from tocsin.forces.plan.supply import Arcs, Ints, Mask, Stock

BATCH_MIN, BATCH_MAX = 128, 4_096
"""Moves judged at once. There are a quarter as many as arcs: of more, too many would find the board changed."""
PROBE = 50_000
"""Moves by whose seconds those of all are judged, for the first time."""
TOLD = 100_000
"""Moves tried between two words about progress."""
SLACK = 1e-9
"""What judging at once, in floating point, may be wrong by, as a part of what is compared."""
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


class Moves(NamedTuple):
    """Moves as columns: units to lines, each in the place of another unit or of none."""

    unit: Ints
    line: Ints
    other: Ints
    """IDLE for none."""
    most: Floats
    """What the value may grow by."""
    was: Ints
    """The line that the unit serves; where it is that of the move, the unit is to leave it for home."""
    to: Ints
    """The line where the other goes; IDLE where it stays at home."""


class Annealing:
    """One search: a board that is set out, an aim, and the arcs that may be tried."""

    def __init__(self, board: Board, stock: Stock, arcs: Arcs, aim: Aim) -> None:
        self.board, self.aim = board, aim
        self._stock, self._arcs = stock, arcs
        self._pairs = np.sort(arcs.unit * stock.required.size + arcs.line)
        """Every arc as one number."""
        self.missing = board.missing()
        self._costs = [0] * (max(board.nation, default=0) + 1)
        for unit, _ in board.pairs():
            self._costs[board.nation[unit]] += board.cost[unit]
        self.cost = sum(self._costs)
        self._whole = sum(aim.weights)
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
        pace = _Pace(moves, budget, budget.spent + budget.left * part)
        scale = self._scale()
        many = max(BATCH_MIN, min(BATCH_MAX, self._arcs.unit.size // 4))
        untold = 0
        while pace.cooled < 1 and not budget.over():
            warmth = scale * HOT * (COLD / HOT) ** pace.cooled
            batch = self.drawn(seed, pace.done, many, warmth)
            worth = self.worth(batch)
            for unit, line, other, most in zip(*(column[worth].tolist() for column in batch[:4]), strict=True):
                self.make(unit, line, other, most)
            pace.went(many)
            untold += many
            if self.value < best:
                best, kept = self.value, self.board.pairs()
            if untold >= TOLD:
                untold = 0
                told(best)
        return kept

    def drawn(self, seed: int, first: int, many: int, warmth: float) -> Moves:
        """The next moves."""
        arcs, drawn = self._arcs, words(seed, first, many)
        rolls = (words(seed + 1, first, many) >> np.uint64(11)).astype(np.float64) / (1 << 53)
        place = (drawn % np.uint64(arcs.unit.size)).astype(np.int64)
        return self._moves(arcs.unit[place], arcs.line[place], drawn >> np.uint64(34), -warmth * np.log(rolls + 1e-300))

    def _moves(self, unit: Ints, line: Ints, mate: npt.NDArray[np.uint64], most: Floats) -> Moves:
        """Units to lines as the board stands; the mates say in whose place."""
        serves = np.array(self.board.line)
        was = serves[unit]
        other = _mates(serves, line, mate.astype(np.int64), self._stock.required.size)
        other = np.where(was == line, IDLE, other)
        to = np.where((other != IDLE) & (was != IDLE) & self._meet(other, was), was, IDLE)
        return Moves(unit, line, other, most, was, to)

    def worth(self, moves: Moves) -> Mask:
        """Whether they may be made as the board stands, but for what `Board.fits` forbids. None is missed."""
        aim, stock, (unit, line, other, most, was, to) = self.aim, self._stock, moves
        leaves = was == line
        comes, goes = stock.strength[unit], np.where(other != IDLE, stock.strength[other], 0)
        short = stock.required - np.array(self.board.filled)
        change = _loss(short, stock.weight, line, np.where(leaves, -comes, comes - goes))
        behind = _loss(short, stock.weight, was, np.where(to != IDLE, goes, 0) - comes)
        change += np.where(leaves | (was == IDLE), 0, behind)
        if aim.objective == "shortfall":
            worth = ~leaves & ((other != IDLE) | (short[line] > 0)) & (change <= most)
        else:
            useful = leaves | (other != IDLE) | (short[line] > 0) | (aim.objective == "fairness")
            worth = useful & (self.missing + change <= aim.missing)
        if aim.objective == "shortfall" and aim.cost == NO_LIMIT and not aim.weights:
            return np.asarray(worth)
        return np.asarray(worth & self._bearable(moves, worth))

    def _bearable(self, moves: Moves, asked: Mask) -> Mask:
        """Whether what they cost may be, and who bears it; only those asked about are looked at."""
        aim, stock, leaves = self.aim, self._stock, moves.was == moves.line
        new = np.where(moves.was == IDLE, moves.unit, IDLE)
        gone = np.where(leaves, moves.unit, np.where(moves.to == IDLE, moves.other, IDLE))
        more = np.where(new != IDLE, stock.cost[new], 0) - np.where(gone != IDLE, stock.cost[gone], 0)
        slack = SLACK * max(1, self.cost)
        worth = asked & (more <= (moves.most if aim.objective == "cost" else float(aim.cost - self.cost)) + slack)
        if aim.weights:
            places = np.flatnonzero(worth & ((new != IDLE) | (gone != IDLE)))
            limit = float(self.beyond) + moves.most[places] if aim.objective == "fairness" else float(aim.beyond)
            worth[places] = self._beyond_of(new[places], gone[places]) <= limit + slack * self._whole
        return np.asarray(worth)

    def _meet(self, unit: Ints, line: Ints) -> Mask:
        """Whether units can serve lines."""
        wanted = unit * self._stock.required.size + line
        at = np.minimum(np.searchsorted(self._pairs, wanted), self._pairs.size - 1)
        return np.asarray(self._pairs[at] == wanted)

    def _beyond_of(self, new: Ints, gone: Ints) -> Floats:
        """What nations would bear beyond their fair shares, times the sum of the weights, after each of some moves."""
        stock, rows = self._stock, np.arange(new.size)
        costs = np.tile(np.array(self._costs, dtype=np.float64), (new.size, 1))
        for units, sign in ((new, 1.0), (gone, -1.0)):
            np.add.at(costs, (rows, stock.nation[units]), np.where(units != IDLE, sign * stock.cost[units], 0.0))
        weights = np.array(self.aim.weights, dtype=np.float64)
        over = self._whole * costs - weights * costs.sum(axis=1, keepdims=True)
        return np.asarray(np.maximum(over, 0.0).sum(axis=1))

    def _scale(self) -> float:
        """What a usual unit counts for."""
        stock, arcs = self._stock, self._arcs
        if self.aim.objective == "shortfall":
            counts = stock.weight[arcs.line].astype(np.float64) * stock.strength[arcs.unit]
        else:
            counts = stock.cost[arcs.unit].astype(np.float64) * (self._whole or 1)
        return float(counts.sum()) / max(1, counts.size)

    def make(self, unit: int, line: int, other: int, most: float) -> None:
        """Set a unit on a line, alone or in the place of another there, unless that is too bad or unlawful."""
        board = self.board
        was = board.line[unit]
        if was == line:
            if self.aim.objective != "shortfall":
                self._drop(unit, line, most)
            return
        to = IDLE
        if other != IDLE:
            if board.line[other] != line:
                return  # it has left since
            to = was if was in board.arcs[other] else IDLE
            change = self._loss(line, board.strength[unit] - board.strength[other])
            if was != IDLE:
                change += self._loss(was, (board.strength[other] if to != IDLE else 0) - board.strength[unit])
        else:
            if board.filled[line] >= board.required[line] and self.aim.objective != "fairness":
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


class _Pace:
    """How far it has cooled down, 0 to 1, and how many moves that took: as many as asked, or as the seconds allow."""

    def __init__(self, moves: int, budget: Budget, until: float) -> None:
        self.cooled, self.done = 0.0, 0
        self._each = 1 / max(1, moves)
        self._least = self._each
        self._budget, self._until = budget, until
        self._look, self._seen, self._at = PROBE, 0, budget.spent

    def went(self, moves: int) -> None:
        """So many moves more were tried. Now and then it is judged by their seconds how many more there can be."""
        self.done += moves
        self.cooled += moves * self._each
        if self.done < self._look or self._budget.seconds == ENDLESS:
            return
        took, left = self._budget.spent - self._at, self._until - self._budget.spent
        if took > 0:
            possible = (self.done - self._seen) * max(left, 0.0) / took
            self._each = max(self._least, (1 - self.cooled) / max(1.0, possible))
            if self._each > self._least:
                self._budget.note()
        self._look, self._seen, self._at = 2 * self.done, self.done, self._budget.spent


def _mates(serves: Ints, line: Ints, mate: Ints, lines: int) -> Ints:
    """For three moves in four, one of the units that serve the line, where there is any; else IDLE."""
    order = np.argsort(serves, kind="stable")
    begins = np.searchsorted(serves[order], np.arange(lines + 1))
    here = np.diff(begins)[line]
    at = begins[line] + (mate >> 2) % np.maximum(1, here)
    return np.where(((mate & 3) > 0) & (here > 0), order[np.minimum(at, order.size - 1)], IDLE)


def _loss(short: Ints, weight: Ints, line: Ints, more: Ints) -> Ints:
    """What the weighted shortfall grows by, where lines have so much more, of each alone."""
    return np.asarray(weight[line] * (np.maximum(0, short[line] - more) - np.maximum(0, short[line])))


def words(seed: int, first: int, many: int) -> npt.NDArray[np.uint64]:
    """Words of 64 bits that look drawn: the numbers from a counter, mixed (splitmix64)."""
    drawn = (np.arange(first, first + many, dtype=np.uint64) + np.uint64(seed << 40)) * np.uint64(0x9E3779B97F4A7C15)
    drawn = (drawn ^ (drawn >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    drawn = (drawn ^ (drawn >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return drawn ^ (drawn >> np.uint64(31))
