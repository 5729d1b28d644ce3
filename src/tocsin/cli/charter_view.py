"""What `charter list` and `charter show` tell, as structs: the terminal and the JSON are made from the same."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from tocsin.charter.forum import open_forums
from tocsin.charter.model import Document, Duty, Forum, Instrument, Report, Unless
from tocsin.charter.rows import Row
from tocsin.charter.snapshot import Charter, Snapshot, visible
from tocsin.charter.told.drafts import why_hypothetical
from tocsin.charter.told.names import names_on, party_name
from tocsin.charter.told.words import condition_words, rule_words
from tocsin.cli.charter_parts import (
    AreaView,
    ConductView,
    GroupView,
    ProvisionView,
    RuleView,
    StatusView,
    UnsetView,
    WeightsView,
    areas,
    conduct,
    groups,
    is_open,
    is_rejected,
    membership_note,
    not_in_force,
    provisions,
    rules,
    statuses,
    unset,
    weights,
)
from tocsin.cli.charter_reforms import ReformView, views_of
from tocsin.measures.comparison_duties import duties_of
from tocsin.measures.comparison_words import rule_short
from tocsin.terms import SOURCE_CLASSES, WEAK_CLASSES, SourceClass

TABLES = (
    "instrument", "clause", "reading", "status", "membership", "group", "office", "organ", "weights", "rule", "matter",
    "area", "duty", "provision", "conduct",
)  # fmt: skip


class InstrumentView(Struct, frozen=True, kw_only=True):
    """A treaty with its dates."""

    id: str
    title: str
    kind: str
    signed: date | None
    in_force: date | None
    ended: date | None
    note: str


class Help(Struct, frozen=True, kw_only=True):
    """A duty to help a party, today: its clause, and by which rule it is decided that it is owed."""

    clause: str
    source_class: SourceClass
    decided: str


class Summary(Struct, frozen=True, kw_only=True):
    """A charter in one row."""

    id: str
    title: str
    hypothetical: bool
    outline: bool
    members_today: int
    others_today: int
    rows: int
    instruments: tuple[InstrumentView, ...]
    help: tuple[Help, ...]
    """Duties to help; none where no row of today states one."""
    source_class_percent: dict[SourceClass, int]
    hash: str


class PartyView(Struct, frozen=True, kw_only=True):
    """A party and where it stands on the day."""

    id: str
    name: str
    status: str
    overlays: tuple[str, ...]
    since: date | None
    contested: str
    source_class: SourceClass
    note: str


class OrganView(Struct, frozen=True, kw_only=True):
    """A body that consults or decides."""

    id: str
    name: str
    seats: str
    electorate: str
    electors: int
    chair: str
    convened_by: tuple[str, ...]
    convene_requesters: int
    convene_within: str
    clause: str
    source_class: SourceClass
    note: str


class ForumView(Struct, frozen=True, kw_only=True):
    """Where a matter may be decided, and how."""

    organ: str
    rule: str
    rule_in_words: str
    why: str
    reading: str
    clause: str


class MatterView(Struct, frozen=True, kw_only=True):
    """A kind of decision."""

    id: str
    title: str
    kind: str
    raised_by: tuple[str, ...]
    subject: bool
    """whether it is about one party"""
    needs: tuple[str, ...]
    forums: tuple[ForumView, ...]
    then: str
    clause: str
    source_class: SourceClass
    note: str


class DutyView(Struct, frozen=True, kw_only=True):
    """What is owed, when, and unless what."""

    id: str
    title: str
    modality: str
    bearer: str
    when: str
    unless: tuple[str, ...]
    request_by: tuple[str, ...]
    request_to: str
    qualified_by: str
    decision: str
    content: str
    means: str
    limits: str
    reports: tuple[Report, ...]
    ends: str
    clause: str
    source_class: SourceClass
    note: str


class ReadingView(Struct, frozen=True, kw_only=True):
    """One answer to a contested question of law."""

    id: str
    question: str
    says: str
    held_by: tuple[str, ...]
    chosen: bool


class ClauseView(Struct, frozen=True, kw_only=True):
    """An article in our own one-line wording."""

    id: str
    article: str
    summary: str
    source: str
    source_class: SourceClass


class CharterView(Struct, frozen=True, kw_only=True):
    """A charter on one day."""

    id: str
    title: str
    summary: str
    hypothetical: bool
    why_hypothetical: str
    """an invented alliance, or a draft reform and whose"""
    reforms: tuple[ReformView, ...]
    """laid over the charter, bottom first"""
    outline: bool
    hash: str
    on: date
    known: date | None
    readings_chosen: tuple[str, ...]
    weak_percent: int
    not_in_force: str
    """that the treaty had not begun, or had ended; empty where it holds, or its day is not known"""
    parties: tuple[PartyView, ...]
    statuses: tuple[StatusView, ...]
    organs: tuple[OrganView, ...]
    rules: tuple[RuleView, ...]
    matters: tuple[MatterView, ...]
    groups: tuple[GroupView, ...]
    weights: tuple[WeightsView, ...]
    areas: tuple[AreaView, ...]
    duties: tuple[DutyView, ...]
    provisions: tuple[ProvisionView, ...]
    conduct: ConductView | None
    """none where no row holds"""
    readings: tuple[ReadingView, ...]
    unset: tuple[UnsetView, ...]
    instruments: tuple[InstrumentView, ...]
    clauses: tuple[ClauseView, ...]
    names: dict[str, str]


def summary_of(charter: Charter, today: date) -> Summary:
    """A charter in one row, with its members of today."""
    snapshot = charter.as_of(today)
    about, document = charter.document.charter, charter.document
    members = len(snapshot.group("members"))
    return Summary(
        id=about.id,
        title=about.title,
        hypothetical=about.hypothetical,
        outline=about.outline,
        members_today=members,
        others_today=sum(standing.status != "withdrawn" for standing in snapshot.standings.values()) - members,
        rows=len(rows_of(document)),
        instruments=tuple(_instrument(row) for row in visible(document.instrument, None)),
        help=tuple(
            Help(clause=duty.clause, source_class=snapshot.source_class(duty), decided=_decided(duty, snapshot))
            for duty in duties_of(snapshot, "help")
            if duty.modality == "duty"
        ),
        source_class_percent=percent_by_class(document),
        hash=charter.hash,
    )


def _decided(duty: Duty, snapshot: Snapshot) -> str:
    """By which rule it is decided that the duty is owed, in a few words."""
    if duty.decision == "automatic":
        return "owed without a decision"
    matter = snapshot.matters.get(duty.decision)
    rules = [forum.rule for forum in open_forums(snapshot, matter)] if matter is not None else []
    if not rules or rules[0] in ("", "unset"):
        return "rule not known"
    return rule_short(rules[0], snapshot.rules)


def view_of(charter: Charter, snapshot: Snapshot) -> CharterView:
    """Everything a charter says on the snapshot's day."""
    about = charter.document.charter
    return CharterView(
        id=about.id,
        title=about.title,
        summary=about.summary,
        hypothetical=about.hypothetical,
        why_hypothetical=why_hypothetical(charter.document) if about.hypothetical else "",
        reforms=views_of(charter.document),
        outline=about.outline,
        hash=charter.hash,
        on=snapshot.on,
        known=snapshot.known,
        readings_chosen=tuple(sorted(snapshot.readings)),
        weak_percent=sum(share for name, share in percent_by_class(charter.document).items() if name in WEAK_CLASSES),
        not_in_force=not_in_force(snapshot),
        parties=tuple(_parties(snapshot)),
        statuses=tuple(statuses(snapshot)),
        organs=tuple(_organs(snapshot)),
        rules=tuple(rules(snapshot)),
        matters=tuple(_matters(snapshot)),
        groups=tuple(groups(snapshot)),
        weights=tuple(weights(snapshot)),
        areas=tuple(areas(snapshot)),
        duties=tuple(_duties(snapshot)),
        provisions=tuple(provisions(snapshot)),
        conduct=conduct(snapshot),
        readings=tuple(_readings(snapshot)),
        unset=tuple(unset(snapshot)),
        instruments=tuple(_instrument(row) for row in snapshot.instruments.values()),
        clauses=tuple(_clauses(snapshot)),
        names=names_on(snapshot),
    )


def rows_of(document: Document) -> list[Row]:
    """All rows of all tables that carry a source."""
    return [row for name in TABLES for row in getattr(document, name)]


def percent_by_class(document: Document) -> dict[SourceClass, int]:
    """Share of the rows by how they were seen, in per cent; a row takes its clause's class unless it states its own."""
    clauses = {row.id: row.class_ or "memory" for row in document.clause}
    rows = rows_of(document)
    seen = Counter(row.class_ or clauses.get(row.clause) for row in rows if row.class_ or row.clause in clauses)
    total = max(1, sum(seen.values()))
    return {name: round(100 * seen[name] / total) for name in SOURCE_CLASSES if seen[name]}


def _parties(snapshot: Snapshot) -> Iterable[PartyView]:
    rows = {row.party: row for row in snapshot.memberships if not _is_overlay(snapshot, row.status)}
    for party, standing in snapshot.standings.items():
        row = rows[party]
        said = [f"{role}: {', '.join(who)}" for role, who in _contest(row.asserted_by, row.recognised_by) if who]
        yield PartyView(
            id=party,
            name=party_name(snapshot, party),
            status=standing.status,
            overlays=standing.overlays,
            since=row.from_,
            contested="; ".join(said),
            source_class=snapshot.source_class(row),
            note=membership_note(snapshot, party),
        )


def _contest(asserted: tuple[str, ...], recognised: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("asserted by", asserted), ("recognised by", recognised)


def _is_overlay(snapshot: Snapshot, status: str) -> bool:
    return status in snapshot.statuses and snapshot.statuses[status].overlay


def _organs(snapshot: Snapshot) -> Iterable[OrganView]:
    for row in snapshot.organs.values():
        yield OrganView(
            id=row.id,
            name=row.name,
            seats=row.seats,
            electorate=row.electorate,
            electors=len(snapshot.group(row.electorate)) if row.electorate else 0,
            chair=snapshot.names.get(row.chair, row.chair),
            convened_by=row.convened_by,
            convene_requesters=row.convene_requesters,
            convene_within=row.convene_within,
            clause=row.clause,
            source_class=snapshot.source_class(row),
            note=row.note,
        )


def _matters(snapshot: Snapshot) -> Iterable[MatterView]:
    for row in snapshot.matters.values():
        yield MatterView(
            id=row.id,
            title=row.title,
            kind=row.kind,
            raised_by=row.raised_by,
            subject=row.subject,
            needs=row.needs,
            forums=tuple(_forum(snapshot, forum) for forum in row.forum if is_open(snapshot, forum)),
            then=row.then,
            clause=row.clause,
            source_class=snapshot.source_class(row),
            note=row.note,
        )


def _forum(snapshot: Snapshot, forum: Forum) -> ForumView:
    words = "unset" if forum.rule == "unset" else rule_words(forum.rule, snapshot.rules)
    return ForumView(
        organ=snapshot.names.get(forum.organ, forum.organ),
        rule=forum.rule,
        rule_in_words=words,
        why=forum.why,
        reading=forum.reading,
        clause=forum.clause,
    )


def _duties(snapshot: Snapshot) -> Iterable[DutyView]:
    for row in snapshot.duties.values():
        but = f", but not: {', '.join(row.bearer_minus)}" if row.bearer_minus else ""
        yield DutyView(
            id=row.id,
            title=row.title,
            modality=row.modality,
            bearer=", ".join(row.bearer) + but,
            when=condition_words(row.when) if row.when is not None else "at all times",
            unless=tuple(_unless(part) for part in row.unless if not is_rejected(snapshot, part.reading)),
            request_by=row.request_by,
            request_to=row.request_to,
            qualified_by=row.qualified_by,
            decision=row.decision,
            content=row.content,
            means=row.means,
            limits=row.limits,
            reports=row.report,
            ends=row.ends,
            clause=row.clause,
            source_class=snapshot.source_class(row),
            note=row.note,
        )


def _unless(part: Unless) -> str:
    return f"{part.why} (reading {part.reading})" if part.reading else part.why


def _readings(snapshot: Snapshot) -> Iterable[ReadingView]:
    for row in snapshot.all_readings.values():
        yield ReadingView(
            id=row.id, question=row.question, says=row.says, held_by=row.held_by, chosen=row.id in snapshot.readings
        )


def _clauses(snapshot: Snapshot) -> Iterable[ClauseView]:
    for row in snapshot.clauses.values():
        yield ClauseView(
            id=row.id,
            article=row.article,
            summary=row.summary,
            source=row.source,
            source_class=row.class_ or "memory",
        )


def _instrument(row: Instrument) -> InstrumentView:
    return InstrumentView(
        id=row.id,
        title=row.title,
        kind=row.kind,
        signed=row.signed,
        in_force=row.in_force,
        ended=row.to,
        note=row.note,
    )
