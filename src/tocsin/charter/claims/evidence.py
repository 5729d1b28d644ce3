"""What an answer rests on: rows of charters, steps of recorded cases and numbers, each with its place."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import fields

from tocsin.charter.claims.model import Ask, SeenStep, Value
from tocsin.charter.model import Clause, Document, Membership
from tocsin.charter.rows import RENAME, Row
from tocsin.charter.snapshot import Charter, Snapshot, visible
from tocsin.errors import NotFound
from tocsin.terms import SourceClass


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=RENAME):
    """One row, step or number. `row` begins with its place, such as 'membership[3]': rows are counted from 0."""

    charter: str = ""
    """Empty for a number of the claims file and for a step of a case."""
    case: str = ""
    row: str
    clause: str = ""
    source: str
    class_: SourceClass


class Answer(NamedTuple):
    """`value` is None where a charter, a case, a row or a number that the question needs is missing or unset."""

    value: bool | None
    because: str
    evidence: tuple[Evidence, ...] = ()


class Missing(Exception):
    """The question cannot be answered; the message says what is missing."""


class Facts:
    """Everything that answers may draw on. Raises Missing for what is not there."""

    def __init__(
        self,
        charters: Callable[[str], Charter],
        cases: Callable[[str], tuple[SeenStep, ...]],
        values: tuple[Value, ...],
    ) -> None:
        self._find_charter, self._find_case, self._values = charters, cases, values
        self._charters: dict[str, Charter] = {}

    def charter(self, name: str) -> Charter:
        if name not in self._charters:
            try:
                self._charters[name] = self._find_charter(name)
            except NotFound:
                raise Missing(f"there is no charter '{name}'") from None
        return self._charters[name]

    def hypothetical(self, asks: Iterable[Ask]) -> bool:
        """Whether one of the charters that these questions were put to is hypothetical."""
        names = {getattr(ask, field, "") for ask in asks for field in ("charter", "other")}
        return any(self._charters[name].document.charter.hypothetical for name in names & self._charters.keys())

    def snapshot(self, name: str, on: date, readings: Iterable[str] = ()) -> Snapshot:
        try:
            return self.charter(name).as_of(on, readings=readings)
        except NotFound as error:
            raise Missing(f"charter '{name}': {error}") from None

    def steps(self, case: str) -> tuple[SeenStep, ...]:
        try:
            return self._find_case(case)
        except NotFound:
            raise Missing(f"there is no case '{case}'") from None

    def value(self, name: str) -> tuple[int, Value]:
        """A [[value]] with its place in the file. The loader has checked that it exists."""
        return next((index, row) for index, row in enumerate(self._values) if row.id == name)


def known_rows(document: Document, table: str, name: str) -> list[Row]:
    """Rows of that id in a table, of whatever day, less those superseded."""
    rows: tuple[Row, ...] = getattr(document, table)
    return [row for row in visible(rows, None) if getattr(row, "id", "") == name]


def rows_used(shot: Snapshot, rows: Iterable[Row]) -> tuple[Evidence, ...]:
    """Rows of the snapshot's charter as evidence, each once and in the order of the file."""
    places = _places(shot.document)
    found = {places[id(row)]: row for row in rows if id(row) in places}
    return tuple(_row_used(shot, f"{table}[{index}]", row) for (table, index), row in sorted(found.items(), key=_order))


def steps_used(case: str, steps: Mapping[int, SeenStep]) -> tuple[Evidence, ...]:
    """Steps of a case by their place in it."""
    return tuple(
        Evidence(case=case, row=f"step[{index}] {step.do} {step.at}", source=step.source, class_=step.class_)
        for index, step in steps.items()
    )


def numbers_used(place: int, value: Value, keys: Iterable[str]) -> tuple[Evidence, ...]:
    """Numbers of a [[value]], given or unset."""
    return tuple(
        Evidence(
            row=f"value[{place}].{'numbers' if key in value.numbers else 'unset'}.{key} {value.id}",
            source=value.source,
            class_=value.class_,
        )
        for key in keys
    )


def listed(names: Iterable[str]) -> str:
    """Names in alphabetical order, for a sentence."""
    return ", ".join(sorted(names)) or "nobody"


def _row_used(shot: Snapshot, place: str, row: Row) -> Evidence:
    clause = row if isinstance(row, Clause) else _clause(shot, row.clause)
    return Evidence(
        charter=shot.charter_id,
        row=f"{place} {_label(row)}".strip(),
        clause=clause.id if clause is not None else row.clause,
        source=row.source or (clause.source if clause is not None else ""),
        class_=row.class_ or (clause.class_ if clause is not None else None) or "memory",
    )


def _clause(shot: Snapshot, name: str) -> Clause | None:
    """The clause of the day, else of whatever day."""
    of_any_day = (row for row in known_rows(shot.document, "clause", name) if isinstance(row, Clause))
    return shot.clauses.get(name) or next(of_any_day, None)


def _label(row: Row) -> str:
    named = f"{row.party} {row.status}" if isinstance(row, Membership) else str(getattr(row, "id", ""))
    end = row.to if isinstance(row.to, date) else None
    parts = (named, f"from {row.from_}" if row.from_ else "", f"to {end}" if end else "")
    return " ".join(part for part in parts if part)


def _places(document: Document) -> dict[int, tuple[str, int]]:
    """The table and place of every row object of a document."""
    tables = ((field.name, getattr(document, field.name)) for field in fields(document))
    lists = ((name, rows) for name, rows in tables if isinstance(rows, tuple))
    return {id(row): (name, index) for name, rows in lists for index, row in enumerate(rows)}


def _order(item: tuple[tuple[str, int], Row]) -> tuple[str, int]:
    return item[0]
