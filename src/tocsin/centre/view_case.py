"""A case as one seat sees it: procedures with their rule at work, requirements and pledges, times and account."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tocsin.alliance.decision import outcome_of
from tocsin.alliance.lessons import Timed
from tocsin.alliance.packages import adopted_by
from tocsin.alliance.state import CaseState, Procedure, State
from tocsin.centre import view_history
from tocsin.centre.view_model import (
    CaseLine,
    CaseView,
    Deadline,
    LineView,
    PackageLine,
    PledgeLine,
    PositionLine,
    ProcedureView,
    RequestLine,
)
from tocsin.centre.words import moment_words, said
from tocsin.charter.rules.explain import explain
from tocsin.charter.rules.levers import levers
from tocsin.charter.rules.verdict import compile_ballot

if TYPE_CHECKING:
    from tocsin.centre.view import View

RUNNING = ("open", "silence", "unconfirmed")
HEARD = ("open", "silence")
"""In which a position that is stated counts: a silence that ran out unconfirmed waits for its chair alone."""
LEVERS_MAX = 2_000
ACCOUNT_ENTRIES_MAX = 150
"""The account of a case goes back over so many acts; the feed has them all."""


def case_line(case: CaseState, state: State) -> CaseLine:
    """A case in a list."""
    due = [at for key, at in state.deadlines.items() if key.split("/", 2)[1] == case.id]
    return CaseLine(
        case=case.id,
        opened=case.opened,
        closed=case.closed,
        warnings=len(case.warnings),
        procedures=len(case.procedures),
        running=sum(row.status in RUNNING for row in case.procedures.values()),
        next_deadline=min(due, default=None),
    )


def case_view(view: "View", case: CaseState) -> CaseView:
    """The whole of a case."""
    # A case is seen whole, so that its facts need not be looked for in the seat's feed. Of a long one the account is
    # cut: a view that took longer the more was said could be made to take too long.
    marks = view_history.marks(view, case.id)
    entries = view.board.case_entries.get(case.id, ())[-ACCOUNT_ENTRIES_MAX:]
    latest = view_history.timed_facts(view, case.id, entries)
    pledged: dict[str, int] = {}
    for pledge in case.pledges.values():
        pledged[pledge.line] = pledged.get(pledge.line, 0) + pledge.quantity
    return CaseView(
        case=case.id,
        opened=case.opened,
        closed=case.closed,
        warnings=view.warnings(case.id),
        requests=tuple(
            RequestLine(request=row.id, by=row.by, duty=row.duty, status=row.status, victim=row.victim)
            for row in case.requests.values()
        ),
        convened=case.convened,
        procedures=tuple(procedure_view(view, case.id, row) for row in case.procedures.values()),
        requirement=tuple(
            LineView(
                line=line,
                pledged=pledged.get(line.id, 0),
                shortfall=max(0, line.required - pledged.get(line.id, 0)),
            )
            for line in case.requirement
        ),
        pledges=tuple(
            PledgeLine(pledge=row.id, line=row.line, party=row.party, quantity=row.quantity)
            for row in case.pledges.values()
        ),
        packages=tuple(
            PackageLine(
                package=row.id,
                by=row.by,
                totals=row.totals,
                digest=row.digest,
                algorithm=row.algorithm,
                attested={party: tuple(map(str, rules)) for party, rules in row.attested.items()},
                adopted_by=adopted_by(case, row),
            )
            for row in case.packages.values()
        ),
        mandates=case.mandates,
        consents=case.consents,
        deployments=case.deployments,
        reports_owed=case.reports_owed,
        reports_filed=case.reports_filed,
        shared=case.shared,
        headlines=view_history.shown_headlines(marks),
        account=_account(view, latest),
    )


def procedure_view(view: "View", case: str, procedure: Procedure) -> ProcedureView:
    """One procedure with what its rule makes of the positions, and who could still change that."""
    outcome = outcome_of(procedure, closed=procedure.status != "open")
    silence = procedure.silence
    return ProcedureView(
        case=case,
        procedure=procedure.id,
        matter=procedure.matter,
        organ=procedure.organ,
        rule=procedure.rule,
        clause=procedure.clause,
        status=procedure.status,
        version=procedure.version,
        text=procedure.text,
        proposer=procedure.proposer,
        opened=procedure.opened,
        chairs=procedure.chairs,
        readings=procedure.readings,
        moved_from=procedure.moved_from,
        moved_to=procedure.moved_to,
        deadline=silence.deadline if silence is not None and procedure.status == "silence" else None,
        on_outage=silence.on_outage if silence is not None else "",
        gaps=silence.gaps if silence is not None else (),
        broken_by=procedure.broken_by,
        positions=tuple(_positions(view, procedure)),
        questions=procedure.questions,
        outcome=outcome.verdict,
        why=tuple(explain(outcome, view.law.names)),
        blockers=outcome.blockers,
        verdict=procedure.verdict,
        decided=procedure.decided,
        how=procedure.how,
        bound=procedure.bound,
        reserved=procedure.reserved,
    )


def deadlines(view: "View") -> Iterator[Deadline]:
    """What falls due in the cases the seat sees, and notices of leaving, the next first."""
    for key, at in sorted(view.state.deadlines.items(), key=lambda item: (item[1], item[0])):
        kind, case, name = key.split("/", 2)
        if case and not view.sees_case(case):
            continue
        what = f"{kind} on '{name}' in {case}" if case else f"{kind} of {view.law.name(name)}"
        yield Deadline(at=at, what=what, kind=kind, case=case, name=name, is_late=at < view.now)


def _positions(view: "View", procedure: Procedure) -> Iterator[PositionLine]:
    could = _could_change(procedure) if procedure.status in HEARD else {}
    silence = procedure.silence if procedure.status in ("silence", "unconfirmed") else None
    for party in procedure.ballot.universe:
        yield PositionLine(
            party=party,
            name=view.law.name(party),
            position=procedure.positions.get(party, "not_stated"),
            reservation=procedure.reservations.get(party, ""),
            own=party in procedure.own,
            on_behalf=procedure.on_behalf.get(party, ""),
            delivered=party in silence.delivered if silence is not None else None,
            vouched=silence is not None and party in silence.vouched - silence.delivered,
            acknowledged=party in silence.acknowledged if silence is not None else None,
            can_still_change=could.get(party, ""),
        )


def _could_change(procedure: Procedure) -> dict[str, str]:
    """What each elector could do alone that changes what would come of it."""
    compiled = compile_ballot(procedure.ballot, procedure.ballot_digest)
    is_closed = procedure.status != "open"  # under silence, what nobody says counts as consent
    found = levers(compiled, procedure.positions, procedure.questions, closed=is_closed, largest=1, limit=LEVERS_MAX)
    could: dict[str, str] = {}
    for lever in found.changes:
        party = lever.parties[0]
        moves = list(lever.moves.values())
        elsewhere = [
            f"{position} on '{question}'" for question, row in lever.elsewhere.items() for position in row.values()
        ]
        could.setdefault(party, f"{' and '.join([*moves, *elsewhere])}: then it is {lever.verdict}")
    return could


def _account(view: "View", rows: Iterable[Timed]) -> tuple[str, ...]:
    """What happened, one line a fact, each with its time."""
    return tuple(
        f"{moment_words(row.span.earliest)}: {said(row.fact, view.law.names)}"
        for row in rows
        if not isinstance(row.fact, view_history.QUIET)
    )
