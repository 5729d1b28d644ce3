"""Duties for an event, in the terminal."""

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from tocsin.charter.duties import DutyAnswer, DutyStatus, Finding
from tocsin.charter.predicates import Event
from tocsin.charter.told.duties import ORDER, QUIET, DutiesAnswer, worst
from tocsin.charter.told.names import coded
from tocsin.charter.told.words import report_words
from tocsin.cli.tables import banner, class_text, indented, listing, readings, section, title, weak_first
from tocsin.terms import PartyId

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
