"""The instant answer: lines in order of priority, each filled by the units that are in place first.

It keeps every rule and never takes anything back, so it is fast and lawful, not the best.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tocsin.forces.arcs import Terms, Window, arc, terms_of
from tocsin.forces.figures import Served, package_of
from tocsin.forces.model import ForceCase, ForcePackage, RequirementLine, Unit
from tocsin.forces.tally import Tally

ALGORITHM = "greedy 1"


def greedy(case: ForceCase, units: Sequence[Unit]) -> ForcePackage:
    """A lawful package, the same for the same inputs, which are as `load_case` and `load_inventory` give them."""
    terms = terms_of(case)
    tally = Tally(terms, units)
    offered = by_capability(units)
    chosen = []
    for line in sorted(case.line, key=precedence):
        for served in candidates(terms, line, offered):
            if tally.filled.get(line.id, 0) >= line.required:
                break
            if tally.first_broken(served) is None:
                tally.take(served)
                chosen.append(served)
    return package_of(terms, units, chosen, ALGORITHM)


def precedence(line: RequirementLine) -> tuple[int, bool, int]:
    """What is compared to say which line is filled first; of equal ones the first in the case."""
    return line.priority, not line.essential, line.in_place_by_hours


def by_capability(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """The units of each capability, as they stood."""
    offered: dict[str, list[Unit]] = {}
    for unit in units:
        offered.setdefault(unit.capability, []).append(unit)
    return offered


def candidates(terms: Terms, line: RequirementLine, offered: Mapping[str, Sequence[Unit]]) -> list[Served]:
    """Units, by capability, that can serve the line: in place first, then its own capability, then cheapest."""
    return sorted(
        _able(terms, line, offered),
        key=lambda one: (
            one.window.in_place_from,
            one.unit.capability != line.capability,
            one.unit.cost_cents,
            one.unit.id,
        ),
    )


def _able(terms: Terms, line: RequirementLine, offered: Mapping[str, Sequence[Unit]]) -> Iterator[Served]:
    for capability in dict.fromkeys(terms.accepted[line.id]):
        for unit in offered.get(capability, ()):
            window = arc(terms, unit, line)
            if isinstance(window, Window):
                yield Served(unit, line, window)
