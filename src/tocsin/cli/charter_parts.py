"""More of what `charter show` tells: groups, weights, provisions, conduct, notes, gaps, what readings leave out."""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from tocsin.charter.model import Forum, Group
from tocsin.charter.rows import Row
from tocsin.charter.snapshot import Snapshot, visible
from tocsin.charter.told.words import condition_words, rule_words
from tocsin.terms import PartyId, Right, SourceClass


class GroupView(Struct, frozen=True, kw_only=True):
    """A named set of parties, and who is in it on the day."""

    id: str
    says: str
    parties: tuple[PartyId, ...]
    depends_on: tuple[str, ...]
    """roles of the case at hand that decide who is in it; then `parties` is empty"""
    clause: str
    source_class: SourceClass


class WeightsView(Struct, frozen=True, kw_only=True):
    """What each party weighs."""

    id: str
    unit: str
    values: dict[str, int]
    total: int
    clause: str
    source_class: SourceClass


class AreaView(Struct, frozen=True, kw_only=True):
    """A scope, in words."""

    id: str
    name: str
    where: str
    clause: str
    source_class: SourceClass


class ProvisionView(Struct, frozen=True, kw_only=True):
    """How parties enter and leave, and how the treaty changes."""

    id: str
    kind: str
    says: str
    notice: str
    notice_to: str
    earliest: date | None
    matter: str
    ratified_by: str
    transitional: str
    clause: str
    source_class: SourceClass
    note: str


class ConductView(Struct, frozen=True, kw_only=True):
    """How the alliance's business is kept."""

    id: str
    joiner_history: str
    """empty where it is unset"""
    two_persons: tuple[str, ...]
    clause: str
    source_class: SourceClass
    note: str


class RuleView(Struct, frozen=True, kw_only=True):
    """A rule of decision that has a name, in words."""

    id: str
    rule_in_words: str
    clause: str
    source_class: SourceClass
    note: str


class StatusView(Struct, frozen=True, kw_only=True):
    """What a status lets a party do, or what one laid over it takes away."""

    id: str
    overlay: bool
    rights: tuple[Right, ...]
    removes: tuple[Right, ...]
    note: str
    unset: dict[str, str]
    """what no source gives, and why"""


class UnsetView(Struct, frozen=True, kw_only=True):
    """What no source gives, and why."""

    row: str
    field: str
    reason: str


def groups(snapshot: Snapshot) -> Iterable[GroupView]:
    """The charter's own groups; those with a role in them are known only in a case."""
    for row in snapshot.groups.values():
        roles = tuple(sorted(snapshot.roles_in(row.id)))
        yield GroupView(
            id=row.id,
            says=_group_words(row),
            parties=() if roles else tuple(sorted(snapshot.group(row.id))),
            depends_on=roles,
            clause=row.clause,
            source_class=snapshot.source_class(row),
        )


def weights(snapshot: Snapshot) -> Iterable[WeightsView]:
    """The weights of the day."""
    for row in snapshot.weights.values():
        yield WeightsView(
            id=row.id,
            unit=row.unit,
            values=dict(row.values),
            total=sum(row.values.values()),
            clause=row.clause,
            source_class=snapshot.source_class(row),
        )


def areas(snapshot: Snapshot) -> Iterable[AreaView]:
    """The scopes of the day."""
    for row in snapshot.areas.values():
        yield AreaView(
            id=row.id,
            name=row.name,
            where=condition_words(row.where),
            clause=row.clause,
            source_class=snapshot.source_class(row),
        )


def provisions(snapshot: Snapshot) -> Iterable[ProvisionView]:
    """How parties come and go, on the day."""
    for row in snapshot.provisions.values():
        yield ProvisionView(
            id=row.id,
            kind=row.kind,
            says=f"None: {row.absent}" if row.absent else row.says,
            notice=row.notice,
            notice_to=row.notice_to,
            earliest=row.earliest,
            matter=row.matter,
            ratified_by=row.ratified_by,
            transitional=row.transitional,
            clause=row.clause,
            source_class=snapshot.source_class(row),
            note=row.note,
        )


def conduct(snapshot: Snapshot) -> ConductView | None:
    """The row on conduct of the day, if there is one."""
    row = snapshot.conduct
    if row is None:
        return None
    return ConductView(
        id=row.id,
        joiner_history=row.joiner_history,
        two_persons=row.two_persons,
        clause=row.clause,
        source_class=snapshot.source_class(row),
        note=row.note,
    )


def rules(snapshot: Snapshot) -> Iterable[RuleView]:
    """The charter's own rules of the day."""
    for row in snapshot.rules.values():
        yield RuleView(
            id=row.id,
            rule_in_words=rule_words(row.id, snapshot.rules),
            clause=row.clause,
            source_class=snapshot.source_class(row),
            note=row.note,
        )


def statuses(snapshot: Snapshot) -> Iterable[StatusView]:
    """All statuses of the day, the built-in ones too."""
    for row in snapshot.statuses.values():
        yield StatusView(
            id=row.id,
            overlay=row.overlay,
            rights=row.rights,
            removes=row.removes,
            note=row.note,
            unset=row.unset,
        )


def unset(snapshot: Snapshot) -> Iterable[UnsetView]:
    """What the rows of the day leave open, with the reasons."""
    tables: dict[str, Iterable[Row]] = {
        "instrument": snapshot.instruments.values(),
        "status": snapshot.statuses.values(),
        "organ": snapshot.organs.values(),
        "rule": snapshot.rules.values(),
        "matter": snapshot.matters.values(),
        "duty": snapshot.duties.values(),
        "provision": snapshot.provisions.values(),
        "conduct": () if snapshot.conduct is None else (snapshot.conduct,),
        "membership": snapshot.memberships,
    }
    for table, rows in tables.items():
        for row in rows:
            name = getattr(row, "id", "") or getattr(row, "party", "")
            for field, reason in row.unset.items():
                yield UnsetView(row=f"{table} {name}", field=field, reason=reason)


def not_in_force(snapshot: Snapshot) -> str:
    """That the first treaty or charter whose beginning is known is not yet, or no longer, in force on the day."""
    rows = visible(snapshot.document.instrument, snapshot.known)
    for row in rows:
        if row.kind in ("treaty", "charter") and row.in_force is not None:
            if snapshot.on < row.in_force:
                return f"not in force until {row.in_force}: {row.title}"
            if row.to is not None and row.to <= snapshot.on:
                return f"ended on {row.to - timedelta(days=1)}: {row.title}"
            return ""
    return ""


def membership_note(snapshot: Snapshot, party: PartyId) -> str:
    """What a reader should know of the rows that make the party's standing on the day."""
    said = []
    for row in snapshot.memberships:
        if row.party == party and row.note:
            over = row.status in snapshot.statuses and snapshot.statuses[row.status].overlay
            since = f" since {row.from_}" if row.from_ is not None else ""
            said.append(f"{row.status}{since}: {row.note}" if over else row.note)
    return " ".join(said)


def is_open(snapshot: Snapshot, forum: Forum) -> bool:
    """Whether the forum is open on the day under some reading that was not rejected."""
    started = forum.from_ is None or forum.from_ <= snapshot.on
    ended = forum.to is not None and forum.to <= snapshot.on
    return started and not ended and forum.organ in snapshot.organs and not is_rejected(snapshot, forum.reading)


def is_rejected(snapshot: Snapshot, reading: str) -> bool:
    """Whether another reading of the same question was chosen."""
    if not reading or reading in snapshot.readings:
        return False
    question = {row.id: row.question for row in snapshot.all_readings.values()}
    return question.get(reading) in {question.get(chosen) for chosen in snapshot.readings}


def _group_words(row: Group) -> str:
    joined = [*row.of, *row.only]
    but = f", but not: {', '.join(row.minus)}" if row.minus else ""
    return f"{', '.join(joined) or 'nobody'}{but}"
