"""Stage 2, texts: tabled, amended, withdrawn, moved to another forum; and the positions of the electors.

Silence has its own file.
"""

from tocsin.alliance.behalf import said_of_it
from tocsin.alliance.commands import AmendText, ChangeForum, StatePosition, TableText, WithdrawText
from tocsin.alliance.facts import (
    AnyFact,
    AttemptRecorded,
    ForumChanged,
    PositionStated,
    ProcedureOpened,
    Refusal,
    TextAmended,
    TextWithdrawn,
)
from tocsin.alliance.folding import (
    among,
    case_of,
    find_procedure,
    roles_in,
    with_case,
    with_deadline,
    with_key,
    with_procedure,
)
from tocsin.alliance.silence import break_by
from tocsin.alliance.state import CaseState, Procedure, State
from tocsin.charter.forum import Unset, ballot_for, choose_forum, open_forums
from tocsin.charter.model import Forum, Matter
from tocsin.charter.rules.ballot import digest, walk
from tocsin.charter.rules.kinds import Consensus, Silence
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import PartyId, is_party_id

Decision = tuple[AnyFact, ...] | Refusal


def table(charter: Snapshot, state: State, command: TableText) -> Decision:
    """Opens a procedure and pins the law it will be decided by: rule, electors, weights, charter, readings."""
    case = state.cases.get(command.case)
    refusal = _may_table(charter, case, command)
    if refusal is not None:
        return refusal
    matter = charter.matters[command.matter]
    forums = open_forums(charter, matter)
    forum = choose_forum(forums, command.organ, command.rule)
    if forum is None:
        return Refusal(
            code="not the forum",
            message=f"'{matter.title}' is not decided in {command.organ or 'any organ'} on {charter.on}.",
            clause=matter.clause,
            fix=f"Forums: {', '.join(f'{row.organ} ({row.rule})' for row in forums) or 'none on that day'}.",
        )
    return _open(charter, case, command, matter, forum)


def amend(charter: Snapshot, state: State, command: AmendText) -> Decision:
    """The proposer, the chair or any elector may put a new version; positions on the old one lapse.

    Under silence only the proposer and the chair may: others break it.
    """
    procedure = _running(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    others = procedure.ballot.universe if procedure.status == "open" else ()
    if command.by not in (procedure.proposer, *procedure.chairs, *others):
        return _not_yours(command.by, procedure)
    version = procedure.version + 1
    return (TextAmended(at=command.at, case=command.case, procedure=procedure.id, version=version, text=command.text),)


def withdraw(charter: Snapshot, state: State, command: WithdrawText) -> Decision:
    """Only its proposer or the chair takes a text back."""
    procedure = _running(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    if command.by not in (procedure.proposer, *procedure.chairs):
        return _not_yours(command.by, procedure)
    return (TextWithdrawn(at=command.at, case=command.case, procedure=procedure.id, by=command.by),)


def position(charter: Snapshot, state: State, command: StatePosition) -> Decision:
    """An elector states its position; in a silence period an objection breaks the silence.

    An elector's position that comes too late is kept as an attempt without effect.
    """
    procedure = find_procedure(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    if command.party not in procedure.ballot.universe:
        return Refusal(
            code="not an elector",
            message=f"{command.party} does not decide in {procedure.organ} on '{procedure.id}'.",
            clause=procedure.clause,
            fix=f"Electors: {', '.join(procedure.ballot.universe)}.",
        )
    if command.by != command.party and command.by not in procedure.chairs:
        return Refusal(
            code="not entitled",
            message=f"{command.by} may not state a position for {command.party}.",
            fix="A position comes from the party itself, or from the chair on its behalf.",
        )
    if procedure.status not in ("open", "silence"):
        return (_too_late(command, procedure),)
    if command.by != command.party and not command.question and command.party in procedure.own:
        return Refusal(
            code="stated itself",
            message=f"{command.party} has stated its position itself; nobody restates it for it.",
            clause=procedure.clause,
            fix=f"{command.party} may change its position.",
        )
    if command.position == "support" and command.reservation and not _allows_reservation(procedure):
        return Refusal(
            code="no reservations",
            message=f"The rule '{procedure.rule}' does not provide for reservations.",
            clause=procedure.clause,
            fix="State the position without one.",
        )
    stated = PositionStated(
        at=command.at,
        case=command.case,
        procedure=procedure.id,
        party=command.party,
        position=command.position,
        question=command.question,
        reservation=command.reservation,
        by=command.by,
        note=command.note,
    )
    return (stated, *break_by(procedure, stated))


def change_forum(charter: Snapshot, state: State, command: ChangeForum) -> Decision:
    """The text goes to another organ that may decide the matter; positions stay behind with the old electorate."""
    procedure = find_procedure(state, command.case, command.procedure)
    if isinstance(procedure, Refusal):
        return procedure
    failed = procedure.status == "decided" and procedure.verdict in ("blocked", "escalated")
    if procedure.status != "open" and not failed:
        return Refusal(
            code="cannot move",
            message=f"'{procedure.id}' is {procedure.status}; only an open or blocked text changes forum.",
            clause=procedure.clause,
            fix="Wait until the silence is broken or has run out.",
        )
    if command.by not in (procedure.proposer, *procedure.chairs, *procedure.closers):
        return _not_yours(command.by, procedure)
    charter = charter.under(procedure.readings)
    matter = charter.matters.get(procedure.matter)
    here = (procedure.organ, procedure.rule)
    others = [row for row in open_forums(charter, matter) if (row.organ, row.rule) != here] if matter else []
    forum = choose_forum(others, command.organ, command.rule)
    if matter is None or forum is None:
        return Refusal(
            code="not a forum",
            message=f"'{procedure.matter}' cannot be decided in {command.organ} on {charter.on}.",
            clause=procedure.clause,
            fix=f"Other forums: {', '.join(f'{row.organ} ({row.rule})' for row in others) or 'none'}.",
        )
    moved = ForumChanged(
        at=command.at,
        case=command.case,
        procedure=procedure.id,
        organ=command.organ,
        new_procedure=command.new_procedure,
        clause=forum.clause,
    )
    there = TableText(
        id=command.id,
        at=command.at,
        by=command.by,
        case=command.case,
        procedure=command.new_procedure,
        matter=procedure.matter,
        text=procedure.text,
        subject=procedure.subject,
        readings=procedure.readings,
    )
    opened = _open(charter, state.cases.get(command.case), there, matter, forum, moved_from=procedure.id)
    return opened if isinstance(opened, Refusal) else (moved, *opened)


def _open(
    charter: Snapshot,
    case: CaseState | None,
    command: TableText,
    matter: Matter,
    forum: Forum,
    moved_from: str = "",
) -> Decision:
    if case is not None and command.procedure in case.procedures:
        return Refusal(
            code="name taken",
            message=f"There is already a procedure '{command.procedure}' in this case.",
            fix="Give the new one a name of its own.",
        )
    ballot = ballot_for(charter, forum, roles_in(case, command.subject))
    if isinstance(ballot, Unset):
        return Refusal(
            code="unset",
            message=f"The charter does not say: {ballot.reason}.",
            clause=ballot.clause,
            fix="Enter the rule in the charter with its source, or choose another forum.",
        )
    organ = charter.organs[forum.organ]
    # A chair that rotates, or that no source names, may be any elector that may chair: it closes, and no more.
    rotating = organ.chair not in charter.offices
    closers = [party for party in ballot.universe if rotating and charter.has_right(party, "chair")]
    return (
        ProcedureOpened(
            at=command.at,
            case=command.case,
            procedure=command.procedure,
            matter=matter.id,
            kind=matter.kind,
            organ=organ.id,
            rule=forum.rule,
            clause=forum.clause or charter.rules[forum.rule].clause or matter.clause,
            ballot=ballot,
            ballot_digest=digest(ballot),
            charter_hash=charter.charter_hash,
            chairs=tuple(sorted(charter.chairs(organ.id))),
            closers=tuple(closers),
            subject=command.subject,
            readings=tuple(sorted(charter.readings)),
            text=command.text,
            moved_from=moved_from,
            by=command.by,
        ),
    )


def _may_table(charter: Snapshot, case: CaseState | None, command: TableText) -> Refusal | None:
    matter = charter.matters.get(command.matter)
    if matter is None:
        return Refusal(
            code="no such matter",
            message=f"The charter has no matter '{command.matter}' on {charter.on}.",
            fix=f"Matters on that day: {', '.join(sorted(charter.matters)) or 'none'}.",
        )
    if matter.subject and command.subject is None:
        return Refusal(
            code="no subject",
            message=f"'{matter.title}' concerns one party, and none is named.",
            clause=matter.clause,
            fix="Name the subject.",
        )
    if command.subject is not None and (not matter.subject or not is_party_id(command.subject)):
        return Refusal(
            code="no subject",
            message=f"'{matter.title}' does not concern a party '{command.subject}'.",
            clause=matter.clause,
            fix="Name a subject only where the matter has one, by its party id.",
        )
    chairs = {chair for forum in open_forums(charter, matter) for chair in charter.chairs(forum.organ)}
    if charter.lost_right(command.by, "propose"):
        return Refusal(
            code="not entitled",
            message=f"{command.by} is {' and '.join(charter.standings[PartyId(command.by)].overlays)}.",
            clause=matter.clause,
            fix="Its right to propose comes back when that is lifted.",
        )
    if command.by not in chairs and not among(charter, command.by, matter.raised_by, roles_in(case, command.subject)):
        return Refusal(
            code="not entitled",
            message=f"{command.by} may not table '{matter.title}'.",
            clause=matter.clause,
            fix=f"It is raised by: {', '.join(dict.fromkeys((*matter.raised_by, *sorted(chairs))))}.",
        )
    adopted = [row for row in case.procedures.values() if row.verdict == "adopted"] if case else []
    # An earlier decision on a party counts for that party only.
    done = {row.matter for row in adopted if command.subject in (None, row.subject) or row.subject is None}
    lacking = [need for need in matter.needs if need not in done]
    if lacking:
        return Refusal(
            code="too early",
            message=f"'{matter.title}' needs an earlier decision on: {', '.join(lacking)}.",
            clause=matter.clause,
            fix="Have that decided in this case first.",
        )
    return None


def _running(state: State, case: str, name: str) -> Procedure | Refusal:
    procedure = find_procedure(state, case, name)
    if isinstance(procedure, Refusal) or procedure.status in ("open", "silence", "unconfirmed"):
        return procedure
    return Refusal(
        code="already ended",
        message=f"'{procedure.id}' is {procedure.status}; its text no longer changes.",
        clause=procedure.clause,
        fix="Table a new text.",
    )


def _too_late(command: StatePosition, procedure: Procedure) -> AttemptRecorded:
    return AttemptRecorded(
        at=command.at,
        case=command.case,
        by=command.by,
        what=f"{command.party}: {command.position}",
        why=f"'{procedure.id}' is {procedure.status}",
        procedure=procedure.id,
        clause=procedure.clause,
    )


def _allows_reservation(procedure: Procedure) -> bool:
    return any(isinstance(rule, Consensus | Silence) and rule.reservations for rule in walk(procedure.ballot.rule))


def _not_yours(actor: str, procedure: Procedure) -> Refusal:
    return Refusal(
        code="not entitled",
        message=f"{actor} may not do this in '{procedure.id}'.",
        clause=procedure.clause,
        fix=f"Its proposer ({procedure.proposer}) or its chair ({', '.join(procedure.chairs)}) may.",
    )


def opened(state: State, fact: ProcedureOpened) -> State:
    case = case_of(state, fact.case, fact.at)
    procedure = Procedure(
        id=fact.procedure,
        matter=fact.matter,
        kind=fact.kind,
        organ=fact.organ,
        rule=fact.rule,
        clause=fact.clause,
        ballot=fact.ballot,
        ballot_digest=fact.ballot_digest,
        charter_hash=fact.charter_hash,
        chairs=fact.chairs,
        closers=fact.closers,
        proposer=fact.by,
        opened=fact.at,
        text=fact.text,
        subject=fact.subject,
        readings=fact.readings,
        moved_from=fact.moved_from,
    )
    return with_case(state, case, procedures=with_key(case.procedures, fact.procedure, procedure))


def amended(state: State, fact: TextAmended) -> State:
    state = with_procedure(
        state,
        fact.case,
        fact.procedure,
        version=fact.version,
        text=fact.text,
        status="open",
        positions={},
        questions={},
        reservations={},
        own=frozenset(),
        silence=None,
        broken_by=(),
    )
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", None)


def withdrawn(state: State, fact: TextWithdrawn) -> State:
    state = with_procedure(state, fact.case, fact.procedure, status="withdrawn")
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", None)


def stated(state: State, fact: PositionStated) -> State:
    held = state.cases.get(fact.case)
    procedure = held.procedures.get(fact.procedure) if held else None
    if procedure is None:
        return state
    if fact.question:
        asked = with_key(procedure.questions.get(fact.question, {}), fact.party, fact.position)
        return with_procedure(
            state, fact.case, fact.procedure, questions=with_key(procedure.questions, fact.question, asked)
        )
    reservations = {name: text for name, text in procedure.reservations.items() if name != fact.party}
    if fact.reservation and fact.position == "support":
        reservations[fact.party] = fact.reservation
    return with_procedure(
        state,
        fact.case,
        fact.procedure,
        positions=with_key(procedure.positions, fact.party, fact.position),
        reservations=reservations,
        own=procedure.own | {fact.party} if fact.by == fact.party else procedure.own,
        **said_of_it(procedure, fact),
    )


def moved(state: State, fact: ForumChanged) -> State:
    state = with_procedure(state, fact.case, fact.procedure, status="moved", moved_to=fact.new_procedure)
    return with_deadline(state, f"silence/{fact.case}/{fact.procedure}", None)


def attempted(state: State, fact: AttemptRecorded) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(state, case, attempts=case.attempts + 1)


DECIDERS = {
    TableText: table,
    AmendText: amend,
    WithdrawText: withdraw,
    StatePosition: position,
    ChangeForum: change_forum,
}
EVOLVERS = {
    ProcedureOpened: opened,
    TextAmended: amended,
    TextWithdrawn: withdrawn,
    PositionStated: stated,
    ForumChanged: moved,
    AttemptRecorded: attempted,
}
