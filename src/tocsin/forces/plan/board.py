"""A package as it is tried out: units set on lines and taken off again, and what that breaks, in whole numbers."""

from collections.abc import Iterable
from itertools import accumulate

from tocsin.forces.arcs import Terms
from tocsin.forces.plan.supply import Arcs, Stock, caps_of

IDLE = -1
"""The line of a unit that stays at home."""
NO_LIMIT = 1 << 62
USUAL_RUNS = 12
"""Runs of hours that hold a load, where lift leaves at eight."""


class Board:
    """The lines of all units, by place, and what they have taken of every rule of part 4.

    Only the given arcs can be used. What is set is lawful as long as every `put` was asked of `fits` before.
    """

    def __init__(self, terms: Terms, stock: Stock, arcs: Arcs) -> None:
        self.strength: list[int] = stock.strength.tolist()
        self.nation: list[int] = stock.nation.tolist()
        self.cost: list[int] = stock.cost.tolist()
        self.required: list[int] = stock.required.tolist()
        self.weight: list[int] = stock.weight.tolist()
        self.line = [IDLE] * len(self.strength)
        """By unit: the line it serves."""
        self.on: list[list[int]] = [[] for _ in self.required]
        """By line: its units."""
        self.filled = [0] * len(self.required)
        self._tonnes: list[int] = stock.tonnes.tolist()
        self._most = [
            NO_LIMIT if percent < 0 else percent * required // 100
            for percent, required in zip(stock.percent.tolist(), self.required, strict=True)
        ]
        self._given = [[0] * len(stock.nations) for _ in self.required]
        counts = max(1, len(stock.counts))
        self._kept: list[int] = (stock.nation * counts + stock.counted).tolist()
        """By unit: the place of its cap in the next two."""
        self._cap: list[int] = caps_of(terms, stock).ravel().tolist()
        self._sent = [0] * len(self._cap)
        self._runs(terms, stock, arcs)

    def _runs(self, terms: Terms, stock: Stock, arcs: Arcs) -> None:
        """What each run of hours has left, and by unit and line the runs that hold its load; docs/FORCES.md, part 4."""
        hours, before = len(terms.leaves), (0, *accumulate(terms.tonnes))
        asked = _most_asked(stock, arcs, hours)
        runs = [
            (first, last)
            for first in range(hours)
            for last in range(first, hours)
            if asked[first, last] > before[last + 1] - before[first]  # the others are never full
        ]
        self._room = [before[last + 1] - before[first] for first, last in runs]
        holding: dict[tuple[int, int], tuple[int, ...]] = {(IDLE, IDLE): ()}
        self.arcs: list[dict[int, tuple[int, ...]]] = [{} for _ in self.line]
        """By unit: the lines it can serve, each with the places of the runs that hold its load."""
        columns = (arcs.unit.tolist(), arcs.line.tolist(), arcs.first.tolist(), arcs.last.tolist())
        for unit, line, start, end in zip(*columns, strict=True):
            if (start, end) not in holding:
                holding[start, end] = tuple(
                    number for number, (first, last) in enumerate(runs) if first <= start and end <= last
                )
            self.arcs[unit][line] = holding[start, end]

    def put(self, unit: int, line: int) -> None:
        """Set a unit that stays at home on a line it can serve, whether it fits or not."""
        strength, tonnes = self.strength[unit], self._tonnes[unit]
        self.line[unit] = line
        self.on[line].append(unit)
        self.filled[line] += strength
        self._given[line][self.nation[unit]] += strength
        self._sent[self._kept[unit]] += strength
        if tonnes:
            for run in self.arcs[unit][line]:
                self._room[run] -= tonnes

    def take(self, unit: int) -> None:
        """Take a unit off its line."""
        line, strength, tonnes = self.line[unit], self.strength[unit], self._tonnes[unit]
        self.line[unit] = IDLE
        self.on[line].remove(unit)
        self.filled[line] -= strength
        self._given[line][self.nation[unit]] -= strength
        self._sent[self._kept[unit]] -= strength
        if tonnes:
            for run in self.arcs[unit][line]:
                self._room[run] += tonnes

    def fits(self, unit: int, line: int) -> bool:
        """Whether a unit that stays at home can be set on a line it can serve, every rule kept."""
        strength, tonnes = self.strength[unit], self._tonnes[unit]
        if self._given[line][self.nation[unit]] + strength > self._most[line]:
            return False
        kept = self._kept[unit]
        if self._sent[kept] + strength > self._cap[kept]:
            return False
        return not tonnes or all(self._room[run] >= tonnes for run in self.arcs[unit][line])

    def set_out(self, pairs: Iterable[tuple[int, int]], *, full: bool = False) -> None:
        """Take all off, then set units on lines as they fit; unless `full`, none on a line that is filled."""
        for unit, line in enumerate(self.line):
            if line != IDLE:
                self.take(unit)
        for unit, line in pairs:
            wanted = self.line[unit] == IDLE and (full or self.filled[line] < self.required[line])
            if wanted and line in self.arcs[unit] and self.fits(unit, line):
                self.put(unit, line)

    def pairs(self) -> list[tuple[int, int]]:
        """Units and lines, by place."""
        return [(unit, line) for unit, line in enumerate(self.line) if line != IDLE]

    def toil(self) -> int:
        """How many times as long as usual `fits` takes: it asks every run of hours that holds a load."""
        held = [len(runs) for lines in self.arcs for runs in lines.values()]
        return max(1, sum(held) // max(1, len(held)) // USUAL_RUNS)

    def missing(self) -> int:
        """The weighted shortfall."""
        lines = zip(self.weight, self.required, self.filled, strict=True)
        return sum(weight * max(0, required - filled) for weight, required, filled in lines)


def _most_asked(stock: Stock, arcs: Arcs, hours: int) -> dict[tuple[int, int], int]:
    """By run of hours: the tonnes of all arcs that can use no other. No package asks for more."""
    loads: dict[tuple[int, int], int] = {}
    columns = arcs.first.tolist(), arcs.last.tolist(), stock.tonnes[arcs.unit].tolist()
    for start, end, tonnes in zip(*columns, strict=True):
        loads[start, end] = loads.get((start, end), 0) + tonnes
    held: dict[tuple[int, int], int] = {}
    for many in range(hours):
        for first in range(hours - many):
            last = first + many
            inner = held.get((first + 1, last), 0) + held.get((first, last - 1), 0) - held.get((first + 1, last - 1), 0)
            held[first, last] = loads.get((first, last), 0) + inner
    return held
