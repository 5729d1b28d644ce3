"""Why a step came out as it did, in words: refusals, positions, what a rule still needs, what an amendment brings, what
was found of a force package, how long a mandate would have lasted."""

from collections.abc import Iterable, Iterator, Mapping

from tocsin.alliance.decision import outcome_of
from tocsin.alliance.facts import (
    AmendmentAdopted,
    AmendmentInForce,
    AnyFact,
    AttemptRecorded,
    ConveneAsked,
    Decided,
    MandateRenewed,
    PackageAttested,
    PositionStated,
    ProcedureLapsed,
    Refusal,
    RequestMade,
    SilenceExpired,
)
from tocsin.alliance.silence import silence_rule
from tocsin.alliance.state import CaseState, Procedure
from tocsin.charter.rules.explain import explain
from tocsin.charter.snapshot import Snapshot
from tocsin.replay.times import local_text, zone
from tocsin.replay.words import time_text

Names = Mapping[str, str]


def reasons(
    facts: tuple[AnyFact, ...],
    refusals: Iterable[Refusal],
    before: Procedure | None,
    after: Procedure | None,
    case: CaseState | None,
    law: Snapshot,
    names: Names,
) -> Iterator[str]:
    """Why it came so, one line a reason; parts of a rule are indented. `case` is the case as it then stands."""
    for refusal in refusals:
        yield f"{refusal.message} {refusal.fix}".rstrip()
    yield from _stated(facts, before, names)
    yield from _short_of_a_break(facts, after)
    yield from dict.fromkeys(f"kept without effect: {fact.why}" for fact in facts if isinstance(fact, AttemptRecorded))
    for fact in facts:
        match fact:
            case RequestMade():
                yield from _requested(fact)
            case ConveneAsked():
                yield _asked_for(fact, case, law)
            case SilenceExpired(why=why) if why:
                yield f"it ran out unconfirmed: {why}"
            case Decided() if before is not None and fact.procedure == before.id:
                yield from explain(outcome_of(before, closed=True), names)
            case PackageAttested():
                yield from _found_of(fact, case, names)
            case MandateRenewed():
                was = local_text(fact.was, zone(law.document.charter.timezone))
                yield f"it would have run out: {time_text(was)}"
            case _:
                yield from _amended(fact)


def _requested(fact: RequestMade) -> Iterator[str]:
    yield from fact.why
    if fact.awaiting:
        yield "awaiting a valid request" if fact.awaiting == "request" else f"awaiting the decision: {fact.awaiting}"


def _asked_for(fact: ConveneAsked, case: CaseState | None, law: Snapshot) -> str:
    asked = set(case.convene_asked.get(fact.organ, ())) if case else set()
    needed = law.organs[fact.organ].convene_requesters - len(asked)
    return f"asked for; {needed} more needed before it meets"


def _found_of(fact: PackageAttested, case: CaseState | None, names: Names) -> Iterator[str]:
    """What all who checked the package hold of it now, one line a finding."""
    package = case.packages.get(fact.package) if case else None
    found: dict[str, list[str]] = {}
    for party, rules in package.attested.items() if package else ():
        finding = f"breaks {', '.join(rules)}" if rules else "lawful"
        found.setdefault(finding, []).append(names.get(party, party))
    for finding, parties in found.items():
        yield f"{finding} ({len(parties)}): {', '.join(parties)}"


def _amended(fact: AnyFact) -> Iterator[str]:
    match fact:
        case AmendmentAdopted(enough=None):
            yield f"the amendment '{fact.amendment}' is adopted; the charter leaves unset how many must ratify it"
        case AmendmentAdopted(enough=enough) if enough:
            yield f"the amendment '{fact.amendment}' is adopted; it takes {enough} of {len(fact.needed)} to ratify it"
        case AmendmentInForce():
            yield f"the amendment '{fact.amendment}' enters into force"
        case ProcedureLapsed():
            yield f"the procedure '{fact.procedure}' lapses: {fact.why}"
        case _:
            return


def _short_of_a_break(facts: Iterable[AnyFact], after: Procedure | None) -> Iterator[str]:
    """An objection that does not break the silence yet, because more than one is needed."""
    rule = silence_rule(after) if after is not None and after.status == "silence" else None
    if after is None or rule is None or rule.breaks < 2:
        return
    if any(isinstance(fact, PositionStated) and fact.position in rule.blocks for fact in facts):
        against = sum(position in rule.blocks for position in after.positions.values())
        yield f"the silence runs on: {against} of {rule.breaks} needed to break it"


def _stated(facts: Iterable[AnyFact], before: Procedure | None, names: Names) -> Iterator[str]:
    """Who took which position, one line a position and question."""
    said: dict[str, list[str]] = {}
    voteless = _voteless(before)
    for fact in facts:
        if isinstance(fact, PositionStated):
            on = f" on '{fact.question}'" if fact.question else ""
            kept = f" (reservation: {fact.reservation})" if fact.reservation else ""
            kept += " (has no vote here)" if fact.party in voteless else ""
            said.setdefault(fact.position.replace("_", " ") + on, []).append(names.get(fact.party, fact.party) + kept)
    for position, parties in said.items():
        yield f"{position} ({len(parties)}): {', '.join(parties)}"


def _voteless(procedure: Procedure | None) -> tuple[str, ...]:
    """Those in the organ from whom the whole rule takes the vote, such as suspended members."""
    if procedure is None:
        return ()
    trace = outcome_of(procedure).trace
    found: list[str] = []
    while trace.kind == "excluding":
        found += trace.left_out
        trace = trace.parts[0]
    return tuple(found)
