"""Stage 3, decision: the pinned rule makes a verdict of the positions, and says who is bound."""

from tocsin.alliance.commands import CloseProcedure
from tocsin.alliance.facts import AnyFact, Decided, Refusal
from tocsin.alliance.folding import find_procedure, with_deadline, with_procedure
from tocsin.alliance.state import CaseState, Procedure, State
from tocsin.charter.rules.ballot import walk
from tocsin.charter.rules.kinds import Silence
from tocsin.charter.rules.levers import Levers, levers
from tocsin.charter.rules.verdict import Outcome, compile_ballot
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import Instant

Decision = tuple[AnyFact, ...] | Refusal


def close(charter: Snapshot, state: State, command: CloseProcedure) -> Decision:
    """The chair closes; what is not stated then reads as silence, which each rule takes its own way."""
    procedure = find_procedure(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    if procedure.status != "open":
        return Refusal(
            code="not open",
            message=f"'{procedure.id}' is {procedure.status}, so it cannot be closed.",
            clause=procedure.clause,
            fix="A running silence ends at its deadline or by a break; an unconfirmed one by the chair's confirmation.",
        )
    if command.by not in (*procedure.chairs, *procedure.closers):
        return Refusal(
            code="not entitled",
            message=f"{command.by} does not chair {procedure.organ}.",
            clause=procedure.clause,
            fix=f"It is closed by: {', '.join((*procedure.chairs, *procedure.closers))}.",
        )
    unheard = _unheard(state.cases[command.case], procedure)
    if unheard is not None:
        return unheard
    outcome = outcome_of(procedure, closed=True)
    if outcome.verdict == "open":
        return Refusal(
            code="unset",
            message=f"The rule cannot decide: {'; '.join(outcome.unset) or 'a part of it is unset'}.",
            clause=procedure.clause,
            fix="Enter what is unset in the charter, with its source.",
        )
    return (_decided(procedure, outcome, command.case, command.at, "close"),)


def _unheard(case: CaseState, procedure: Procedure) -> Refusal | None:
    """Silence is consent, or absence, only where members could speak: in a meeting that was called.

    Under a silence rule it is so only when the period has run out, which is no matter of closing.
    """
    so_far = outcome_of(procedure)
    if so_far.verdict != "open" or so_far.unset:
        return None
    silent = any(isinstance(rule, Silence) for rule in walk(procedure.ballot.rule))
    if procedure.organ in case.convened and not silent:
        return None
    return Refusal(
        code="not heard",
        message=f"'{procedure.id}' hangs on members who have not spoken: {', '.join(so_far.waiting_for)}.",
        clause=procedure.clause,
        fix="Open a silence period, or wait for their positions."
        if silent
        else f"Call {procedure.organ} together first, or wait for their positions.",
    )


def outcome_of(procedure: Procedure, *, closed: bool = False) -> Outcome:
    """What the pinned rule makes of the positions so far, with its trace."""
    compiled = compile_ballot(procedure.ballot, procedure.ballot_digest)
    return compiled.outcome(procedure.positions, procedure.questions, closed, frozenset(procedure.reservations))


def who_can_still_change_it(procedure: Procedure) -> Levers:
    """The smallest sets of electors who could turn what would come of it if it were closed now."""
    compiled = compile_ballot(procedure.ballot, procedure.ballot_digest)
    return levers(compiled, procedure.positions, procedure.questions, closed=True)


def decided_by(procedure: Procedure, case: str, at: Instant, how: str) -> Decided:
    """The verdict of the pinned rule on the closed profile."""
    return _decided(procedure, outcome_of(procedure, closed=True), case, at, how)


def _decided(procedure: Procedure, outcome: Outcome, case: str, at: Instant, how: str) -> Decided:
    return Decided(
        at=at,
        case=case,
        procedure=procedure.id,
        verdict=outcome.verdict,
        how=how,
        bound=outcome.bound,
        blockers=outcome.blockers,
        reserved=outcome.reserved,
        escalate_to=outcome.escalate_to,
        clauses=tuple(dict.fromkeys((*([procedure.clause] if procedure.clause else []), *outcome.clauses))),
    )


def decided(state: State, fact: Decided) -> State:
    state = with_procedure(
        state,
        fact.case,
        fact.procedure,
        status="decided",
        verdict=fact.verdict,
        decided=fact.at,
        how=fact.how,
        bound=fact.bound,
        blockers=fact.blockers,
        reserved=fact.reserved,
    )
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", None)


DECIDERS = {CloseProcedure: close}
EVOLVERS = {Decided: decided}
