"""What the charter made of one step, in the terms of a report: result, parties, times, reasons and clauses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from tocsin.alliance.contents import AnyHandled
from tocsin.alliance.decision import outcome_of, who_can_still_change_it
from tocsin.alliance.facts import (
    AnyFact,
    AttemptRecorded,
    ConveneAsked,
    DeadlineMoved,
    Decided,
    ForumChanged,
    NoticeGiven,
    OrganConvened,
    ProcedureOpened,
    Refusal,
    RequestMade,
    SilenceBroken,
    SilenceExpired,
    SilenceOpened,
    SilenceResumed,
    StandingChanged,
)
from tocsin.alliance.state import Procedure
from tocsin.charter.rules.ballot import walk
from tocsin.charter.rules.levers import Lever
from tocsin.charter.rules.verdict import Outcome, compile_ballot
from tocsin.replay.case import Step
from tocsin.replay.result import Computed, Side
from tocsin.replay.steps import KINDS
from tocsin.replay.times import local_text
from tocsin.terms import Instant, PartyId, Position

LEVERS_MAX = 3
PARTIES_MAX = 6

Names = Mapping[str, str]


class Made(Struct, frozen=True, kw_only=True):
    """What one step yielded. Nothing in it comes from what is recorded."""

    computed: Computed = Computed()
    missing: tuple[str, ...] = ()
    """The facts that are missing; then the step is open."""
    unset: dict[str, str] = {}
    """A time that the charter leaves unset, by its field, in words: what is missing where one is recorded."""
    leans: tuple[str, ...] = ()
    """What the step rests on besides what it says itself: see `bearing`."""
    is_pending: bool = False
    """Whether all that is missing are positions that nobody has stated, or not yet."""
    why: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    facts: tuple[str, ...] = ()
    refusal: str = ""
    electors: tuple[PartyId, ...] = ()
    """Of the step's procedure: whom 'others' stands for."""


def computed_of(
    step: Step,
    facts: tuple[AnyFact, ...],
    refused: bool,
    before: Procedure | None,
    after: Procedure | None,
    seat: tzinfo,
) -> Computed:
    """What came of a step whose commands yielded these facts. `after` is its procedure as it then stands."""
    found: dict[str, object] = {"result": "accepted"}
    is_notice = any(isinstance(fact, StandingChanged) for fact in facts)
    if step.do == "deadline" and after is not None and not is_notice:
        found |= _standing_of(after)
    if step.do == "positions" and after is not None and after.status == "silence":
        found["result"] = "silence runs"
    moved = tuple((fact.procedure, _text(fact.deadline, seat)) for fact in facts if isinstance(fact, DeadlineMoved))
    found |= {"moved": moved} if moved else {}
    own = (step.procedure, step.new_procedure)
    for fact in facts:
        if "procedure" not in KINDS[step.do].fields or getattr(fact, "procedure", step.procedure) in own:
            found |= _from_fact(fact, before or after, seat)
    if step.do == "close" and before is not None and found["result"] != "accepted":
        found["levers"] = lever_texts(before)
    if refused:
        found["result"] = "refused"
    return Computed(**found)  # type: ignore[arg-type]  # fields by name, each of its own type


def spread(computed: Computed, latest: Mapping[str, Instant], seat: tzinfo) -> Computed:
    """With the later ends of the times that were computed from a time known as an interval."""
    ends = {field: _text(at, seat) for field, at in latest.items() if getattr(computed, field)}
    return replace(
        computed, **{f"{field}_latest": end for field, end in ends.items() if end != getattr(computed, field)}
    )


def clauses_of(facts: Iterable[AnyFact], refusals: Iterable[Refusal]) -> tuple[str, ...]:
    """The clauses that facts and refusals rest on, each once."""
    found: list[str] = []
    for one in (*facts, *refusals):
        found += [getattr(one, "clause", ""), *getattr(one, "clauses", ())]
    return tuple(dict.fromkeys(clause for clause in found if clause))


def unstated(procedure: Procedure, found: Outcome) -> Iterator[str]:
    """The facts that keep a rule from deciding: what is unset, and each position nobody recorded."""
    yield from found.unset
    read = {rule.question for rule in walk(procedure.ballot.rule) if not isinstance(rule, str)}
    for party in found.waiting_for:
        for question in sorted({"", *read, *procedure.questions}):
            said = procedure.questions.get(question, {}) if question else procedure.positions
            if said.get(party, "not_stated") == "not_stated":
                yield f"position of {party}" + (f" on '{question}'" if question else "")


def lever_texts(procedure: Procedure) -> tuple[str, ...]:
    """The smallest sets of electors who could still have changed it, in words; a few of them."""
    found = who_can_still_change_it(procedure)
    alike: dict[str, list[PartyId]] = {}
    for lever in found.changes:
        if len(lever.parties) == 1:
            alike.setdefault(_lever_text(lever), []).append(lever.parties[0])
    texts = [f"{'any of ' if len(parties) > 1 else ''}{_several(parties)}: {said}" for said, parties in alike.items()]
    texts += [
        f"{' with '.join(lever.parties)}: {_lever_text(lever)}" for lever in found.changes if len(lever.parties) > 1
    ]
    more = len(texts) - LEVERS_MAX
    if not texts:
        return _blockers_text(procedure)
    return (*texts[:LEVERS_MAX], *([f"and {more} more"] if more > 0 else []))


def fact_names(facts: Iterable[AnyFact | AnyHandled]) -> tuple[str, ...]:
    """The names of facts, and of what became of contents, in order."""
    return tuple(str(fact.__struct_config__.tag) for fact in facts)


def _standing_of(procedure: Procedure) -> dict[str, object]:
    """Where a procedure stands when a deadline is said to have passed."""
    found: dict[str, object] = {"organ": procedure.organ, "rule": procedure.rule}
    match procedure.status:
        case "decided":
            found |= {"result": procedure.verdict or "", "bound": procedure.bound, "blockers": procedure.blockers}
            found["not_bound"] = _outside(procedure, procedure.bound) if procedure.verdict == "adopted" else ()
        case "unconfirmed":
            found["result"] = "unconfirmed"
        case "silence":
            found["result"] = "silence runs"
        case _ if procedure.broken_by:
            found |= {"result": "broken", "blockers": procedure.broken_by}
        case _:
            found["result"] = "open"
    return found


def _from_fact(fact: AnyFact, procedure: Procedure | None, seat: tzinfo) -> dict[str, object]:
    match fact:
        case RequestMade():
            return {"duty": fact.status, "reports_to": fact.reports_to}
        case OrganConvened():
            return {"organ": fact.organ, "deadline": _text(fact.meets_by, seat)}
        case ConveneAsked():
            return {"organ": fact.organ}
        case ProcedureOpened():
            return {"organ": fact.organ, "rule": fact.rule}
        case SilenceOpened():
            return {"result": "silence runs", "deadline": _text(fact.deadline, seat)}
        case SilenceBroken():
            return {"result": "broken", "blockers": fact.by, "organ": fact.returns_to}
        case SilenceExpired(confirmed=False):
            return {"result": "unconfirmed"}
        case SilenceResumed():
            return {"result": "silence runs"}
        case DeadlineMoved():
            return {"deadline": _text(fact.deadline, seat)}
        case ForumChanged():
            return {"result": "moved", "organ": fact.organ}
        case Decided():
            return _decided(fact, procedure)
        case NoticeGiven():
            return {"effective": _text(fact.effective, seat)}
        case StandingChanged():
            return {"status": ", ".join((fact.status, *fact.overlays))}
        case AttemptRecorded():
            return {"result": "refused"}
        case _:
            return {}


def _decided(fact: Decided, procedure: Procedure | None) -> dict[str, object]:
    found: dict[str, object] = {"result": fact.verdict, "bound": fact.bound, "blockers": fact.blockers}
    if procedure is not None:
        adopted = fact.verdict == "adopted"
        found["not_bound"] = _outside(procedure, fact.bound) if adopted else ()
        found |= {"organ": fact.escalate_to or procedure.organ, "rule": procedure.rule}
    return found


def _outside(procedure: Procedure, bound: tuple[PartyId, ...]) -> tuple[PartyId, ...]:
    return tuple(party for party in procedure.ballot.universe if party not in bound)


def _text(at: Instant | None, seat: tzinfo) -> str:
    return "" if at is None else local_text(at, seat)


def _lever_text(lever: Lever) -> str:
    """What they would have to say, and what then comes of it."""
    said: dict[str, list[str]] = {}
    for question, moves in {"": lever.moves, **lever.elsewhere}.items():
        for party, position in moves.items():
            said.setdefault(position + (f" on '{question}'" if question else ""), []).append(party)
    if len(lever.parties) == 1 or len(said) == 1:
        return f"{' and '.join(said)} → {lever.verdict}"
    return "; ".join(f"{', '.join(parties)} {position}" for position, parties in said.items()) + f" → {lever.verdict}"


def _blockers_text(procedure: Procedure) -> tuple[str, ...]:
    """Where no small set could change it: whether those in the way could, all together."""
    blockers = outcome_of(procedure, closed=True).blockers
    willing: dict[str, Position] = {**procedure.positions, **dict.fromkeys(blockers, "support")}
    compiled = compile_ballot(procedure.ballot, procedure.ballot_digest)
    if blockers and compiled.judge(willing, procedure.questions, closed=True) == "adopted":
        return (f"{' with '.join(blockers)}: support → adopted",)
    return ()


def _several(parties: Sequence[PartyId]) -> str:
    shown = ", ".join(parties[:PARTIES_MAX])
    more = len(parties) - PARTIES_MAX
    return f"{shown} and {more} more" if more > 0 else shown
