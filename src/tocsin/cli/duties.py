"""`tocsin duties`: what a treaty asks when something is said to have happened."""

from typing import Annotated

import typer

from tocsin.cli.options import AS_JSON, CHARTER, KNOWN, ON, READINGS, day, day_or
from tocsin.cli.session import session_of


def duties(
    ctx: typer.Context,
    charter: CHARTER,
    *,
    event: Annotated[
        str,
        typer.Option(
            "--event",
            metavar="FILE",
            help="A .toml file with one [event], or the name of a shipped example: attack-2001, attack-on-member, "
            "attack-outside-area, disaster, kgz-2010, nato-forces-outside-area.",
        ),
    ],
    on: ON = "",
    known: KNOWN = "",
    reading: READINGS = None,
    show_all: Annotated[bool, typer.Option("--all", help="Also list the clauses that are not triggered.")] = False,
    as_json: AS_JSON = False,
) -> None:
    """Tell what a treaty asks when something happens: what is triggered, excluded (and why), or awaits a decision.

    Where the law is contested, all readings are computed side by side. The day is that of the event unless --on is
    given. Exit code 1 if nothing is triggered, awaited or undetermined.
    """
    from tocsin.charter import load_charter
    from tocsin.charter.duties import duties as judge
    from tocsin.charter.told.duties import answer_of
    from tocsin.cli import duties_print, tables
    from tocsin.cli.duties_event import event_for

    loaded = load_charter(charter)
    happened = event_for(event, loaded.document)
    asked = day_or(on, "--on", happened.on or session_of(ctx).today())
    report = judge(loaded, happened, asked, day(known, "--known"), reading)
    answer = answer_of(report, loaded, reading or ())
    if as_json:
        tables.print_json(answer)
    else:
        duties_print.print_answer(tables.terminal(), answer, show_all=show_all)
    if not answer.asks_something:
        raise typer.Exit(1)
