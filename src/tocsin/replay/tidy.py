"""Recorded cases as a tidy table: one row a step and run, with what is recorded, what is computed, and the mark."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple, get_args

from msgspec import Meta, Struct

from tocsin.charter.duties import DutyStatus
from tocsin.charter.model import About
from tocsin.replay.case import Recorded, Step, StepKind
from tocsin.replay.columns import EITHER, NOBODY, NONE, NOT_HERE, UNKNOWN, column, of, values_of
from tocsin.replay.result import Computed, Mark
from tocsin.replay.times import Span, between, local_day, zone
from tocsin.replay.translate import expanded
from tocsin.replay.watch import Watched, WatchedRun
from tocsin.replay.words import SIGNS
from tocsin.states import is_state
from tocsin.terms import HOUR_US, Instant, SourceClass, moment

TEXTS_JOINED_BY = " | "
"""Between several texts in one cell, as texts may hold a semicolon of their own."""

Precision = Literal["day", "hour", "minute", "span"]
Actor = Literal["party", "office", "organ", "somebody else", ""]
Parties = tuple[str, ...] | None

COMPUTED = "What the charter makes of the step, without looking at what is recorded: "
OTHERS = "'others' is written out."
MARKS_SAID = "; ".join(f"{mark}: {sign.says}" for mark, sign in SIGNS.items())


RESULTS = values_of(Recorded, "result")


def of_step(field: str, *, empty: str) -> Meta:
    """The description of a column that is a field of a step; the kinds of step that have it are told as such."""
    said = of(Step, field, empty=empty)
    kinds, colon, rest = (said.description or "").partition(": ")
    if not colon or not set(kinds.split(", ")) & set(get_args(StepKind)):
        return said
    return column(f"Where do is {kinds.replace(', ', ' or ')}: {rest}", empty=empty, definition=f"Step.{field}")


class RunRow(Struct, frozen=True, kw_only=True):
    """What every row about a replayed case begins with."""

    case: Annotated[str, column("Short name of the case; 'tocsin replay' with this name shows it.")]
    charter: Annotated[str, column("Short name of the charter it is replayed under; a reform has a + in it.")]
    system: Annotated[str, column("The charter without the reforms laid over it.")]
    hypothetical: Annotated[
        bool, column("HYPOTHETICAL. True where the case, its charter or a reform is invented; leave such rows out.")
    ]
    run: Annotated[
        int,
        column(
            "Number of the run, from 1. A case with rival readings is replayed once under each choice of them, and its "
            "rows come once for each: keep run 1 to have every step once."
        ),
    ]
    readings: Annotated[
        tuple[str, ...], column("The readings of contested law that this run chooses; empty: none.", empty=NONE)
    ]


class StepRow(RunRow, frozen=True, kw_only=True):
    """The same for a row that belongs to one step."""

    step: Annotated[int, column("Number of the step in its case, from 1. Steps stand in the order of events.")]
    date_first: Annotated[date, column("First day on which it can have happened, at the seat of the organs.")]
    date_last: Annotated[date, column("Last such day; the same where the day is known.")]
    at_first: Annotated[datetime, column("First instant at which it can have happened, UTC.")]
    at_last: Annotated[datetime, column("Last such instant, UTC, to the second; the same where the minute is known.")]
    precision: Annotated[
        Precision,
        column(
            "How well the time is known. span: the sources leave more than a day, hour or minute between first and "
            "last.",
            definition="Step.precision",
        ),
    ]
    time_zone: Annotated[str, of(About, "timezone")]


class CaseStep(StepRow, frozen=True, kw_only=True):
    """One step of a case in one run."""

    title: Annotated[str, column("Title of the case, in words.", definition="CaseAbout.title")]
    do: Annotated[StepKind, of(Step, "do")]
    by: Annotated[str, of(Step, "by", empty=EITHER)]
    by_kind: Annotated[Actor, column("What the actor is; a party is in table states.", empty=EITHER)]
    party: Annotated[str, of_step("party", empty=NOT_HERE)]
    host: Annotated[str, of_step("host", empty=NOT_HERE)]
    subject: Annotated[str, of_step("subject", empty=NOT_HERE)]
    procedure: Annotated[str, of(Step, "procedure", empty=NOT_HERE)]
    matter: Annotated[str, of_step("matter", empty=NOT_HERE)]
    organ: Annotated[str, of_step("organ", empty=EITHER)]
    duty: Annotated[str, of_step("duty", empty=NOT_HERE)]
    clauses: Annotated[tuple[str, ...], column("Ids of the clauses that the computed result rests on.", empty=NONE)]
    weak_clauses: Annotated[
        tuple[str, ...], column("Those of them seen only in secondary sources, or remembered.", empty=NONE)
    ]
    mark: Annotated[Mark, column(f"How the computed compares with the recorded. {MARKS_SAID}.")]
    recorded_result: Annotated[str, of(Recorded, "result", empty=EITHER)]
    computed_result: Annotated[
        str, column(f"{COMPUTED}the result.", empty=NOT_HERE, definition="Computed.result", allowed=RESULTS)
    ]
    recorded_duty: Annotated[str, of(Recorded, "duty", empty=EITHER)]
    computed_duty: Annotated[str, column(f"{COMPUTED}what the duty is.", empty=NOT_HERE, allowed=get_args(DutyStatus))]
    recorded_organ: Annotated[str, of(Recorded, "organ", empty=EITHER)]
    computed_organ: Annotated[str, column(f"{COMPUTED}where it was decided, or goes.", empty=NOT_HERE)]
    recorded_bound: Annotated[Parties, of(Recorded, "bound", empty=NOBODY, more=OTHERS)]
    computed_bound: Annotated[Parties, column(f"{COMPUTED}who is bound.", empty=NOBODY)]
    recorded_blockers: Annotated[Parties, of(Recorded, "blockers", empty=NOBODY, more=OTHERS)]
    computed_blockers: Annotated[Parties, column(f"{COMPUTED}who blocks.", empty=NOBODY)]
    recorded_deadline: Annotated[str, of(Recorded, "deadline", empty=EITHER, more="ISO 8601, a day or a time.")]
    computed_deadline: Annotated[str, column(f"{COMPUTED}the deadline, ISO 8601, at the seat.", empty=EITHER)]
    recorded_effective: Annotated[str, of(Recorded, "effective", empty=EITHER, more="ISO 8601, a day or a time.")]
    computed_effective: Annotated[
        str, column(f"{COMPUTED}when a notice takes effect, ISO 8601, at the seat.", empty=EITHER)
    ]
    recorded_status: Annotated[str, of(Recorded, "status", empty=EITHER)]
    computed_status: Annotated[str, column(f"{COMPUTED}the party's status afterwards.", empty=NOT_HERE)]
    differences: Annotated[
        str, column(f"Where the two differ, in words; several are joined by '{TEXTS_JOINED_BY}'.", empty=NONE)
    ]
    inferred: Annotated[tuple[str, ...], of(Step, "inferred", empty=NONE)]
    rests_on_inferred: Annotated[
        tuple[str, ...], column("Inferred facts of earlier steps that the computed result rests on.", empty=NONE)
    ]
    unknown: Annotated[str, of(Step, "unknown", empty=NONE)]
    missing: Annotated[
        str, column(f"What keeps an open step open, in words; several are joined by '{TEXTS_JOINED_BY}'.", empty=NONE)
    ]
    conflict: Annotated[bool, column("Whether other sources say something else; `conflict_says` tells what.")]
    conflict_says: Annotated[str, of(Step, "conflict", empty=NONE)]
    says: Annotated[str, of(Step, "says")]
    source: Annotated[str, of(Step, "source", empty=UNKNOWN)]
    source_class: Annotated[SourceClass, of(Step, "class_")]


class When(NamedTuple):
    """When a step happened: from `first` up to, not including, `end`; a minute counts as its first instant."""

    first: Instant
    end: Instant

    def hours_until(self, later: "When") -> tuple[float, float]:
        """Hours from this to a later step, at least and at most."""
        return (
            round(max(0, later.first - self.end) / HOUR_US, 2),
            round(max(0, later.end - self.first) / HOUR_US, 2),
        )


def case_steps(run: WatchedRun) -> Iterator[CaseStep]:
    """The rows of one run, one a step, in order."""
    actors = _actors(run)
    for seen in run.steps:
        step, line = seen.step, seen.line
        recorded, computed = step.recorded or Recorded(), line.computed
        yield CaseStep(
            **step_columns(run, seen),
            title=run.case.case.title,
            do=step.do,
            by=step.by,
            by_kind=_actor(step.by, actors),
            party=step.party,
            host=step.host,
            subject=step.subject,
            procedure=line.procedure,
            matter=step.matter,
            organ=step.organ,
            duty=step.duty,
            clauses=line.clauses,
            weak_clauses=line.weak,
            mark=line.mark,
            recorded_result=recorded.result,
            computed_result=computed.result,
            recorded_duty=recorded.duty,
            computed_duty=computed.duty,
            recorded_organ=recorded.organ,
            computed_organ=computed.organ,
            recorded_bound=recorded_parties(seen, "bound"),
            computed_bound=computed.bound,
            recorded_blockers=recorded_parties(seen, "blockers"),
            computed_blockers=computed.blockers,
            recorded_deadline=recorded.deadline or "",
            computed_deadline=_interval(computed, "deadline"),
            recorded_effective=recorded.effective or "",
            computed_effective=_interval(computed, "effective"),
            recorded_status=recorded.status,
            computed_status=computed.status,
            differences=TEXTS_JOINED_BY.join(line.differences),
            inferred=step.inferred,
            rests_on_inferred=line.inferred[len(step.inferred) :],
            unknown=step.unknown,
            missing=TEXTS_JOINED_BY.join(line.missing),
            conflict=bool(step.conflict),
            conflict_says=step.conflict,
            says=step.says,
            source=step.source,
            source_class=step.class_,
        )


def run_columns(run: WatchedRun) -> dict[str, Any]:
    """The fields of a RunRow."""
    return {
        "case": run.case.case.id,
        "charter": run.charter.id,
        "system": run.charter.id.partition("+")[0],
        "hypothetical": run.hypothetical,
        "run": run.number,
        "readings": run.readings,
    }


def step_columns(run: WatchedRun, seen: Watched) -> dict[str, Any]:
    """The fields of a StepRow."""
    seat, at = zone(run.charter.document.charter.timezone), when(run, seen)
    last = Instant(max(at.first, at.end - 1))
    return run_columns(run) | {
        "step": seen.line.number,
        "date_first": local_day(at.first, seat),
        "date_last": local_day(last, seat),
        "at_first": moment(at.first).astimezone(UTC),
        "at_last": moment(last).replace(microsecond=0),
        "precision": _precision(seen.step),
        "time_zone": run.charter.document.charter.timezone,
    }


def when(run: WatchedRun, seen: Watched) -> When:
    """When a step happened, as far as its case says."""
    step = seen.step
    known: Span = between(step.at, step.latest, zone(run.charter.document.charter.timezone), step.precision)
    is_minute = known.last - known.first < timedelta(minutes=1) // timedelta(microseconds=1)
    return When(known.first, known.first if is_minute else Instant(known.last + 1))


def recorded_parties(seen: Watched, field: Literal["bound", "not_bound", "blockers"]) -> Parties:
    """A recorded list with 'others' written out: the electors that neither it nor its counterpart names."""
    recorded = seen.step.recorded or Recorded()
    own: Parties = getattr(recorded, field)
    if own is None:
        return None
    counterpart = {"bound": recorded.not_bound, "not_bound": recorded.bound}.get(field) or ()
    procedure = seen.procedure(seen.line.procedure)
    electors = procedure.ballot.universe if procedure else ()
    return tuple(expanded(own, (*own, *counterpart), electors))


def _actors(run: WatchedRun) -> dict[str, Actor]:
    """What the charter's own names stand for."""
    document = run.charter.document
    known: dict[str, Actor] = {organ.id: "organ" for organ in document.organ}
    known |= {office.id: "office" for office in document.office}
    return known | {party.id: "party" for party in document.party}


def _actor(name: str, known: dict[str, Actor]) -> Actor:
    if not name:
        return ""
    return "party" if is_state(name) else known.get(name, "somebody else")


def _precision(step: Step) -> Precision:
    if step.latest:
        return "span"
    return step.precision or ("minute" if len(step.at) > 10 else "day")


def _interval(computed: Computed, field: Literal["deadline", "effective"]) -> str:
    """A computed time; as an ISO 8601 interval where it was computed from a time that is one."""
    first, last = getattr(computed, field), getattr(computed, f"{field}_latest")
    return f"{first}/{last}" if last else first
