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
            answers.append(_without_idle_questions(answer, plain))
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
    excluded = _excluded(snapshot, duty, event)
    if excluded is not None:
        return excluded
    bearers = _bearers(snapshot, duty, event)
    return _request(snapshot, duty, event, bearers) or _decision(snapshot, duty, trigger.because, bearers)


def _without_idle_questions(answer: DutyAnswer, plain: Snapshot) -> DutyAnswer:
    """The answer without the questions on which, whatever the others, nothing hangs here."""
    question = {row.id: row.question for row in plain.all_readings.values()}
    findings = answer.findings
    for idle in dict.fromkeys(question.values()):
        kept: dict[tuple[str, ...], Finding] = {}
        for finding in findings:
            left = tuple(reading for reading in finding.readings if question.get(reading) != idle)
            same = kept.setdefault(left, replace(finding, readings=left))
            if _answer_of(same) != _answer_of(finding):
                break
        else:
            findings = tuple(kept.values())
    return replace(answer, findings=findings)


def _answer_of(finding: Finding) -> tuple[object, ...]:
    """What a finding answers. Who bears it may change with any reading of who is a member, and is left aside."""
    return (finding.status, finding.why, finding.clause, finding.missing, finding.awaiting, finding.organ, finding.rule)


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


def _excluded(snapshot: Snapshot, duty: Duty, event: Event) -> Finding | None:
    """The exclusion that applies, if one does for certain; else what would have to be known to rule them all out."""
    unclear: list[tuple[Unless, tuple[str, ...]]] = []
    for exclusion in duty.unless:
        if exclusion.reading and exclusion.reading not in snapshot.readings:
            continue
        found = judge(exclusion.if_, event, snapshot)
        if found.value is True:
            why = (exclusion.why.rstrip("."), *found.because)
            return Finding(status="excluded", why=why, clause=exclusion.clause or duty.clause)
        if found.value is None:
            unclear.append((exclusion, found.missing))
    if not unclear:
        return None
    return Finding(
        status="undetermined",
        why=tuple(f"it cannot be told whether this exclusion applies: {row.why}" for row, _ in unclear),
        missing=tuple(dict.fromkeys(field for _, missing in unclear for field in missing)),
        clause=unclear[0][0].clause or duty.clause,
    )


def _request(snapshot: Snapshot, duty: Duty, event: Event, bearers: tuple[PartyId, ...]) -> Finding | None:
    if not duty.request_by:
        return None
    if event.requested_by is None:
        return Finding(status="undetermined", missing=("requested_by",), clause=duty.clause)
    roles = roles_of(event)
    entitled = frozenset[PartyId]().union(*(snapshot.group(name, roles) for name in duty.request_by))
    if any(party in entitled for party in event.requested_by):
        return None
    unfilled = frozenset[str]().union(*(snapshot.roles_in(name) for name in duty.request_by)) - roles.keys()
    if event.requested_by and unfilled:
        return Finding(status="undetermined", missing=tuple(sorted(unfilled)), clause=duty.clause)
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
    """Duties in force on the day, plainly or under some reading, in the charter's order."""
    choices: list[tuple[str, ...]] = [(), *((row.id,) for row in charter.document.reading)]
    there = {duty_id for chosen in choices for duty_id in charter.as_of(on, known, chosen).duties}
    return [duty_id for duty_id in dict.fromkeys(row.id for row in charter.document.duty) if duty_id in there]


def _combinations(plain: Snapshot, duty_id: str, event: Event) -> Iterator[tuple[str, ...]]:
    """The readings that bear on a duty, combined: one reading of each question that makes a difference."""
    questions: dict[str, list[str]] = {}
    for reading in plain.all_readings.values():
        questions.setdefault(reading.question, []).append(reading.id)
    choices = []
    named = _named_by(plain.document.duty, duty_id)
    for readings in questions.values():
        options = [(reading,) for reading in readings] if len(readings) > 1 else [(), (readings[0],)]
        # One question alone may make no difference and still do so together with another that the duty names.
        alone = len({_under(plain, duty_id, event, option) for option in options}) > 1
        if alone or named.intersection(readings):
            choices.append(options)
    for combination in islice(product(*choices), COMBINATIONS_MAX):
        yield tuple(reading for part in combination for reading in part)


def _named_by(rows: Iterable[Duty], duty_id: str) -> frozenset[str]:
    """The readings that the duty's own rows and exclusions name."""
    own = [row for row in rows if row.id == duty_id]
    return frozenset({row.reading for row in own} | {part.reading for row in own for part in row.unless}) - {""}


def _under(plain: Snapshot, duty_id: str, event: Event, readings: tuple[str, ...]) -> tuple[object, ...]:
    """What a question's reading makes of the duty, the other questions left aside."""
    snapshot = plain.under(readings)
    duty = snapshot.duties.get(duty_id)
    if duty is None:
        return ("no such duty",)
    return _answer_of(find(snapshot, duty, event))
