"""What a column of a tidy table says of itself: the codebook and the data package are made from the row structs.

A description that a file's struct has already is taken from there, so that each stands in one place.
"""

import types
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct
from msgspec.structs import fields

Kind = Literal["string", "boolean", "integer", "number", "date", "datetime", "list"]
"""The types of a Frictionless table schema; a list is one of texts."""

NEVER: Final = "never empty"
UNKNOWN: Final = "not known"
NOT_HERE: Final = "does not apply"
EITHER: Final = "not known, or does not apply"
NOBODY: Final = "nobody, not known, or does not apply; in Parquet an empty list is nobody"
COUNTED: Final = "nobody, where the number beside it is 0; else it does not apply"
NONE: Final = "none"

OWN: Final = "this export"
_KINDS: Final[dict[object, Kind]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    date: "date",
    datetime: "datetime",
}


class Column(NamedTuple):
    """A column as the codebook tells of it."""

    name: str
    field: str
    """Of the struct; differs from `name` where that is a word of Python."""
    kind: Kind
    unit: str
    allowed: tuple[str, ...]
    empty: str
    """What an empty cell means."""
    meaning: str
    definition: str
    """Where the meaning is defined: 'Membership.status' is a field of a charter file; or `OWN`."""


def column(
    meaning: str, *, empty: str = NEVER, unit: str = "", definition: str = OWN, allowed: tuple[str, ...] = ()
) -> Meta:
    """The description of a column that is the table's own; `allowed` where its type does not list the values."""
    return Meta(description=meaning, extra={"empty": empty, "unit": unit, "definition": definition, "allowed": allowed})


def of(struct: type[Struct], field: str, *, empty: str = NEVER, more: str = "") -> Meta:
    """The description of a column that is a field of a file, as its struct gives it; `more` is what the table adds.

    Raises ValueError where the field has no description.
    """
    said = next((meta.description for meta in _metas(_hints(struct)[field]) if meta.description), None)
    if said is None:
        raise ValueError(f"{struct.__name__}.{field} has no description to take")
    meaning = f"{said.rstrip('.')}. {more}" if more else said
    definition = f"{struct.__name__}.{field.rstrip('_')}"
    return column(meaning, empty=empty, definition=definition, allowed=values_of(struct, field))


def values_of(struct: type[Struct], field: str) -> tuple[str, ...]:
    """The values that a field of a file may have, where they are a closed list."""
    return _values(_hints(struct)[field])


@cache
def columns_of(row: type[Struct]) -> tuple[Column, ...]:
    """The columns of a table with such rows, in order."""
    hints = _hints(row)
    return tuple(_column(one.encode_name, one.name, hints[one.name]) for one in fields(row))


def _column(name: str, field: str, hint: object) -> Column:
    meta = next(_metas(hint))
    extra = meta.extra or {}
    return Column(
        name,
        field,
        _kind(hint),
        extra["unit"],
        extra["allowed"] or _values(hint),
        extra["empty"],
        meta.description or "",
        extra["definition"],
    )


def _kind(hint: object) -> Kind:
    """The type of the cells."""
    plain = _plain(hint)
    if get_origin(plain) is tuple:
        return "list"
    return "string" if get_origin(plain) is Literal else _KINDS[plain]


def _values(hint: object) -> tuple[str, ...]:
    """The values there are, where they are a closed list."""
    plain = _plain(hint)
    return tuple(value for value in get_args(plain) if value) if get_origin(plain) is Literal else ()


def _plain(hint: Any) -> object:  # noqa: ANN401  # Python has no type for a type hint
    """The type under what is said of it, and without None."""
    if hasattr(hint, "__metadata__"):
        return _plain(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return _plain(next(part for part in get_args(hint) if part is not type(None)))
    return hint


def _metas(hint: object) -> Iterator[Meta]:
    return (extra for extra in getattr(hint, "__metadata__", ()) if isinstance(extra, Meta))


@cache
def _hints(struct: type[Struct]) -> dict[str, object]:
    return get_type_hints(struct, include_extras=True)
