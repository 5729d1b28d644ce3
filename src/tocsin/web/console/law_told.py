"""A row of the charter in words: what it says line by line, its source, and its dates."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from tocsin.charter.changes import Key
from tocsin.charter.forum import forums_on
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
from tocsin.charter.rules.kinds import Rule, RuleRow
from tocsin.charter.snapshot import Snapshot
from tocsin.charter.told.names import coded, names_on
from tocsin.charter.told.outcome_words import rule_told
from tocsin.charter.told.words import condition_words, grave_words, history_words, report_words, rule_words
from tocsin.terms import SourceClass

UNSET = "unset"
UNSET_LABELS = {
    "qualified_by": "judged by",
    "request_to": "asked of",
    "depositary": "keeps the original",
    "transitional": "meanwhile",
    "decision": "decided as",
    "earliest": "not before",
    "rights": "gives",
    "request_by": "asked for by",
    "seats": "sit",
    "electorate": "decide",
    "content": "owed",
    "bearer": "owed by",
}
"""Labels of fields that are called otherwise than in the file."""


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
            yield Fact(UNSET_LABELS.get(field, field.replace("_", " ")), reason, is_unset=True)

    def _of(self, key: Key, row: Row) -> Iterator[Fact]:
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
                yield Fact("in words", rule_told(rule_words(row, self._rules(key.reading))))  # type: ignore[arg-type]  # a row of a rule is a rule
            case _:
                return  # a clause: its summary says it all

    def _matter(self, row: Matter) -> Iterator[Fact]:
        for forum in forums_on(self.snapshot, row):
            yield self._forum(forum)
        yield Fact("raised by", self._names(row.raised_by))
        yield Fact("needs first", ", ".join(row.needs))
        yield Fact("then", row.then)

    def _forum(self, forum: Forum) -> Fact:
        under = f" (under the reading {forum.reading})" if forum.reading else ""
        where = f"{self.snapshot.names.get(forum.organ, forum.organ)}{under}"
        if forum.rule == UNSET:
            return Fact("decided in", f"{where}: {forum.why}", is_unset=True)
        rules = self._rules(forum.reading)
        clause = f" [{forum.clause}]" if forum.clause else ""
        why = f" ({forum.why})" if forum.why else ""
        return Fact("decided in", f"{where}: {rule_told(rule_words(forum.rule, rules))}{why}{clause}")

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

    def _rules(self, reading: str) -> Mapping[str, Rule]:
        """The rules of the day, under a reading where there is one."""
        return self.snapshot.under((reading,)).rules if reading else self.snapshot.rules

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
