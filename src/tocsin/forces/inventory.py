"""Reading an inventory, one unit a row: every mistake with file, line or cell, column and how to mend it.

docs/FORCES.md, part 2, says what the columns hold.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.inspect import StructType, type_info

from tocsin.charter.files.disk import Folder, resource_path
from tocsin.charter.files.locate import PROBLEMS_MAX
from tocsin.charter.files.structure import mistakes, suggestion
from tocsin.errors import ForcesError, NotFound, Problem
from tocsin.forces.arcs import ANYWHERE
from tocsin.forces.files import FOLDER
from tocsin.forces.model import Capability, Unit
from tocsin.forces.sheets import DELIMITER_WORDS, WORKBOOK_ENDINGS, Line, Sheet, letters, read_sheet, sheet_in
from tocsin.forces.unit_checks import UNPRINTABLE, twice_mistakes, unit_mistakes

UNITS_MAX = 20_000
SIBLINGS_MAX = 8
OWN_FORM = ".tocsin.csv"
"""How the name of an inventory ends that was made of another CSV."""
FOLDER_MAX = 200
"""Among more files nobody looks for an inventory."""
EMPTY_MAX = 5
"""Where more of the cells that each unit needs are empty, a row is a sum or a remark."""

NUMBERS = ("strength", "notice_to_move_hours", "cost_cents", "lift_tonnes", "endurance_days")
SWITCHES = ("self_deploying", "rotates")
DATES = ("valid_from", "valid_until")
DAY_ZERO = date(1899, 12, 30)
"""The day from which Excel counts days."""
A_TRANSIT = "hours such as 48, or by destination such as north:48; any:96"
NOT_SAID: dict[str, tuple[str, object]] = {
    "notice_to_move_hours": ("notice_to_move_hours", 0),
    "transit_hours": ("transit_hours", {ANYWHERE: 0}),
    "lift_tonnes": ("self_deploying", True),
    "cost_cents": ("cost_cents", 0),
}
"""What an empty cell holds where nobody published the figure: by figure, the column and what stands for nothing."""
YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

_DAY_NUMBER = re.compile("[2-7][0-9]{4}")
"""Days of 1954 to 2118, as Excel counts them."""
_WHOLE = re.compile(r"-?[0-9]{1,30}")
_NUMBER = re.compile(r"(-?[0-9]{1,3}(?:[ ,.'_][0-9]{3})+|-?[0-9]{1,15})(?:[.,]([0-9]{1,2}))?")
_CAVEAT = re.compile(r"(hard|soft) +(task|area|phase) +([^\s()]+) *(?:\(([^()]*)\))?", re.IGNORECASE)
_LONG_TAG = re.compile(r"(hard|soft) +(task|area|phase) +([^()]+)(?:\(([^()]*)\))?", re.IGNORECASE)
_BETWEEN = re.compile(r";(?![^()]{0,400}\))")
"""A semicolon that is not in the brackets of a source."""
_SPACE = re.compile(r"[\u00a0\u2007\u2009\u202f]")
"""Spaces that spreadsheets put into numbers and names."""
_TRANSIT = re.compile(r"(?:([^\s:]+) *: *)?([0-9]{1,9})")


class Row(NamedTuple):
    """The cells of a row that are not empty, and the line it begins on."""

    line: int
    cells: dict[str, str]
    over: int = 0
    """How many cells it has, empty ones at its end too, where the head of a CSV file has fewer."""


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
        """Raises ForcesError with what was noted, in file order, if anything was; of a cell with a fault only that."""
        faults = self.sheet.faults
        faulty = {self.sheet.place(fault.line, fault.column) for fault in faults if fault.column >= 0} - {""}
        self.problems[len(faults) :] = [one for one in self.problems[len(faults) :] if one.cell not in faulty]
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
    if not table.lines:
        reading.refuse()
    head = table.lines[0] if table.lines else Line(1, [])
    renamed = _columns(head, reading)
    rows = (
        []
        if not reading.places or (reading.problems and not table.faults)
        else list(_rows(table.lines[1:], len(head.cells), reading))
    )
    known = {capability.id for capability in capabilities}
    pairs = [(row.line, unit) for row in rows if (unit := _unit_or_too_wide(row, reading)) is not None]
    units, word = tuple(unit for _, unit in pairs), "row" if table.name else "line"
    for line, unit in pairs:
        for one in unit_mistakes(unit, known, day):
            reading.note(line, str(one.path[0]), *one[1:])
    for index, one in twice_mistakes(units, lambda other: f"{word} {pairs[other][0]}"):
        reading.note(pairs[index][0], str(one.path[0]), *one[1:])
    reading.refuse()
    return Inventory(units, table.name, renamed, table.notes)


def is_inventory(path: Folder) -> bool:
    """Whether a file is an inventory as CSV, mistakes in it or not: it has column names, or nothing at all."""
    try:
        sheet = read_sheet(path, _is_head)
    except ForcesError:
        return False
    head = {_spelled(cell) for line in sheet.lines[:1] for cell in line.cells}
    return not sheet.name and (not sheet.lines or head >= {"id", "nation", "capability"})


def only_inventory_in(folder: Folder) -> Folder | None:
    """The one inventory as CSV in a folder; none where there are several, or more files than anybody means.

    Of `units.csv` and `units.tocsin.csv`, which was made of it, it is the latter.
    """
    files = sorted(folder.glob("*.csv"))
    if len(files) > FOLDER_MAX:
        return None
    read = [path for path in files if not path.with_suffix(OWN_FORM).exists() and path.stat().st_size]
    found = [path for path in read if is_inventory(path)]
    return found[0] if len(found) == 1 else None


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
    if path.parent.is_dir() and path.suffix.lower() in (".csv", *WORKBOOK_ENDINGS):
        beside = sorted(str(one) for one in path.parent.iterdir() if one.suffix == path.suffix and one.is_file())
        raise NotFound("inventory file", path_or_name, get_close_matches(path_or_name, beside, SIBLINGS_MAX) or names)
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
    if head.cells and not {_spelled(cell) for cell in head.cells} & set(fields):
        fix = "put them above the first unit"
        reading.note(head.number, "", "no line holds the column names", ", ".join(fields), fix)
        return ()
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
        over = len(cells) if len(cells) > wide and not reading.sheet.name else 0
        if over and any(cells[wide:]):
            _note_too_wide(number, over, reading)
        elif stray:
            at = f"cell {letters(stray[0])}{number}" if reading.sheet.name else f"cell {stray[0] + 1} of the row"
            reading.note(number, "", f"the {at} belongs to no column", "", "name its column, or clear it")
        else:
            found = {name: cells[place] for name, place in places.items() if place < len(cells) and cells[place]}
            yield Row(number, {name: _SPACE.sub(" ", cell) for name, cell in found.items()}, over)
    if not lines and not reading.problems:
        reading.note(1, "", "the inventory has no units", "a line of column names and one row a unit")


def _note_too_wide(line: int, cells: int, reading: Reading) -> None:
    fix = f"put quotes around a cell that has {DELIMITER_WORDS[reading.sheet.delimiter]} in it"
    reading.note(line, "", f"the row has {cells} cells", f"{len(reading.sheet.lines[0].cells)}", fix)


def _unit_or_too_wide(row: Row, reading: Reading) -> Unit | None:
    """The unit of a row. Where a row cannot be read and has more cells than the head, that is the one mistake told."""
    before = len(reading.problems)
    unit = _unit(row, reading)
    if unit is None and row.over:
        del reading.problems[before:]
        _note_too_wide(row.line, row.over, reading)
    return unit


@cache
def _unit_type() -> StructType:
    kind = type_info(Unit)
    assert isinstance(kind, StructType)
    return kind


def _unit(row: Row, reading: Reading) -> Unit | None:
    """The unit of a row; none where a cell cannot be read, which is noted."""
    before = len(reading.problems)
    raw: dict[str, Any] = dict(row.cells)
    empty = [field.name for field in _unit_type().fields if field.required and field.name not in raw]
    if len(empty) > EMPTY_MAX and "unset" not in raw:
        found = f"this is no unit: {', '.join(empty)} are empty"
        reading.note(row.line, "", found, "one unit a row", "remove what is no unit, or fill it in")
        return None
    for column, cell in row.cells.items():
        if not cell.isprintable():
            reading.note(row.line, column, *UNPRINTABLE)
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
    if "unset" in raw:
        raw["unset"] = [_spelled(part) for part in _parts(raw["unset"].split(";"))]
        raw = {name: nothing for figure, (name, nothing) in NOT_SAID.items() if figure in raw["unset"]} | raw
    if len(reading.problems) == before:
        with suppress(msgspec.ValidationError):
            return msgspec.convert(raw, Unit)
    for path, found, accepted, fix in mistakes(raw, Unit):
        column = str(path[0])
        if column not in raw:
            reading.note(row.line, column, "the cell is empty", _in_a_cell(column, accepted))
        elif raw[column] is not None:
            plain = _written(column, row.cells[column], reading) or fix.replace(" without quotes", "")
            reading.note(row.line, column, found, _in_a_cell(column, accepted), plain)
    if len(reading.problems) == before:
        reading.note(row.line, "", "the row cannot be read")
    return None


def _written(column: str, cell: str, reading: Reading) -> str:
    """How to write what a cell means to its reader, such as 1,200 or 5.0; nothing where nobody can tell."""
    if reading.sheet.name and column not in SWITCHES and cell in ("yes", "no"):
        return "if the cell shows TRUE or FALSE, which stand for yes and no: put what is meant"
    if column in DATES and _DAY_NUMBER.fullmatch(cell):
        day = DAY_ZERO + timedelta(days=int(cell))
        return f"the cell holds a number, which Excel shows as {day} where it is formatted as a date: write {day}"
    match = _NUMBER.fullmatch(cell) if column in NUMBERS and not _WHOLE.fullmatch(cell) else None
    if match is None:
        return ""
    whole, part = re.sub("[^0-9-]", "", match[1]), match[2] or ""
    if column == "cost_cents" and part:
        return f"write it in cents: {whole}{part:0<2} where {whole}.{part:0<2} of money is meant"
    if part.strip("0"):
        return ""
    if re.fullmatch(r"-?[0-9]{1,3}[.,][0-9]{3}", cell):
        return f"write {whole} where thousands are meant; {_as_decimal(cell)}"
    return f"write {whole}"


def _as_decimal(cell: str) -> str:
    """What '1.500' is where its point or comma stands before decimals."""
    whole, part = re.split("[.,]", cell)
    part = part.rstrip("0")
    return f"if it is {whole}.{part}, round it to a whole number" if part else f"if it is {whole}, write {whole}"


def _in_a_cell(column: str, accepted: str) -> str:
    """What a column accepts, where files of tables would say it otherwise."""
    if column == "transit_hours":
        return A_TRANSIT
    return "yes or no" if column in SWITCHES else accepted.removesuffix(" in quotes")


def _transit(row: Row, reading: Reading) -> dict[str, int] | None:
    """'48', or 'north:48; south:72; any:96'. None where it cannot be read, which is noted."""
    column, times = "transit_hours", {}
    for part in _parts(row.cells[column].split(";")):
        match = _TRANSIT.fullmatch(part)
        if match is None:
            reading.note(row.line, column, f"'{part}' is no time of transit", A_TRANSIT)
            return None
        place = ANYWHERE if match[1] is None or match[1].lower() == ANYWHERE else match[1]
        if place in times:
            reading.note(row.line, column, f"'{place}' stands there twice", "", "leave one of them")
            return None
        times[place] = int(match[2])
    if not times:
        reading.note(row.line, column, "no time stands there", A_TRANSIT)
    return times or None


def _parts(cut: Iterable[str]) -> list[str]:
    """What stands between separators, without blanks around it; nothing of separators with nothing after them."""
    return [part for one in cut if (part := one.strip())]


def _caveats(row: Row, reading: Reading) -> list[dict[str, object]] | None:
    """'hard task night (decree 12); soft area north'. None where it cannot be read, which is noted."""
    column, found = "caveats", []
    for part in _parts(_BETWEEN.split(row.cells[column])):
        match = _CAVEAT.fullmatch(part)
        if match is None:
            accepted = "hard or soft, then task, area or phase, then its tag, and its source in ( )"
            reading.note(row.line, column, f"'{part}' is no caveat", accepted, _caveat_fix(part))
            return None
        hard, scope = match[1].lower() == "hard", match[2].lower()
        found.append({"hard": hard, "scope": scope, "tag": match[3], "source": (match[4] or "").strip()})
    return found


def _caveat_fix(part: str) -> str:
    """How to write a caveat: one whose tag has blanks with its own words, any other by an example."""
    if match := _LONG_TAG.fullmatch(part):
        source = f" ({match[4].strip()})" if match[4] else ""
        tag = "-".join(match[3].split())
        return f"a tag has no blanks: {match[1]} {match[2]} {tag}{source}; and ';' stands between two caveats"
    return "write it like: hard task night (decree 12); soft area north"
