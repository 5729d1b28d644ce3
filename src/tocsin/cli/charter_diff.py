"""`tocsin charter diff`: what differs between two days of one charter, or between two charters."""

from typing import Annotated

import typer

from tocsin.cli.options import AS_JSON, CHARTER, KNOWN, day, day_or
from tocsin.cli.session import session_of


def diff(
    ctx: typer.Context,
    charter: CHARTER,
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="Another charter or reform. Without it: two days of the first.")
    ] = "",
    *,
    from_: Annotated[str, typer.Option("--from", metavar="DATE", help="The earlier day, for one charter.")] = "",
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="The later day. Without it: today.")] = "",
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="The day, for two charters. Without it: once all reforms hold.")
    ] = "",
    known: KNOWN = "",
    as_json: AS_JSON = False,
) -> None:
    """Show what differs between two days of a charter, or between two charters on a day: a reform and its base.

    Rows are added (+), removed (−), changed (~), or renamed with the same meaning (=). Exit code 0 also where
    something differs.
    """
    from tocsin.charter import load_charter
    from tocsin.cli import tables
    from tocsin.cli.charter_changes import once_reformed, print_diff, view_of

    _refuse_mixed(other, from_, to, on)
    today = session_of(ctx).today()
    first = load_charter(charter)
    second = load_charter(other) if other else first
    if other:
        start = end = day_or(on, "--on", once_reformed(today, first, second))
    else:
        start, end = day_or(from_, "--from", today), day_or(to, "--to", today)
    until = day(known, "--known")
    view = view_of(first, first.as_of(start, until), second, second.as_of(end, until))
    if as_json:
        tables.print_json(view)
    else:
        print_diff(tables.terminal(), view)


def _refuse_mixed(other: str, from_: str, to: str, on: str) -> None:
    if other and (from_ or to):
        message = "--from and --to compare one charter with itself; for two charters give --on."
        raise typer.BadParameter(message, param_hint="OTHER")
    if not other and on:
        raise typer.BadParameter("one charter is compared between --from and --to.", param_hint="--on")
    if not other and not from_:
        message = "name another charter to compare with, or two days of this one with --from and --to."
        raise typer.BadParameter(message, param_hint="OTHER")
