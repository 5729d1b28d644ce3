"""Duties for an event, in the terminal."""

from collections.abc import Iterable, Mapping
from itertools import chain

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from tocsin.charter.duties import DutyAnswer, DutyReport, DutyStatus, Finding
from tocsin.charter.predicates import Event, Predicate
from tocsin.charter.snapshot import Charter
from tocsin.cli.charter_print import report_words
from tocsin.cli.charter_reforms import why_hypothetical
from tocsin.cli.duties_event import warnings_about
from tocsin.cli.names import coded, names_on
from tocsin.cli.tables import BANNER, banner, class_text, indented, listing, readings, section, title, weak_first
from tocsin.states import state_name
from tocsin.terms import WEAK_CLASSES, PartyId, SourceClass, is_invented

ORDER: tuple[DutyStatus, ...] = ("triggered", "awaiting", "undetermined", "excluded", "standing", "not triggered")
QUIET: tuple[DutyStatus, ...] = ("standing", "not triggered")
"""Summed up in a line, unless all is asked for."""
SIGNS: dict[DutyStatus, str] = {
    "triggered": "●",
    "awaiting": "◐",
    "undetermined": "?",
    "excluded": "✗",
    "standing": "■",
    "not triggered": "○",
}
STYLES: dict[DutyStatus, str] = {
    "triggered": "bold green",
    "awaiting": "bold yellow",
    "undetermined": "bold yellow",
    "excluded": "bold bright_red",
    "standing": "cyan",
    "not triggered": "dim",
}
_YES_NO = {True: "yes", False: "no", None: None}
EXCEPTIONS_MAX = 3
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


def _why_event(event: Event) -> str:
    """Why an event is taken as hypothetical; only of one that says so is it known that it did not happen."""
    parties = (event.victim, event.attacker, event.territory_of, *(event.requested_by or ()))
    said = f"{event.source} {event.claimed_by} {event.says}"
    if BANNER in said or any(is_invented(party) for party in parties):
        return INVENTED_EVENT
    return "" if event.source else UNSOURCED_EVENT


def print_answer(console: Console, answer: DutiesAnswer, *, show_all: bool) -> None:
    """What rests on weak sources, the event, then the duties by what they ask."""
    report = answer.report
    banner(console, answer.hypothetical, answer.why_hypothetical)
    for warning in answer.warnings:
        indented(console, f"! {warning}", 0, "bold yellow", hang=2)
    known = f", as known on {report.known}" if report.known else ""
    chosen = readings(answer.readings) if answer.readings else ""
    title(console, f"What {report.charter} asks on {report.on}{known}", chosen)
    _print_event(console, report.event, coded(answer.names))
    if answer.weak:
        console.print()
    weak_first(console, answer.weak)
    for status in ORDER:
        found = [one for one in report.answers if worst(one) == status]
        if status in QUIET and not show_all:
            _print_summarised(console, status, found)
            continue
        aside = [one for one in found if one.duty in answer.aside and not show_all]
        if shown := [one for one in found if one not in aside]:
            _print_group(console, status, shown, answer)
        if aside:
            _print_aside(console, aside)


def worst(answer: DutyAnswer) -> DutyStatus:
    """The status a duty is listed under: of its findings under rival readings the one that asks most."""
    return min((finding.status for finding in answer.findings), key=ORDER.index)


def _only_facts(predicate: Predicate) -> bool:
    """Whether a trigger hangs on further facts alone, such as a treaty joined, and on nothing an event always says."""
    parts = (*predicate.all, *predicate.any, *((predicate.not_,) if predicate.not_ is not None else ()))
    return bool(predicate.fact) or (bool(parts) and all(_only_facts(part) for part in parts))


def _print_aside(console: Console, duties: list[DutyAnswer]) -> None:
    said = []
    for duty in duties:
        facts = dict.fromkeys(field.removeprefix("facts.") for finding in duty.findings for field in finding.missing)
        said.append(f"{duty.duty} ({' and '.join(facts).replace('_', ' ')})")
    text = f"? Only if the event were to say so ({len(duties)}): {', '.join(said)}. --all tells more."
    console.print()
    indented(console, text, 0, "dim", hang=2)


def _print_event(console: Console, event: Event, names: Mapping[str, str]) -> None:
    if event.says:
        console.print(Text(event.says))
    facts = {
        "kind": event.kind,
        "victim": names.get(event.victim, event.victim),
        "attacker": names.get(event.attacker, event.attacker),
        "from outside": _YES_NO[event.external],
        "hit": event.object,
        "where": ", ".join(filter(None, (names.get(event.territory_of, event.territory_of), event.region))),
        "overwhelmed": _YES_NO[event.overwhelmed],
        "asked for by": None if event.requested_by is None else listing(event.requested_by, names),
        **{fact.replace("_", " "): _YES_NO[value] for fact, value in event.facts.items()},
    }
    console.print(Text("; ".join(f"{name}: {value or 'unknown'}" for name, value in facts.items()), style="dim"))
    if event.source:
        console.print(Text(f"source: {event.source}", style="dim"))


def _print_group(console: Console, status: DutyStatus, duties: list[DutyAnswer], answer: DutiesAnswer) -> None:
    section(console, f"{SIGNS[status]} {status.capitalize()} ({len(duties)})")
    for duty in duties:
        head = Text.assemble((duty.title, "bold"), (f"  {duty.duty}, {duty.modality}  ", "dim"))
        head.append_text(Text.assemble((duty.clause, "cyan"), "  ", class_text(duty.source_class)))
        indented(console, head, 0, hang=4)
        _print_findings(console, duty, answer)
        if worst(duty) not in ("excluded", "not triggered"):
            _print_content(console, duty)


def _print_findings(console: Console, duty: DutyAnswer, answer: DutiesAnswer) -> None:
    if duty.contested:
        indented(console, "The law is contested here; side by side:", 2, "magenta")
    shown: dict[tuple[str, ...], list[Finding]] = {}
    for finding in duty.findings:
        shown.setdefault(_said(finding, answer), []).append(finding)
    for (_, *said), findings in shown.items():
        status = findings[0].status
        head = Text.assemble((f"{SIGNS[status]} {status}", STYLES[status]))
        if len(duty.findings) > 1:
            readings = "; or ".join(" + ".join(finding.readings) or "no reading" for finding in findings)
            head.append(f"  under {readings}", style="magenta")
        indented(console, head, 2, hang=2)
        for text in said:
            indented(console, text, 4, hang=2)


def _said(finding: Finding, answer: DutiesAnswer) -> tuple[str, ...]:
    """The status, and what is printed under it."""
    names = answer.names
    said = [f"why: {why}" for why in finding.why]
    if finding.clause:
        said.append(f"by: {finding.clause}")
    if finding.awaiting == "request":
        said.append("awaits: a valid request")
    elif finding.awaiting:
        organ = names.get(finding.organ, finding.organ)
        said.append(f"awaits: the decision '{finding.awaiting}' of {organ}, by the rule '{finding.rule}'")
    if finding.missing:
        said.append(f"missing from the event: {', '.join(finding.missing)}")
    if finding.bearers:
        said.append(f"owed by: {_bearers(finding.bearers, answer)}")
    return (finding.status, *said)


def _bearers(bearers: tuple[PartyId, ...], answer: DutiesAnswer) -> str:
    """'all 19 members', 'all 19 members but United States', or their names."""
    left = [party for party in answer.members if party not in bearers]
    if set(bearers) - set(answer.members) or len(left) > EXCEPTIONS_MAX or not answer.members:
        return f"{len(bearers)}: {listing(bearers, coded(answer.names))}"
    all_of_them = f"all {len(answer.members)} members"
    return f"{all_of_them} but {listing(left, answer.names)}" if left else all_of_them


def _print_content(console: Console, answer: DutyAnswer) -> None:
    facts = (
        ("owed", answer.content),
        ("limits", answer.limits),
        *(("report", report_words(report)) for report in answer.reports),
        ("ends", answer.ends),
    )
    for label, said in facts:
        if said:
            indented(console, Text.assemble((f"{label}: ", "dim"), said), 2, hang=2)


def _print_summarised(console: Console, status: DutyStatus, found: list[DutyAnswer]) -> None:
    if found:
        console.print()
        listed = ", ".join(answer.duty for answer in found)
        word = "Standing, whatever happens" if status == "standing" else status.capitalize()
        console.print(Text(f"{SIGNS[status]} {word} ({len(found)}): {listed}. --all tells more.", style="dim"))


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
