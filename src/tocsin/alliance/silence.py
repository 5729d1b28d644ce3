"""Stage 2, the silence procedure: opened, delivered, broken, expired, unconfirmed, and what an outage does to it.

Silence is consent only if members could object. So a text stands adopted at its deadline only where it is known to
have reached every elector and no force is used; otherwise it has expired *unconfirmed*, until the chair confirms.
That the chair says so is no such knowledge: it comes from the party itself, or from the centre that handed it over.
"""

from msgspec.structs import replace

from tocsin.alliance.commands import ConfirmDelivery, ConfirmExpiry, OpenSilence, RecordOutage
from tocsin.alliance.decision import decided_by
from tocsin.alliance.facts import (
    AnyFact,
    DeadlineMoved,
    OutageRecorded,
    PositionStated,
    Refusal,
    SilenceBroken,
    SilenceExpired,
    SilenceOpened,
    SilenceResumed,
    TextDelivered,
)
from tocsin.alliance.folding import among, find_procedure, is_official, no_part, with_deadline, with_procedure
from tocsin.alliance.state import Procedure, SilenceState, State
from tocsin.charter.rules.ballot import walk
from tocsin.charter.rules.kinds import Silence
from tocsin.charter.rules.verdict import compile_ballot
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import Instant, PartyId, duration, iso

Decision = tuple[AnyFact, ...] | Refusal
CENTRE = "centre"
"""The actor that is the centre itself: it knows what it delivered and when it could not hear."""


def open_silence(charter: Snapshot, state: State, command: OpenSilence) -> Decision:
    """The chair (or whom the rule names) puts the text under silence, for the charter's period or longer."""
    procedure = find_procedure(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    rule = silence_rule(procedure)
    if rule is None or procedure.status != "open":
        return Refusal(
            code="no silence",
            message=f"'{procedure.id}' ({procedure.status}, rule '{procedure.rule}') cannot be put under silence.",
            clause=procedure.clause,
            fix="Silence needs an open text under a rule of kind 'silence'.",
        )
    if command.by not in procedure.chairs and not among(charter, command.by, rule.opened_by, {}):
        return Refusal(
            code="not entitled",
            message=f"{command.by} may not open a silence procedure in {procedure.organ}.",
            clause=rule.clause or procedure.clause,
            fix=f"It is opened by: {', '.join(rule.opened_by or procedure.chairs)}.",
        )
    deadline = _deadline(charter, rule, procedure, command)
    if isinstance(deadline, Refusal):
        return deadline
    return (
        SilenceOpened(
            at=command.at,
            case=command.case,
            procedure=procedure.id,
            deadline=deadline,
            on_outage=rule.on_outage,
            on_break=rule.on_break,
            clause=rule.clause or procedure.clause,
        ),
    )


def deliver(charter: Snapshot, state: State, command: ConfirmDelivery) -> Decision:
    """That the text has reached an elector is a fact of its own."""
    procedure = find_procedure(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    if command.by not in (command.party, CENTRE, *procedure.chairs):
        return Refusal(
            code="not entitled",
            message=f"{command.by} cannot say that {command.party} has the text.",
            clause=procedure.clause,
            fix=f"The party itself, the chair or the centre says so ('{CENTRE}').",
        )
    if procedure.status != "silence" or command.party not in procedure.ballot.universe:
        return Refusal(
            code="nothing to deliver",
            message=f"'{procedure.id}' is not under silence, or {command.party} is no elector of it.",
            clause=procedure.clause,
            fix="Deliveries count for the electors of a text under silence.",
        )
    return (
        TextDelivered(at=command.at, case=command.case, procedure=procedure.id, party=command.party, by=command.by),
    )


def outage(charter: Snapshot, state: State, command: RecordOutage) -> Decision:
    """A hearing gap moves running deadlines as each rule says, and reopens what expired unheard."""
    if command.by != CENTRE and not is_official(charter, command.by):
        return no_part(charter, command.by, "record a gap in the centre's hearing")
    if command.end <= command.start or command.end > command.at:
        return Refusal(
            code="no gap",
            message=f"An outage from {iso(command.start)} to {iso(command.end)} is no gap at {iso(command.at)}.",
            fix="It starts before it ends, and is recorded afterwards.",
        )
    facts: list[AnyFact] = [OutageRecorded(at=command.at, start=command.start, end=command.end)]
    for case in (row for row in state.cases.values() if row.closed is None):
        for procedure in case.procedures.values():
            facts.extend(_after_gap(case.id, procedure, command))
    return tuple(facts)


def confirm(charter: Snapshot, state: State, command: ConfirmExpiry) -> Decision:
    """The human act that lets an unconfirmed expiry stand."""
    procedure = find_procedure(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    if procedure.status != "unconfirmed" or command.by not in procedure.chairs:
        return Refusal(
            code="nothing to confirm",
            message=f"'{procedure.id}' is {procedure.status}; {command.by} has nothing to confirm there.",
            clause=procedure.clause,
            fix=f"The chair ({', '.join(procedure.chairs)}) confirms a silence that expired unconfirmed.",
        )
    return (decided_by(procedure, command.case, command.at, "chair confirms"),)


def break_by(procedure: Procedure, stated: PositionStated) -> tuple[AnyFact, ...]:
    """The break that a position makes, if it makes one: closed now, the text would no longer stand adopted.

    Further objections before the deadline are recorded as breaks too, so that the record shows everybody who broke it.
    """
    rule, silence = silence_rule(procedure), procedure.silence
    if rule is None or silence is None or stated.question or stated.at >= silence.deadline:
        return ()
    if stated.position not in rule.blocks or stated.party in procedure.broken_by:
        return ()
    positions = {**procedure.positions, stated.party: stated.position}
    outcome = compile_ballot(procedure.ballot, procedure.ballot_digest).outcome(positions, closed=True)
    if outcome.verdict == "adopted" or stated.party not in outcome.blockers:
        return ()
    breakers = [party for party in positions if party in outcome.blockers]
    return (
        SilenceBroken(
            at=stated.at,
            case=stated.case,
            procedure=procedure.id,
            by=tuple(PartyId(party) for party in breakers),
            returns_to=silence.returns_to,
            clause=silence.clause,
        ),
    )


def waits_for_outage(state: State, key: str) -> bool:
    """Whether this deadline is one that a hearing gap may move: a silence whose rule does not let it stand."""
    kind, case, name = key.split("/", 2)
    silence = state.cases[case].procedures[name].silence if kind == "silence" else None
    return silence is not None and silence.on_outage != "stand"


def expire(state: State, case: str, name: str, at: Instant) -> tuple[AnyFact, ...]:
    """What the deadline brings, decided by the pinned law alone."""
    procedure = state.cases[case].procedures[name]
    silence = procedure.silence
    delivered, vouched = (silence.delivered, silence.vouched) if silence else (frozenset(), frozenset())
    undelivered = tuple(party for party in procedure.ballot.universe if party not in delivered | vouched)
    by_word = [party for party in procedure.ballot.universe if party in vouched]
    why = "the use of force needs a recorded human act" if procedure.kind == "force" else ""
    why = f"delivery to {', '.join(by_word)} rests on the chair's word" if by_word else why
    why = "delivery to every elector is not recorded" if undelivered else why
    decided = decided_by(procedure, case, at, "silence")
    why = "the rule cannot decide, a part of it is unset" if decided.verdict == "open" else why
    expired = SilenceExpired(at=at, case=case, procedure=name, confirmed=not why, undelivered=undelivered, why=why)
    return (expired,) if why else (expired, decided)


def silence_rule(procedure: Procedure) -> Silence | None:
    """The silence rule in the procedure's pinned rule, if there is one."""
    return next((rule for rule in walk(procedure.ballot.rule) if isinstance(rule, Silence)), None)


def _deadline(charter: Snapshot, rule: Silence, procedure: Procedure, command: OpenSilence) -> Instant | Refusal:
    shortest = duration(rule.period).after(command.at, charter.zone) if rule.period else None
    deadline = command.deadline if command.deadline is not None else shortest
    if deadline is None:
        return Refusal(
            code="unset",
            message=f"The charter does not say how long silence runs: {rule.unset.get('period', 'unset')}.",
            clause=rule.clause or procedure.clause,
            fix="Give the deadline with the command.",
        )
    if deadline <= command.at or (shortest is not None and deadline < shortest):
        least = f" {rule.period} from {iso(command.at)} is {iso(shortest)}." if shortest is not None else ""
        return Refusal(
            code="too short",
            message=f"A deadline of {iso(deadline)} is too early.{least}",
            clause=rule.clause or procedure.clause,
            fix="Give a later deadline.",
        )
    return deadline


def _after_gap(case: str, procedure: Procedure, gap: RecordOutage) -> tuple[AnyFact, ...]:
    """What a gap does to one silence period, running or run out: a timer that fired meanwhile makes no difference.

    The time given back starts when the gap is recorded, since nobody knew of it before.
    """
    silence = procedure.silence
    if silence is None or silence.on_outage == "stand":
        return ()
    ran_out = procedure.status == "unconfirmed" or (procedure.status == "decided" and procedure.how == "silence")
    lost = _lost(silence, gap.start, gap.end)
    if lost <= 0 or not (ran_out or procedure.status == "silence"):
        return ()
    given_back = max(silence.deadline, gap.at) + lost if silence.on_outage == "extend" else gap.at + silence.period
    moved = DeadlineMoved(
        at=gap.at,
        case=case,
        procedure=procedure.id,
        deadline=Instant(given_back),
        start=gap.start,
        end=gap.end,
        why=silence.on_outage,
    )
    return (SilenceResumed(at=gap.at, case=case, procedure=procedure.id), moved) if ran_out else (moved,)


def _lost(silence: SilenceState, start: Instant, end: Instant) -> int:
    """Microseconds of the silence that the gap swallowed and that no earlier gap has given back."""
    free = [(max(start, silence.opened), min(end, silence.deadline))]
    for counted_start, counted_end in silence.gaps:
        free = [
            part
            for first, last in free
            for part in ((first, min(last, counted_start)), (max(first, counted_end), last))
            if part[0] < part[1]
        ]
    return sum(last - first for first, last in free if first < last)


def opened(state: State, fact: SilenceOpened) -> State:
    held = state.cases.get(fact.case)
    procedure = held.procedures.get(fact.procedure) if held else None
    if procedure is None:
        return state
    silence = SilenceState(
        opened=fact.at,
        deadline=fact.deadline,
        on_outage=fact.on_outage,
        returns_to=fact.on_break or procedure.organ,
        clause=fact.clause,
        period=fact.deadline - fact.at,
    )
    # Silence asks everybody anew: what was said of the text before it has no say in whether it is broken.
    state = with_procedure(
        state,
        fact.case,
        fact.procedure,
        status="silence",
        silence=silence,
        broken_by=(),
        positions={},
        reservations={},
        own=frozenset(),
    )
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", fact.deadline)


def delivered(state: State, fact: TextDelivered) -> State:
    silence = _silence(state, fact.case, fact.procedure)
    if silence is None:
        return state
    if fact.by not in (fact.party, CENTRE, ""):  # the first schema did not say who says so
        told = {fact.party} - silence.delivered
        return with_procedure(
            state, fact.case, fact.procedure, silence=replace(silence, vouched=silence.vouched | told)
        )
    said_itself = silence.acknowledged | {fact.party} if fact.by == fact.party else silence.acknowledged
    reached = replace(
        silence,
        delivered=silence.delivered | {fact.party},
        acknowledged=said_itself,
        vouched=silence.vouched - {fact.party},
    )
    return with_procedure(state, fact.case, fact.procedure, silence=reached)


def broken(state: State, fact: SilenceBroken) -> State:
    state = with_procedure(state, fact.case, fact.procedure, status="open", broken_by=fact.by)
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", None)


def expired(state: State, fact: SilenceExpired) -> State:
    state = with_procedure(state, fact.case, fact.procedure, status="unconfirmed")
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", None)


def gap_recorded(state: State, fact: OutageRecorded) -> State:
    return state


def deadline_moved(state: State, fact: DeadlineMoved) -> State:
    silence = _silence(state, fact.case, fact.procedure)
    if silence is None:
        return state
    moved = replace(silence, deadline=fact.deadline, gaps=(*silence.gaps, (fact.start, fact.end)))
    state = with_procedure(state, fact.case, fact.procedure, silence=moved)
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", fact.deadline)


def resumed(state: State, fact: SilenceResumed) -> State:
    return with_procedure(
        state,
        fact.case,
        fact.procedure,
        status="silence",
        verdict=None,
        decided=None,
        how="",
        bound=(),
        blockers=(),
        reserved=(),
    )


def _silence(state: State, case: str, name: str) -> SilenceState | None:
    held = state.cases.get(case)
    procedure = held.procedures.get(name) if held else None
    return procedure.silence if procedure else None


DECIDERS = {OpenSilence: open_silence, ConfirmDelivery: deliver, RecordOutage: outage, ConfirmExpiry: confirm}
EVOLVERS = {
    SilenceOpened: opened,
    TextDelivered: delivered,
    SilenceBroken: broken,
    SilenceExpired: expired,
    OutageRecorded: gap_recorded,
    DeadlineMoved: deadline_moved,
    SilenceResumed: resumed,
}
