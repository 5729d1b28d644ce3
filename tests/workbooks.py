"""Workbooks for tests, made cell by cell, and taken apart member by member."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

Cell = object
Change = Callable[[Any, Any], None]
"""What to do to a workbook and its first sheet; openpyxl has no types."""

HEAD: tuple[str, ...] = (
    "id",
    "nation",
    "name",
    "capability",
    "strength",
    "location",
    "notice_to_move_hours",
    "transit_hours",
    "cost_cents",
    "lift_tonnes",
)
ROW: tuple[Cell, ...] = ("A", "XAA", "Unit A", "infantry-light", 5, "Home", 24, "ford:12; any:48", 100, 10)


def unchanged(*_: object) -> None:
    pass


def workbook(*rows: Iterable[Cell], title: str = "units", change: Change = unchanged) -> bytes:
    """A workbook with these rows in one sheet; `change` may do more to it."""
    book = import_module("openpyxl").Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    change(book, sheet)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def row_of(**changes: Cell) -> tuple[Cell, ...]:
    """The row of a unit, but for what is changed."""
    return tuple(changes.get(column, cell) for column, cell in zip(HEAD, ROW, strict=True))


def members(content: bytes) -> dict[str, bytes]:
    """The files in a workbook."""
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: Mapping[str, bytes]) -> bytes:
    """A workbook of these files."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return written.getvalue()


def saved(folder: Path, content: bytes, name: str = "units.xlsx") -> Path:
    """The path of a file with this content."""
    path = folder / name
    path.write_bytes(content)
    return path
