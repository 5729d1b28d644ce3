"""An inventory as we write it, and in what two of them differ. docs/FORCES.md, part 2."""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import StringIO

import msgspec
from msgspec import Struct

from tocsin.forces.model import Caveat, Unit

COLUMNS: tuple[str, ...] = Unit.__struct_encode_fields__


class FieldChange(Struct, frozen=True):
    """A field of a unit, as it was and as it is, in the words of a cell."""

    field: str
    before: str
    after: str


class UnitChange(Struct, frozen=True):
    """A unit that is in both inventories, and not the same in them."""

    unit: str
    fields: tuple[FieldChange, ...]


class Differences(Struct, frozen=True):
    """From one inventory to another, by the ids of their units."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[UnitChange, ...] = ()

    @property
    def is_none(self) -> bool:
        return not (self.added or self.removed or self.changed)


def as_csv(units: Sequence[Unit]) -> str:
    """The inventory as CSV: all columns in their order, one unit a row, as it stood. It reads back the same."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(list(cells(unit).values()) for unit in units)
    return written.getvalue()


def cells(unit: Unit) -> dict[str, str]:
    """The cells of a unit by column; empty ones where nothing is said."""
    raw: Mapping[str, object] = msgspec.structs.asdict(unit)
    return {column: _CELLS.get(column, _plain)(raw[column]) for column in COLUMNS}


def differences(before: Sequence[Unit], after: Sequence[Unit]) -> Differences:
    """What was added and changed, in the order of the later, and removed, in that of the earlier."""
    old, new = ({unit.id: unit for unit in units} for units in (before, after))
    both = [(old[name], unit) for name, unit in new.items() if name in old]
    return Differences(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(UnitChange(unit.id, _changed(was, unit)) for was, unit in both if was != unit),
    )


def _changed(before: Unit, after: Unit) -> tuple[FieldChange, ...]:
    was, is_now = cells(before), cells(after)
    return tuple(FieldChange(name, was[name], is_now[name]) for name in COLUMNS if was[name] != is_now[name])


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _transit(times: object) -> str:
    assert isinstance(times, dict), "transit is by destination"
    return "; ".join(f"{place}:{hours}" for place, hours in times.items())


def _caveats(caveats: object) -> str:
    assert isinstance(caveats, tuple), "caveats are a list"
    return "; ".join(caveat_text(caveat) for caveat in caveats)


def caveat_text(caveat: Caveat) -> str:
    """'hard task night (decree 12)'."""
    source = f" ({caveat.source})" if caveat.source else ""
    return f"{'hard' if caveat.hard else 'soft'} {caveat.scope} {caveat.tag}{source}"


def _lift(tonnes: object) -> str:
    return str(tonnes or "")


def _listed(names: object) -> str:
    assert isinstance(names, tuple), "what nobody published is a list"
    return "; ".join(names)


_CELLS: Mapping[str, Callable[[object], str]] = {
    "transit_hours": _transit,
    "caveats": _caveats,
    "lift_tonnes": _lift,
    "unset": _listed,
}
