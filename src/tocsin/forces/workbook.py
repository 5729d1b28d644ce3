"""Reading a sheet of an Excel workbook (.xlsx) as text, within limits. docs/FORCES.md, part 2.

Nothing in a workbook is run: of a formula the value is read that was last worked out, and a workbook with macros is
refused. Entities, which can make little XML large, are refused by defusedxml; how much there is to unpack is known
before anything is unpacked.
"""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from importlib import import_module
from io import BytesIO
from typing import IO, Any, NamedTuple
from zipfile import ZipFile

from tocsin.errors import ForcesError, Problem
from tocsin.forces.sheets import LINES_MAX, OLE_BEGINS, Fault, IsHead, Line, Sheet, head_of, letters
from tocsin.forces.wording import some

UNPACKED_MAX = 100_000_000
MEMBERS_MAX = 2_000
MARKS_MAX = 3_000_000
"""Signs '<' in all of its XML: about twice the number of its elements."""
COLUMNS_MAX = 100
ROW_CELLS_MAX = 16_384
"""Cells in a row, empty ones that are only coloured among them, as in Excel."""
CELL_MAX = 32_767
"""Characters in a cell, as in Excel."""
SHEETS_MAX = 100
NAMED_MAX = 5

AS_XLSX = "save it as an .xlsx workbook without a password, or as CSV"


class Outline(NamedTuple):
    """What openpyxl does not tell of a sheet that it reads line by line."""

    rows: int
    """The last row that holds anything."""
    columns: int
    """The last column that does."""
    hidden: tuple[int, ...]
    """Rows that are hidden and hold something."""
    hidden_columns: tuple[int, ...]
    """Columns that are hidden, among those up to the last one."""
    formulas: tuple[tuple[int, int, bool], ...]
    """Row, column, and whether a value is there."""
    merged: tuple[tuple[int, int, str], ...]
    """Row and column of the upper left cell, and the range."""


def read_workbook(content: bytes, name: str, is_head: IsHead, wanted: str) -> Sheet:
    """One sheet of a workbook as text. Raises ForcesError with the reason where it cannot be read."""
    _check_kind(content, name)
    openpyxl = _openpyxl(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of all that it leaves out, such as colours
            _check_size(content, name)
            book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                return _chosen(book, name, is_head, wanted)
            finally:
                book.close()
    except ForcesError:
        raise
    except Exception as error:  # noqa: BLE001  # openpyxl raises anything at all where a workbook is damaged
        found = f"the workbook is damaged: {_in_short(error)}"
        raise ForcesError([Problem(name, 0, "", found, "an .xlsx workbook", "open it and save it anew")]) from None


def _openpyxl(name: str) -> Any:  # noqa: ANN401  # a module without types
    """openpyxl, an extra, and loaded by nobody who reads no workbook."""
    try:
        import_module("defusedxml.ElementTree")  # with it there, openpyxl reads its XML by it
        return import_module("openpyxl")
    except ImportError:
        fix = "pip install 'tocsin[xlsx]', or in a checkout scripts/venv requirements-full.lock; or save it as CSV"
        raise ForcesError(
            [Problem(name, 0, "", "workbooks are read by the extra 'xlsx', which is not installed", "", fix)]
        ) from None


def _check_kind(content: bytes, name: str) -> None:
    if content.startswith(OLE_BEGINS):
        found = "this is a workbook of an older kind, or one with a password"
        raise ForcesError([Problem(name, 0, "", found, "an .xlsx workbook", AS_XLSX)])


def _check_size(content: bytes, name: str) -> None:
    """Refuses what is no workbook, one with macros, and one that would unpack to too much."""
    with ZipFile(BytesIO(content)) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        names = [member.filename for member in members]
        if "[Content_Types].xml" not in names:
            raise ForcesError([Problem(name, 0, "", "this is no .xlsx workbook", "an .xlsx workbook", AS_XLSX)])
        if any("vbaproject" in member.lower() for member in names):
            fix = "save it as .xlsx, which leaves the macros out"
            raise ForcesError([Problem(name, 0, "", "the workbook holds macros", "an .xlsx workbook", fix)])
        if len(members) > MEMBERS_MAX or unpacked > UNPACKED_MAX:
            most = f"at most {UNPACKED_MAX:,} bytes in {MEMBERS_MAX:,} parts"
            raise ForcesError(
                [Problem(name, 0, "", "the workbook unpacks to too much", most, "remove what is no unit")]
            )
        marks = 0
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                marks += archive.read(member).count(b"<")
                if marks > MARKS_MAX:
                    fix = "remove sheets and formatting that are not needed, or save it as CSV"
                    raise ForcesError([Problem(name, 0, "", "the workbook holds too much", "", fix)])


def _chosen(book: Any, name: str, is_head: IsHead, wanted: str) -> Sheet:  # noqa: ANN401  # openpyxl has no types
    """The wanted sheet; else the only visible one with anything in it; else the only one with the column names."""
    sheets = list(book.worksheets)[:SHEETS_MAX]
    titles = [sheet.title for sheet in sheets]
    if wanted:
        if wanted not in titles:
            raise ForcesError([Problem(name, 0, "", f"there is no sheet '{wanted}'", ", ".join(titles))])
        return _sheet(sheets[titles.index(wanted)], name)
    seen = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    read = [_sheet(sheet, name) for sheet in seen]
    filled = [sheet for sheet in read if sheet.lines]
    if not filled:
        fix = "hidden sheets are read only where --sheet names them" if len(seen) < len(sheets) else ""
        raise ForcesError([Problem(name, 0, "", "the workbook is empty", "a sheet with one unit a row", fix)])
    fitting = [sheet for sheet in filled if head_of(sheet.lines, is_head) is not None]
    if len(filled) > 1 and len(fitting) != 1:
        which = "several sheets have" if fitting else "no sheet has"
        listed = ", ".join(sheet.name for sheet in (fitting or filled))
        found = f"{which} the column names of an inventory: {listed}"
        raise ForcesError([Problem(name, 0, "", found, "one such sheet", "name one with --sheet")])
    (found_sheet,) = fitting or filled
    if len(sheets) == 1:
        return found_sheet
    others = ", ".join(title for title in titles if title != found_sheet.name)
    note = f"only the sheet {found_sheet.name} was read, not {others}"
    return found_sheet._replace(notes=(*found_sheet.notes, note))


def _sheet(sheet: Any, name: str) -> Sheet:  # noqa: ANN401  # openpyxl has no types
    """A sheet as text."""
    with sheet.parent._archive.open(sheet._worksheet_path) as source:  # noqa: SLF001  # it has no public way to the XML
        outline = _outline(source, name, sheet.title)
    lines: list[Line] = []
    faults: list[Fault] = []
    if outline.rows:
        rows = sheet.iter_rows(min_row=1, max_row=outline.rows, max_col=outline.columns)
        for number, row in enumerate(rows, 1):
            cells = []
            for column, cell in enumerate(row):
                cells.append(_text(cell.value, getattr(cell, "number_format", "")))
                if cell.value is not None and cell.data_type == "e":
                    faults.append(Fault(number, column, f"the cell holds the error {cells[-1]}"))
                if len(cells[-1]) > CELL_MAX:
                    faults.append(Fault(number, column, f"the cell has {len(cells[-1]):,} characters"))
            if any(cells):
                lines.append(Line(number, cells))
    faults += [
        Fault(
            row, column, "the cell holds a formula without a value", "open the workbook and save it, or put the value"
        )
        for row, column, has_value in outline.formulas
        if not has_value
    ]
    faults += [
        Fault(row, column, f"the cells {reference} are merged", "unmerge them, and fill in every one of them")
        for row, column, reference in outline.merged
    ]
    notes = [*_notes(outline), *_of_comments(sheet)]
    return Sheet(sheet.title, tuple(lines), tuple(faults), tuple(notes))


def _of_comments(sheet: Any) -> list[str]:  # noqa: ANN401  # openpyxl has no types
    """A note where cells have comments, which stand in parts of their own that the sheet's relations name."""
    folder, _, part = sheet._worksheet_path.rpartition("/")  # noqa: SLF001  # it has no public way to it
    archive, relations = sheet.parent._archive, f"{folder}/_rels/{part}.rels"  # noqa: SLF001  # the same
    if relations not in archive.namelist() or b"comment" not in archive.read(relations).lower():
        return []
    return ["comments on cells were not read"]


def _notes(outline: Outline) -> Iterator[str]:
    worked_out = [f"{letters(column)}{row}" for row, column, has_value in outline.formulas if has_value]
    if worked_out:
        many = f"{len(worked_out):,} cells hold formulas" if len(worked_out) > 1 else "one cell holds a formula"
        yield f"{many} ({some(worked_out, NAMED_MAX)}): the values were read that were last worked out"
    if outline.hidden:
        many = f"{len(outline.hidden):,} hidden rows were" if len(outline.hidden) > 1 else "one hidden row was"
        yield f"{many} read as well: {some([str(row) for row in outline.hidden], NAMED_MAX)}"
    if columns := [letters(column) for column in outline.hidden_columns]:
        many = f"{len(columns)} hidden columns were" if len(columns) > 1 else "one hidden column was"
        yield f"{many} read as well: {some(columns, NAMED_MAX)}"


def _outline(source: IO[bytes], name: str, title: str) -> Outline:
    """The outline of a sheet, from its XML. Raises ForcesError where it is too large."""
    iterparse, cells = import_module("defusedxml.ElementTree").iterparse, import_module("openpyxl.utils")
    row = column = rows = columns = 0
    hidden: list[int] = []
    hidden_columns: set[int] = set()
    formulas: list[tuple[int, int, bool]] = []
    merged: list[tuple[int, int, str]] = []
    is_hidden = is_used = False
    for event, element in iterparse(source, events=("start", "end")):
        kind = element.tag.rpartition("}")[2]
        if event == "start" and kind == "col" and element.get("hidden") in ("1", "true"):
            last = min(int(element.get("max", 0)), COLUMNS_MAX)
            hidden_columns |= set(range(max(int(element.get("min", 1)), 1) - 1, last))
        elif event == "start" and kind == "row":
            row, column = int(element.get("r", row + 1)), 0
            is_hidden, is_used = element.get("hidden") in ("1", "true"), False
        elif event == "end" and kind == "c":
            column = cells.coordinate_to_tuple(element.get("r"))[1] if element.get("r") else column + 1
            if column > ROW_CELLS_MAX:
                raise _too_large(name, title)
            inside = {child.tag.rpartition("}")[2] for child in element}
            if inside & {"v", "is", "f"}:
                is_used, rows, columns = True, max(rows, row), max(columns, column)
            if "f" in inside:
                has_value = any(child.text for child in element if child.tag.endswith("}v"))
                formulas.append((row, column - 1, has_value))
        elif event == "end" and kind == "row":
            if is_hidden and is_used:
                hidden.append(row)
            element.clear()
        elif event == "end" and kind == "mergeCell":
            first_column, first_row, *_ = cells.range_boundaries(element.get("ref"))
            merged.append((int(first_row or 1), int(first_column or 1) - 1, str(element.get("ref"))))
    if rows > LINES_MAX or columns > COLUMNS_MAX:
        raise _too_large(name, title)
    filled = tuple(sorted(column for column in hidden_columns if column < columns))
    return Outline(rows, columns, tuple(hidden), filled, tuple(formulas), tuple(merged))


def _too_large(name: str, title: str) -> ForcesError:
    most = f"at most {LINES_MAX:,} rows and {COLUMNS_MAX} columns"
    return ForcesError([Problem(name, 0, "", f"the sheet '{title}' is too large", most, "clear what is no unit")])


def _text(value: object, number_format: str) -> str:
    """A value as the text it would be in CSV."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float() if "%" in number_format:
            return f"{100 * value:g}%"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
        case _:
            return str(value).strip()


def _in_short(error: Exception) -> str:
    """The first line of what a library says, cut."""
    said = (str(error).splitlines() or [""])[0][:120]
    return said if said.isprintable() and said else type(error).__name__
