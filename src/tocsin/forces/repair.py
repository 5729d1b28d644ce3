"""Filling a line within a package that stands, without a solver: free units first, then one unit moved at a time.

It keeps every rule and takes from no line what it needs. What it does not find may be possible all the same.
docs/FORCES.md, part 9.
"""

from collections.abc import Iterable, Mapping, Sequence

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
        self.served = self._settled(kept)
        self._fill(self.served, self.line)
        self._move()

    @property
    def is_filled(self) -> bool:
        """Whether the line is, and no other line is short of more than before."""
        return self._missing(self.served, self.line) == 0 and self._keeps_floors(self.served)

    def package(self) -> ForcePackage:
        """What came of it."""
        return package_of(self.terms, self.units, self.served.values(), ALGORITHM)

    def _settled(self, pairs: Iterable[tuple[Unit, RequirementLine]]) -> dict[str, Served]:
        """By unit: what may still serve as it did, as far as all of it may together."""
        tally, served = Tally(self.terms, self.units), {}
        for unit, line in pairs:
            window = arc(self.terms, unit, line)
            if isinstance(window, Window) and tally.first_broken(one := Served(unit, line, window)) is None:
                tally.take(one)
                served[unit.id] = one
        return served

    def _fill(self, served: dict[str, Served], line: RequirementLine, floor: int = 0) -> None:
        """Sends free units to a line, the strongest first, until no more than the floor is missing."""
        tally = self._tally(served)
        missing = line.required - tally.filled.get(line.id, 0) - floor
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
            missing = self._missing(self.served, self.line)
            if not missing:
                return
            tried = {unit: other for unit, other in self.served.items() if unit != one.unit.id}
            if self._tally(tried).first_broken(one) is not None:
                continue
            left = self.served[one.unit.id].line
            tried[one.unit.id] = one
            self._fill(tried, left, self.floors[left.id])
            self._fill(tried, self.line)
            if self._keeps_floors(tried) and self._missing(tried, self.line) < missing:
                self.served = tried

    def _tally(self, served: Mapping[str, Served]) -> Tally:
        tally = Tally(self.terms, self.units)
        for one in served.values():
            tally.take(one)
        return tally

    def _filled(self, served: Mapping[str, Served]) -> dict[str, int]:
        filled: dict[str, int] = {}
        for one in served.values():
            filled[one.line.id] = filled.get(one.line.id, 0) + one.unit.strength
        return filled

    def _missing(self, served: Mapping[str, Served], line: RequirementLine) -> int:
        return max(0, line.required - self._filled(served).get(line.id, 0))

    def _keeps_floors(self, served: Mapping[str, Served]) -> bool:
        filled = self._filled(served)
        return all(
            line.required - filled.get(line.id, 0) <= self.floors.get(line.id, 0)
            for line in self.case.line
            if line.id != self.line.id
        )
