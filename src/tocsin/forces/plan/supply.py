"""Units, lines, and which unit may serve which line: all at once, as arrays of whole numbers."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.forces.arcs import Terms, Window, arc, transit_to
from tocsin.forces.model import Unit

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Stock(NamedTuple):
    """The inventory and the lines of a case: one entry a unit, or one a line, in their order."""

    strength: Ints
    tonnes: Ints
    """0 where a unit deploys by itself."""
    cost: Ints
    nation: Ints
    """Place in `nations`."""
    counted: Ints
    """Place in `counts`."""
    nations: tuple[str, ...]
    counts: tuple[str, ...]
    """What strengths count, such as persons."""
    required: Ints
    weight: Ints
    percent: Ints
    """Of a line's multinational rule; -1 where it has none."""


class Arcs(NamedTuple):
    """One entry an arc, by line and then by unit. Hours after activation."""

    unit: Ints
    """Place in the inventory."""
    line: Ints
    """Place in the case's lines."""
    first: Ints
    """First and last place in `Terms.leaves` that the unit can use; -1 both, where it deploys by itself."""
    last: Ints
    in_place: Ints
    """When the unit is in place at the earliest."""
    transit: Ints

    def only(self, kept: Mask | Ints) -> "Arcs":
        """Some of them, by mask or by place."""
        return Arcs(*(column[kept] for column in self))


def stock_of(terms: Terms, units: Sequence[Unit]) -> Stock:
    """Units and lines as arrays."""
    nations = {nation: place for place, nation in enumerate(sorted({unit.nation for unit in units}))}
    counts = {counted: place for place, counted in enumerate(sorted(set(terms.counted.values())))}
    lines = terms.case.line
    return Stock(
        strength=_ints(unit.strength for unit in units),
        tonnes=_ints(0 if unit.self_deploying else unit.lift_tonnes for unit in units),
        cost=_ints(unit.cost_cents for unit in units),
        nation=_ints(nations[unit.nation] for unit in units),
        counted=_ints(counts[terms.counted[unit.capability]] for unit in units),
        nations=tuple(nations),
        counts=tuple(counts),
        required=_ints(line.required for line in lines),
        weight=_ints(line.weight for line in lines),
        percent=_ints(-1 if line.one_nation_percent is None else line.one_nation_percent for line in lines),
    )


def arcs_of(terms: Terms, units: Sequence[Unit]) -> Arcs:
    """Every unit and line that part 3 of docs/FORCES.md lets meet, whether part 4 would allow the unit or not."""
    by_capability: dict[str, list[int]] = {}
    for place, unit in enumerate(units):
        by_capability.setdefault(unit.capability, []).append(place)
    found: list[tuple[int, int, int, int, int, int]] = []
    for number, line in enumerate(terms.case.line):
        able = (place for code in set(terms.accepted[line.id]) for place in by_capability.get(code, ()))
        for place in sorted(able):
            unit = units[place]
            window = arc(terms, unit, line)
            if isinstance(window, Window):
                transit = transit_to(unit, line.destination) or 0
                found.append((place, number, window.first_lift, window.last_lift, window.in_place_from, transit))
    return Arcs(*np.array(found, dtype=np.int64).reshape(-1, len(Arcs._fields)).T)


def alone(terms: Terms, stock: Stock, arcs: Arcs) -> Mask:
    """The arcs that break no rule of part 4 while nothing else is sent: no package holds any other."""
    strength, nation = stock.strength[arcs.unit], stock.nation[arcs.unit]
    percent = stock.percent[arcs.line]
    fits = (percent < 0) | (100 * strength <= percent * stock.required[arcs.line])
    fits &= strength <= caps_of(terms, stock)[nation, stock.counted[arcs.unit]]
    before = np.concatenate(([0], np.cumsum(_ints(terms.tonnes))))
    room = before[arcs.last + 1] - before[arcs.first]  # of a unit that deploys by itself: 0, and it needs none
    return fits & ((arcs.first < 0) | (stock.tonnes[arcs.unit] <= room))


def caps_of(terms: Terms, stock: Stock) -> Ints:
    """By nation and what is counted: the strength that may be sent at most."""
    pledged = np.zeros((len(stock.nations), len(stock.counts)), dtype=np.int64)
    np.add.at(pledged, (stock.nation, stock.counted), stock.strength)
    most = pledged.copy()
    for cap in terms.case.cap:
        if cap.nation in stock.nations and cap.counted in stock.counts:
            at = stock.nations.index(cap.nation), stock.counts.index(cap.counted)
            most[at] = min(most[at], cap.percent * pledged[at] // 100)
    return most


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)
