"""What a treaty asks when something is claimed to have happened, reading by reading."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice, product
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter.conditions import judge, roles_of
from tocsin.charter.forum import open_forums
from tocsin.charter.model import Duty, Report, Unless
from tocsin.charter.predicates import Event
from tocsin.charter.snapshot import Charter, Snapshot
from tocsin.terms import PartyId, SourceClass

DutyStatus = Literal["triggered", "awaiting", "excluded", "not triggered", "undetermined", "standing"]
"""`awaiting`: triggered, but a valid request or an organ's decision is still to come. `undetermined`: the event
does not say enough; the finding names the missing fields. `standing`: owed at all times, whatever happens."""

COMBINATIONS_MAX = 64


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One duty, judged under one choice of readings."""

    readings: tuple[str, ...] = ()
    status: DutyStatus
    why: tuple[str, ...] = ()
    clause: str = ""
    missing: tuple[str, ...] = ()
    awaiting: str = ""
    """'request', or the matter whose decision is awaited."""
    organ: str = ""
    rule: str = ""
    bearers: tuple[PartyId, ...] = ()


class DutyAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One duty with its findings, one for each combination of the readings that bear on it."""

    duty: str
    title: str
    modality: str
    clause: str
    source_class: SourceClass
    findings: tuple[Finding, ...]
    content: str = ""
    limits: str = ""
    reports: tuple[Report, ...] = ()
    ends: str = ""
    note: str = ""

    @property
    def contested(self) -> bool:
        """Whether the status depends on the reading."""
        return len({finding.status for finding in self.findings}) > 1


class DutyReport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The duties of one charter for one event on one day."""

    charter: str
    charter_hash: str
    on: date
    known: date | None = None
    event: Event
    answers: tuple[DutyAnswer, ...]
    hypothetical: bool = False


def duties(
    charter: Charter,
    event: Event,
    on: date,
    known: date | None = None,
    readings: Iterable[str] | None = None,
) -> DutyReport:
    """Every duty in force on `on`, judged for `event`.

    `readings` fixes the readings; None computes all that bear on a duty side by side (at most 64 combinations).
    Raises NotFound for an unknown reading.
    """
    answers = []
    plain = charter.as_of(on, known, readings or ())
    for duty_id in _duty_ids(charter, on, known):
        chosen = [tuple(readings)] if readings is not None else list(_combinations(plain, duty_id, event))
        answer = _answer(charter, duty_id, event, on, known, chosen)
        if answer is not None:
            answers.append(answer)
    return DutyReport(
        charter=charter.id,
        charter_hash=charter.hash,
        on=on,
        known=known,
        event=event,
        answers=tuple(answers),
        hypothetical=charter.document.charter.hypothetical,
    )


def find(snapshot: Snapshot, duty: Duty, event: Event) -> Finding:
    """Judge one duty under the snapshot's readings: trigger, then exclusions, then request, then decision."""
    if duty.when is None:
        return Finding(status="standing", clause=duty.clause, bearers=_bearers(snapshot, duty, event))
    trigger = judge(duty.when, event, snapshot)
    if trigger.value is False:
        return Finding(status="not triggered", why=trigger.because, clause=duty.clause)
    if trigger.value is None:
        return Finding(status="undetermined", missing=trigger.missing, clause=duty.clause)
    for exclusion in duty.unless:
        found = _excluded(snapshot, duty, exclusion, event)
        if found is not None:
            return found
    bearers = _bearers(snapshot, duty, event)
    return _request(snapshot, duty, event, bearers) or _decision(snapshot, duty, trigger.because, bearers)


def _answer(
    charter: Charter, duty_id: str, event: Event, on: date, known: date | None, chosen: list[tuple[str, ...]]
) -> DutyAnswer | None:
    findings, shown = [], None
    for readings in chosen:
        snapshot = charter.as_of(on, known, readings)
        duty = snapshot.duties.get(duty_id)
        if duty is None:
            continue
        shown = shown or (snapshot, duty)
        findings.append(replace(find(snapshot, duty, event), readings=readings))
    if shown is None:
        return None
    snapshot, duty = shown
    return DutyAnswer(
        duty=duty.id,
        title=duty.title,
        modality=duty.modality,
        clause=duty.clause,
        source_class=snapshot.source_class(duty),
        findings=tuple(findings),
        content=duty.content,
        limits=duty.limits,
        reports=duty.report,
        ends=duty.ends,
        note=duty.note,
    )


def _excluded(snapshot: Snapshot, duty: Duty, exclusion: Unless, event: Event) -> Finding | None:
    if exclusion.reading and exclusion.reading not in snapshot.readings:
        return None
    clause = exclusion.clause or duty.clause
    found = judge(exclusion.if_, event, snapshot)
    if found.value is True:
        return Finding(status="excluded", why=(exclusion.why.rstrip("."), *found.because), clause=clause)
    if found.value is None:
        return Finding(
            status="undetermined",
            why=(f"it cannot be told whether this exclusion applies: {exclusion.why}",),
            missing=found.missing,
            clause=clause,
        )
    return None


def _request(snapshot: Snapshot, duty: Duty, event: Event, bearers: tuple[PartyId, ...]) -> Finding | None:
    if not duty.request_by:
        return None
    if event.requested_by is None:
        return Finding(status="undetermined", missing=("requested_by",), clause=duty.clause)
    roles = roles_of(event)
    entitled = frozenset[PartyId]().union(*(snapshot.group(name, roles) for name in duty.request_by))
    if any(party in entitled for party in event.requested_by):
        return None
    who = " or ".join(duty.request_by)
    return Finding(
        status="awaiting",
        awaiting="request",
        why=(f"no valid request yet: it is for the {who} to ask",),
        clause=duty.clause,
        bearers=bearers,
    )


def _decision(snapshot: Snapshot, duty: Duty, why: tuple[str, ...], bearers: tuple[PartyId, ...]) -> Finding:
    matter = snapshot.matters.get(duty.decision)
    if matter is None:
        return Finding(status="triggered", why=why, clause=duty.clause, bearers=bearers)
    forum = next(iter(open_forums(snapshot, matter)), None)
    return Finding(
        status="awaiting",
        why=why,
        clause=duty.clause,
        awaiting=matter.id,
        organ=forum.organ if forum else "",
        rule=forum.rule if forum else "",
        bearers=bearers,
    )


def _bearers(snapshot: Snapshot, duty: Duty, event: Event) -> tuple[PartyId, ...]:
    roles = roles_of(event)
    bound = frozenset[PartyId]().union(*(snapshot.group(name, roles) for name in duty.bearer))
    for name in duty.bearer_minus:
        bound -= snapshot.group(name, roles)
    return tuple(sorted(bound))


def _duty_ids(charter: Charter, on: date, known: date | None) -> list[str]:
    every = charter.as_of(on, known, tuple(row.id for row in charter.document.reading))
    return [duty_id for duty_id in dict.fromkeys(row.id for row in charter.document.duty) if duty_id in every.duties]


def _combinations(plain: Snapshot, duty_id: str, event: Event) -> Iterator[tuple[str, ...]]:
    """The readings that bear on a duty, combined: one reading of each question that makes a difference."""
    questions: dict[str, list[str]] = {}
    for reading in plain.all_readings.values():
        questions.setdefault(reading.question, []).append(reading.id)
    choices = []
    for readings in questions.values():
        options = [(reading,) for reading in readings] if len(readings) > 1 else [(), (readings[0],)]
        if len({_under(plain, duty_id, event, option) for option in options}) > 1:
            choices.append(options)
    for combination in islice(product(*choices), COMBINATIONS_MAX):
        yield tuple(reading for part in combination for reading in part)


def _under(plain: Snapshot, duty_id: str, event: Event, readings: tuple[str, ...]) -> tuple[object, ...]:
    """What a question's reading makes of the duty, the other questions left aside."""
    snapshot = plain.under(readings)
    duty = snapshot.duties.get(duty_id)
    if duty is None:
        return ("no such duty",)
    finding = find(snapshot, duty, event)
    # Who bears it may change with any reading of who is a member; the answer is what counts here.
    return (finding.status, finding.why, finding.clause, finding.missing, finding.awaiting, finding.organ, finding.rule)
