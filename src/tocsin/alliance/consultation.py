"""Stage 2, consultation: a party asks, or does not, and an organ is called together."""

from msgspec.structs import replace

from tocsin.alliance.commands import Convene, MakeRequest, NoteNoRequest, ShareCase
from tocsin.alliance.facts import (
    AnyFact,
    CaseShared,
    ConveneAsked,
    NoRequestNoted,
    OrganConvened,
    Refusal,
    RequestMade,
)
from tocsin.alliance.folding import among, case_of, is_official, may_take_part, no_part, roles_in, with_case, with_key
from tocsin.alliance.state import CaseState, RequestState, State
from tocsin.charter.duties import Finding, find
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import PartyId, duration

Decision = tuple[AnyFact, ...] | Refusal


def request(charter: Snapshot, state: State, command: MakeRequest) -> Decision:
    """Any party with the right to ask may appeal to a duty; what the duty then is, the charter says.

    A request that the duty does not cover is still recorded: that it was made is a fact.
    """
    duty = charter.duties.get(command.duty)
    if duty is None:
        return _no_duty(charter, command.duty)
    if not charter.has_right(command.by, "request"):
        return Refusal(
            code="not entitled",
            message=f"{command.by} may not ask this alliance for consultation or help on {charter.on}.",
            clause=duty.clause,
            fix="A request comes from a party whose status gives the right to request.",
        )
    case = state.cases.get(command.case)
    if case is not None and command.request in case.requests:
        return Refusal(
            code="name taken",
            message=f"There is already a request '{command.request}' in this case.",
            clause=duty.clause,
            fix="Give the new request a name of its own.",
        )
    # Who asked is what is on record, not what the author says of others.
    earlier = [row.by for row in case.requests.values()] if case else []
    event = replace(command.event, requested_by=tuple(dict.fromkeys((*earlier, command.by))))
    finding = _after_decision(find(charter, duty, event), case, duty.id, event.victim)
    owed = finding.status in ("triggered", "awaiting")
    return (
        RequestMade(
            at=command.at,
            case=command.case,
            request=command.request,
            by=PartyId(command.by),
            duty=duty.id,
            event=event,
            status=finding.status,
            decided_as=duty.decision if duty.decision in charter.matters else "",
            why=finding.why,
            clause=finding.clause,
            readings=tuple(sorted(charter.readings)),
            awaiting=finding.awaiting,
            missing=finding.missing,
            reports_to=tuple(dict.fromkeys(report.to for report in duty.report)) if owed else (),
        ),
    )


def _after_decision(finding: Finding, case: CaseState | None, duty: str, victim: str) -> Finding:
    """A duty that awaits a decision is triggered once the case has adopted one, for a victim that asked in it."""
    asked = case is not None and any(row.duty == duty and row.victim == victim for row in case.requests.values())
    decided = {row.matter for row in case.procedures.values() if row.verdict == "adopted"} if case and asked else set()
    if finding.status != "awaiting" or finding.awaiting not in decided:
        return finding
    why = (*finding.why, f"'{finding.awaiting}' has been adopted in this case")
    return replace(finding, status="triggered", why=why, awaiting="")


def no_request(charter: Snapshot, state: State, command: NoteNoRequest) -> Decision:
    """Nobody is obliged to ask: this records that the clause was there and was not used."""
    duty = charter.duties.get(command.duty)
    if duty is None:
        return _no_duty(charter, command.duty)
    if not may_take_part(charter, command.by):
        return no_part(charter, command.by, "note that nobody asked", duty.clause)
    return (NoRequestNoted(at=command.at, case=command.case, by=command.by, duty=duty.id, clause=duty.clause),)


def convene(charter: Snapshot, state: State, command: Convene) -> Decision:
    """An organ meets when enough of those entitled have called it."""
    organ = charter.organs.get(command.organ)
    if organ is None:
        return _no_organ(charter, command.organ)
    case = state.cases.get(command.case)
    callers = organ.convened_by
    entitled = among(charter, command.by, callers, roles_in(case)) if callers else _may_convene(charter, command)
    entitled = entitled and not charter.lost_right(command.by, "convene")
    if not entitled and command.by not in charter.chairs(organ.id):
        return Refusal(
            code="not entitled",
            message=f"{command.by} may not call {organ.name} together.",
            clause=organ.clause,
            fix=f"It is convened by: {', '.join(callers) or 'a party with the right to convene'}.",
        )
    asked = (*(case.convene_asked.get(organ.id, ()) if case else ()), command.by)
    if len(set(asked)) < organ.convene_requesters and (command.by in callers or entitled):
        return (ConveneAsked(at=command.at, case=command.case, organ=organ.id, by=command.by),)
    meets_by = duration(organ.convene_within).after(command.at, charter.zone) if organ.convene_within else None
    return (
        OrganConvened(
            at=command.at, case=command.case, organ=organ.id, by=command.by, meets_by=meets_by, clause=organ.clause
        ),
    )


def share(charter: Snapshot, state: State, command: ShareCase) -> Decision:
    """An office, an organ or a party that may propose lets in another party of the alliance."""
    if not is_official(charter, command.by) and not charter.has_right(command.by, "propose"):
        return no_part(charter, command.by, "let others in on a case")
    if not charter.belongs(command.party):
        return Refusal(
            code="no such party",
            message=f"{command.party} does not belong to this alliance on {charter.on}.",
            fix="A case is shared with a party that has a status here and has not left.",
        )
    case = state.cases.get(command.case)
    if case is not None and command.party in case.shared:
        return Refusal(
            code="already shared",
            message=f"{command.party} has been let in on case '{command.case}' already.",
            fix="Nothing is left to do.",
        )
    return (CaseShared(at=command.at, case=command.case, party=command.party),)


def _may_convene(charter: Snapshot, command: Convene) -> bool:
    return charter.has_right(command.by, "convene")


def _no_duty(charter: Snapshot, name: str) -> Refusal:
    return Refusal(
        code="no such duty",
        message=f"The charter has no duty '{name}' on {charter.on}.",
        fix=f"Duties on that day: {', '.join(sorted(charter.duties)) or 'none'}.",
    )


def _no_organ(charter: Snapshot, name: str) -> Refusal:
    return Refusal(
        code="no such organ",
        message=f"The charter has no organ '{name}' on {charter.on}.",
        fix=f"Organs on that day: {', '.join(sorted(charter.organs)) or 'none'}.",
    )


def requested(state: State, fact: RequestMade) -> State:
    case = case_of(state, fact.case, fact.at)
    made = RequestState(
        id=fact.request,
        by=fact.by,
        duty=fact.duty,
        status=fact.status,
        victim=fact.event.victim,
        attacker=fact.event.attacker,
        decided_as=fact.decided_as,
    )
    owed = tuple(dict.fromkeys((*case.reports_owed, *fact.reports_to)))
    return with_case(state, case, requests=with_key(case.requests, fact.request, made), reports_owed=owed)


def not_requested(state: State, fact: NoRequestNoted) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(state, case, no_requests=tuple(dict.fromkeys((*case.no_requests, fact.duty))))


def convene_asked(state: State, fact: ConveneAsked) -> State:
    case = case_of(state, fact.case, fact.at)
    asked = tuple(dict.fromkeys((*case.convene_asked.get(fact.organ, ()), fact.by)))
    return with_case(state, case, convene_asked=with_key(case.convene_asked, fact.organ, asked))


def convened(state: State, fact: OrganConvened) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(
        state,
        case,
        convened=with_key(case.convened, fact.organ, fact.at),
        convene_asked=with_key(case.convene_asked, fact.organ, ()),
    )


def shared(state: State, fact: CaseShared) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(state, case, shared=tuple(dict.fromkeys((*case.shared, fact.party))))


DECIDERS = {MakeRequest: request, NoteNoRequest: no_request, Convene: convene, ShareCase: share}
EVOLVERS = {
    RequestMade: requested,
    NoRequestNoted: not_requested,
    ConveneAsked: convene_asked,
    OrganConvened: convened,
    CaseShared: shared,
}
