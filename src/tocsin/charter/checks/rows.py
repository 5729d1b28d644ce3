"""Checks on what a row must say about itself: its source, and what its sources do not give."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from tocsin.charter.checks.index import Index, Node
from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.remedies import fraction_fix, length_fix, suggestion
from tocsin.charter.model import SOURCED_FIELDS, Clause, Duty, Forum, Organ, Provision, Report
from tocsin.charter.rows import Row
from tocsin.charter.rules.kinds import Silence
from tocsin.errors import TermError
from tocsin.terms import duration

NOT_SEEN = "not seen"


def sources(index: Index) -> Iterator[Mistake]:
    """Clauses without a source or class, and classes that the charter may not use."""
    hypothetical = index.document.charter.hypothetical
    for node in index.nodes:
        row = node.value
        if not isinstance(row, Row):
            continue
        if row.class_ == "invented" and not hypothetical:
            accepted = "official text, official statement, press, secondary, memory"
            fix = "give the real source, or set hypothetical = true in [charter]"
            yield Mistake((*node.path, "class"), "an invented row stands in a charter of real states", accepted, fix)
        if isinstance(row, Clause):
            yield from _clause_source(row, node.path)


def unset_fields(index: Index) -> Iterator[Mistake]:
    """Entries of `unset` without a reason, for a field that is given, or for no field at all."""
    for node in index.nodes:
        row = node.value
        if not isinstance(row, Row) or not row.unset:
            continue
        infos = {field.encode_name: field for field in _fields(type(row))}
        for name, reason in row.unset.items():
            path = (*node.path, "unset", name)
            if name not in infos:
                known = sorted(infos)
                fix = suggestion(name, known) or "name a field of this row"
                yield Mistake(path, f"there is no field '{name}' here", ", ".join(known), fix)
            elif _is_given(row, infos[name]):
                yield Mistake(path, f"'{name}' is given and unset at once", "", "remove one of the two")
            elif not reason.strip():
                fix = f'write unset = {{ {name} = "not published" }}, or whatever the reason is'
                yield Mistake(path, f"'{name}' is unset without a reason", "a text that says why", fix)


def sourced_fields(index: Index) -> Iterator[Mistake]:
    """Fields that a row must give, or list under `unset` with the reason."""
    for node in index.nodes:
        row = node.value
        if isinstance(row, Row):
            for name in must_be_said(type(row)):
                field = next(field for field in _fields(type(row)) if field.name == name)
                if not _is_given(row, field) and name not in row.unset:
                    found = f"{_named(node)} says nothing of '{name}'"
                    fix = f'give {name}, or write unset = {{ {name} = "why it is not known" }}'
                    yield Mistake((*node.path, name), found, "the field, or its reason under 'unset'", fix)


def decision_paths(index: Index) -> Iterator[Mistake]:
    """Duties that do not say who decides that they apply, and forums whose rule is unset without a reason."""
    for node in index.nodes:
        value = node.value
        if isinstance(value, Duty) and not value.decision and "decision" not in value.unset:
            found = f"{_named(node)} has no decision path"
            fix = "write 'automatic' where nobody needs to decide, name the matter, or say under 'unset' why not"
            yield Mistake((*node.path, "decision"), found, "the id of a [[matter]], or 'automatic'", fix)
        if isinstance(value, Forum) and value.rule == "unset" and not value.why.strip():
            yield Mistake(
                (*node.path, "rule"), "the rule is unset without a reason", "", "say in 'why' why it is not known"
            )


def lengths(index: Index) -> Iterator[Mistake]:
    """Lengths of time and shares that do not parse."""
    for node in index.nodes:
        value = node.value
        for kind, field, words in _LENGTHS:
            if isinstance(value, kind) and (text := getattr(value, field)) and text not in words:
                yield from _length(text, (*node.path, field), words)
        if isinstance(value, Provision) and value.ratified_by not in ("", "all", "none"):
            share = re.fullmatch(r"(\d{1,9})/([1-9]\d{0,8})", value.ratified_by)
            if share is None or not 0 < int(share[1]) <= int(share[2]):
                accepted = "'all', 'none' or a fraction of the members such as '2/3'"
                fix = fraction_fix(value.ratified_by)
                yield Mistake((*node.path, "ratified_by"), f"'{value.ratified_by}' is no share", accepted, fix)


_LENGTHS: tuple[tuple[type[Struct], str, tuple[str, ...]], ...] = (
    (Silence, "period", ()),
    (Organ, "convene_within", ()),
    (Provision, "notice", ()),
    (Report, "within", ("immediately", "unset")),
)


def _length(text: str, path: Path, words: tuple[str, ...]) -> Iterator[Mistake]:
    try:
        duration(text)
    except TermError:
        accepted = ", ".join(("'24 hours', '2 days', '12 months', '1 year', '5 working days'", *words))
        vague = "where the source says 'without delay' or the like, leave it out and give that as the reason in 'unset'"
        fix = length_fix(text) or ("" if words else vague)
        yield Mistake(path, f"'{text}' is not a length of time", accepted, fix)


def _clause_source(row: Clause, path: Path) -> Iterator[Mistake]:
    if row.class_ is None:
        accepted = "official text, official statement, press, secondary, memory, invented"
        yield Mistake((*path, "class"), f"clause '{row.id}' does not say how its wording was seen", accepted)
    elif not row.source and row.class_ != "invented":
        fix = 'name the document read; source = "not seen" goes with class = "memory"'
        yield Mistake((*path, "source"), f"clause '{row.id}' names no source", "", fix)
    elif row.source == NOT_SEEN and row.class_ not in ("memory", "invented"):
        found = f"the source was not seen, and the class is '{row.class_}'"
        yield Mistake((*path, "source"), found, "memory", 'write class = "memory", or name the source')


def must_be_said(table: type[Struct]) -> tuple[str, ...]:
    """Fields that a row of this kind gives or lists under `unset`."""
    if table is Silence:
        return ("period",)
    return next((names for row, names in SOURCED_FIELDS.items() if row is table), ())


@cache
def _fields(table: type[Struct]) -> tuple[FieldInfo, ...]:
    return fields(table)


def _is_given(row: Struct, field: FieldInfo) -> bool:
    default = field.default
    if default is NODEFAULT and field.default_factory is not NODEFAULT:
        factory: Callable[[], object] = field.default_factory
        default = factory()
    return bool(getattr(row, field.name) != default)


def _named(node: Node) -> str:
    name = getattr(node.value, "id", "")
    table = "rule" if isinstance(node.value, Silence) else str(node.path[0])
    return f"{table} '{name}'" if name else f"this {table}"
