"""Reading an inventory, one unit a row: every mistake with file, line or cell, column and how to mend it.

docs/FORCES.md, part 2, says what the columns hold.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple

import msgspec
from msgspec.inspect import StructType, type_info

from tocsin.charter.files.disk import Folder, resource_path
from tocsin.charter.files.locate import PROBLEMS_MAX
from tocsin.charter.files.structure import mistakes, suggestion
from tocsin.errors import ForcesError, NotFound, Problem
from tocsin.forces.files import A_NATION, FOLDER, is_nation, unknown_capability
from tocsin.forces.model import Capability, Unit
from tocsin.forces.sheets import Line, Sheet, letters, read_sheet, sheet_in

UNITS_MAX = 20_000

NUMBERS = ("strength", "notice_to_move_hours", "cost_cents", "lift_tonnes", "endurance_days")
SWITCHES = ("self_deploying", "rotates")
A_TRANSIT = "hours such as 48, or by destination such as north:48; any:96"
YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

_WHOLE = re.compile(r"-?[0-9]{1,30}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ ,.'_][0-9]{3})+")
_CAVEAT = re.compile(r"(hard|soft) (task|area|phase) ([^\s()]+)(?: \(([^()]*)\))?")
_TRANSIT = re.compile(r"(?:(\S+):)? ?([0-9]{1,9})")


class Row(NamedTuple):
    """The cells of a row that are not empty, and the line it begins on."""

    line: int
    cells: dict[str, str]


class Renamed(NamedTuple):
    """A column whose name was not quite one of ours, and as which it was read."""

    found: str
    read_as: str


class Inventory(NamedTuple):
    """What was read, and what its reader should know of how."""

    units: tuple[Unit, ...]
    sheet: str
    """The sheet of a workbook; empty for CSV."""
    renamed: tuple[Renamed, ...]
    notes: tuple[str, ...]


class Reading(NamedTuple):
    """A file on the way from text to units."""

    name: str
    sheet: Sheet
    problems: list[Problem]
    places: dict[str, int]
    """By column: where it stands, from 0."""

    def note(self, line: int, column: str, found: str, accepted: str = "", fix: str = "") -> None:
        cell = self.sheet.place(line, self.places.get(column, -1))
        self.problems.append(Problem(self.name, line, column, found, accepted, fix, cell))

    def refuse(self) -> None:
        """Raises ForcesError with what was noted, in file order, if anything was."""
        if self.problems:
            self.problems.sort(key=lambda problem: problem.line)
            if (more := len(self.problems) - PROBLEMS_MAX) > 0:
                self.problems[PROBLEMS_MAX:] = [Problem(self.name, 0, "", f"{more} more problems are not shown")]
            raise ForcesError(self.problems)


def load_inventory(
    path_or_name: str | Folder, capabilities: Iterable[Capability], day: date | None = None
) -> tuple[Unit, ...]:
    """The units in a CSV file or workbook, or in the shipped inventory of that name, in file order.

    With a day, an offer that has ended by then is a mistake. Raises NotFound where there is no such file, and
    ForcesError with every mistake in it.
    """
    return read_inventory(path_or_name, capabilities, day).units


def read_inventory(
    path_or_name: str | Folder, capabilities: Iterable[Capability], day: date | None = None, sheet: str = ""
) -> Inventory:
    """The same with how it was read; `sheet` names the sheet of a workbook, where several could be meant."""
    path = _find(str(path_or_name))
    return _read(str(path), read_sheet(path, _is_head, sheet), capabilities, day)


def inventory_in(
    content: bytes, name: str, capabilities: Iterable[Capability], day: date | None = None, sheet: str = ""
) -> Inventory:
    """The same in the bytes of such a file, whose `name` stands in messages."""
    return _read(name, sheet_in(content, name, _is_head, sheet), capabilities, day)


def _read(name: str, table: Sheet, capabilities: Iterable[Capability], day: date | None) -> Inventory:
    reading = Reading(name, table, [], {})
    for fault in table.faults:
        cell = table.place(fault.line, fault.column)
        reading.problems.append(Problem(reading.name, fault.line, "", fault.found, "", fault.fix, cell))
    head = table.lines[0] if table.lines else Line(1, [])
    renamed = _columns(head, reading)
    rows = [] if reading.problems and not table.faults else list(_rows(table.lines[1:], len(head.cells), reading))
    known = [capability.id for capability in capabilities]
    units = [(row, unit) for row in rows if (unit := _unit(row, reading)) is not None]
    for row, unit in units:
        _check(row, unit, known, day, reading)
    _check_twice(units, reading)
    reading.refuse()
    return Inventory(tuple(unit for _, unit in units), table.name, renamed, table.notes)


def shipped_inventories() -> list[str]:
    """Names of the inventories that ship."""
    return sorted(found.stem for found in resource_path(FOLDER, "meridian").parent.glob("*.csv"))


def _find(path_or_name: str) -> Folder:
    """The file of the user, else the shipped inventory, of that name."""
    path = Folder(path_or_name)
    if path.is_file():
        return path
    names = shipped_inventories()
    if path_or_name in names:
        return resource_path(FOLDER, path_or_name).with_suffix(".csv")
    raise NotFound("inventory", path_or_name, names)


def _is_head(cells: list[str]) -> bool:
    """Whether a line looks like one of column names: it has two of them or more."""
    fields = set(Unit.__struct_encode_fields__)
    return len({_spelled(cell) for cell in cells} & fields) > 1


def _spelled(name: str) -> str:
    """A column name in our spelling: 'Notice to move (hours)' is notice_to_move_hours."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _columns(head: Line, reading: Reading) -> tuple[Renamed, ...]:
    """Fills `places` with the columns of the head, and notes what is wrong with them."""
    fields = {field.encode_name: field.required for field in _unit_type().fields}
    renamed = []
    for place, found in enumerate(head.cells):
        name = _spelled(found)
        if not found:
            continue
        if name not in fields:
            fix = suggestion(name, list(fields)) or "remove the column"
            reading.places.setdefault(found, place)
            reading.note(head.number, found, "there is no such column", ", ".join(fields), fix)
        elif name in reading.places:
            reading.note(head.number, name, "the column stands there twice", "", "remove one")
        else:
            reading.places[name] = place
            if name != found:
                renamed.append(Renamed(found, name))
    missing = [name for name, required in fields.items() if required and name not in reading.places]
    if missing:
        reading.note(head.number, "", f"columns are missing: {', '.join(missing)}", ", ".join(fields))
    return tuple(renamed)


def _rows(lines: Sequence[Line], wide: int, reading: Reading) -> Iterator[Row]:
    """The rows under the column names, which are so many."""
    fields = {field.encode_name for field in _unit_type().fields}
    places = {name: place for name, place in reading.places.items() if name in fields}
    taken = set(reading.places.values())
    if len(lines) > UNITS_MAX:
        most = f"at most {UNITS_MAX:,}"
        where = lines[UNITS_MAX].number
        cell = reading.sheet.place(where, -1)
        raise ForcesError([Problem(reading.name, where, "", "the inventory has too many units", most, cell=cell)])
    for number, cells in lines:
        stray = [place for place, cell in enumerate(cells) if cell and place not in taken]
        if len(cells) > wide and not reading.sheet.name:
            fix = "put quotes around a cell that has a comma in it"
            reading.note(number, "", f"the row has {len(cells)} cells", f"{wide}", fix)
        elif stray:
            at = f"cell {letters(stray[0])}{number}" if reading.sheet.name else f"cell {stray[0] + 1} of the row"
            reading.note(number, "", f"the {at} belongs to no column", "", "name its column, or clear it")
        else:
            found_cells = {name: cells[place] for name, place in places.items() if place < len(cells) and cells[place]}
            yield Row(number, found_cells)
    if not lines and not reading.problems:
        reading.note(1, "", "the inventory has no units", "a line of column names and one row a unit")


def _unit_type() -> StructType:
    kind = type_info(Unit)
    assert isinstance(kind, StructType)
    return kind


def _unit(row: Row, reading: Reading) -> Unit | None:
    """The unit of a row; none where a cell cannot be read, which is noted."""
    before = len(reading.problems)
    raw: dict[str, Any] = dict(row.cells)
    for column, cell in row.cells.items():
        if not cell.isprintable():
            reading.note(row.line, column, "the cell holds a character that does not print", "", "remove it")
    for column in NUMBERS:
        if column in raw and _WHOLE.fullmatch(raw[column]):
            raw[column] = int(raw[column])
    for column in SWITCHES:
        if column in raw:
            raw[column] = YES.get(raw[column].lower(), raw[column])
    if "transit_hours" in raw:
        raw["transit_hours"] = _transit(row, reading)
    if "caveats" in raw:
        raw["caveats"] = _caveats(row, reading)
    if len(reading.problems) == before:
        with suppress(msgspec.ValidationError):
            return msgspec.convert(raw, Unit)
    for path, found, accepted, fix in mistakes(raw, Unit):
        column = str(path[0])
        if column not in raw:
            reading.note(row.line, column, "the cell is empty", _in_a_cell(column, accepted))
        elif raw[column] is not None:
            grouped = _GROUPED.fullmatch(row.cells[column])
            plain = f"write {re.sub('[^0-9]', '', grouped[0])}" if grouped else fix.replace(" without quotes", "")
            reading.note(row.line, column, found, _in_a_cell(column, accepted), plain)
    if len(reading.problems) == before:
        reading.note(row.line, "", "the row cannot be read")
    return None


def _in_a_cell(column: str, accepted: str) -> str:
    """What a column accepts, where files of tables would say it otherwise."""
    if column == "transit_hours":
        return A_TRANSIT
    return "yes or no" if column in SWITCHES else accepted.removesuffix(" in quotes")


def _transit(row: Row, reading: Reading) -> dict[str, int] | None:
    """'48', or 'north:48; south:72; any:96'. None where it cannot be read, which is noted."""
    column, times = "transit_hours", {}
    for part in row.cells[column].split(";"):
        match = _TRANSIT.fullmatch(part.strip())
        if match is None:
            reading.note(row.line, column, f"'{part.strip()}' is no time of transit", A_TRANSIT)
            return None
        place = match[1] or "any"
        if place in times:
            reading.note(row.line, column, f"'{place}' stands there twice", "", "leave one of them")
            return None
        times[place] = int(match[2])
    return times


def _caveats(row: Row, reading: Reading) -> list[dict[str, object]] | None:
    """'hard task night (decree 12); soft area north'. None where it cannot be read, which is noted."""
    column, found = "caveats", []
    for part in row.cells[column].split(";"):
        match = _CAVEAT.fullmatch(part.strip())
        if match is None:
            accepted = "hard or soft, then task, area or phase, then its tag, and its source in ( )"
            fix = "write it like: hard task night (decree 12); soft area north"
            reading.note(row.line, column, f"'{part.strip()}' is no caveat", accepted, fix)
            return None
        found.append({"hard": match[1] == "hard", "scope": match[2], "tag": match[3], "source": match[4] or ""})
    return found


def _check(row: Row, unit: Unit, known: list[str], day: date | None, reading: Reading) -> None:
    """What a unit must get right beside its types."""
    if not is_nation(unit.nation):
        reading.note(row.line, "nation", f"'{unit.nation}' is no state", A_NATION)
    if unit.capability not in known:
        reading.note(row.line, "capability", *unknown_capability((), unit.capability, known)[1:])
    if unit.self_deploying == (unit.lift_tonnes > 0):
        found = "it deploys by itself and needs lift" if unit.self_deploying else "how it gets there is not said"
        reading.note(row.line, "lift_tonnes", found, "tonnes of lift, or self_deploying = yes", "give one of the two")
    if unit.valid_until is not None and unit.valid_from is not None and unit.valid_until <= unit.valid_from:
        reading.note(row.line, "valid_until", f"the offer ends on {unit.valid_until}, before it begins", "a later day")
    elif unit.valid_until is not None and day is not None and unit.valid_until <= day:
        found = f"the offer ended on {unit.valid_until}, and {day} is asked about"
        reading.note(row.line, "valid_until", found, "a later day", "ask the nation to renew it, or remove the row")


def _check_twice(units: Iterable[tuple[Row, Unit]], reading: Reading) -> None:
    ids: dict[str, int] = {}
    names: dict[tuple[str, str], int] = {}
    for row, unit in units:
        pledged = (unit.nation, unit.name.casefold())
        where = "row" if reading.sheet.name else "line"
        if unit.id in ids:
            found = f"{where} {ids[unit.id]} has the id '{unit.id}' too"
            reading.note(row.line, "id", found, "", "give it another id")
        elif pledged in names:
            found = f"{unit.nation} pledges '{unit.name}' on {where} {names[pledged]} already"
            reading.note(row.line, "name", found, "each unit once", "remove one row, or tell the units apart by name")
        ids.setdefault(unit.id, row.line)
        names.setdefault(pledged, row.line)
