"""What the units of an inventory must get right beside their types, told as mistakes. docs/FORCES.md, part 2.

A row of a file and a unit in a plan are checked alike.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date

from tocsin.charter.files.locate import Mistake
from tocsin.forces.case_checks import is_nation, unknown_capability, unknown_nation
from tocsin.forces.model import Unit

UNPRINTABLE = ("the cell holds a character that does not print", "", "remove it")
"""What is said of one: found, accepted, fix."""


def unit_mistakes(unit: Unit, known: Collection[str], day: date | None = None) -> Iterator[Mistake]:
    """What is wrong with a unit, by its field. With a day, an offer that has ended by then is a mistake."""
    for field in ("name", "location", "source"):
        if not getattr(unit, field).isprintable():
            yield Mistake((field,), *UNPRINTABLE)
    if not is_nation(unit.nation):
        yield unknown_nation(("nation",), unit.nation)
    if unit.capability not in known:
        yield unknown_capability(("capability",), unit.capability, known)
    if unit.self_deploying == (unit.lift_tonnes > 0):
        found, fix = "how it gets there is not said", "write the tonnes it needs, or yes in self_deploying"
        if unit.self_deploying:
            found, fix = "it deploys by itself and needs lift", "clear lift_tonnes, or write no in self_deploying"
        yield Mistake(("lift_tonnes",), found, "tonnes of lift, or self_deploying = yes", fix)
    if unit.valid_until is not None and unit.valid_from is not None and unit.valid_until <= unit.valid_from:
        yield Mistake(("valid_until",), f"the offer ends on {unit.valid_until}, before it begins", "a later day")
    elif unit.valid_until is not None and day is not None and unit.valid_until <= day:
        found = f"the offer ended on {unit.valid_until}, and {day} is asked about"
        yield Mistake(("valid_until",), found, "a later day", "ask the nation to renew it, or remove the row")
    yield from _unset_mistakes(unit)


def _unset_mistakes(unit: Unit) -> Iterator[Mistake]:
    """Figures that nobody published and that stand there all the same."""
    for place, figure in enumerate(unit.unset):
        stated = getattr(unit, figure)
        if figure in unit.unset[:place]:
            yield Mistake(("unset", place), f"'{figure}' stands there twice", "", "leave one of them")
        elif any(stated.values()) if isinstance(stated, dict) else stated:
            found = f"nobody published {figure}, and it is not 0"
            yield Mistake(
                ("unset", place), found, "figures that are empty or 0", f"clear {figure}, or leave it out here"
            )


def twice_mistakes(units: Sequence[Unit], where: Callable[[int], str]) -> Iterator[tuple[int, Mistake]]:
    """Units with the id of another, or pledged twice by their nation: which it is, and the mistake.

    Nobody can tell ids and names apart that differ in capitals, in spaces or in how a letter is encoded. `where` says
    where another unit stands.
    """
    ids: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    for index, unit in enumerate(units):
        pledged = (unit.nation, alike(unit.name))
        if (other := ids.get(alike(unit.id))) is not None:
            same = f"the id '{unit.id}' too"
            if units[other].id != unit.id:
                same = f"'{units[other].id}', the same in other letters"
            yield index, Mistake(("id",), f"{where(other)} has {same}", "", "give it another id")
        elif pledged in names:
            found = f"{unit.nation} pledges '{unit.name}' already: {where(names[pledged])}"
            fix = "remove one row, or tell the units apart by name"
            yield index, Mistake(("name",), found, "each unit once", fix)
        ids.setdefault(alike(unit.id), index)
        names.setdefault(pledged, index)


def alike(text: str) -> str:
    """The same for texts that a reader takes for the same."""
    return unicodedata.normalize("NFKC", " ".join(text.split())).casefold()
