"""Stage 2, positions entered for others: the party itself confirms them or says otherwise.

What it says otherwise of the text that is still before the organ is its position from then on. After that nothing is
undone; the record shows it.
"""

from tocsin.alliance.commands import ConfirmPosition
from tocsin.alliance.facts import AnyFact, PositionConfirmed, PositionStated, Refusal
from tocsin.alliance.folding import find_procedure, with_key, with_procedure
from tocsin.alliance.silence import break_by
from tocsin.alliance.state import OnBehalf, Procedure, State
from tocsin.charter.snapshot import Snapshot

Decision = tuple[AnyFact, ...] | Refusal


def confirm(charter: Snapshot, state: State, command: ConfirmPosition) -> Decision:
    """What a party says of a position entered for it: at any time, also when the procedure or the case has ended."""
    procedure = find_procedure(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    if command.by != command.party:
        return Refusal(
            code="not entitled",
            message=f"{command.by} cannot say what the position of {command.party} is.",
            clause=procedure.clause,
            fix="Only the party itself confirms what was entered for it.",
        )
    entered = procedure.entered.get(command.party)
    if entered is None:
        return Refusal(
            code="nothing to confirm",
            message=f"Nobody has entered a position for {command.party} in '{procedure.id}'.",
            clause=procedure.clause,
            fix="State a position of your own.",
        )
    said = PositionConfirmed(
        at=command.at,
        case=command.case,
        procedure=procedure.id,
        party=command.party,
        position=command.position,
        agrees=command.position == entered,
        clause=procedure.clause,
    )
    return (said, *_counts(procedure, said))


def _counts(procedure: Procedure, said: PositionConfirmed) -> tuple[AnyFact, ...]:
    """What the party's other word brings while the text it was entered for can still be decided.

    It is a position of its own, so that nobody who was misquoted need say it twice before a silence runs out.
    """
    is_running = procedure.status in ("open", "silence")
    if said.agrees or not is_running or procedure.entered_for.get(said.party) != procedure.version:
        return ()
    stated = PositionStated(
        at=said.at,
        case=said.case,
        procedure=said.procedure,
        party=said.party,
        position=said.position,
        by=said.party,
    )
    return (stated, *break_by(procedure, stated))


def said_of_it(procedure: Procedure, stated: PositionStated) -> dict[str, object]:
    """What a position on the text changes in `entered` and `on_behalf`.

    Entered by another, it waits for the party's word. Stated by the party while the entered one still stands, it is
    that word; once the text has changed, it says nothing of what was entered before.
    """
    party = stated.party
    if stated.by != party:
        return {
            "entered": with_key(procedure.entered, party, stated.position),
            "entered_for": with_key(procedure.entered_for, party, procedure.version),
            "on_behalf": with_key(procedure.on_behalf, party, "unconfirmed"),
        }
    if procedure.on_behalf.get(party) != "unconfirmed" or party not in procedure.positions:
        return {}
    return {"on_behalf": with_key(procedure.on_behalf, party, _word(stated.position == procedure.entered.get(party)))}


def confirmed(state: State, fact: PositionConfirmed) -> State:
    case = state.cases.get(fact.case)
    procedure = case.procedures.get(fact.procedure) if case else None
    if procedure is None:
        return state
    stands = fact.agrees and procedure.positions.get(fact.party) == fact.position
    return with_procedure(
        state,
        fact.case,
        fact.procedure,
        on_behalf=with_key(procedure.on_behalf, fact.party, _word(fact.agrees)),
        own=procedure.own | {fact.party} if stands else procedure.own,
    )


def _word(agrees: bool) -> OnBehalf:
    return "confirmed" if agrees else "disputed"


DECIDERS = {ConfirmPosition: confirm}
EVOLVERS = {PositionConfirmed: confirmed}
