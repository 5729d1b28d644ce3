"""Small helpers that every stage shares: replacing one part of an immutable State, and asking who may act."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec.structs import replace

from tocsin.alliance.facts import Refusal
from tocsin.alliance.state import CaseState, Procedure, State
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import Instant, PartyId

K = TypeVar("K", bound=str)
V = TypeVar("V")


def with_key(table: dict[K, V], key: K, value: V) -> dict[K, V]:
    """A copy of the table with one entry set."""
    return {**table, key: value}


def without_key(table: dict[K, V], key: K) -> dict[K, V]:
    """A copy of the table without the entry, or the table itself where it has none."""
    return {name: value for name, value in table.items() if name != key} if key in table else table


def case_of(state: State, name: str, at: Instant) -> CaseState:
    """The case, or a new one: folding is total, whatever the facts."""
    return state.cases.get(name) or CaseState(id=name, opened=at)


def with_case(state: State, case: CaseState, **changes: object) -> State:
    """The state with one case put in, changed."""
    return replace(state, cases={**state.cases, case.id: replace(case, **changes) if changes else case})


def with_procedure(state: State, case: str, procedure: str, **changes: object) -> State:
    """The state with one procedure changed; the same state where there is none of that name."""
    held = state.cases.get(case)
    if held is None or procedure not in held.procedures:
        return state
    changed = replace(held.procedures[procedure], **changes)
    return with_case(state, held, procedures={**held.procedures, procedure: changed})


def with_deadline(state: State, key: str, at: Instant | None) -> State:
    """The state with a deadline set, or cleared where `at` is None."""
    deadlines = without_key(state.deadlines, key) if at is None else with_key(state.deadlines, key, at)
    return state if deadlines is state.deadlines else replace(state, deadlines=deadlines)


def find_procedure(state: State, case: str, procedure: str) -> Procedure | Refusal:
    """The procedure, or a refusal that says what there is."""
    held = state.cases.get(case)
    found = held.procedures.get(procedure) if held else None
    if found is not None:
        return found
    known = ", ".join(held.procedures) if held and held.procedures else "none"
    return Refusal(
        code="no such procedure",
        message=f"Case '{case}' has no procedure '{procedure}'.",
        fix=f"Table a text first. Procedures of the case: {known}.",
    )


def adopted(state: State, case: str, procedure: str, kinds: Iterable[str] = ()) -> Procedure | Refusal:
    """The procedure, if it ended in adoption (and is of one of `kinds`, where given); else a refusal."""
    found = find_procedure(state, case, procedure)
    if isinstance(found, Refusal):
        return found
    if found.verdict != "adopted":
        return Refusal(
            code="not decided",
            message=f"'{procedure}' is {found.verdict or found.status}, so nothing can rest on it yet.",
            clause=found.clause,
            fix="Wait for a decision that adopts it.",
        )
    wanted = tuple(kinds)
    if wanted and found.kind not in wanted:
        return Refusal(
            code="wrong matter",
            message=f"'{procedure}' decided a matter of kind '{found.kind}'.",
            clause=found.clause,
            fix=f"Name a decision of kind {' or '.join(wanted)}.",
        )
    return found


def is_official(charter: Snapshot, actor: str) -> bool:
    """Whether the actor is an office or an organ of the charter on the day."""
    return actor in charter.offices or actor in charter.organs


def may_take_part(charter: Snapshot, actor: str) -> bool:
    """Whether the actor may put something on record: an office, an organ, or a party with the right to speak."""
    return is_official(charter, actor) or charter.has_right(actor, "speak")


def no_part(charter: Snapshot, actor: str, what: str, clause: str = "") -> Refusal:
    """The refusal of somebody who has no part in it."""
    return Refusal(
        code="not entitled",
        message=f"{actor} may not {what} on {charter.on}.",
        clause=clause,
        fix="It takes an office or organ of the charter, or a party whose status gives it a say here.",
    )


def among(charter: Snapshot, actor: str, names: Iterable[str], roles: dict[str, tuple[PartyId, ...]]) -> bool:
    """Whether the actor is one of the named offices or organs, or belongs to one of the named groups."""
    return any(name == actor or PartyId(actor) in charter.group(name, roles) for name in names)


def roles_in(case: CaseState | None, subject: PartyId | None = None) -> dict[str, tuple[PartyId, ...]]:
    """The roles a case fills: who asked, who was struck, by whom, and whom the text concerns."""
    roles: dict[str, tuple[PartyId, ...]] = {}
    if subject is not None:
        roles["subject"] = (subject,)
    requests = tuple(case.requests.values()) if case else ()
    for role, parties in (
        ("requester", [request.by for request in requests]),
        ("victim", [PartyId(request.victim) for request in requests if request.victim]),
        ("attacker", [PartyId(request.attacker) for request in requests if request.attacker]),
    ):
        if parties:
            roles[role] = tuple(dict.fromkeys(parties))
    return roles
