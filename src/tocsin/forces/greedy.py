"""The instant answer: lines in order of priority, each filled by the units that are in place first.

It keeps every rule and never takes anything back, so it is fast and lawful, not the best.
"""

from collections.abc import Iterator, Mapping, Sequence

from tocsin.forces.arcs import Terms, Window, arc, terms_of
from tocsin.forces.figures import Served, package_of
from tocsin.forces.model import ForceCase, ForcePackage, RequirementLine, Unit
from tocsin.forces.tally import Tally

ALGORITHM = "greedy 1"


def greedy(case: ForceCase, units: Sequence[Unit]) -> ForcePackage:
    """A lawful package, the same for the same inputs, which are as `load_case` and `load_inventory` give them."""
    terms = terms_of(case)
    tally = Tally(terms, units)
    by_capability: dict[str, list[Unit]] = {}
    for unit in units:
        by_capability.setdefault(unit.capability, []).append(unit)
    chosen = []
    for line in sorted(case.line, key=lambda one: (one.priority, not one.essential, one.in_place_by_hours)):
        for served in _candidates(terms, line, by_capability):
            if tally.filled.get(line.id, 0) >= line.required:
                break
            if tally.first_broken(served) is None:
                tally.take(served)
                chosen.append(served)
    return package_of(terms, units, chosen, ALGORITHM)


def _candidates(terms: Terms, line: RequirementLine, by_capability: Mapping[str, Sequence[Unit]]) -> list[Served]:
    """Units that can serve the line: in place first, then its own capability before others, then cheapest."""
    return sorted(
        _able(terms, line, by_capability),
        key=lambda one: (
            one.window.in_place_from,
            one.unit.capability != line.capability,
            one.unit.cost_cents,
            one.unit.id,
        ),
    )


def _able(terms: Terms, line: RequirementLine, by_capability: Mapping[str, Sequence[Unit]]) -> Iterator[Served]:
    for capability in dict.fromkeys(terms.accepted[line.id]):
        for unit in by_capability.get(capability, ()):
            window = arc(terms, unit, line)
            if isinstance(window, Window):
                yield Served(unit, line, window)
