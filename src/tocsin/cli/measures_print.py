"""A measure in the terminal."""

from rich.console import Console
from rich.text import Text

from tocsin.cli.tables import banner, indented, row, section, table, title, weak_first
from tocsin.measures.sheet import NOT_COVERED, Sheet
from tocsin.measures.sources import weak


def print_sheet(console: Console, sheet: Sheet) -> None:
    """Headline, table, notes, and for all data its version, citation and terms."""
    banner(console, sheet.hypothetical)
    weak_first(console, weak(sheet.sources))
    title(console, sheet.title, sheet.under)
    for line in sheet.lead:
        indented(console, line, hang=2)
    if sheet.rows:
        console.print()
        made = table(
            *(column.name for column in sheet.columns),
            right=[column.name for column in sheet.columns if column.number],
        )
        for cells in sheet.rows:
            row(made, *(Text(cell, style="dim") if cell == NOT_COVERED else cell for cell in cells))
        console.print(made)
    if sheet.notes:
        section(console, "Notes")
        for note in sheet.notes:
            indented(console, note, hang=2)
    section(console, "Data")
    for one in sheet.sources:
        seen = f" Seen: {one.class_}." if one.class_ else ""
        told = f"{one.title}, {one.version}. {one.citation}. Terms: {one.licence}.{seen} {one.note}"
        indented(console, told.rstrip(), hang=2)
