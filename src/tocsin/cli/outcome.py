"""`tocsin outcome`: what a rule makes of positions, whom it binds, and who could change it."""

from typing import Annotated

import typer

from tocsin.cli.options import AS_JSON, CHARTER, KNOWN, ON, READINGS, day, day_or
from tocsin.cli.session import session_of

POSITIONS = Annotated[
    list[str] | None,
    typer.Option(
        "--positions",
        metavar="LIST",
        help="Who says what, by code or name: XAA=support,XAB=object,others=abstain. Positions: support, "
        "object, abstain, qualified_abstention, absent, "
        "not_stated. 'others' stands for all electors not named. May be repeated.",
    ),
]


def outcome(
    ctx: typer.Context,
    charter: CHARTER,
    matter: Annotated[str, typer.Argument(metavar="MATTER", help="What is decided; 'charter show' lists the matters.")],
    *,
    positions: POSITIONS = None,
    on: ON = "",
    known: KNOWN = "",
    organ: Annotated[
        str, typer.Option("--organ", metavar="ORGAN", help="Where it is decided. Without it: the first forum.")
    ] = "",
    rule: Annotated[
        str, typer.Option("--rule", metavar="RULE", help="By which rule, where an organ has several.")
    ] = "",
    subject: Annotated[
        str, typer.Option("--subject", metavar="PARTY", help="The party it is about; needed where it is about one.")
    ] = "",
    question: Annotated[
        list[str] | None,
        typer.Option(
            "--question",
            metavar="NAME:LIST",
            help="Positions on a question of its own, such as format:XAA=support,XAB=object. May be repeated.",
        ),
    ] = None,
    closed: Annotated[
        bool, typer.Option("--closed", help="No more positions will come: the vote is closed, or the deadline passed.")
    ] = False,
    reading: READINGS = None,
    as_json: AS_JSON = False,
) -> None:
    """Count positions by the charter's rule: the verdict and why, who is bound, and who could change it.

    Positions entered here are hypothetical. Exit code 0 if it is adopted, 1 if not (blocked, open or escalated).
    """
    from tocsin.charter import load_charter
    from tocsin.charter.told.outcome import answer_of
    from tocsin.charter.told.query import Query
    from tocsin.cli import outcome_print, tables
    from tocsin.cli.outcome_parties import cleaned
    from tocsin.cli.outcome_query import parse_positions, parse_questions

    query = Query(
        matter=matter,
        positions=parse_positions(",".join(positions or ()), "--positions"),
        questions=parse_questions(question or ()),
        organ=organ,
        rule=rule,
        subject=subject,
        closed=closed,
    )
    loaded = load_charter(charter)
    snapshot = loaded.as_of(day_or(on, "--on", session_of(ctx).today()), day(known, "--known"), reading or ())
    answer = answer_of(loaded, snapshot, cleaned(snapshot, query))
    if as_json:
        tables.print_json(answer)
    else:
        outcome_print.print_answer(tables.terminal(), answer)
    if answer.outcome.verdict != "adopted":
        raise typer.Exit(1)
