"""The tables of an export: which there are, their rows, and the cells of CSV and Parquet made from them."""

import csv
import importlib
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, NamedTuple

from msgspec import Struct

from tocsin.errors import TocsinError
from tocsin.replay.columns import NOT_HERE, OWN, Column, Kind, column, columns_of

LIST_JOINED_BY: Final = ";"
PARQUET_NEEDS: Final = "pyarrow>=17"

Format = Literal["csv", "parquet"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "parquet")
Value = str | bool | int | float | date | datetime | tuple[str, ...] | None


class Table(NamedTuple):
    """A table: its rows are structs of one type, whose fields tell of the columns."""

    name: str
    title: str
    row: type[Struct]
    rows: Sequence[Struct]
    key: tuple[str, ...] = ()
    """Columns that together tell the rows apart."""
    points: tuple[tuple[str, str, str], ...] = ()
    """(column, table, column) of every column that names a row of a table beside this one."""

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.row)


class CodebookRow(Struct, frozen=True, kw_only=True):
    """One column of a table, explained."""

    table: Annotated[str, column("Name of the table, which is that of its file.")]
    column: Annotated[str, column("Name of the column.")]
    type: Annotated[
        Kind,
        column(
            f"Type of its cells. A list has texts in order: joined by '{LIST_JOINED_BY}' in CSV, a list in Parquet. "
            "date and datetime are ISO 8601, a datetime in UTC."
        ),
    ]
    unit: Annotated[str, column("Unit of a number.", empty=NOT_HERE)]
    allowed_values: Annotated[
        tuple[str, ...], column("The values there are.", empty="any, or any that the definition allows")
    ]
    empty_cell: Annotated[str, column("What an empty cell means; 'never empty' where there is none.")]
    meaning: Annotated[str, column("What the column says.")]
    definition: Annotated[
        str,
        column(
            "Where the meaning is defined: a field of a charter or case file (docs/reference/charter-fields.md and "
            f"case-fields.md), a file of the package, or '{OWN}'."
        ),
    ]


def codebook(tables: Iterable[Table]) -> Table:
    """The codebook of the tables, and of itself."""
    named = [(table.name, table.columns) for table in tables]
    rows = [
        CodebookRow(
            table=name,
            column=one.name,
            type=one.kind,
            unit=one.unit,
            allowed_values=one.allowed,
            empty_cell=one.empty,
            meaning=one.meaning,
            definition=one.definition,
        )
        for name, columns in [*named, ("codebook", columns_of(CodebookRow))]
        for one in columns
    ]
    return Table("codebook", "What every column means", CodebookRow, rows, ("table", "column"))


def cells(table: Table) -> Iterator[list[Value]]:
    """The values of each row, by column; None for an empty cell."""
    fields = [one.field for one in table.columns]
    for row in table.rows:
        yield [value if (value := getattr(row, field)) != "" else None for field in fields]


def as_csv(table: Table) -> bytes:
    """UTF-8 without a byte order mark, lines end with LF, quotes only where they are needed.

    Values are written as they are, also a text that a spreadsheet would take for a formula: a changed value would be
    a wrong value for every reader but one. Raises ValueError for a list whose items hold the separator.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([one.name for one in table.columns])
    writer.writerows([[_text(value) for value in row] for row in cells(table)])
    return written.getvalue().encode()


def as_parquet(table: Table) -> bytes:
    """The same values with their types: lists are lists, an empty cell is null. Raises NoParquet without pyarrow."""
    arrow, parquet = _pyarrow()
    kinds: Mapping[Kind, Any] = {
        "string": arrow.string(),
        "boolean": arrow.bool_(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "date": arrow.date32(),
        "datetime": arrow.timestamp("us", tz="UTC"),
        "list": arrow.list_(arrow.string()),
    }
    fields = [arrow.field(one.name, kinds[one.kind], metadata={"description": one.meaning}) for one in table.columns]
    rows = list(cells(table))
    columns = [arrow.array([row[place] for row in rows], field.type) for place, field in enumerate(fields)]
    sink = arrow.BufferOutputStream()
    parquet.write_table(arrow.Table.from_arrays(columns, schema=arrow.schema(fields)), sink)
    return bytes(sink.getvalue().to_pybytes())


WRITERS: Final[Mapping[Format, Callable[[Table], bytes]]] = {"csv": as_csv, "parquet": as_parquet}


class NoParquet(TocsinError):
    """The package that writes Parquet is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Parquet needs the package pyarrow, which is not part of Tocsin because of its size.\n"
            f"  fix: {sys.executable} -m pip install '{PARQUET_NEEDS}'\n"
            "  or: --format csv, which needs nothing"
        )


def need_parquet() -> None:
    """Raises NoParquet where pyarrow is not installed."""
    _pyarrow()


def _pyarrow() -> tuple[Any, Any]:
    """pyarrow and its parquet module; imported by name, as it is an extra that no lock of ours holds."""
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise NoParquet from None


def _text(value: Value) -> str:
    """A value as a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        if any(LIST_JOINED_BY in item for item in value):
            raise ValueError(f"a list item holds the separator '{LIST_JOINED_BY}': {value}")
        return LIST_JOINED_BY.join(value)
    return str(value)
