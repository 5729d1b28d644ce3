"""Tables of text, from CSV or from a workbook: what an inventory is read from. docs/FORCES.md, part 2.

Every cell becomes the text that it would be in CSV, so that one reader of inventories serves both.
"""

import csv
from collections.abc import Callable
from io import StringIO
from itertools import chain
from typing import NamedTuple

from tocsin.charter.files.disk import Folder, decode, read_bytes
from tocsin.errors import ForcesError, Problem

BYTES_MAX = 20_000_000
LINES_MAX = 50_000
HEAD_WITHIN = 20
"""The line of column names is looked for among so many lines that are not empty."""

ZIP_BEGINS = b"PK\x03\x04"
OLE_BEGINS = b"\xd0\xcf\x11\xe0"
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".ods")

DELIMITERS = (",", ";", "\t")
DELIMITER_WORDS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
UNCLOSED = "the quotes that open in this line are not closed where the cell ends"

IsHead = Callable[[list[str]], bool]
"""Whether a line holds the column names."""


class Line(NamedTuple):
    """A line that is not empty: its number, counted from 1, and the text of its cells without space around them."""

    number: int
    cells: list[str]


class Fault(NamedTuple):
    """Something that is wrong with a place of a table, whatever the table is about."""

    line: int
    column: int
    """Counted from 0; -1 where it is about the whole line."""
    found: str
    fix: str = ""


class Sheet(NamedTuple):
    """A table as text, from the line of its column names on."""

    name: str
    """Name of the sheet in its workbook; empty for CSV."""
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    """What its reader should know of how it was read."""
    delimiter: str = ","
    """What stands between the cells of CSV text."""

    def place(self, line: int, column: int) -> str:
        """'units!D7', or 'units!7' without a column; empty for CSV, whose lines have numbers of their own."""
        if not self.name:
            return ""
        plain = self.name.isalnum() and self.name.isascii()
        name = self.name if plain else "'{}'".format(self.name.replace("'", "''"))
        return f"{name}!{letters(column)}{line}"


def letters(column: int) -> str:
    """The letters over a column: A for 0, AA for 26; empty for none."""
    text = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def read_sheet(path: Folder, is_head: IsHead, wanted: str = "") -> Sheet:
    """The table in a CSV file, or in the sheet of a workbook that is `wanted`, else the only one that has a head.

    Raises ForcesError where the file is none of these, too large, or leaves open which sheet is meant.
    """
    return sheet_in(read_bytes(path, BYTES_MAX, ForcesError), str(path), is_head, wanted)


def sheet_in(content: bytes, name: str, is_head: IsHead, wanted: str = "") -> Sheet:
    """The table in the bytes of such a file, whose `name` stands in messages."""
    if name.lower().endswith(WORKBOOK_ENDINGS) or content.startswith((ZIP_BEGINS, OLE_BEGINS)):
        from tocsin.forces.workbook import read_workbook  # noqa: PLC0415  # a heavy library, for those who need it

        return from_head(read_workbook(content, name, is_head, wanted), is_head)
    if wanted:
        raise ForcesError([Problem(name, 0, "", "a CSV file has no sheets", "", "leave out --sheet")])
    return from_head(_csv(decode(content, name, ForcesError), is_head), is_head)


def head_of(lines: tuple[Line, ...], is_head: IsHead) -> int | None:
    """The place, among lines that are not empty, of the one with the column names; None where none has them."""
    return next((place for place, line in enumerate(lines[:HEAD_WITHIN]) if is_head(line.cells)), None)


def from_head(sheet: Sheet, is_head: IsHead) -> Sheet:
    """The same without what stands above the column names; from its first line on where there are none."""
    place = head_of(sheet.lines, is_head)
    if not place:
        return sheet
    head = sheet.lines[place].number
    note = f"what stands above the column names in line {head} was not read"
    faults = tuple(fault for fault in sheet.faults if fault.line >= head)
    return sheet._replace(lines=sheet.lines[place:], faults=faults, notes=(*sheet.notes, note))


def _csv(text: str, is_head: IsHead) -> Sheet:
    """The lines of CSV text, with what is between its cells: of three signs the one that makes column names of a line.

    The one tried first is the one that the first line has most of.
    """
    head = text.partition("\n")[0]
    read = (_lines(text, sign) for sign in sorted(DELIMITERS, key=lambda sign: -head.count(sign)))
    first = next(read)
    return next((sheet for sheet in chain([first], read) if head_of(sheet.lines, is_head) is not None), first)


def _lines(text: str, delimiter: str) -> Sheet:
    """The lines of CSV text, each with the number of the line on which it begins."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    faults: tuple[Fault, ...] = ()
    number = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                lines.append(Line(number, stripped))
            number = reader.line_num + 1
            if len(lines) > LINES_MAX:
                break
    except csv.Error as error:
        is_long = "limit" in str(error) and reader.line_num <= number
        found = f"this is not CSV: {error}" if is_long else UNCLOSED
        fix = "keep cells short" if is_long else "close the quotes; write quotes inside a cell twice"
        faults = (Fault(number, -1, found, fix),)
    return Sheet("", tuple(lines), faults, delimiter=delimiter)
