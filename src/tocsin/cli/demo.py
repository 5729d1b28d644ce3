"""`tocsin demo`: the first thing a newcomer runs."""

from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.options import AS_JSON
from tocsin.cli.session import session_of

if TYPE_CHECKING:
    from tocsin.replay.result import Line

CASE = "nato-2003-turkey"
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


SPEED = Annotated[
    float | None,
    typer.Option(
        "--speed",
        metavar="N",
        min=0.000001,
        help="Play it N times as fast as it happened; no pause is longer than 2 seconds. Without it: a few seconds.",
    ),
]


def demo(ctx: typer.Context, speed: SPEED = None, as_json: AS_JSON = False) -> None:
    """Watch a real crisis pass through a real treaty: NATO, February 2003. Takes a few seconds.

    Silence is opened, three allies break it, one asks for consultation, and another organ decides.
    """
    from tocsin.cli import tables
    from tocsin.replay.run import replay as run_case

    report = run_case(CASE)
    if as_json:
        tables.print_json(report)
        return
    from tocsin.cli import replay_print

    console = tables.terminal()
    replay_print.print_head(console, report)
    session = session_of(ctx)
    lines = chosen(report.runs[0].lines)
    pause = SHORT_PAUSE_SECONDS if speed is None and console.is_terminal else 0.0
    replay_print.print_steps(console, report, lines, replay_print.Pace(session.sleep, speed, pause), brief=True)
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
