"""Reading a CSV file of the user: columns under any of their usual names, every mistake with its line."""

import csv
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, TypeVar

from tocsin.charter.files.disk import decode, read_bytes
from tocsin.errors import InputError, Problem
from tocsin.measures.sources import Source, user_source

T = TypeVar("T")

FILE_BYTES_MAX = 200_000_000
"""The UN votes data, the largest file expected, has some 40 MB."""
PROBLEMS_MAX = 20
MISSING = frozenset({"", "na", "nan", "n/a", "null", ".", "-9", "-9.0"})
"""How tables write that there is no value; -9 is the National Material Capabilities' way."""

Columns = Mapping[str, tuple[str, ...]]
"""Our name of a column to the names it goes by in files, the first one preferred."""


class Cell(NamedTuple):
    """A text of a row with its place."""

    text: str
    line: int
    column: str

    @property
    def missing(self) -> bool:
        return self.text.lower() in MISSING


class UserTable(NamedTuple):
    """Rows by our column names, what the file called them, and the file as a source."""

    rows: list[dict[str, Cell]]
    called: dict[str, str]
    source: Source
    name: str


def read_table(path: Path, title: str, columns: Columns, needed: Iterable[str]) -> UserTable:
    """The rows of a CSV file, UTF-8, with a header line. Columns not asked for are left out.

    Raises InputError if it cannot be read, has no rows, or lacks a needed column.
    """
    content = read_bytes(path, FILE_BYTES_MAX, InputError)
    reader = csv.reader(decode(content, str(path), InputError).splitlines())
    header = [name.strip() for name in next(reader, [])]
    lower = {name.lower(): index for index, name in reversed(list(enumerate(header)))}
    place = {ours: next((lower[name] for name in names if name in lower), -1) for ours, names in columns.items()}
    for ours in needed:
        if place[ours] < 0:
            found = f"there is no such column; found {', '.join(header) or 'an empty file'}"
            raise InputError([Problem(str(path), 1, ours, found, f"a column {' or '.join(columns[ours])}")])
    there = {ours: index for ours, index in place.items() if index >= 0}
    rows = [
        {
            ours: Cell(row[index].strip() if index < len(row) else "", line, header[index])
            for ours, index in there.items()
        }
        for row in reader
        if row and (line := reader.line_num)
    ]
    if not rows:
        raise InputError([Problem(str(path), 1, "", "the table has no rows", "a header and at least one row")])
    return UserTable(rows, {ours: header[i] for ours, i in there.items()}, user_source(path, content, title), str(path))


class Mistakes:
    """Collects mistakes of a file; `refuse` raises them together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._problems: list[Problem] = []

    def read(self, cell: Cell, accepted: str, parse: Callable[[str], T]) -> T | None:
        """The value of a cell; None where it is missing, and where it cannot be read, which is noted."""
        if cell.missing:
            return None
        try:
            return parse(cell.text)
        except (ValueError, ZeroDivisionError):
            self.note(cell, f"'{cell.text}'", accepted)
            return None

    def note(self, cell: Cell, found: str, accepted: str = "", fix: str = "") -> None:
        if len(self._problems) < PROBLEMS_MAX:
            self._problems.append(Problem(self._name, cell.line, cell.column, found, accepted, fix))

    def refuse(self) -> None:
        """Raises InputError with what was noted, if anything was."""
        if self._problems:
            raise InputError(self._problems)


def number(text: str) -> Fraction:
    """An exact number that is not negative. Raises ValueError for anything else."""
    value = Fraction(text)
    if value < 0:
        raise ValueError(text)
    return value


def year(text: str) -> int:
    """A year of four digits, also at the head of a date. Raises ValueError for anything else."""
    head = text[:4]
    if len(head) == 4 and head.isdecimal() and (len(text) == 4 or text[4] in "-/."):
        return int(head)
    raise ValueError(text)
