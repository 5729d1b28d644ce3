"""What follows from a choice of units: times, totals, costs, digests. docs/FORCES.md, part 5."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from tocsin.forces.arcs import Terms, Window, arc, soft_tags
from tocsin.forces.closure import closure_hours
from tocsin.forces.model import Assignment, ForceCase, ForcePackage, LineTotal, RequirementLine, Unit


class Served(NamedTuple):
    """A unit on a line, with when it can serve it."""

    unit: Unit
    line: RequirementLine
    window: Window


def served_in(terms: Terms, units: Iterable[Unit], package: ForcePackage) -> Iterator[Served]:
    """Who serves what in a lawful package of these inputs, in the order of its assignments."""
    by_id = {unit.id: unit for unit in units}
    for one in package.assignments:
        unit, line = by_id[one.unit], terms.lines[one.line]
        window = arc(terms, unit, line)
        assert isinstance(window, Window), "the package is lawful"
        yield Served(unit, line, window)


def inputs_digest(case: ForceCase, units: Sequence[Unit]) -> str:
    """'sha256:…' of a case and an inventory."""
    return _digest({"case": case, "units": units})


def package_digest(package: ForcePackage) -> str:
    """'sha256:…' of a package; its own digest counts as empty."""
    return _digest(replace(package, digest=""))


def package_of(terms: Terms, units: Sequence[Unit], chosen: Iterable[Served], algorithm: str) -> ForcePackage:
    """The package that sends these units."""
    served = sorted(chosen, key=lambda one: (one.unit.id, one.line.id))
    filled: dict[str, int] = {}
    for one in served:
        filled[one.line.id] = filled.get(one.line.id, 0) + one.unit.strength
    totals = line_totals(terms, units, filled)
    closure = closure_hours(terms, [(one.unit.lift_tonnes, one.window) for one in served])
    package = ForcePackage(
        case=terms.case.case.id,
        inputs=inputs_digest(terms.case, units),
        algorithm=algorithm,
        assignments=tuple(assignment_of(one) for one in served),
        totals=totals,
        weighted_shortfall=weighted_shortfall(terms, totals),
        cost_cents=sum(one.unit.cost_cents for one in served),
        closure_hours=closure or 0,  # where lift is not enough, nobody looks at it
        digest="",
    )
    return replace(package, digest=package_digest(package))


def assignment_of(served: Served) -> Assignment:
    """One unit on one line, with its figures."""
    unit, line, window = served
    return Assignment(
        unit=unit.id,
        line=line.id,
        nation=unit.nation,
        strength=unit.strength,
        ready_hours=window.ready,
        leave_by_hours=window.leave_by,
        in_place_from_hours=window.in_place_from,
        soft=soft_tags(unit, line),
    )


def line_totals(terms: Terms, units: Iterable[Unit], filled: dict[str, int]) -> tuple[LineTotal, ...]:
    """The four counters of every line; `filled` is the strength assigned, by line."""
    pledged: dict[str, int] = {}
    for unit in units:
        pledged[unit.capability] = pledged.get(unit.capability, 0) + unit.strength
    return tuple(
        LineTotal(
            line=line.id,
            required=line.required,
            pledged=sum(pledged.get(capability, 0) for capability in set(terms.accepted[line.id])),
            filled=filled.get(line.id, 0),
            shortfall=max(0, line.required - filled.get(line.id, 0)),
        )
        for line in terms.case.line
    )


def weighted_shortfall(terms: Terms, totals: Iterable[LineTotal]) -> int:
    """The sum of weight times shortfall: what a planner makes small."""
    return sum(terms.lines[total.line].weight * total.shortfall for total in totals)


def _digest(value: object) -> str:
    return f"sha256:{sha256(msgspec.json.encode(value, order='sorted')).hexdigest()}"


def proof_words(value: int, bound: int) -> str:
    """How good a value is known to be, where nothing is less than the bound."""
    if value <= bound:
        return "proved the best"
    gap = -(-1000 * (value - bound) // value)  # in tenths of a per cent, rounded up
    return f"proved within {gap // 10}.{gap % 10} %" if gap < 1000 else "nothing proved"
