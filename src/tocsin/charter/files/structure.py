"""What in a raw table does not fit its struct: every mistake, in plain words.

`msgspec.convert` stops at the first mistake and speaks to programmers. This walk goes through the same types
and names all mistakes; it runs only after a conversion has failed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from msgspec import Struct
from msgspec import inspect as kinds

from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.remedies import field_fix, fraction_fix, suggestion

__all__ = ["mistakes", "shown", "suggestion"]

SHOWN_MAX = 60
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def mistakes(raw: object, struct: type[Struct]) -> list[Mistake]:
    """Every place where `raw` (what tomllib or a JSON reader gave) does not fit `struct`."""
    return list(_check(raw, kinds.type_info(struct), ()))


def shown(value: object) -> str:
    """A value as a reader would write it, cut to 60 characters."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = f"'{value}'"
    elif isinstance(value, Mapping):
        text = "a table"
    elif isinstance(value, list | tuple):
        text = "a list" if value else "an empty list"
    else:
        text = str(value)
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 2]}…{text[-1]}"


def _check(value: object, kind: kinds.Type, path: Path) -> Iterator[Mistake]:
    match kind:
        case kinds.Metadata():
            yield from _check(value, kind.type, path)
        case kinds.UnionType():
            yield from _union(value, kind, path)
        case kinds.StructType():
            yield from _struct(value, kind, path)
        case kinds.VarTupleType():
            yield from _list(value, kind, path)
        case kinds.DictType():
            yield from _dict(value, kind, path)
        case kinds.LiteralType():
            yield from _literal(value, kind, path)
        case _:
            yield from _scalar(value, kind, path)


def _struct(value: object, kind: kinds.StructType, path: Path) -> Iterator[Mistake]:
    if not isinstance(value, Mapping):
        yield Mistake(path, f"{shown(value)} stands where a table is needed", _names(kind.fields))
        return
    fields = {field.encode_name: field for field in kind.fields}
    for name in value:
        if name not in fields and name != kind.tag_field:
            found, fix = f"there is no field '{name}' here", field_fix(name, fields)
            yield Mistake((*path, name), found, _names(kind.fields), fix)
    for name, field in fields.items():
        if name in value:
            yield from _check(value[name], field.type, (*path, name))
        elif field.required:
            yield Mistake((*path, name), f"the field '{name}' is missing", _kind_name(field.type), _meaning(field))


def _union(value: object, kind: kinds.UnionType, path: Path) -> Iterator[Mistake]:
    if value is None and kind.includes_none:
        return
    parts = [part for part in kind.types if not isinstance(part, kinds.NoneType)]
    structs = [part for part in parts if isinstance(part, kinds.StructType)]
    if len(parts) == 1:
        yield from _check(value, parts[0], path)
    elif isinstance(value, Mapping) and structs:
        yield from _tagged(value, structs, path)
    elif all(list(_check(value, part, path)) for part in parts if part not in structs):
        yield Mistake(path, f"{shown(value)} is not accepted here", _kind_name(kind))


def _tagged(value: Mapping[str, object], structs: list[kinds.StructType], path: Path) -> Iterator[Mistake]:
    """One of several kinds of table; the tag says which."""
    field, by_tag = str(structs[0].tag_field), {str(struct.tag): struct for struct in structs}
    tag = value.get(field)
    if isinstance(tag, str) and tag in by_tag:
        yield from _struct(value, by_tag[tag], path)
    elif field in value:
        fix = suggestion(tag, list(by_tag)) if isinstance(tag, str) else ""
        yield Mistake((*path, field), f"there is no {field} {shown(tag)}", ", ".join(by_tag), fix)
    else:
        yield Mistake((*path, field), f"the field '{field}' is missing", ", ".join(by_tag))


def _list(value: object, kind: kinds.VarTupleType, path: Path) -> Iterator[Mistake]:
    if not isinstance(value, list | tuple):
        of_tables = isinstance(_bare(kind.item_type), kinds.StructType | kinds.UnionType)
        if of_tables and isinstance(value, Mapping):
            fix = f"write [[{'.'.join(str(part) for part in path if isinstance(part, str))}]] with double brackets"
            yield Mistake(path, "a single table stands where a list of tables is needed", "", fix)
        else:
            fix = f'write ["{value}"]' if isinstance(value, str) and len(value) < SHOWN_MAX else ""
            yield Mistake(path, f"{shown(value)} stands where a list is needed", _kind_name(kind), fix)
        return
    yield from _length(len(value), kind, path)
    for index, item in enumerate(value):
        yield from _check(item, kind.item_type, (*path, index))


def _dict(value: object, kind: kinds.DictType, path: Path) -> Iterator[Mistake]:
    if not isinstance(value, Mapping):
        yield Mistake(path, f"{shown(value)} stands where a table is needed", _kind_name(kind))
        return
    yield from _length(len(value), kind, path)
    for name, item in value.items():
        yield from _check(name, kind.key_type, (*path, name))
        yield from _check(item, kind.value_type, (*path, name))


def _length(size: int, kind: kinds.VarTupleType | kinds.DictType, path: Path) -> Iterator[Mistake]:
    if kind.min_length is not None and size < kind.min_length:
        yield Mistake(path, "the list is too short" if size else "the list is empty", f"at least {kind.min_length}")
    if kind.max_length is not None and size > kind.max_length:
        yield Mistake(path, f"the list has {size} items", f"at most {kind.max_length}")


def _literal(value: object, kind: kinds.LiteralType, path: Path) -> Iterator[Mistake]:
    accepted = [str(choice) for choice in kind.values if choice]
    if not isinstance(value, str) or value not in kind.values:
        fix = suggestion(value, accepted) if isinstance(value, str) else ""
        yield Mistake(path, f"{shown(value)} is not accepted here", ", ".join(accepted), fix)


def _scalar(value: object, kind: kinds.Type, path: Path) -> Iterator[Mistake]:
    match kind:
        case kinds.DateType():
            if not _is_date(value):
                yield Mistake(path, f"{shown(value)} is no date", _kind_name(kind), _date_fix(value))
        case kinds.BoolType():
            if not isinstance(value, bool):
                fix = f"write {value.lower()} without quotes" if value in ("true", "false", "True", "False") else ""
                yield Mistake(path, f"{shown(value)} stands where yes or no is asked", _kind_name(kind), fix)
        case kinds.IntType():
            yield from _number(value, kind, path)
        case kinds.StrType():
            yield from _text(value, kind, path)
        case kinds.FloatType():
            if not isinstance(value, int | float) or isinstance(value, bool):
                yield Mistake(path, f"{shown(value)} is no number", _kind_name(kind))
        case kinds.DateTimeType():
            if not isinstance(value, datetime):
                yield Mistake(path, f"{shown(value)} is no moment in time", _kind_name(kind))
        case _:
            return  # a kind that no file of ours has yet; the loader then repeats what msgspec says


def _number(value: object, kind: kinds.IntType, path: Path) -> Iterator[Mistake]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield Mistake(path, f"{shown(value)} is no whole number", _kind_name(kind))
    elif (kind.ge is not None and value < kind.ge) or (kind.le is not None and value > kind.le):
        yield Mistake(path, f"{shown(value)} is out of range", _kind_name(kind))


def _text(value: object, kind: kinds.StrType, path: Path) -> Iterator[Mistake]:
    if not isinstance(value, str):
        accepted = PATTERNS.get(kind.pattern or "", _kind_name(kind))
        yield Mistake(path, f"{shown(value)} stands where a text is needed", accepted, _text_fix(value, kind, path))
    elif kind.min_length is not None and len(value) < kind.min_length:
        yield Mistake(path, "the text is empty", _kind_name(kind))
    elif kind.max_length is not None and len(value) > kind.max_length:
        yield Mistake(path, f"the text has {len(value)} characters", f"at most {kind.max_length}", "shorten it")
    elif kind.pattern is not None and re.search(kind.pattern, value) is None:
        fix = fraction_fix(value) if kind.pattern == FRACTION else ""
        yield Mistake(path, f"{shown(value)} is not written as needed", PATTERNS.get(kind.pattern, kind.pattern), fix)


def _text_fix(value: object, kind: kinds.StrType, path: Path) -> str:
    """What to write instead of a number or a list."""
    if isinstance(value, list) and path[-1] in ONE_GROUP and all(isinstance(item, str) for item in value):
        listed = ", ".join(f'"{item}"' for item in value)
        return f"make a [[group]] with only = [{listed}], and name that group here"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return (fraction_fix(value) if kind.pattern == FRACTION else "") or f'write "{value}"'


FRACTION = r"^\d{1,9}/[1-9]\d{0,8}$"
ONE_GROUP = ("holders", "electorate", "group")
"""Fields that name one group; several parties need a group of their own."""
PATTERNS = {
    r"^[A-Za-z0-9][A-Za-z0-9().-]{0,63}$": "1 to 64 letters, digits, dots, hyphens and ( ), no spaces",
    FRACTION: "an exact fraction in quotes, such as '2/3'",
    r"^[^/\x00-\x1f\x7f]+\Z": "a name without a slash",
    r"^([A-Za-z0-9][A-Za-z0-9._-]{0,79})?$": "the name of a file beside this one, or of a shipped one",
    r"^[a-z][a-z0-9_]{0,63}$": "small letters, digits and underscores, such as 'mobilised'",
    r"^[A-Za-z0-9.:_\[\]-]+\Z": "a host's name or address, without https:// and without a port",
    r"^[^@\s<>]+@[^@\s<>]+\Z": "an e-mail address",
}
"""Patterns of the model in words."""


def _is_date(value: object) -> bool:
    if isinstance(value, str):
        try:
            return bool(_ISO_DAY.fullmatch(value) and date.fromisoformat(value))
        except ValueError:
            return False
    return isinstance(value, date) and not isinstance(value, datetime)


def _date_fix(value: object) -> str:
    if isinstance(value, datetime):
        return f"leave out the time of day: {value.date().isoformat()}"
    if isinstance(value, time | str | int):
        return "write year, month and day without quotes: 2026-01-31"
    return ""


def _kind_name(kind: kinds.Type) -> str:
    """What is accepted, in words."""
    match kind:
        case kinds.Metadata():
            return _kind_name(kind.type)
        case kinds.UnionType():
            tagged = [part for part in kind.types if isinstance(part, kinds.StructType) and part.tag_field]
            others = [part for part in kind.types if part not in tagged and not isinstance(part, kinds.NoneType)]
            names = [_kind_name(part) for part in others]
            return " or ".join(names + (["a rule in { }"] if tagged else []))
        case kinds.VarTupleType():
            return f"a list: [{_kind_name(kind.item_type)}, …]"
        case kinds.LiteralType():
            return ", ".join(str(choice) for choice in kind.values if choice)
        case kinds.IntType():
            limits = f", {kind.ge or 0} to {kind.le}" if kind.le is not None else ""
            return f"a whole number{limits}"
        case _:
            return _KIND_NAMES.get(type(kind), "a table")


_KIND_NAMES: dict[type[Any], str] = {
    kinds.DateType: "a date such as 2026-01-31",
    kinds.DateTimeType: "a date and time with its zone, such as 2026-01-31T12:00:00Z",
    kinds.FloatType: "a number",
    kinds.BoolType: "true or false",
    kinds.StrType: "a text in quotes",
}


def _names(fields: Sequence[kinds.Field]) -> str:
    return ", ".join(sorted(field.encode_name for field in fields))


def _meaning(field: kinds.Field) -> str:
    extra = field.type.extra_json_schema if isinstance(field.type, kinds.Metadata) else None
    description = (extra or {}).get("description", "")
    return f"add {field.encode_name} = … ({description.rstrip('.')})" if description else ""


def _bare(kind: kinds.Type) -> kinds.Type:
    return kind.type if isinstance(kind, kinds.Metadata) else kind
