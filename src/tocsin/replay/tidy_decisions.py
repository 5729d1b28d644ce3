"""Decisions as two tidy tables: one row a decision and run, and one a position, stated or missing."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NamedTuple, get_args

from msgspec.structs import replace

from tocsin.alliance.facts import Decided, PositionStated, ProcedureOpened, RequestMade, SilenceBroken
from tocsin.alliance.state import Procedure
from tocsin.charter.duties import DutyStatus
from tocsin.charter.model import Matter, MatterKind
from tocsin.replay.case import Recorded, Step
from tocsin.replay.columns import COUNTED, EITHER, NOBODY, NONE, NOT_HERE, UNKNOWN, column, of
from tocsin.replay.result import Mark
from tocsin.replay.tidy import (
    MARKS_SAID,
    OTHERS,
    RESULTS,
    Parties,
    RunRow,
    StepRow,
    When,
    recorded_parties,
    run_columns,
    step_columns,
    when,
)
from tocsin.replay.watch import Watched, WatchedRun
from tocsin.terms import POSITIONS, Position, SourceClass

HOURS = "hours"
DecisionKind = Literal["duty", "closed", "silence ended", "chair confirmed", "silence broken", "deadline passed"]
Basis = Literal["recorded", "inferred", ""]

_KINDS: Mapping[str, DecisionKind] = {
    "request": "duty",
    "close": "closed",
    "deadline": "silence ended",
    "confirm expiry": "chair confirmed",
}
_ELECTORS = "electors"


class Decision(StepRow, frozen=True, kw_only=True):
    """One decision in one run: what was decided, by whom, under which rule, and what came of it."""

    decision: Annotated[str, column("Key of the row: case/run/step.")]
    kind: Annotated[
        DecisionKind,
        column(
            "How it came about. duty: a party appealed to a duty, and the charter says what that makes of it; closed: "
            "the chair closed a discussion or a vote; silence ended, chair confirmed: a silence procedure ran out; "
            "silence broken: one was broken, and no later step tells the outcome; deadline passed: a deadline that no "
            "step of the case tells of. The first four are the decisions that 'replay --all' counts."
        ),
    ]
    procedure: Annotated[str, of(Step, "procedure", empty=NOT_HERE)]
    matter: Annotated[str, column("Id of the matter decided, in the charter.", empty=NOT_HERE, definition="Matter.id")]
    matter_kind: Annotated[MatterKind | None, of(Matter, "kind", empty=NOT_HERE)]
    subject: Annotated[str, column("Code of the party that the matter concerns.", empty=NOT_HERE)]
    organ: Annotated[str, column("Id of the organ that decided, in the charter.", empty=NOT_HERE)]
    organ_name: Annotated[str, column("Name of that organ.", empty=NOT_HERE, definition="Organ.name")]
    rule: Annotated[str, column("Id of the decision rule in the charter.", empty=NOT_HERE)]
    rule_kind: Annotated[
        str, column("Kind of the rule; docs/RULES.md tells what each means.", empty=NOT_HERE, definition="RuleRow.kind")
    ]
    duty: Annotated[str, column("Id of the duty appealed to, in the charter.", empty=NOT_HERE, definition="Duty.id")]
    requested_by: Annotated[str, column("Who appealed to the duty.", empty=NOT_HERE)]
    n_electors: Annotated[int | None, column("Parties that may decide.", empty=NOT_HERE, unit=_ELECTORS)]
    n_support: Annotated[int | None, column("Those who supported.", empty=NOT_HERE, unit=_ELECTORS)]
    n_object: Annotated[
        int | None, column("Those who objected; in a silence, who broke it.", empty=NOT_HERE, unit=_ELECTORS)
    ]
    n_abstain: Annotated[int | None, column("Those who abstained.", empty=NOT_HERE, unit=_ELECTORS)]
    n_qualified_abstention: Annotated[
        int | None, column("Those who abstained with a declaration.", empty=NOT_HERE, unit=_ELECTORS)
    ]
    n_absent: Annotated[int | None, column("Those who stayed away.", empty=NOT_HERE, unit=_ELECTORS)]
    n_not_stated: Annotated[
        int | None,
        column(
            "Those of whom no position is known. What their silence means is the rule's matter: consent, or absence.",
            empty=NOT_HERE,
            unit=_ELECTORS,
        ),
    ]
    n_inferred: Annotated[
        int | None,
        column("Positions counted that the case's author inferred.", empty=NOT_HERE, unit=_ELECTORS),
    ]
    verdict: Annotated[
        str,
        column(
            "What the charter computes, from the positions alone.",
            empty=NOT_HERE,
            definition="Computed.result",
            allowed=RESULTS,
        ),
    ]
    recorded_verdict: Annotated[str, of(Recorded, "result", empty=EITHER)]
    duty_status: Annotated[
        str, column("What the charter computes that the duty is.", empty=NOT_HERE, allowed=get_args(DutyStatus))
    ]
    recorded_duty_status: Annotated[str, of(Recorded, "duty", empty=EITHER)]
    mark: Annotated[Mark | None, column(f"How the two compare. {MARKS_SAID}.", empty=NOT_HERE)]
    blockers: Annotated[Parties, column("Who blocks, as computed; in a silence, who broke it.", empty=COUNTED)]
    n_blockers: Annotated[int | None, column("Their number; 0 is nobody.", empty=NOT_HERE, unit="parties")]
    recorded_blockers: Annotated[Parties, of(Recorded, "blockers", empty=NOBODY, more=OTHERS)]
    bound: Annotated[Parties, column("Who is bound, as computed.", empty=COUNTED)]
    n_bound: Annotated[int | None, column("Their number; 0 is nobody.", empty=NOT_HERE, unit="parties")]
    recorded_bound: Annotated[Parties, of(Recorded, "bound", empty=NOBODY, more=OTHERS)]
    not_bound: Annotated[Parties, column("Electors not bound by what was adopted, as computed.", empty=COUNTED)]
    n_not_bound: Annotated[int | None, column("Their number; 0 is nobody.", empty=NOT_HERE, unit="parties")]
    reserved: Annotated[
        tuple[str, ...], column("Bound, keeping freedom of action by a reservation, as computed.", empty=NONE)
    ]
    tabled_step: Annotated[
        int | None,
        column("Step in which the text was first tabled, also where another organ then took it up.", empty=NOT_HERE),
    ]
    hours_from_tabling_least: Annotated[
        float | None, column("From that step to this one, at least.", empty=NOT_HERE, unit=HOURS)
    ]
    hours_from_tabling_most: Annotated[
        float | None, column("The same, at most: a day is an interval.", empty=NOT_HERE, unit=HOURS)
    ]
    request_step: Annotated[int | None, column("Step of the case's first request, if it came before.", empty=NOT_HERE)]
    hours_from_request_least: Annotated[
        float | None, column("From that step to this one, at least.", empty=NOT_HERE, unit=HOURS)
    ]
    hours_from_request_most: Annotated[float | None, column("The same, at most.", empty=NOT_HERE, unit=HOURS)]
    clauses: Annotated[tuple[str, ...], column("Ids of the clauses it rests on.", empty=NONE)]
    weak_clauses: Annotated[
        tuple[str, ...], column("Those of them seen only in secondary sources, or remembered.", empty=NONE)
    ]
    source: Annotated[str, of(Step, "source", empty=UNKNOWN)]
    source_class: Annotated[SourceClass, of(Step, "class_")]


class PositionRow(RunRow, frozen=True, kw_only=True):
    """One elector in one decision, or a position that never counted in any."""

    decision: Annotated[
        str,
        column(
            "Key of the decision it counted in. Each elector of a decision has one row with it.",
            empty="it never counted: no decision followed, or the position lapsed or was replaced before",
        ),
    ]
    procedure: Annotated[str, of(Step, "procedure")]
    matter: Annotated[str, column("Id of the matter, in the charter.", definition="Matter.id")]
    organ: Annotated[str, column("Id of the organ, in the charter.", definition="Organ.id")]
    party: Annotated[str, column("Code of the party; it is in table states.")]
    question: Annotated[
        str,
        column(
            "What the position is about, where it is not the text itself.",
            empty="the text itself",
            definition="Step.question",
        ),
    ]
    position: Annotated[
        Position, column("What it said. not_stated: no source tells, or it said nothing.", definition="terms.Position")
    ]
    basis: Annotated[
        Basis,
        column("Whether a source states the position, or the case's author inferred it.", empty="not stated"),
    ]
    reservation: Annotated[str, column("Its reservation, in our own words.", empty=NONE)]
    stated_step: Annotated[int | None, column("Step in which it was stated.", empty="not stated")]
    verdict: Annotated[str, column("What came of the decision, as computed.", empty="it counted in none")]


class _Stated(NamedTuple):
    step: int
    position: Position
    basis: Basis
    reservation: str


_Place = tuple[str, str, str]
"""Procedure, question, party."""


class _Procedures:
    """What a run has said so far of its procedures."""

    def __init__(self, run: WatchedRun) -> None:
        self.run = run
        self.times: dict[int, When] = {}
        self.opened: dict[str, tuple[int, str]] = {}
        """Procedure to the step that opened it, and the procedure it continues."""
        self.request: int | None = None
        self.stated: dict[_Place, _Stated] = {}
        self.replaced: list[tuple[_Place, _Stated]] = []
        self.counted: set[tuple[_Place, int]] = set()

    def take(self, seen: Watched) -> None:
        """Remember a step."""
        number = seen.line.number
        self.times[number] = when(self.run, seen)
        for fact in seen.facts:
            match fact:
                case ProcedureOpened():
                    self.opened.setdefault(fact.procedure, (number, fact.moved_from))
                case PositionStated():
                    self._state(fact, seen)
                case _:
                    pass

    def ask(self, seen: Watched) -> None:
        """Remember the first request; called once the step's own decision is told."""
        if self.request is None and any(isinstance(fact, RequestMade) for fact in seen.facts):
            self.request = seen.line.number

    def tabled(self, procedure: str) -> int | None:
        """The step in which the text was first tabled."""
        step, before = self.opened.get(procedure, (None, ""))
        return self.tabled(before) if before in self.opened and before != procedure else step

    def hours(self, start: int | None, end: int) -> tuple[float | None, float | None]:
        return (None, None) if start is None else self.times[start].hours_until(self.times[end])

    def standing(self, procedure: Procedure) -> dict[tuple[str, str], _Stated]:
        """The electors' positions that count in it now, by question and party."""
        held = {("", party): said for party, said in procedure.positions.items()}
        for question, answers in procedure.questions.items():
            held |= {(question, party): said for party, said in answers.items()}
        electors = procedure.ballot.universe
        return {place: self.stated[procedure.id, *place] for place in held if place[1] in electors}

    def _state(self, fact: PositionStated, seen: Watched) -> None:
        place = (fact.procedure, fact.question, str(fact.party))
        if place in self.stated:
            self.replaced.append((place, self.stated[place]))
        basis: Basis = "inferred" if fact.position in seen.step.inferred else "recorded"
        self.stated[place] = _Stated(seen.line.number, fact.position, basis, fact.reservation)


def decisions(run: WatchedRun) -> tuple[list[Decision], list[PositionRow]]:
    """The decisions of one run in order, and the positions: those that counted by decision, then the others."""
    so_far = _Procedures(run)
    made: list[Decision] = []
    said: list[PositionRow] = []
    # A break that a later step of the case reports as its outcome is told there, so that nothing counts twice.
    told = {one.line.procedure for one in run.steps if one.line.decision and one.line.computed.result == "broken"}
    for seen in run.steps:
        so_far.take(seen)
        for number, (kind, name) in enumerate(_decided_in(seen, told)):
            row = _decision(run, seen, kind, name, so_far)
            made.append(_numbered(row, number))
            if (procedure := seen.procedure(name)) is not None:
                said += _electors(run, procedure, made[-1], so_far)
        so_far.ask(seen)
    return made, [*said, *_uncounted(run, so_far)]


def _decided_in(seen: Watched, told: set[str]) -> Iterator[tuple[DecisionKind, str]]:
    """How, and in which procedure: the step's own decision first, then what happened beside it."""
    own = seen.line.procedure if seen.line.decision else None
    for fact in seen.facts:
        if isinstance(fact, Decided) and fact.procedure != own:
            yield "deadline passed", fact.procedure
    if own is not None:
        yield _KINDS[seen.line.do], own
    broken = {fact.procedure for fact in seen.facts if isinstance(fact, SilenceBroken)} - {own}
    for procedure in sorted(broken - told):
        yield "silence broken", procedure


def _numbered(row: Decision, number: int) -> Decision:
    """With a key of its own, also where a step brings more than one decision."""
    key = f"{row.case}/{row.run}/{row.step}"
    return replace(row, decision=f"{key}/{number + 1}" if number else key)


def _decision(run: WatchedRun, seen: Watched, kind: DecisionKind, name: str, so_far: _Procedures) -> Decision:
    number, line, computed = seen.line.number, seen.line, seen.line.computed
    is_duty, is_own = kind == "duty", kind != "deadline passed"
    procedure = None if is_duty else seen.procedure(name)
    tabled = None if is_duty else so_far.tabled(name)
    least, most = so_far.hours(tabled, number)
    asked_least, asked_most = so_far.hours(so_far.request, number)
    recorded = (seen.step.recorded if is_own else None) or Recorded()
    verdict, blockers, bound, not_bound = _came_of_it(seen, kind, procedure)
    return Decision(
        **step_columns(run, seen),
        decision="",
        kind=kind,
        procedure="" if is_duty else name,
        **_law_columns(run, procedure),
        duty=seen.step.duty if is_duty else "",
        requested_by=seen.step.by if is_duty else "",
        **_counts(procedure, so_far),
        verdict=verdict,
        recorded_verdict=recorded.result,
        duty_status=computed.duty if is_duty else "",
        recorded_duty_status=recorded.duty,
        mark=line.mark if is_own else None,
        blockers=blockers,
        n_blockers=_count(blockers),
        recorded_blockers=recorded_parties(seen, "blockers") if is_own else None,
        bound=bound,
        n_bound=_count(bound),
        recorded_bound=recorded_parties(seen, "bound") if is_own else None,
        not_bound=not_bound,
        n_not_bound=_count(not_bound),
        reserved=procedure.reserved if procedure else (),
        tabled_step=tabled,
        hours_from_tabling_least=least,
        hours_from_tabling_most=most,
        request_step=so_far.request,
        hours_from_request_least=asked_least,
        hours_from_request_most=asked_most,
        clauses=line.clauses if is_own else (),
        weak_clauses=line.weak if is_own else (),
        source=line.source,
        source_class=line.source_class,
    )


def _came_of_it(
    seen: Watched, kind: DecisionKind, procedure: Procedure | None
) -> tuple[str, Parties, Parties, Parties]:
    """Verdict, blockers, bound and not bound, as computed."""
    computed = seen.line.computed
    if kind == "deadline passed" and procedure is not None:
        outside = tuple(party for party in procedure.ballot.universe if party not in procedure.bound)
        return procedure.verdict or "", procedure.blockers, procedure.bound, outside
    if kind == "duty":
        return ("refused" if computed.result == "refused" else ""), None, None, None
    return computed.result, computed.blockers, computed.bound, computed.not_bound


def _law_columns(run: WatchedRun, procedure: Procedure | None) -> dict[str, Any]:
    """What was decided, where and by which rule, as pinned when the procedure was opened."""
    if procedure is None:
        return {
            "matter": "", "matter_kind": None, "subject": "", "organ": "", "organ_name": "", "rule": "", "rule_kind": ""
        }  # fmt: skip
    names = {organ.id: organ.name for organ in run.charter.document.organ}
    return {
        "matter": procedure.matter,
        "matter_kind": procedure.kind,
        "subject": procedure.subject or "",
        "organ": procedure.organ,
        "organ_name": names.get(procedure.organ, ""),
        "rule": procedure.rule,
        "rule_kind": str(procedure.ballot.rule.__struct_config__.tag),
    }


def _counts(procedure: Procedure | None, so_far: _Procedures) -> dict[str, Any]:
    """The electors by their position on the text."""
    if procedure is None:
        return dict.fromkeys(("n_electors", *(f"n_{position}" for position in POSITIONS), "n_inferred"))
    electors = procedure.ballot.universe
    standing = so_far.standing(procedure)
    held = [procedure.positions.get(party, "not_stated") for party in electors]
    counts = {f"n_{position}": held.count(position) for position in POSITIONS}
    inferred = sum(said.basis == "inferred" for (asked, party), said in standing.items() if not asked)
    return {"n_electors": len(electors), **counts, "n_inferred": inferred}


def _electors(run: WatchedRun, procedure: Procedure, decision: Decision, so_far: _Procedures) -> Iterator[PositionRow]:
    """A row for each elector on the text, and for each answer to another question."""
    standing = so_far.standing(procedure)
    unasked = {("", str(party)) for party in procedure.ballot.universe} - standing.keys()
    for question, party in sorted({*standing, *unasked}):
        said = standing.get((question, party))
        if said is not None:
            so_far.counted.add(((procedure.id, question, party), said.step))
        yield _position(run, procedure, (question, party), said, decision)


def _uncounted(run: WatchedRun, so_far: _Procedures) -> Iterator[PositionRow]:
    """What was said and never counted, in the order in which it was said."""
    everything = [*so_far.replaced, *so_far.stated.items()]
    last = run.steps[-1]
    for place, said in sorted(everything, key=lambda one: (one[1].step, one[0])):
        procedure = last.procedure(place[0])
        if (place, said.step) not in so_far.counted and procedure is not None:
            yield _position(run, procedure, place[1:], said, None)


def _position(
    run: WatchedRun, procedure: Procedure, place: tuple[str, str], said: _Stated | None, decision: Decision | None
) -> PositionRow:
    return PositionRow(
        **run_columns(run),
        decision=decision.decision if decision else "",
        procedure=procedure.id,
        matter=procedure.matter,
        organ=procedure.organ,
        party=place[1],
        question=place[0],
        position=said.position if said else "not_stated",
        basis=said.basis if said else "",
        reservation=said.reservation if said else "",
        stated_step=said.step if said else None,
        verdict=decision.verdict if decision else "",
    )


def _count(parties: Parties) -> int | None:
    return None if parties is None else len(parties)
