"""All cases in one table: what there is, and how each compares with the record."""

from collections.abc import Iterable

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from tocsin.cli.tables import BANNER, STYLES, banner, row, table, title
from tocsin.replay.case import Case
from tocsin.replay.result import MARKS, Mark, ReplayReport
from tocsin.replay.words import SIGNS, day_text


class Entry(Struct, frozen=True, kw_only=True):
    """A case in one row."""

    case: str
    title: str
    charter: str
    hypothetical: bool
    first: str
    last: str
    steps: int
    rival_readings: tuple[tuple[str, ...], ...]


class Result(Struct, frozen=True, kw_only=True):
    """One run of a case: how its steps compare."""

    case: str
    charter: str
    hypothetical: bool
    readings: tuple[str, ...]
    steps: int
    counts: dict[Mark, int]
    decisions: int
    decisions_open: int


def entry(case: Case) -> Entry:
    about = case.case
    return Entry(
        case=about.id,
        title=about.title,
        charter=about.charter,
        hypothetical=about.hypothetical,
        first=case.step[0].at[:10],
        last=case.step[-1].at[:10],
        steps=len(case.step),
        rival_readings=about.rival_readings,
    )


def results(report: ReplayReport) -> list[Result]:
    return [
        Result(
            case=report.case,
            charter=report.charter,
            hypothetical=report.hypothetical,
            readings=run.readings,
            steps=len(run.lines),
            counts=run.counts,
            decisions=run.decisions,
            decisions_open=run.decisions_open,
        )
        for run in report.runs
    ]


def totals(found: Iterable[Result]) -> dict[str, int]:
    """Sums over all runs: steps, each mark, decision steps and those of them that are open."""
    runs = list(found)
    marks = {str(mark): sum(run.counts.get(mark, 0) for run in runs) for mark in MARKS}
    decisions = {
        "decisions": sum(run.decisions for run in runs),
        "decisions_open": sum(run.decisions_open for run in runs),
    }
    return {"runs": len(runs), "steps": sum(run.steps for run in runs)} | marks | decisions


def print_list(console: Console, cases: Iterable[Entry]) -> None:
    """What cases there are."""
    title(console, "Cases", "Recorded crises, each step with its source.")
    console.print()
    made = table("case", "what happened", "charter", "from", "steps", right=("steps",), keep=("charter",))
    for one in cases:
        name = Text(one.case, style="bold")
        name.append(f"\n{BANNER}" if one.hypothetical else "", style="bright_red")
        rivals = f"\n{len(one.rival_readings)} rival readings" if one.rival_readings else ""
        what = Text.assemble(one.title, (rivals, "dim"))
        row(made, name, what, one.charter, day_text(one.first), str(one.steps))
    console.print(made)
    console.print()
    console.print(Text("Next: tocsin replay nato-2003-turkey", style="dim"))


def print_results_title(console: Console) -> None:
    """Stands above the table of results; it is printed while they are computed."""
    title(console, "All cases against the record", "Numbers are steps.")
    console.print()


def print_results(console: Console, found: list[Result]) -> None:
    """A row for each run, and the totals."""
    banner(console, any(run.hypothetical for run in found), "some of these cases are invented, they are marked")
    heads = ("case", "steps", *(SIGNS[mark].symbol for mark in MARKS), "decisions", "of them open")
    made = table(*heads, right=heads[1:])
    made.columns[0].min_width = 28
    for run in found:
        name = Text(run.case, style="bold")
        name.append(f"\n{BANNER}" if run.hypothetical else "", style="bright_red")
        name.append(f"\n{' + '.join(run.readings)}" if run.readings else "", style="not bold magenta")
        numbers = [_number(run.counts.get(mark, 0), STYLES[mark]) for mark in MARKS]
        row(made, name, str(run.steps), *numbers, str(run.decisions), str(run.decisions_open))
    made.add_section()
    sums = totals(found)
    marks = [_number(sums[mark], STYLES[mark]) for mark in MARKS]
    total = Text(f"total, {sums['runs']} runs", style="bold")
    row(made, total, str(sums["steps"]), *marks, str(sums["decisions"]), str(sums["decisions_open"]))
    console.print(made)
    console.print()
    for mark in MARKS:
        sign = SIGNS[mark]
        console.print(Text.assemble((f"{sign.symbol} {sign.word}", STYLES[mark]), (f": {sign.says}", "dim")))


def _number(count: int, style: str) -> Text:
    return Text(str(count), style=style if count else "dim")
