"""`tocsin demo --terminal`: a recorded crisis passes through a treaty, step by step, in the terminal."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tocsin.cli import replay_print, tables
from tocsin.replay.run import replay as run_case

if TYPE_CHECKING:
    from rich.console import Console

    from tocsin.replay.result import Line

SHORT_PAUSE_SECONDS = 0.25
SHOWN = ("open silence", "request", "deadline", "change forum", "close", "deploy")
LAST = "deploy"
NEXT = (
    ("tocsin replay csto-2022-kazakhstan", "another alliance, the law contested: rival readings side by side"),
    ("tocsin duties nato --event attack-2001 --on 2001-09-12", "what a treaty asks when something happens, and why"),
    (
        "tocsin outcome meridian assist --positions XAA=support,XAB=object --on 2026-01-01",
        "count positions by the rules; see who could change the result",
    ),
)


def show(console: "Console", name: str, speed: float | None, sleep: Callable[[float], None]) -> None:
    """Print the steps on which a case turns."""
    report = run_case(name)
    replay_print.print_head(console, report)
    lines = chosen(report.runs[0].lines)
    pause = SHORT_PAUSE_SECONDS if speed is None and console.is_terminal else 0.0
    replay_print.print_steps(console, report, lines, replay_print.Pace(sleep, speed, pause), brief=True)
    replay_print.print_counts(console, report)
    tables.section(console, f"That was {len(lines)} of {len(report.runs[0].lines)} steps. What next?")
    for command, says in NEXT:
        tables.print_command(console, command, says)


def chosen(lines: "tuple[Line, ...]") -> "list[Line]":
    """The steps on which the case turns, up to the first deployment."""
    found = []
    for line in lines:
        if line.do in SHOWN or line.computed.result == "broken":
            found.append(line)
        if line.do == LAST:
            break
    return found
