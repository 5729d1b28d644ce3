"""The engine's main path: `decide` is the law, `evolve` is bookkeeping, `due` is the next deadline.

    facts = decide(charter, state, command)      # or a Refusal that names the clause
    for fact in facts:
        state = evolve(state, fact)

All three are pure: no clock, no randomness, no I/O. Time and ids arrive in the command. `charter` is a snapshot of
the day; a wake of a timer is just a command.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from tocsin.alliance import behalf, consultation, decision, membership, packages, response, silence, texts, warning
from tocsin.alliance.commands import (
    CloseCase,
    Command,
    ConfirmPosition,
    InCase,
    MakeRequest,
    RecordOutage,
    StatePosition,
    TableText,
    Wake,
)
from tocsin.alliance.facts import AnyFact, AttemptRecorded, CaseOpened, Refusal
from tocsin.alliance.state import State
from tocsin.charter.snapshot import Snapshot
from tocsin.errors import NotFound, TermError
from tocsin.terms import FAR_AHEAD, LONG_AGO, Instant, PartyId, iso

Decision = tuple[AnyFact, ...] | Refusal

_STAGES = (warning, consultation, texts, behalf, silence, decision, membership, response, packages)
# The tables pair each type with the function that takes it; a dictionary cannot say so, hence Any.
_DECIDERS: dict[type, Callable[[Snapshot, State, Any], Decision]] = {
    kind: decider for stage in _STAGES for kind, decider in stage.DECIDERS.items()
}
_EVOLVERS: dict[type, Callable[[State, Any], State]] = {
    kind: evolver for stage in _STAGES for kind, evolver in stage.EVOLVERS.items()
}


def decide(charter: Snapshot, state: State, command: Command) -> Decision:
    """What follows from a command in law, or a refusal, which changes nothing.

    Deadlines that have passed are applied first, in order, so that the facts may begin with theirs: whether a
    timer fired on time, late or never makes no difference. An outage is weighed before the deadlines it touches.
    """
    if not LONG_AGO <= command.at <= FAR_AHEAD or (command.at_latest or command.at) < command.at:
        return Refusal(code="no such time", message="The time of this command is none.", fix="Give a real instant.")
    if command.at < state.now:
        return Refusal(
            code="time goes back",
            message=f"{iso(command.at)} lies before the last fact, {iso(state.now)}.",
            fix="Effective times never go backwards; use the present instant.",
        )
    heard_until = command.start if isinstance(command, RecordOutage) else None
    before, now = overdue(state, command.at, heard_until)
    if isinstance(command, Wake):
        return before
    if isinstance(command, InCase):
        if "/" in command.case:
            return Refusal(code="no such name", message="A case's name holds no '/'.", fix="Leave it out.")
        opening = _open_case(now, command)
        if isinstance(opening, Refusal):
            return opening
        if opening and isinstance(opening[0], AttemptRecorded):
            return (*before, *opening) if charter.belongs(command.by) else _closed(command)
        if opening:
            before, now = (*before, *opening), fold(now, opening)
    try:
        law = _law_for(charter, now, command)
    except (NotFound, TermError) as problem:
        return Refusal(code="no such reading", message=f"{problem}.", fix="Name one reading of a question, or none.")
    decided = _DECIDERS[type(command)](law, now, command)
    return decided if isinstance(decided, Refusal) else (*before, *decided)


def evolve(state: State, fact: AnyFact) -> State:
    """The state after a fact. Total: it judges nothing and refuses nothing."""
    state = _EVOLVERS[type(fact)](state, fact)
    return replace(state, now=fact.at) if fact.at > state.now else state


def due(charter: Snapshot, state: State) -> Instant | None:
    """The next deadline, or None. Reaching it is just a command (`Wake`)."""
    return min(state.deadlines.values(), default=None)


def status(charter: Snapshot, state: State, now: Instant) -> State:
    """The state as it is at `now`, with every deadline up to then applied."""
    return overdue(state, now)[1]


def in_force(charter: Snapshot, state: State) -> Snapshot:
    """The charter with the standings that changed live laid over it."""
    return _overlaid(charter, tuple(state.standings.items())) if state.standings else charter


def fold(state: State, facts: Iterable[AnyFact]) -> State:
    """The state after some facts."""
    for fact in facts:
        state = evolve(state, fact)
    return state


def overdue(state: State, upto: Instant, heard_until: Instant | None = None) -> tuple[tuple[AnyFact, ...], State]:
    """The facts of all deadlines up to and including `upto`, in order, and the state after them.

    It needs no charter: what a deadline brings was pinned when it was set. From `heard_until` on members could not
    be heard, so that silences run out later than they seem to, and are left to the outage.
    """
    if not state.deadlines or min(state.deadlines.values()) > upto:
        return (), state
    facts: list[AnyFact] = []
    while True:
        passed = [
            (at, key)
            for key, at in state.deadlines.items()
            if at <= upto and (heard_until is None or at <= heard_until or not silence.waits_for_outage(state, key))
        ]
        if not passed:
            break
        at, key = min(passed)
        brought = _expire(state, key, at)
        facts.extend(brought)
        state = fold(state, brought)
    return tuple(facts), state


def _expire(state: State, key: str, at: Instant) -> tuple[AnyFact, ...]:
    kind, case, name = key.split("/", 2)
    match kind:
        case "silence":
            return silence.expire(state, case, name, at)
        case "notice":
            return membership.expire_notice(state, name, at)
        case "mandate":
            return response.expire_mandate(case, name, at)
        case _:
            return response.expire_consent(case, name, at)


def _open_case(state: State, command: InCase) -> tuple[AnyFact, ...] | Refusal:
    case = state.cases.get(command.case)
    if case is None and isinstance(command, CloseCase):
        return Refusal(code="no such case", message=f"There is no case '{command.case}'.", fix="Check the name.")
    if case is None:
        return (CaseOpened(at=command.at, case=command.case),)
    if case.closed is not None and isinstance(command, StatePosition | MakeRequest):
        return warning.too_late(command, case.closed)
    if case.closed is not None and not isinstance(command, ConfirmPosition):  # what was said stays to be put right
        return _closed(command)
    return ()


def _closed(command: InCase) -> Refusal:
    return Refusal(code="case closed", message=f"Case '{command.case}' is closed.", fix="Open a new case.")


def _law_for(charter: Snapshot, state: State, command: Command) -> Snapshot:
    """The charter in force, under the readings the author signs."""
    if isinstance(command, MakeRequest | TableText) and command.readings:
        charter = charter.under(command.readings)
    return in_force(charter, state)


@lru_cache(maxsize=64)
def _overlaid(charter: Snapshot, changed: tuple[tuple[PartyId, Any], ...]) -> Snapshot:
    live = {party: charter.standing(party, row.status, row.overlays) for party, row in changed}
    return charter.with_standings(live)
