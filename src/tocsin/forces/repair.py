"""Filling a line within a package that stands, without a solver: free units first, then one unit moved at a time.

It keeps every rule and takes from no line what it needs. What it does not find may be possible all the same.
docs/FORCES.md, part 9.
"""

from collections.abc import Iterable, Sequence

from tocsin.forces.arcs import Terms, Window, arc, terms_of
from tocsin.forces.figures import Served, package_of
from tocsin.forces.model import ForceCase, ForcePackage, RequirementLine, Unit
from tocsin.forces.tally import Tally

ALGORITHM = "repair 1"
MOVES_MAX = 12
"""So many units are tried that serve other lines."""


def floors_of(package: ForcePackage) -> dict[str, int]:
    """By line: the shortfall that a package leaves."""
    return {total.line: total.shortfall for total in package.totals}


class Repair:
    """A package of changed inputs, in the making."""

    def __init__(
        self, case: ForceCase, units: Sequence[Unit], package: ForcePackage, line_id: str, terms: Terms | None = None
    ) -> None:
        self.case, self.units = case, units
        self.terms = terms or terms_of(case)
        self.line = self.terms.lines[line_id]
        self.floors = floors_of(package)
        by_id = {unit.id: unit for unit in units}
        kept = ((by_id[one.unit], self.terms.lines[one.line]) for one in package.assignments if one.unit in by_id)
        self.served: dict[str, Served] = {}
        """By unit: who serves what."""
        self._tally = Tally(self.terms, units)
        self._settle(kept)
        self._fill(self.served, self._tally, self.line)
        self._move()

    @property
    def is_filled(self) -> bool:
        """Whether the line is, and no other line is short of more than before."""
        return self._missing(self._tally) == 0 and self._keeps_floors(self._tally)

    def package(self) -> ForcePackage:
        """What came of it."""
        return package_of(self.terms, self.units, self.served.values(), ALGORITHM)

    def _settle(self, pairs: Iterable[tuple[Unit, RequirementLine]]) -> None:
        """Sets out what may still serve as it did, as far as all of it may together."""
        for unit, line in pairs:
            window = arc(self.terms, unit, line)
            if isinstance(window, Window) and self._tally.first_broken(one := Served(unit, line, window)) is None:
                self._tally.take(one)
                self.served[unit.id] = one

    def _fill(self, served: dict[str, Served], tally: Tally, line: RequirementLine, floor: int = 0) -> None:
        """Sends free units to a line, the strongest first, until no more than the floor is missing."""
        missing = line.required - tally.filled.get(line.id, 0) - floor
        if missing <= 0:
            return
        free = (unit for unit in self.units if unit.capability in self.terms.accepted[line.id])
        able = [
            Served(unit, line, window)
            for unit in free
            if unit.id not in served and isinstance(window := arc(self.terms, unit, line), Window)
        ]
        for one in sorted(able, key=lambda one: (-one.unit.strength, one.unit.id)):
            if missing <= 0:
                return
            if tally.first_broken(one) is None:
                tally.take(one)
                served[one.unit.id] = one
                missing -= one.unit.strength

    def _move(self) -> None:
        """Moves units from other lines to this one where free units can take their place."""
        able = [
            Served(one.unit, self.line, window)
            for one in self.served.values()
            if one.line.id != self.line.id and isinstance(window := arc(self.terms, one.unit, self.line), Window)
        ]
        for one in sorted(able, key=lambda one: (-one.unit.strength, one.unit.id))[:MOVES_MAX]:
            missing = self._missing(self._tally)
            if not missing:
                return
            tried, tally = self.served.copy(), self._tally.copy()
            was = tried.pop(one.unit.id)
            tally.drop(was)
            if tally.first_broken(one) is not None:
                continue
            tally.take(one)
            tried[one.unit.id] = one
            self._fill(tried, tally, was.line, self.floors[was.line.id])
            self._fill(tried, tally, self.line)
            if self._keeps_floors(tally) and self._missing(tally) < missing:
                self.served, self._tally = tried, tally

    def _missing(self, tally: Tally) -> int:
        return max(0, self.line.required - tally.filled.get(self.line.id, 0))

    def _keeps_floors(self, tally: Tally) -> bool:
        return all(
            line.required - tally.filled.get(line.id, 0) <= self.floors.get(line.id, 0)
            for line in self.case.line
            if line.id != self.line.id
        )
