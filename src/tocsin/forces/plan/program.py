"""The rules of a force package as rows over columns, exact in whole numbers. docs/FORCES.md, parts 4 and 8.

`Program` is any mixed-integer program under construction: columns, rows and entries are added in bulk, in any order.
`lay_out` makes one of arcs, and says where everything stands:

    force = lay_out(terms, stock, arcs)           # arcs as `supply.arcs_of` gives them, or some of them
    force.program.cost[force.short] = stock.weight

A relaxation of a rule is one more entry in its row: what may be sent under a cap grows by 40 where column y is 1 with
`program.put(force.caps[nation, counted], y, -40)`, as all of them are "at most" but `needs`, which is "at least".
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.forces.arcs import Terms
from tocsin.forces.plan.supply import Arcs, Ints, Mask, Stock, caps_of

Floats = npt.NDArray[np.float64]
Numbers = npt.ArrayLike

INFINITE = float("inf")


class Matrix(NamedTuple):
    """A whole program: minimise cost · x, with bounds on columns and rows, and the entries by column."""

    cost: Floats
    lower: Floats
    upper: Floats
    integer: Mask
    row_lower: Floats
    row_upper: Floats
    starts: Ints
    """By column, and one more at the end: where its entries begin in the two below."""
    rows: Ints
    values: Floats

    def only(self, kept: Mask) -> "Matrix":
        """The same with some of its columns, the others being 0."""
        counts = np.diff(self.starts)
        inside = np.repeat(kept, counts)
        return self._replace(
            cost=self.cost[kept],
            lower=self.lower[kept],
            upper=self.upper[kept],
            integer=self.integer[kept],
            starts=np.concatenate(([0], np.cumsum(counts[kept]))),
            rows=self.rows[inside],
            values=self.values[inside],
        )


class Program:
    """A program under construction. `cost`, `lower`, `upper` and the rows' bounds may be changed until `matrix`."""

    def __init__(self) -> None:
        self.cost = self.lower = self.upper = np.zeros(0)
        self.integer: Mask = np.zeros(0, dtype=np.bool_)
        self.row_lower = self.row_upper = np.zeros(0)
        self._entries: list[tuple[Ints, Ints, Floats]] = []

    def columns(self, many: int, upper: Numbers, *, lower: Numbers = 0, integer: bool = False) -> Ints:
        """So many columns more, which cost nothing so far. Returns their places."""
        first = self.cost.size
        self.cost = np.append(self.cost, np.zeros(many))
        self.lower = np.append(self.lower, _spread(lower, many))
        self.upper = np.append(self.upper, _spread(upper, many))
        self.integer = np.append(self.integer, np.full(many, integer))
        return np.arange(first, first + many)

    def rows(self, many: int, *, lower: Numbers = -INFINITE, upper: Numbers = INFINITE) -> Ints:
        """So many rows more, without entries so far. Returns their places."""
        first = self.row_lower.size
        self.row_lower = np.append(self.row_lower, _spread(lower, many))
        self.row_upper = np.append(self.row_upper, _spread(upper, many))
        return np.arange(first, first + many)

    def put(self, rows: Numbers, columns: Numbers, values: Numbers) -> None:
        """Entries, by row and column; all three of one length, or single. Those of one place add up."""
        at, of, what = np.broadcast_arrays(np.atleast_1d(rows), np.atleast_1d(columns), np.atleast_1d(values))
        self._entries.append((at.astype(np.int64), of.astype(np.int64), what.astype(np.float64)))

    def matrix(self) -> Matrix:
        """All of it, ready for the solver."""
        many = max(1, self.row_lower.size)
        places = np.concatenate([np.zeros(0, np.int64), *(of * many + at for at, of, _ in self._entries)])
        values = np.concatenate([np.zeros(0), *(what for _, _, what in self._entries)])
        places, inverse = np.unique(places, return_inverse=True)
        values = np.bincount(inverse, weights=values, minlength=places.size).astype(np.float64)
        counts = np.bincount(places // many, minlength=self.cost.size)
        return Matrix(
            cost=self.cost.copy(),
            lower=self.lower.copy(),
            upper=self.upper.copy(),
            integer=self.integer.copy(),
            row_lower=self.row_lower.copy(),
            row_upper=self.row_upper.copy(),
            starts=np.concatenate(([0], np.cumsum(counts))),
            rows=places % many,
            values=values,
        )


class Force(NamedTuple):
    """A program whose whole points are the lawful packages, and where its rules stand."""

    program: Program
    arcs: Arcs
    served: Ints
    """By arc: its column, 1 where the unit serves the line."""
    short: Ints
    """By line: its column, what is missing."""
    once: Ints
    """By unit: its row."""
    needs: Ints
    """By line: its row, strength + missing >= required. A unit larger than the line counts as much as it requires."""
    one_nation: dict[tuple[int, int], int]
    """By line and nation (their places): its row, strength <= what the multinational rule allows."""
    caps: dict[tuple[int, int], int]
    """By nation and what is counted (their places): its row, strength <= what may be sent."""
    lift: dict[tuple[int, int], int]
    """By first and last place in `Terms.leaves`: its row, tonnes that can use no other hour <= what leaves then."""


def lay_out(terms: Terms, stock: Stock, arcs: Arcs, grain: int = 1) -> Force:
    """The program of these arcs, with nothing to minimise yet. Every rule of the case is a row, binding or not.

    What is missing is counted in grains, of which all strengths and requirements are multiples.
    """
    program = Program()
    served = program.columns(arcs.unit.size, 1, integer=True)
    required = stock.required // grain
    short = program.columns(required.size, required)
    strength = stock.strength[arcs.unit] // grain
    once = program.rows(stock.strength.size, upper=1)
    program.put(once[arcs.unit], served, 1)
    needs = program.rows(required.size, lower=required)
    program.put(needs[arcs.line], served, np.minimum(strength, required[arcs.line]))
    program.put(needs, short, 1)
    return Force(
        program=program,
        arcs=arcs,
        served=served,
        short=short,
        once=once,
        needs=needs,
        one_nation=_one_nation(program, stock, arcs, served),
        caps=_caps(program, terms, stock, arcs, served),
        lift=_lift(program, terms, stock, arcs, served),
    )


def _one_nation(program: Program, stock: Stock, arcs: Arcs, served: Ints) -> dict[tuple[int, int], int]:
    bound = np.flatnonzero(stock.percent[arcs.line] >= 0)
    many = max(1, len(stock.nations))
    keys = arcs.line[bound] * many + stock.nation[arcs.unit[bound]]
    pairs, at = np.unique(keys, return_inverse=True)
    lines = pairs // many
    rows = program.rows(pairs.size, upper=stock.percent[lines] * stock.required[lines] // 100)
    program.put(rows[at], served[bound], stock.strength[arcs.unit[bound]])
    return dict(zip(zip(lines.tolist(), (pairs % many).tolist(), strict=True), rows.tolist(), strict=True))


def _caps(program: Program, terms: Terms, stock: Stock, arcs: Arcs, served: Ints) -> dict[tuple[int, int], int]:
    most = caps_of(terms, stock)
    capped = sorted({(cap.nation, cap.counted) for cap in terms.case.cap})
    found: dict[tuple[int, int], int] = {}
    for nation, counted in capped:
        if nation in stock.nations and counted in stock.counts:
            place = stock.nations.index(nation), stock.counts.index(counted)
            (found[place],) = program.rows(1, upper=most[place]).tolist()
            kept = np.flatnonzero((stock.nation[arcs.unit] == place[0]) & (stock.counted[arcs.unit] == place[1]))
            program.put(found[place], served[kept], stock.strength[arcs.unit[kept]])
    return found


def _lift(program: Program, terms: Terms, stock: Stock, arcs: Arcs, served: Ints) -> dict[tuple[int, int], int]:
    """The interval condition, thinly: what a run of hours holds follows from the runs one hour shorter.

    An arc stands in one row instead of one a run that covers it, which makes the large programs seven times faster.
    """
    hours = len(terms.leaves)
    runs = {(first, last): number for number, (first, last) in enumerate(_runs(hours))}
    held = program.columns(len(runs), INFINITE)
    totals = program.rows(len(runs), lower=0, upper=0)
    before = np.concatenate(([0], np.cumsum(np.array(terms.tonnes, dtype=np.int64))))
    limits = program.rows(len(runs), upper=[before[last + 1] - before[first] for first, last in runs])
    program.put(limits, held, 1)
    for (first, last), number in runs.items():
        program.put(totals[number], held[number], -1)
        for shorter, sign in (((first + 1, last), 1), ((first, last - 1), 1), ((first + 1, last - 1), -1)):
            if shorter in runs:
                program.put(totals[number], held[runs[shorter]], sign)
    lifted = np.flatnonzero(arcs.first >= 0)
    number_of = np.zeros((hours + 1, hours + 1), dtype=np.int64)
    for (first, last), number in runs.items():
        number_of[first, last] = number
    rows = totals[number_of[arcs.first[lifted], arcs.last[lifted]]] if runs else totals
    program.put(rows, served[lifted], stock.tonnes[arcs.unit[lifted]])
    return {run: int(limits[number]) for run, number in runs.items()}


def _runs(hours: int) -> list[tuple[int, int]]:
    return [(first, last) for first in range(hours) for last in range(first, hours)]


def _spread(value: Numbers, many: int) -> Floats:
    return np.broadcast_to(np.asarray(value, dtype=np.float64), many)
