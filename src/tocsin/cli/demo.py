"""`tocsin demo`: the first thing a newcomer runs. A crisis centre opens, and a recorded crisis passes through it."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.options import AS_JSON
from tocsin.cli.session import session_of

CASE = "nato-2003-turkey"

NAME = Annotated[str, typer.Argument(metavar="CASE", help="The recorded case: its name, or the path of a .toml file.")]
SPEED = Annotated[
    float | None,
    typer.Option(
        "--speed",
        metavar="N",
        min=0.000001,
        help="Play it N times as fast as it happened; long pauses are cut. It can be changed in the browser.",
    ),
]
TERMINAL = Annotated[bool, typer.Option("--terminal", help="No centre: show the case in the terminal; a few seconds.")]
PAUSED = Annotated[bool, typer.Option("--paused", help="Begin paused: the secretariat's page starts it.")]
NO_BROWSER = Annotated[bool, typer.Option("--no-browser", help="Open no browser; the links are printed anyway.")]
PORT = Annotated[int, typer.Option("--port", metavar="N", min=0, max=65_535, help="Port to listen on; 0: any.")]
DATA = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="A new folder to keep the centre in. Without it nothing is kept."),
]


def demo(
    ctx: typer.Context,
    *,
    case: NAME = CASE,
    speed: SPEED = None,
    terminal: TERMINAL = False,
    paused: PAUSED = False,
    no_browser: NO_BROWSER = False,
    port: PORT = 0,
    data: DATA = None,
    as_json: AS_JSON = False,
) -> None:
    """Watch a real crisis pass through a living crisis centre, in the browser: NATO, February 2003.

    Silence is opened, three allies break it, one asks for consultation, and another organ decides. Links are printed
    for the secretariat and for two nations: sit at their desks, pause, and act yourself. Ctrl-C ends it.
    """
    if terminal:
        from tocsin.cli import demo_terminal, tables

        if as_json:
            from tocsin.replay.run import replay as run_case

            tables.print_json(run_case(case))
            return
        demo_terminal.show(tables.terminal(), case, speed, session_of(ctx).sleep)
        return
    from tocsin.centre.start import CentreError
    from tocsin.cli.demo_centre import Demo, run
    from tocsin.ledger import LedgerError

    wishes = Demo(
        case=case,
        speed=speed,
        is_paused=paused,
        opens_browser=not no_browser and not as_json,
        port=port,
        data=data,
        as_json=as_json,
    )
    try:
        run(wishes)
    except LedgerError as error:
        raise CentreError(f"{error}.") from None
