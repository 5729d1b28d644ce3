"""What a charter asks when something happens, with what a reader must know first."""

from collections.abc import Iterable
from itertools import chain

from msgspec import Struct

from tocsin.charter.duties import DutyAnswer, DutyReport, DutyStatus
from tocsin.charter.predicates import Event, Predicate
from tocsin.charter.snapshot import Charter
from tocsin.charter.told.drafts import why_hypothetical
from tocsin.charter.told.event import warnings_about
from tocsin.charter.told.names import names_on
from tocsin.states import state_name
from tocsin.terms import WEAK_CLASSES, PartyId, SourceClass, is_invented

ORDER: tuple[DutyStatus, ...] = ("triggered", "awaiting", "undetermined", "excluded", "standing", "not triggered")
QUIET: tuple[DutyStatus, ...] = ("standing", "not triggered")
"""Summed up in a line, unless all is asked for."""
BANNER = "HYPOTHETICAL"
INVENTED_EVENT = "the event is invented; it has not happened"
UNSOURCED_EVENT = "the event is invented or names no source"


class DutiesAnswer(Struct, frozen=True, kw_only=True):
    """The duties of a charter for an event, and what a reader must know first."""

    hypothetical: bool
    why_hypothetical: str
    warnings: tuple[str, ...]
    """what may be a slip in the event, or why the charter has no answer"""
    readings: tuple[str, ...]
    """the readings that were chosen; empty: all are computed side by side"""
    weak: dict[str, SourceClass]
    """clause -> how it was seen, for those that the answer rests on and that nobody read at the source"""
    aside: frozenset[str]
    """duties that hang on further facts alone, of which the event says nothing"""
    asks_something: bool
    """whether anything is triggered, awaited or undetermined under any reading"""
    report: DutyReport
    members: tuple[PartyId, ...]
    names: dict[str, str]


def answer_of(report: DutyReport, charter: Charter, readings: Iterable[str] = ()) -> DutiesAnswer:
    """The report with what it rests on."""
    snapshot = charter.as_of(report.on, report.known, readings)
    why = why_hypothetical(charter.document) if report.hypothetical else _why_event(report.event)
    statuses = {finding.status for answer in report.answers for finding in answer.findings}
    rests_on = {clause: seen for answer in report.answers for clause, seen in _rests_on(answer, charter, report)}
    return DutiesAnswer(
        hypothetical=bool(why),
        why_hypothetical=why,
        warnings=warnings_about(report.event, snapshot),
        readings=tuple(sorted(snapshot.readings)),
        weak={clause: seen for clause, seen in rests_on.items() if seen in WEAK_CLASSES},
        aside=frozenset(
            one.duty
            for one in report.answers
            if worst(one) == "undetermined"
            and (duty := snapshot.duties.get(one.duty)) is not None
            and duty.when is not None
            and _only_facts(duty.when)
        ),
        asks_something=bool(statuses & {"triggered", "awaiting", "undetermined"}),
        report=report,
        members=tuple(sorted(snapshot.group("members"))),
        names=names_on(snapshot) | _names_in(report.event),
    )


def is_hypothetical(event: Event) -> bool:
    """Whether an event is invented: it says so, it names no source, or it concerns an invented state."""
    return bool(_why_event(event))


def worst(answer: DutyAnswer) -> DutyStatus:
    """The status a duty is listed under: of its findings under rival readings the one that asks most."""
    return min((finding.status for finding in answer.findings), key=ORDER.index)


def _why_event(event: Event) -> str:
    """Why an event is taken as hypothetical; only of one that says so is it known that it did not happen."""
    parties = (event.victim, event.attacker, event.territory_of, *(event.requested_by or ()))
    said = f"{event.source} {event.claimed_by} {event.says}"
    if BANNER in said or any(is_invented(party) for party in parties):
        return INVENTED_EVENT
    return "" if event.source else UNSOURCED_EVENT


def _only_facts(predicate: Predicate) -> bool:
    """Whether a trigger hangs on further facts alone, such as a treaty joined, and on nothing an event always says."""
    parts = (*predicate.all, *predicate.any, *((predicate.not_,) if predicate.not_ is not None else ()))
    return bool(predicate.fact) or (bool(parts) and all(_only_facts(part) for part in parts))


def _rests_on(answer: DutyAnswer, charter: Charter, report: DutyReport) -> Iterable[tuple[str, SourceClass]]:
    """The clauses behind a duty that is not simply untouched, with how each was seen."""
    if all(finding.status in QUIET for finding in answer.findings):
        return
    yield answer.clause, answer.source_class
    clauses = charter.as_of(report.on, report.known).clauses
    cited = chain((finding.clause for finding in answer.findings), (one.clause for one in answer.reports))
    for clause in cited:
        if clause in clauses:
            yield clause, clauses[clause].class_ or "memory"


def _names_in(event: Event) -> dict[str, str]:
    codes = (event.victim, event.attacker, event.territory_of, *(event.requested_by or ()))
    return {code: name for code in codes if (name := state_name(code))}
