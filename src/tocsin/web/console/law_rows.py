"""The charter's rows for its page: clause by clause on a day, each with what it says, its source and its dates.

What is public and does not change, for one charter on one day under one choice of readings, is worked out once.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from tocsin.charter.changes import Key, structs_of
from tocsin.charter.model import (
    Area,
    Clause,
    Conduct,
    Duty,
    Forum,
    Group,
    Instrument,
    Matter,
    Membership,
    Office,
    Organ,
    Provision,
    Reading,
    Status,
    WeightSet,
)
from tocsin.charter.rows import Row
from tocsin.charter.rules.kinds import RuleRow
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.names import coded, names_on
from tocsin.charter.told.outcome_words import rule_told
from tocsin.charter.told.words import condition_words, grave_words, history_words, report_words, rule_words
from tocsin.terms import SourceClass

T = TypeVar("T")
KEPT_MAX = 64
UNSET = "unset"
ORDER = ("matter", "rule", "duty", "organ", "office", "provision", "conduct", "reading", "group", "weights", "area", "status")  # fmt: skip # noqa: E501  # one list


class Fact(NamedTuple):
    """One line under a row: a label, and what it says; `unset` where no source gives it, with the reason."""

    label: str
    said: str
    is_unset: bool = False


class RowShown(Struct, frozen=True, kw_only=True):
    """One row of the charter, in words."""

    table: str
    id: str
    title: str
    facts: tuple[Fact, ...]
    clause: str
    source: str
    source_class: SourceClass
    since: date | None
    to: date | None
    recorded: date | None
    reading: str
    note: str
    article: str = ""
    words: str = ""
    """All of it in small letters, to be searched."""


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


class Kept:
    """What was worked out of late, the oldest let go first. Only for what is the same for everybody."""

    def __init__(self, most: int = KEPT_MAX) -> None:
        self._most = most
        self._found: OrderedDict[object, Any] = OrderedDict()

    def get(self, key: object, make: Callable[[], T]) -> T:
        """What is kept under the key, else what `make` gives, which is kept."""
        if key not in self._found:
            self._found[key] = make()
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        else:
            self._found.move_to_end(key)
        found: T = self._found[key]
        return found


_kept = Kept()


def key_of(snapshot: Snapshot) -> tuple[object, ...]:
    """What a snapshot's rows follow from. Standings changed live are in none of them."""
    return (snapshot.charter_hash, snapshot.on, snapshot.known, snapshot.readings)


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


class Teller:
    """Puts the rows of one day into words."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._named = coded(names_on(snapshot))

    def row(self, key: Key, row: Row) -> RowShown:
        """One row."""
        clause = self.snapshot.clauses.get(row.clause)
        facts = tuple(fact for fact in self._facts(key, row) if fact.said or fact.is_unset)
        title = _title(row)
        said = [key.id, title, row.note, row.clause, row.source, *(f"{fact.label} {fact.said}" for fact in facts)]
        return RowShown(
            table=key.table,
            id=key.id,
            title=title,
            facts=facts,
            clause=row.clause,
            source=row.source or (clause.source if clause else ""),
            source_class=self.snapshot.source_class(row),
            since=row.from_ or (clause.from_ if clause else None),
            to=row.to,
            recorded=row.recorded,
            reading=row.reading,
            note=row.note,
            article=row.article if isinstance(row, Clause) else "",
            words=" ".join(said).casefold(),
        )

    def _facts(self, key: Key, row: Row) -> Iterator[Fact]:
        yield from self._of(key, row)
        for field, reason in row.unset.items():
            yield Fact(field.replace("_", " "), reason, is_unset=True)

    def _of(self, key: Key, row: Row) -> Iterator[Fact]:
        rules = self.snapshot.under((key.reading,)).rules if key.reading else self.snapshot.rules
        match row:
            case Instrument():
                yield Fact("kind", row.kind)
                yield Fact("signed", str(row.signed or ""))
                yield Fact("in force", str(row.in_force or ""))
                yield Fact("keeps the original", row.depositary)
                yield Fact("term", "; ".join(filter(None, (row.term, row.renewal))))
            case Reading():
                yield Fact("question", row.question)
                yield Fact("held by", self._names(row.held_by))
            case Matter():
                yield from self._matter(row)
            case Duty():
                yield from self._duty(row)
            case Organ():
                yield from self._organ(row)
            case Office():
                yield Fact("chairs", self._names(row.chairs))
            case Provision():
                yield from self._provision(row)
            case Conduct():
                yield Fact("newcomers read", history_words(row.joiner_history))
                yield Fact("two persons", ", ".join(grave_words(act) for act in row.two_persons))
            case Group():
                yield Fact("joins", self._names((*row.of, *row.only)))
                yield Fact("but not", self._names(row.minus))
            case WeightSet():
                yield Fact("unit", row.unit)
                yield Fact("weights", "; ".join(f"{self._names((one,))} {many}" for one, many in row.values.items()))
            case Area():
                yield Fact("where", condition_words(row.where))
            case Status():
                yield Fact("gives", ", ".join(row.rights).replace("_", " "))
                yield Fact("takes away", ", ".join(row.removes).replace("_", " "))
            case Membership():
                yield Fact("status", row.status)
                yield Fact("asserted by", self._names(row.asserted_by))
                yield Fact("recognised by", self._names(row.recognised_by))
            case RuleRow():
                yield Fact("in words", rule_told(rule_words(row, rules)))  # type: ignore[arg-type]  # a row of a rule is a rule
            case _:
                return  # a clause: its summary says it all

    def _matter(self, row: Matter) -> Iterator[Fact]:
        for forum in row.forum:
            if self._is_open(forum):
                yield self._forum(forum)
        yield Fact("raised by", self._names(row.raised_by))
        yield Fact("needs first", ", ".join(row.needs))
        yield Fact("then", row.then)

    def _forum(self, forum: Forum) -> Fact:
        under = f" (under the reading {forum.reading})" if forum.reading else ""
        where = f"{self.snapshot.names.get(forum.organ, forum.organ)}{under}"
        if forum.rule == UNSET:
            return Fact("decided in", f"{where}: {forum.why}", is_unset=True)
        rules = self.snapshot.under((forum.reading,)).rules if forum.reading else self.snapshot.rules
        clause = f" [{forum.clause}]" if forum.clause else ""
        why = f" ({forum.why})" if forum.why else ""
        return Fact("decided in", f"{where}: {rule_told(rule_words(forum.rule, rules))}{why}{clause}")

    def _is_open(self, forum: Forum) -> bool:
        on = self.snapshot.on
        dated = (forum.from_ is None or forum.from_ <= on) and (forum.to is None or on < forum.to)
        return dated and forum.organ in self.snapshot.organs

    def _duty(self, row: Duty) -> Iterator[Fact]:
        yield Fact("kind", row.modality)
        yield Fact("when", condition_words(row.when) if row.when is not None else "at all times")
        for part in row.unless:
            under = f" (under the reading {part.reading})" if part.reading else ""
            yield Fact("unless", f"{part.why}{under}")
        but = f", but not: {self._names(row.bearer_minus)}" if row.bearer_minus else ""
        yield Fact("owed by", self._names(row.bearer) + but)
        yield Fact("owed", row.content)
        yield Fact("limits", row.limits)
        yield Fact("asked for by", self._names(row.request_by))
        yield Fact("asked of", self._names((row.request_to,)))
        yield _or_unset("judged by", self._names((row.qualified_by,)))
        yield Fact("decided as", row.decision)
        for report in row.report:
            yield Fact("reports", report_words(report))
        yield Fact("ends", row.ends)

    def _organ(self, row: Organ) -> Iterator[Fact]:
        count = len(self.snapshot.group(row.electorate)) if row.electorate else 0
        yield Fact("sit", row.seats)
        yield Fact("decide", f"{row.electorate} ({count})" if row.electorate else "")
        yield _or_unset("chair", self._names((row.chair,)))
        several = f"{row.convene_requesters} of: " if row.convene_requesters > 1 and row.convened_by else ""
        yield Fact("convened by", several + self._names(row.convened_by))
        yield _or_unset("meets within", row.convene_within)
        yield Fact("quorum", row.quorum)

    def _provision(self, row: Provision) -> Iterator[Fact]:
        yield Fact("kind", row.kind)
        yield Fact("says", f"None: {row.absent}" if row.absent else row.says)
        yield Fact("not before", str(row.earliest or ""))
        yield _or_unset("notice", row.notice)
        yield Fact("notice to", self._names((row.notice_to,)))
        yield Fact("decided as", row.matter)
        yield Fact("ratified by", row.ratified_by)
        yield Fact("meanwhile", {"keep": "open procedures keep the old rule", "restart": "open procedures start anew"}.get(row.transitional, ""))  # fmt: skip # noqa: E501  # one line a fact

    def _names(self, actors: Iterable[str]) -> str:
        return ", ".join(self._named.get(actor, actor) for actor in actors if actor)


def _or_unset(label: str, said: str) -> Fact:
    return Fact(label, "", is_unset=True) if said == UNSET else Fact(label, said)


def _title(row: Row) -> str:
    """What a row is, in one line."""
    for name in ("summary", "says", "title", "name"):
        said = getattr(row, name, "")
        if said and not isinstance(row, Provision):
            return str(said)
    return str(getattr(row, "id", "") or getattr(row, "party", ""))
