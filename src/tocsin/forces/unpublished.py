"""What nobody published of units, in words, and a cost as far as it is known. docs/FORCES.md, part 2."""

from collections.abc import Iterable, Mapping, Sequence

from tocsin.forces.model import Figure, ForcePackage, Unit
from tocsin.forces.wording import many

FIGURE_WORDS: Mapping[Figure, str] = {
    "cost_cents": "cost",
    "notice_to_move_hours": "notice",
    "transit_hours": "transit",
    "lift_tonnes": "lift",
    "endurance_days": "endurance",
}
"""The figures in words, in the order in which they are told."""


def units_sent(units: Iterable[Unit], package: ForcePackage) -> tuple[Unit, ...]:
    """The units that a package sends."""
    names = {one.unit for one in package.assignments}
    return tuple(unit for unit in units if unit.id in names)


def unpublished(units: Sequence[Unit]) -> dict[Figure, int]:
    """Of how many units each figure was not published, where it is one or more."""
    counts = {figure: sum(figure in unit.unset for unit in units) for figure in FIGURE_WORDS}
    return {figure: count for figure, count in counts.items() if count}


def unpublished_words(units: Sequence[Unit]) -> str:
    """'cost of 9 units, notice of 1 unit'; empty where all was published."""
    found = unpublished(units).items()
    return ", ".join(f"{FIGURE_WORDS[figure]} of {many(count, 'unit')}" for figure, count in found)


def as_known(cost: str, units: Sequence[Unit]) -> str:
    """A sum of the units' costs as far as they were published: whole, 'at least' so much, or 'not published'."""
    if not any("cost_cents" in unit.unset for unit in units):
        return cost
    return f"at least {cost}" if any(unit.cost_cents for unit in units) else "not published"
