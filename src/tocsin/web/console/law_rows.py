"""The charter's rows for its page: clause by clause on a day, and those that speak of something."""

from msgspec import Struct

from tocsin.charter.changes import Key, structs_of
from tocsin.charter.model import Status
from tocsin.charter.rows import Row
from tocsin.charter.snapshot import Snapshot
from tocsin.web.console.law_told import RowShown, Teller
from tocsin.web.console.worked_out import WorkedOut, key_of

ORDER = ("matter", "rule", "duty", "organ", "office", "provision", "conduct", "reading", "group", "weights", "area", "status")  # fmt: skip # noqa: E501  # one list


class ClauseShown(Struct, frozen=True, kw_only=True):
    """A clause with the rows that rest on it."""

    row: RowShown
    rests: tuple[RowShown, ...]


class InstrumentShown(Struct, frozen=True, kw_only=True):
    """A treaty with its clauses."""

    row: RowShown
    clauses: tuple[ClauseShown, ...]


class Rows(Struct, frozen=True, kw_only=True):
    """A whole charter on a day."""

    instruments: tuple[InstrumentShown, ...]
    others: tuple[RowShown, ...]
    """Rows that name no clause."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        of_clauses = sum(1 + len(clause.rests) for row in self.instruments for clause in row.clauses)
        return len(self.instruments) + of_clauses + len(self.others)


_kept = WorkedOut(64)


def rows_on(snapshot: Snapshot) -> Rows:
    """Every row of the day, by clause."""
    return _kept.get(key_of(snapshot), lambda: _rows(snapshot))


def _rows(snapshot: Snapshot) -> Rows:
    teller = Teller(snapshot)
    by_clause: dict[str, list[RowShown]] = {}
    structs = structs_of(snapshot)
    for key in sorted((key for key in structs if key.table in ORDER), key=_place):
        row = structs[key]
        if isinstance(row, Row) and not _is_built_in(row):
            by_clause.setdefault(row.clause, []).append(teller.row(key, row))
    named: dict[str, list[ClauseShown]] = {}
    for row in snapshot.clauses.values():
        shown = ClauseShown(row=teller.row(Key("clause", row.id), row), rests=tuple(by_clause.pop(row.id, ())))
        named.setdefault(row.instrument, []).append(shown)
    return Rows(
        instruments=tuple(
            InstrumentShown(row=teller.row(Key("instrument", row.id), row), clauses=tuple(named.get(row.id, ())))
            for row in snapshot.instruments.values()
        ),
        others=tuple(row for rest in by_clause.values() for row in rest),
    )


def _place(key: Key) -> tuple[int, str, str]:
    return ORDER.index(key.table), key.id, key.reading


def _is_built_in(row: Row) -> bool:
    """Whether it is a status that every charter has, of which this one says nothing."""
    return isinstance(row, Status) and not (row.clause or row.source or row.class_ or row.note)


def searched(rows: Rows, query: str) -> Rows:
    """The rows in which every word asked for occurs, each under its clause."""
    wanted = query.casefold().split()
    if not wanted:
        return rows

    def has(row: RowShown) -> bool:
        return all(word in row.words for word in wanted)

    instruments = []
    for instrument in rows.instruments:
        clauses = [
            clause if has(clause.row) else ClauseShown(row=clause.row, rests=tuple(filter(has, clause.rests)))
            for clause in instrument.clauses
        ]
        found = tuple(clause for clause in clauses if has(clause.row) or clause.rests)
        if found:
            instruments.append(InstrumentShown(row=instrument.row, clauses=found))
    return Rows(instruments=tuple(instruments), others=tuple(filter(has, rows.others)))
