"""Charters with one row dropped, swapped with its neighbour or shifted, for test_mutants.py.

A mutant is a change to the raw tables of a charter. Prose is left alone, and so is how a row was seen: notes,
summaries, titles, sources, classes. What says the same with its rows in another order is no mutant.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any, NamedTuple

Raw = dict[str, Any]
Path = tuple[str | int, ...]

PROSE = frozenset(
    (
        "note",
        "summary",
        "source",
        "class",
        "title",
        "says",
        "name",
        "why",
        "reason",
        "ends",
        "content",
        "limits",
        "seats",
        "quorum",
        "term",
        "renewal",
        "depositary",
        "article",
        "unset",
        "key",
        "recorded",
        "asserted_by",
        "recognised_by",
        "then",
        "languages",
        "held_by",
        "unit",
        "qualified_by",
        "request_to",
        "means",
        "transitional",
    )
)
"""Fields that no computation reads: prose, how a row was seen, and words that are printed only."""

SWAPPED: dict[str, tuple[str, ...]] = {
    "instrument": ("signed", "in_force"),
    "membership": ("party", "status"),
    "group": ("of", "minus", "only"),
    "office": ("chairs",),
    "organ": ("electorate", "chair", "convened_by"),
    "rule": ("id", "kind"),
    "matter": ("kind", "forum", "raised_by", "needs", "subject"),
    "area": ("where",),
    "duty": ("modality", "bearer", "bearer_minus", "when", "decision", "request_by", "report"),
    "provision": ("kind", "notice", "matter", "absent"),
    "reading": ("question",),
    "clause": ("instrument",),
}
DATES = ("from", "to", "signed", "in_force", "earliest", "given", "effective")
QUOTAS = {"1/2": "1/3", "2/3": "3/4", "55/100": "60/100", "65/100": "70/100", "72/100": "80/100", "4/5": "5/6"}
NUMBERS = ("votes", "points", "all_but", "quorum_count", "min_size", "count", "breaks", "convene_requesters")
FRACTIONS = ("more_than", "at_least", "quorum", "states", "weight")


class Mutant(NamedTuple):
    """One change: what is done, where, and to what."""

    operator: str
    where: str
    change: Callable[[Raw], None]


def mutants(raw: Raw) -> Iterator[Mutant]:
    """Every mutant of a charter, in the order of its rows."""
    for table, rows in raw.items():
        if not isinstance(rows, list):
            continue
        for index, row in enumerate(rows):
            where = f"{table}[{index}] {row.get('id') or row.get('party', '')}"
            yield Mutant(f"drop {table}", where, _gone(table, index))
            if index + 1 < len(rows):
                yield from _swaps(table, index, row, rows[index + 1], where)
            yield from _inside(row, (table, index), table, where)


def changed(raw: Raw, mutant: Mutant) -> Raw:
    """The tables with that one change."""
    copy = deepcopy(raw)
    mutant.change(copy)
    return copy


def says_the_same(one: Raw, other: Raw) -> bool:
    """Whether two charters hold the same rows, prose and order aside."""
    return all(
        sorted(_bare(rows)) == sorted(_bare(other.get(table, [])))
        for table, rows in one.items()
        if isinstance(rows, list)
    )


def _bare(rows: list[Raw]) -> list[str]:
    return [repr(_plain(row)) for row in rows]


def _plain(value: Any) -> Any:  # noqa: ANN401  # any TOML value
    """The value without prose, its fields in order; what an absent provision gives as its reason is prose as well."""
    if isinstance(value, dict):
        told = {name: bool(inner) if name == "absent" else inner for name, inner in value.items() if name not in PROSE}
        return sorted((name, repr(_plain(inner))) for name, inner in told.items())
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _gone(table: str, index: int) -> Callable[[Raw], None]:
    def change(raw: Raw) -> None:
        del raw[table][index]

    return change


def _swaps(table: str, index: int, row: Raw, after: Raw, where: str) -> Iterator[Mutant]:
    for field in SWAPPED.get(table, ()):
        if row.get(field) == after.get(field):
            continue

        def swap(raw: Raw, table: str = table, index: int = index, field: str = field) -> None:
            one, two = raw[table][index], raw[table][index + 1]
            mine, theirs = deepcopy(one.get(field)), deepcopy(two.get(field))
            for target, value in ((one, theirs), (two, mine)):
                target.pop(field, None) if value is None else target.__setitem__(field, value)

        yield Mutant(f"swap {table}.{field}", where, swap)


def _inside(value: Any, path: Path, table: str, where: str) -> Iterator[Mutant]:  # noqa: ANN401  # any TOML value
    """Changes to the fields of a row and of whatever lies in it."""
    for name, inner in value.items():
        at = (*path, name)
        if name in DATES and isinstance(inner, date):
            for word, days in (("a day", 1), ("a year", 365)):
                yield _set(f"shift {table}.{name} by {word}", at, inner + timedelta(days=days), where)
        elif name in PROSE:
            continue
        else:
            yield from _changed(name, inner, at, table, where)
            if isinstance(inner, dict) and name != "values":
                yield from _inside(inner, at, table, where)
            for place, item in enumerate(inner if isinstance(inner, list) else ()):
                if isinstance(item, dict):
                    if name in ("forum", "unless", "report", "all", "any", "rules"):
                        yield _without(f"drop {table}.{name}", at, place, where)
                    yield from _inside(item, (*at, place), table, where)


def _changed(name: str, inner: Any, at: Path, table: str, where: str) -> Iterator[Mutant]:  # noqa: ANN401  # as above
    """Another value for one field: a quota, a bearer, who asks, a predicate's operator, a length of notice."""
    change = f"change {table}.{name}"
    if name in FRACTIONS and isinstance(inner, str):
        yield _set(change, at, QUOTAS.get(inner, "9/10"), where)
    elif name in NUMBERS:
        yield _set(change, at, inner + 1, where)
    elif name in ("notice", "convene_within", "within") and isinstance(inner, str):
        yield _set(change, at, "3 years" if inner != "3 years" else "2 years", where)
    elif name in ("bearer", "bearer_minus", "request_by", "raised_by", "convened_by", "blocks", "neutral", "rights"):
        yield _set(f"empty {table}.{name}", at, [], where)
    elif name in ("decision", "needs", "chair", "electorate", "minus", "matter", "notice_to", "ratified_by", "binds"):
        yield _set(f"empty {table}.{name}", at, type(inner)(), where)
    elif name in ("subject", "overlay") and inner is True:
        yield _set(change, at, False, where)
    elif name in ("all", "any") and isinstance(inner, list) and len(inner) > 1:
        yield _renamed(f"change {table} predicate", at, "any" if name == "all" else "all", where)
    elif name in ("is", "in") and table in ("area", "duty"):
        other: Any = (not inner) if isinstance(inner, bool) else "blockade" if name == "is" else inner[:-1]
        yield _set(f"change {table} predicate", at, other, where)
    elif name == "values":
        party = next(iter(inner))
        yield _set(change, (*at, party), inner[party] * 2 + 1, where)


def _set(operator: str, path: Path, value: Any, where: str) -> Mutant:  # noqa: ANN401  # any TOML value
    def change(raw: Raw) -> None:
        target: Any = raw
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return Mutant(operator, f"{where} {'.'.join(map(str, path[2:]))}", change)


def _without(operator: str, path: Path, place: int, where: str) -> Mutant:
    def change(raw: Raw) -> None:
        target: Any = raw
        for step in path:
            target = target[step]
        target.pop(place)

    return Mutant(operator, f"{where} {'.'.join(map(str, (*path[2:], place)))}", change)


def _renamed(operator: str, path: Path, name: str, where: str) -> Mutant:
    def change(raw: Raw) -> None:
        target: Any = raw
        for step in path[:-1]:
            target = target[step]
        target[name] = target.pop(path[-1])

    return Mutant(operator, f"{where} {'.'.join(map(str, path[2:]))}", change)
