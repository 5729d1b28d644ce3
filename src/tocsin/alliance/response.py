"""Stage 5, response: what is needed, who offers what, on which legal basis, and what was sent and reported.

Nothing deploys without an adopted decision. Force packages are in `packages.py`.
"""

from tocsin.alliance.commands import (
    EndDeployment,
    FileReport,
    GiveConsent,
    MakePledge,
    RecordMandate,
    RenewMandate,
    SetRequirement,
    StartDeployment,
    WithdrawConsent,
    WithdrawPledge,
)
from tocsin.alliance.facts import (
    AnyFact,
    ConsentEnded,
    ConsentGiven,
    DeploymentEnded,
    DeploymentStarted,
    MandateExpired,
    MandateRecorded,
    MandateRenewed,
    PledgeMade,
    PledgeWithdrawn,
    Refusal,
    ReportFiled,
    RequirementSet,
)
from tocsin.alliance.folding import (
    adopted,
    case_of,
    is_official,
    may_take_part,
    no_part,
    with_case,
    with_deadline,
    with_key,
    without_key,
)
from tocsin.alliance.state import CaseState, PledgeState, Procedure, State
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import Instant, PartyId, iso

Decision = tuple[AnyFact, ...] | Refusal


def require(charter: Snapshot, state: State, command: SetRequirement) -> Decision:
    """Requirement lines rest on an adopted decision; a new set replaces the old one."""
    decision = adopted(state, command.case, command.procedure)
    if isinstance(decision, Refusal):
        return decision
    if not _carries(charter, decision, command.by):
        return no_part(charter, command.by, "set what this decision requires", decision.clause)
    names = [line.id for line in command.lines]
    if len(set(names)) != len(names):
        return Refusal(code="name taken", message="Two requirement lines have the same name.", fix="Name each once.")
    return (RequirementSet(at=command.at, case=command.case, procedure=command.procedure, lines=command.lines),)


def pledge(charter: Snapshot, state: State, command: MakePledge) -> Decision:
    """A party with the right to pledge offers a quantity towards a line that exists."""
    case = state.cases.get(command.case)
    lines = [line.id for line in case.requirement] if case else []
    if case is None or command.line not in lines:
        return Refusal(
            code="no such line",
            message=f"Case '{command.case}' has no requirement line '{command.line}'.",
            fix=f"Lines: {', '.join(lines) or 'none yet'}.",
        )
    if command.by != command.party or not charter.has_right(command.party, "pledge"):
        return Refusal(
            code="not entitled",
            message=f"{command.by} may not pledge for {command.party} on {charter.on}.",
            fix="A party with the right to pledge speaks for itself.",
        )
    if command.pledge in case.pledges:
        return Refusal(code="name taken", message=f"There is already a pledge '{command.pledge}'.", fix="Rename it.")
    return (
        PledgeMade(
            at=command.at,
            case=command.case,
            pledge=command.pledge,
            line=command.line,
            party=command.party,
            quantity=command.quantity,
            caveats=command.caveats,
        ),
    )


def withdraw_pledge(charter: Snapshot, state: State, command: WithdrawPledge) -> Decision:
    """Only who pledged takes a pledge back."""
    case = state.cases.get(command.case)
    held = case.pledges.get(command.pledge) if case else None
    if held is None or held.party != command.by:
        return Refusal(
            code="no such pledge",
            message=f"{command.by} has no pledge '{command.pledge}' in this case.",
            fix="Name a pledge of your own.",
        )
    return (PledgeWithdrawn(at=command.at, case=command.case, pledge=command.pledge),)


def mandate(charter: Snapshot, state: State, command: RecordMandate) -> Decision:
    """A legal basis with its end, if it has one."""
    case = state.cases.get(command.case)
    if command.by != command.given_by and not may_take_part(charter, command.by):
        return no_part(charter, command.by, "record a mandate of others")
    if case is not None and command.mandate in case.mandates:
        return Refusal(
            code="name taken",
            message=f"There is already a mandate '{command.mandate}'.",
            fix="Renew it, or give the new one another name.",
        )
    if command.until is not None and command.until <= command.at:
        return Refusal(code="already over", message="The mandate would end before it begins.", fix="Give a later end.")
    return (
        MandateRecorded(
            at=command.at,
            case=command.case,
            mandate=command.mandate,
            given_by=command.given_by,
            until=command.until,
        ),
    )


def renew_mandate(charter: Snapshot, state: State, command: RenewMandate) -> Decision:
    """Before it has run out a mandate may be given a later end, or none."""
    case = state.cases.get(command.case)
    if command.by != command.given_by and not may_take_part(charter, command.by):
        return no_part(charter, command.by, "renew a mandate of others")
    if case is None or command.mandate not in case.mandates:
        running = ", ".join(case.mandates) if case else ""
        return Refusal(
            code="no such mandate",
            message=f"No mandate '{command.mandate}' is in force in this case.",
            fix=f"In force: {running or 'none'}. One that has run out is recorded anew.",
        )
    ends = case.mandates[command.mandate]
    if ends is None:
        return Refusal(
            code="no end", message=f"'{command.mandate}' has no end to put off.", fix="There is nothing to renew."
        )
    if command.until is not None and command.until <= ends:
        return Refusal(
            code="no later end",
            message=f"'{command.mandate}' lasts until {iso(ends)} as it is.",
            fix="Give a later end, or none for an open one.",
        )
    return (
        MandateRenewed(
            at=command.at,
            case=command.case,
            mandate=command.mandate,
            given_by=command.given_by,
            was=ends,
            until=command.until,
        ),
    )


def consent(charter: Snapshot, state: State, command: GiveConsent) -> Decision:
    """Only the host agrees for itself."""
    if command.by != command.host:
        return Refusal(
            code="not entitled",
            message=f"{command.by} cannot consent for {command.host}.",
            fix="The host state consents itself.",
        )
    if command.until is not None and command.until <= command.at:
        return Refusal(code="already over", message="The consent would end before it begins.", fix="Give a later end.")
    return (ConsentGiven(at=command.at, case=command.case, host=command.host, until=command.until),)


def withdraw_consent(charter: Snapshot, state: State, command: WithdrawConsent) -> Decision:
    """A host may refuse or take back its consent; what follows for running forces is for people to decide."""
    if command.by != command.host:
        return Refusal(
            code="no consent", message=f"{command.by} cannot refuse for {command.host}.", fix="The host does so itself."
        )
    return (ConsentEnded(at=command.at, case=command.case, host=command.host),)


def deploy(charter: Snapshot, state: State, command: StartDeployment) -> Decision:
    """Needs a decision on force or substance that binds those who take part, and the host's consent.

    A host that asked for help, not only for talks, and has not refused forces since, has consented by asking.
    """
    decision = adopted(state, command.case, command.procedure, ("force", "substance"))
    if isinstance(decision, Refusal):
        return decision
    if not _carries(charter, decision, command.by):
        return no_part(charter, command.by, "start what this decision allows", decision.clause)
    case = state.cases[command.case]
    if command.deployment in case.deployments:
        return Refusal(code="name taken", message=f"'{command.deployment}' has already started.", fix="Rename it.")
    if command.host is not None and not _agrees(case, command.host):
        return Refusal(
            code="no host consent",
            message=f"{command.host} has neither asked for help nor consented to forces on its territory.",
            clause=decision.clause,
            fix="Record the host's consent first.",
        )
    if command.package and command.package not in case.packages:
        return Refusal(
            code="no such package", message=f"There is no package '{command.package}'.", fix="Report it first."
        )
    pledged_too = {row.party for row in case.pledges.values()}
    outside = [party for party in command.parties if party not in decision.bound and party not in pledged_too]
    if outside:
        return Refusal(
            code="not bound",
            message=f"{', '.join(outside)} is neither bound by this decision nor has pledged anything.",
            clause=decision.clause,
            fix="Name parties that the decision binds, or record their pledges first.",
        )
    return (
        DeploymentStarted(
            at=command.at,
            case=command.case,
            deployment=command.deployment,
            procedure=command.procedure,
            parties=command.parties,
            host=command.host,
            package=command.package,
        ),
    )


def end_deployment(charter: Snapshot, state: State, command: EndDeployment) -> Decision:
    """What runs can end."""
    case = state.cases.get(command.case)
    if not may_take_part(charter, command.by):
        return no_part(charter, command.by, "end a deployment")
    if case is None or case.deployments.get(command.deployment, 0) is not None:
        return Refusal(
            code="not running", message=f"'{command.deployment}' is not running in this case.", fix="Check the name."
        )
    return (DeploymentEnded(at=command.at, case=command.case, deployment=command.deployment),)


def file_report(charter: Snapshot, state: State, command: FileReport) -> Decision:
    """Reports are recorded whether owed or not, from whoever has a part in the alliance."""
    if not may_take_part(charter, command.by):
        return no_part(charter, command.by, "report for this alliance")
    return (
        ReportFiled(at=command.at, case=command.case, to=command.to, by=command.by, of=command.of, duty=command.duty),
    )


def _carries(charter: Snapshot, decision: Procedure, actor: str) -> bool:
    """Whether the actor may carry out a decision: an office, an organ, or a party it binds."""
    return is_official(charter, actor) or actor in decision.bound


def _agrees(case: CaseState, host: PartyId) -> bool:
    """A host agrees in so many words, or by asking for help that others had to decide on: talks are no such help."""
    asked = any(row.by == host and row.decided_as for row in case.requests.values())
    return host in case.consents or (asked and host not in case.refused_hosts)


def pledged_by_line(case: CaseState) -> dict[str, int]:
    """What has been pledged to each line, in the line's unit."""
    sums: dict[str, int] = {}
    for row in case.pledges.values():
        sums[row.line] = sums.get(row.line, 0) + row.quantity
    return sums


def expire_mandate(case: str, name: str, at: Instant) -> tuple[AnyFact, ...]:
    return (MandateExpired(at=at, case=case, mandate=name),)


def expire_consent(case: str, host: str, at: Instant) -> tuple[AnyFact, ...]:
    return (ConsentEnded(at=at, case=case, host=PartyId(host)),)


def required(state: State, fact: RequirementSet) -> State:
    return with_case(state, case_of(state, fact.case, fact.at), requirement=fact.lines)


def pledged(state: State, fact: PledgeMade) -> State:
    case = case_of(state, fact.case, fact.at)
    row = PledgeState(fact.pledge, fact.line, fact.party, fact.quantity)
    return with_case(state, case, pledges=with_key(case.pledges, fact.pledge, row))


def pledge_withdrawn(state: State, fact: PledgeWithdrawn) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(state, case, pledges=without_key(case.pledges, fact.pledge))


def mandated(state: State, fact: MandateRecorded) -> State:
    case = case_of(state, fact.case, fact.at)
    state = with_case(state, case, mandates=with_key(case.mandates, fact.mandate, fact.until))
    return with_deadline(state, f"mandate/{fact.case}/{fact.mandate}", fact.until)


def mandate_renewed(state: State, fact: MandateRenewed) -> State:
    case = case_of(state, fact.case, fact.at)
    state = with_case(state, case, mandates=with_key(case.mandates, fact.mandate, fact.until))
    return with_deadline(state, f"mandate/{fact.case}/{fact.mandate}", fact.until)


def mandate_expired(state: State, fact: MandateExpired) -> State:
    case = case_of(state, fact.case, fact.at)
    state = with_case(state, case, mandates=without_key(case.mandates, fact.mandate))
    return with_deadline(state, f"mandate/{fact.case}/{fact.mandate}", None)


def _less(case: CaseState, host: PartyId) -> tuple[str, ...]:
    return tuple(name for name in case.refused_hosts if name != host)


def consented(state: State, fact: ConsentGiven) -> State:
    case = case_of(state, fact.case, fact.at)
    state = with_case(
        state, case, consents=with_key(case.consents, fact.host, fact.until), refused_hosts=_less(case, fact.host)
    )
    return with_deadline(state, f"consent/{fact.case}/{fact.host}", fact.until)


def consent_ended(state: State, fact: ConsentEnded) -> State:
    case = case_of(state, fact.case, fact.at)
    refused = (*_less(case, fact.host), fact.host)
    state = with_case(state, case, consents=without_key(case.consents, fact.host), refused_hosts=refused)
    return with_deadline(state, f"consent/{fact.case}/{fact.host}", None)


def deployed(state: State, fact: DeploymentStarted) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(state, case, deployments=with_key(case.deployments, fact.deployment, None))


def deployment_ended(state: State, fact: DeploymentEnded) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(state, case, deployments=with_key(case.deployments, fact.deployment, fact.at))


def report_filed(state: State, fact: ReportFiled) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(state, case, reports_filed=tuple(dict.fromkeys((*case.reports_filed, fact.to))))


DECIDERS = {
    SetRequirement: require,
    MakePledge: pledge,
    WithdrawPledge: withdraw_pledge,
    RecordMandate: mandate,
    RenewMandate: renew_mandate,
    GiveConsent: consent,
    WithdrawConsent: withdraw_consent,
    StartDeployment: deploy,
    EndDeployment: end_deployment,
    FileReport: file_report,
}
EVOLVERS = {
    RequirementSet: required,
    PledgeMade: pledged,
    PledgeWithdrawn: pledge_withdrawn,
    MandateRecorded: mandated,
    MandateRenewed: mandate_renewed,
    MandateExpired: mandate_expired,
    ConsentGiven: consented,
    ConsentEnded: consent_ended,
    DeploymentStarted: deployed,
    DeploymentEnded: deployment_ended,
    ReportFiled: report_filed,
}
