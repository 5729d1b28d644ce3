"""Stage 1, warning: a nation hands in a warning. All learn that there is one; its audience, what it says."""

from tocsin.alliance.commands import CloseCase, MakeRequest, ReportWarning, StatePosition
from tocsin.alliance.facts import AnyFact, AttemptRecorded, CaseClosed, CaseOpened, Refusal, WarningReported
from tocsin.alliance.folding import case_of, is_official, no_part, with_case, with_key
from tocsin.alliance.state import State
from tocsin.charter.snapshot import Snapshot
from tocsin.terms import Instant, iso

Decision = tuple[AnyFact, ...] | Refusal


def report(charter: Snapshot, state: State, command: ReportWarning) -> Decision:
    """Any party that may speak may warn; a name is used once in a case."""
    if not charter.has_right(command.by, "speak"):
        return Refusal(
            code="not entitled",
            message=f"{command.by} has no standing from which to warn this alliance on {charter.on}.",
            fix="A warning comes from a party with the right to speak.",
        )
    case = state.cases.get(command.case)
    if case is not None and command.warning in case.warnings:
        return Refusal(
            code="name taken",
            message=f"There is already a warning '{command.warning}' in this case.",
            fix="Give the new warning a name of its own.",
        )
    return (WarningReported(at=command.at, case=command.case, warning=command.warning, commitment=command.commitment),)


def too_late(command: StatePosition | MakeRequest, closed: Instant) -> tuple[AnyFact, ...]:
    """What a member says in a closed case is kept, without effect."""
    what = command.duty if isinstance(command, MakeRequest) else f"{command.party}: {command.position}"
    why = f"the case was closed on {iso(closed)}"
    return (AttemptRecorded(at=command.at, case=command.case, by=command.by, what=what, why=why),)


def close_case(charter: Snapshot, state: State, command: CloseCase) -> Decision:
    """A case ends when nothing is running in it."""
    if not is_official(charter, command.by) and not charter.has_right(command.by, "convene"):
        return no_part(charter, command.by, "close a case")
    case = case_of(state, command.case, command.at)
    running = [name for name, end in case.deployments.items() if end is None]
    running += [name for name, row in case.procedures.items() if row.status in ("silence", "unconfirmed")]
    if running:
        return Refusal(
            code="still running",
            message=f"Case '{command.case}' cannot close: {', '.join(running)} still runs.",
            fix="End it first.",
        )
    return (CaseClosed(at=command.at, case=command.case, why=command.why),)


def opened(state: State, fact: CaseOpened) -> State:
    return with_case(state, case_of(state, fact.case, fact.at))


def reported(state: State, fact: WarningReported) -> State:
    case = case_of(state, fact.case, fact.at)
    return with_case(state, case, warnings=with_key(case.warnings, fact.warning, fact.commitment))


def closed(state: State, fact: CaseClosed) -> State:
    return with_case(state, case_of(state, fact.case, fact.at), closed=fact.at)


DECIDERS = {ReportWarning: report, CloseCase: close_case}
EVOLVERS = {CaseOpened: opened, WarningReported: reported, CaseClosed: closed}
