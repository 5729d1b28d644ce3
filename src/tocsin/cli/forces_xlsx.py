"""A plan as a spreadsheet: lines, units sent, not filled, burden, lift, and what it is. Numbers are numbers.

Text stays text: what a spreadsheet would take for a formula is marked as text, here and once somebody edits the cell.
docs/FORCES.md, part 13.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib import import_module
from io import BytesIO
from typing import Any

from tocsin.cli.tables import BANNER, plain
from tocsin.errors import TocsinError
from tocsin.forces.explain import why_hypothetical
from tocsin.forces.unpublished import units_sent, unpublished_words
from tocsin.pictures.page import Sheets, figures, found_how
from tocsin.pictures.tables import Cell, Column, Kind, Table

FORMATS: dict[Kind, str] = {"number": "#,##0", "money": "#,##0.00", "share": "0.0%"}
WIDTH_LEAST, WIDTH_MOST = 9, 48
CELL_MAX = 32_000
"""Characters; a spreadsheet takes 32,767."""
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
SAMPLE = 200
"""So many rows tell how wide a column is."""


class NoXlsx(TocsinError):
    """The package that writes spreadsheets is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Spreadsheets are written by the extra 'xlsx', which is not installed.\n"
            "  fix: pip install 'tocsin[xlsx]', or in a checkout scripts/venv requirements-full.lock\n"
            "  or: --html, which needs nothing"
        )


def need_xlsx() -> None:
    """Raises NoXlsx where openpyxl is not installed."""
    _openpyxl()


def as_xlsx(sheets: Sheets) -> bytes:
    """The workbook. Raises NoXlsx without openpyxl."""
    openpyxl = _openpyxl()
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = "Tocsin"
    book.properties.title = f"{f'{BANNER}: ' if sheets.plan.hypothetical else ''}{_text(sheets.plan.case.case.title)}"
    # Nobody's clock: the day the case counts from.
    book.properties.created = datetime.combine(sheets.plan.case.case.activation, datetime.min.time())
    book.properties.modified = book.properties.created
    _sheet(book, _about(sheets))
    for table in (sheets.lines, sheets.units, sheets.not_filled, sheets.of_burden, sheets.lift):
        _sheet(book, table)
    for table in (sheets.reliefs, sheets.search, *sheets.changed):
        if table.rows:
            _sheet(book, table)
    sink = BytesIO()
    book.save(sink)
    return sink.getvalue()


def _openpyxl() -> Any:  # noqa: ANN401  # a module without types
    """openpyxl, an extra, and loaded by nobody who writes no spreadsheet."""
    try:
        return import_module("openpyxl")
    except ImportError:
        raise NoXlsx from None


def _about(sheets: Sheets) -> Table:
    """What the workbook is, and what it is a copy of."""
    about, package = sheets.plan.case.case, sheets.plan.package
    rows: list[Sequence[Cell]] = [("case", about.title)]
    if sheets.plan.hypothetical:
        rows.insert(0, (BANNER, why_hypothetical(sheets.plan.units, sheets.plan.case)))
    rows += [
        ("case id", about.id),
        ("operation", about.operation),
        ("hours count from", f"{about.activation} 00:00 UTC"),
        *((what, figure) for figure, what in figures(sheets)),
        ("how it was found", found_how(sheets.plan)[0]),
        *(("", said) for said in found_how(sheets.plan)[1:]),
        ("package", package.digest),
        ("case and inventory", package.inputs),
        ("how to verify", "tocsin forces verify plan.json: the plan must have the digest of the package"),
    ]
    if unpublished := unpublished_words(units_sent(sheets.plan.units, package)):
        rows.append(("not published", unpublished))
    rows += [("not measured", f"{one.principle}: {one.why}") for one in sheets.burden.not_measured]
    return Table("About", (Column("what"), Column("says")), rows)


def _sheet(book: Any, table: Table) -> None:  # noqa: ANN401  # openpyxl has no types
    """One table: its heading stays in sight, and its rows can be filtered."""
    sheet = book.create_sheet(table.title)
    sheet.freeze_panes = "B2"
    letters = _letters(len(table.columns))
    sheet.auto_filter.ref = f"A1:{letters[-1]}{len(table.rows) + 1}"
    for place, (letter, column) in enumerate(zip(letters, table.columns, strict=True)):
        longest = max(
            [len(column.name), len(column.group), *(len(str(row[place] or "")) for row in table.rows[:SAMPLE])]
        )
        sheet.column_dimensions[letter].width = min(WIDTH_MOST, max(WIDTH_LEAST, longest + 2))
    sheet.append([*_heading(sheet, table.columns)])
    for row in table.rows:
        sheet.append([*_cells(sheet, table.columns, row)])


def _letters(count: int) -> list[str]:
    utils = import_module("openpyxl.utils")
    return [utils.get_column_letter(number + 1) for number in range(count)]


def _heading(sheet: Any, columns: Sequence[Column]) -> Iterator[Any]:  # noqa: ANN401  # openpyxl has no types
    styles = import_module("openpyxl.styles")
    bold, wrapped = styles.Font(bold=True), styles.Alignment(wrap_text=True, vertical="top")
    for column in columns:
        cell = _cell(sheet, f"{column.group}: {column.name}" if column.group else column.name)
        cell.font, cell.alignment = bold, wrapped
        yield cell


def _cells(sheet: Any, columns: Sequence[Column], row: Sequence[Cell]) -> Iterator[Any]:  # noqa: ANN401  # as above
    for column, value in zip(columns, row, strict=True):
        if isinstance(value, int):
            # Cents and millionths become what they stand for; 15 figures of them are exact.
            number = value / 100 if column.kind == "money" else value / 1_000_000 if column.kind == "share" else value
            cell = _cell(sheet, number)
            cell.number_format = FORMATS[column.kind]
            yield cell
        else:
            yield None if value is None or not value else _cell(sheet, _text(value))


def _cell(sheet: Any, value: str | float) -> Any:  # noqa: ANN401  # as above
    """A cell; text is text, whatever it begins with."""
    made = import_module("openpyxl.cell").WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        made.data_type = "s"
        # As with a ' typed before it: editing the cell does not make it a formula either.
        made.quotePrefix = value.startswith(FORMULA_SIGNS)
    return made


def _text(text: str) -> str:
    """Text that a spreadsheet can hold: what does not print is written out."""
    return plain(text[:CELL_MAX])[:CELL_MAX]
