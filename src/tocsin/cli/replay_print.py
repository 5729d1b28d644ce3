"""A replay in the terminal: day by day, step by step, with clause, actor, deadline and reason."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from tocsin.cli.tables import (
    STYLES,
    banner,
    class_text,
    indented,
    mark_text,
    row,
    section,
    table,
    title,
    weak_first,
)
from tocsin.replay.contrast import contrasts, source_of
from tocsin.replay.result import MARKS, Computed, Line, ReplayReport, Run
from tocsin.replay.silences import Silence, left_hours, length_hours, silences
from tocsin.replay.words import (
    DEEDS,
    SIGNS,
    actors_text,
    clocks_text,
    day_text,
    gap_hours,
    hours_text,
    side_text,
    span_text,
    times_text,
)
from tocsin.terms import WEAK_CLASSES

PAUSE_MAX_SECONDS = 2.0
BAR = 32
RESULT_STYLES = {
    "adopted": "bold green",
    "triggered": "bold green",
    "blocked": "bold bright_red",
    "broken": "bold bright_red",
    "refused": "bold bright_red",
    "excluded": "bold bright_red",
    "silence runs": "bold yellow",
    "moved": "bold magenta",
    "awaiting": "bold yellow",
    "open": "bold yellow",
}


class Pace(NamedTuple):
    """How long to wait between steps: their own gap, sped up, and never more than two seconds."""

    sleep: Callable[[float], None]
    speed: float | None = None
    """Times real time; None: no waiting."""
    pause_seconds: float = 0.0
    """A pause before every step, whatever its gap."""

    def wait(self, before: Line | None, line: Line) -> None:
        seconds = self.pause_seconds
        if self.speed and before is not None:
            seconds = gap_hours(before.at, line.at) * 3600 / self.speed
        if seconds > 0:
            self.sleep(min(PAUSE_MAX_SECONDS, seconds))


def print_replay(console: Console, report: ReplayReport, pace: Pace, *, with_sources: bool) -> None:
    """The whole report: what it rests on, the steps of the first run, where rival readings part, and the counts."""
    print_head(console, report)
    run = report.runs[0]
    if run.readings:
        console.print(Text(f"Under the reading {' + '.join(run.readings)}", style="bold magenta"))
    print_steps(console, report, run.lines, pace, with_sources=with_sources)
    _print_contrasts(console, report)
    print_counts(console, report)
    _print_headlines(console, run)
    _print_conflicts(console, run, with_sources=with_sources)


def print_head(console: Console, report: ReplayReport) -> None:
    """Banner, title, summary, and what rests on weak sources."""
    banner(console, report.hypothetical)
    title(console, report.title, f"case {report.case}, under the charter {report.charter}: {report.charter_title}")
    if report.summary:
        console.print(Text(report.summary))
    console.print()
    weak_first(console, weak_of(report))


def weak_of(report: ReplayReport) -> list[str]:
    """Clauses and steps that rest on what nobody has read at the source."""
    lines = [line for run in report.runs for line in run.lines]
    clauses = dict.fromkeys(clause for line in lines for clause in line.weak)
    steps = [str(line.number) for line in report.runs[0].lines if line.source_class in WEAK_CLASSES]
    return [*clauses, *([f"step {', '.join(steps)}"] if steps else [])]


def print_steps(
    console: Console,
    report: ReplayReport,
    lines: Iterable[Line],
    pace: Pace,
    *,
    with_sources: bool = False,
    brief: bool = False,
) -> None:
    """Steps under a heading for each day, with how long after the day before."""
    before: Line | None = None
    held = silences(report.runs[0].lines)
    for line in lines:
        pace.wait(before, line)
        if before is None or before.at[:10] != line.at[:10]:
            _print_day(console, before, line)
        _print_step(console, line, report.names, held.get(line.number), brief=brief)
        if with_sources:
            _print_source(console, line)
        before = line


def print_counts(console: Console, report: ReplayReport) -> None:
    """How the steps compare, for each run."""
    section(console, "How the steps compare with the record")
    for run in report.runs:
        said = Text("  ")
        for mark in MARKS:
            said.append_text(
                Text(f"{SIGNS[mark].symbol} {run.counts.get(mark, 0)} {SIGNS[mark].word}   ", STYLES[mark])
            )
        under = f" under {' + '.join(run.readings)}" if run.readings else ""
        console.print(said)
        console.print(Text(f"  {run.decisions} decision steps, {run.decisions_open} of them open{under}", style="dim"))


def _print_day(console: Console, before: Line | None, line: Line) -> None:
    days = round(gap_hours(before.at[:10], line.at[:10]) / 24) if before else 0
    later = f"  {hours_text(days * 24)} later" if days else ""
    if before is not None:
        console.print()
    console.print(Text.assemble((day_text(line.at), "bold underline"), (later, "dim")))


def _print_step(
    console: Console, line: Line, names: Mapping[str, str], silence: Silence | None, *, brief: bool
) -> None:
    actor = actors_text(line, names)
    clock = clocks_text(line)
    head = Text.assemble((f"{line.number:>3} ", "bold"), mark_text(line.mark), "  ", (DEEDS[line.do], "cyan"))
    head.append_text(Text.assemble("  ", (actor, "bold")) if actor else Text())
    head.append_text(Text(f"  {clock}", style="dim") if clock else Text())
    indented(console, head, 0, hang=4)
    indented(console, line.says, 4)
    for text in _computed(line, names, brief=brief):
        nested = len(text.plain) - len(text.plain.lstrip())
        indented(console, text[nested:], 4 + nested, hang=2)
    if (
        silence is not None
        and line.do in ("open silence", "positions")
        and line.computed.result in ("silence runs", "broken")
    ):
        indented(console, _bar(line, silence), 4)


def _computed(line: Line, names: Mapping[str, str], *, brief: bool) -> Iterable[Text]:
    """What the charter makes of the step, line by line."""
    computed = line.computed
    if (head := _result(computed, names)) or line.clauses:
        clauses = " ".join(f"{clause}{' !' if clause in line.weak else ''}" for clause in line.clauses)
        yield Text.assemble(("→ ", "dim"), head, (f"  [{clauses}]" if clauses else "", "cyan"))
    for reason in line.why[:1] if brief else line.why:
        yield Text(f"  {reason}", style="dim")
    if computed.deadline and computed.result != "broken":
        yield Text(f"  deadline {times_text(computed.deadline, computed.deadline_latest)}", style="yellow")
    if computed.effective:
        yield Text(f"  takes effect {times_text(computed.effective, computed.effective_latest)}")
    if computed.reports_to:
        yield Text(f"  report owed to {', '.join(computed.reports_to)}")
    for side in line.sides:
        clause = f" [{side.clause}]" if side.clause else ""
        yield Text.assemble(
            "  ", (side_text(side), "magenta"), f": {side.status}{clause}", (f" {'; '.join(side.why)}", "dim")
        )
    for missing in line.missing:
        yield Text(f"  missing: {missing}", style="yellow")
    for difference in line.differences:
        yield Text(f"  {difference}", style="bright_red")


def _result(computed: Computed, names: Mapping[str, str]) -> Text:
    duty, result = computed.duty, computed.result
    said = Text()
    if duty:
        said.append(f"duty {duty}", style=RESULT_STYLES.get(duty, "bold"))
    elif result not in ("", "accepted"):
        said.append(result, style=RESULT_STYLES.get(result, "bold"))
    if computed.organ:
        link = " to " if result == "moved" else " in "
        said.append(f"{link if said else ''}{names.get(computed.organ, computed.organ)}")
    if computed.status:
        said.append(f"{', ' if said else ''}status {computed.status}")
    return said if said or not result else Text(result)


def _bar(line: Line, silence: Silence) -> Text:
    """The silence period as a bar: how much of it had passed."""
    whole = length_hours(silence)
    if line.computed.result != "broken":
        at_most = len(silence.since) == len("2003-02-06") and not silence.deadline_latest
        said = f"silence of {hours_text(whole)}{' at most' if at_most else ''}"
        return Text.assemble(("  ├" + "─" * BAR + "┤ ", "yellow"), (said, "yellow"))
    left = left_hours(line, silence)
    passed = min(BAR - 1, max(0, round(BAR * (1 - left.most / max(1e-9, whole)))))
    rest = "┄" * (BAR - passed - 1)
    said = f"broken {span_text(*left)} before the end"
    return Text.assemble(
        ("  ├" + "━" * passed, "yellow"), ("✗", "bold bright_red"), (f"{rest}┤ ", "dim"), (said, "bright_red")
    )


def _print_source(console: Console, line: Line) -> None:
    indented(
        console,
        Text.assemble(("source: ", "dim"), source_of(line), " " if line.source else "", class_text(line.source_class)),
        6,
    )
    if line.conflict:
        indented(console, Text.assemble(("other sources: ", "dim"), line.conflict), 6)
    if line.inferred:
        indented(console, Text.assemble(("inferred by the case's author: ", "dim"), "; ".join(line.inferred)), 6)


def _print_contrasts(console: Console, report: ReplayReport) -> None:
    parted = contrasts(report.runs)
    if not parted:
        return
    section(console, "Rival readings side by side: the steps on which they part")
    for contrast in parted:
        indented(console, Text.assemble((f"{contrast.number:>3} ", "bold"), contrast.says), 0, hang=4)
        for run, line in zip(report.runs, contrast.lines, strict=True):
            head = Text.assemble((" + ".join(run.readings) or "no reading", "magenta"), ": ", mark_text(line.mark), " ")
            answer = _result(line.computed, report.names)
            indented(
                console, Text.assemble(head, answer, (f" {'; '.join(line.missing or line.why)}", "dim")), 4, hang=2
            )


def _print_headlines(console: Console, run: Run) -> None:
    if not run.headlines:
        return
    section(console, "Headline times, from the first warning, trigger or request (h hours, d days)")
    made = table("to the …", "time")
    for headline in run.headlines:
        row(made, headline.says, span_text(headline.hours_least, headline.hours_most))
    console.print(made)


def _print_conflicts(console: Console, run: Run, *, with_sources: bool) -> None:
    disputed = [str(line.number) for line in run.lines if line.conflict]
    console.print()
    if disputed and not with_sources:
        numbers = ", ".join(disputed)
        console.print(
            Text(f"Sources disagree on step {numbers}: --sources shows how. --html FILE makes a page.", style="dim")
        )
    elif not with_sources:
        console.print(Text("--sources names the source of each step. --html FILE makes a page.", style="dim"))
