"""Checks on conditions: exactly one form each, and comparisons that the field of the event can answer."""

from collections.abc import Iterator
from typing import get_args

from tocsin.charter.checks.index import Index
from tocsin.charter.checks.parties import party_mistake
from tocsin.charter.files.locate import Mistake, Path
from tocsin.charter.files.remedies import suggestion
from tocsin.charter.files.structure import shown
from tocsin.charter.predicates import Predicate
from tocsin.terms import EventKind, EventObject, Region

FORMS = ("all", "any", "not_", "area", "fact", "field")
COMPARISONS = ("is_", "in_", "group", "same_as", "has")

WORDS: dict[str, tuple[str, ...]] = {
    "kind": get_args(EventKind),
    "object": get_args(EventObject),
    "region": get_args(Region),
}
"""Fields with a closed vocabulary."""

PARTIES: dict[str, tuple[str, ...]] = {"victim": (), "attacker": ("non-state",), "territory_of": ("international",)}
"""Fields that hold a party, each with the words that may stand instead of one."""

SWITCHES = ("external", "overwhelmed")
LISTS = ("requested_by",)


def conditions(index: Index) -> Iterator[Mistake]:
    """Every mistake in the conditions of areas and duties, however deep."""
    for node in index.nodes:
        if isinstance(node.value, Predicate):
            yield from _condition(index, node.value, node.path)


def _condition(index: Index, condition: Predicate, path: Path) -> Iterator[Mistake]:
    forms = [name for name in FORMS if _is_given(condition, name)]
    compared = [name for name in COMPARISONS if _is_given(condition, name)]
    if len(forms) != 1:
        found = f"{len(forms)} conditions stand in one: {_listed(forms)}" if forms else "the condition says nothing"
        fix = "join several with all = [{ … }, { … }] or any = [ … ]" if forms else ""
        yield Mistake(path, found, f"exactly one of {_listed(FORMS)}", fix)
    elif forms != ["field"]:
        if compared:
            yield Mistake(path, f"'{_listed(compared)}' needs a 'field' to compare", "", "add field = …")
    elif len(compared) != 1:
        found = f"'{condition.field}' is compared in {len(compared) or 'no'} ways"
        yield Mistake((*path, "field"), found, f"exactly one of {_listed(_allowed(str(condition.field)))}")
    else:
        yield from _comparison(index, condition, compared[0], path)


def _comparison(index: Index, condition: Predicate, how: str, path: Path) -> Iterator[Mistake]:
    field = str(condition.field)
    if how not in _allowed(field):
        found = f"'{field}' cannot be compared with '{_listed([how])}'"
        yield Mistake((*path, _listed([how])), found, _listed(_allowed(field)))
    elif how in ("same_as", "has"):
        other = str(getattr(condition, how))
        if other not in PARTIES or other == field:
            accepted = ", ".join(name for name in PARTIES if name != field)
            yield Mistake((*path, how), f"'{field}' is a party, and '{other}' is no other party", accepted)
    elif how == "in_":
        if not condition.in_:
            yield Mistake((*path, "in"), "the list is empty, so nothing is in it", "at least one value")
        for at, value in enumerate(condition.in_ or ()):
            yield from _value(index, field, value, (*path, "in", at))
    elif how == "is_" and condition.is_ is not None:
        yield from _value(index, field, condition.is_, (*path, "is"))


def _value(index: Index, field: str, value: str | bool, path: Path) -> Iterator[Mistake]:
    if field in SWITCHES:
        if not isinstance(value, bool):
            fix = f"write {value} without quotes" if value in ("true", "false") else ""
            yield Mistake(path, f"'{field}' is yes or no, not {shown(value)}", "true, false", fix)
    elif not isinstance(value, str):
        yield Mistake(path, f"'{field}' is not {shown(value)}", "a text in quotes")
    elif field in WORDS:
        if value not in WORDS[field]:
            accepted = ", ".join(WORDS[field])
            yield Mistake(path, f"'{value}' is not accepted for '{field}'", accepted, suggestion(value, WORDS[field]))
    elif value not in PARTIES[field] and (mistake := party_mistake(index.document, value, path)):
        words = "".join(f", or '{word}'" for word in PARTIES[field])
        group = next((name for name in (f"{value}s", value) if name in index.spans["group"]), "")
        fix = f'to ask for a group, write group = "{group}" instead' if group else mistake.fix
        yield mistake._replace(accepted=f"{mistake.accepted}{words}", fix=fix)


def _allowed(field: str) -> tuple[str, ...]:
    if field in SWITCHES:
        return ("is_",)
    if field in LISTS:
        return ("has", "group")
    return ("is_", "in_") if field in WORDS else ("is_", "in_", "group", "same_as")


def _is_given(condition: Predicate, name: str) -> bool:
    value = getattr(condition, name)
    return value is not None if name in ("not_", "field", "is_", "in_", "same_as", "has") else bool(value)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(name.rstrip("_") for name in names)
