"""`tocsin replay`: recorded crises, step by step, compared with what came of them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tocsin.cli.centre_open import SEAT
from tocsin.cli.options import AS_JSON, READINGS
from tocsin.cli.session import session_of

if TYPE_CHECKING:
    from tocsin.ledger import FileLedger

LIST = "list"

TARGET = Annotated[
    str,
    typer.Argument(
        metavar="CASE",
        help="Name of a case, the path of your own .toml file, or the word 'list' to see all cases.",
        show_default=False,
    ),
]
SPEED = Annotated[
    float | None,
    typer.Option(
        "--speed",
        metavar="N",
        min=0.000001,
        help="Play it N times as fast as it happened; no pause is longer than 2 seconds. Without it: no pauses.",
    ),
]
HTML = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page to FILE, ready to print.")
]
INTO = Annotated[
    str,
    typer.Option(
        "--into", metavar="URL", help="Play it through this running REPLAY centre, as its conductor, and compare."
    ),
]
TOKEN_FILE = Annotated[
    Path | None,
    typer.Option("--token-file", metavar="FILE", help="The conductor's token. Left out, your desk there."),
]
LEDGER = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="FILE", help="Append every act to this ledger file as it is decided."),
]


def replay(
    ctx: typer.Context,
    case: TARGET = "",
    *,
    all_cases: Annotated[bool, typer.Option("--all", help="Replay every case and print a table of counts.")] = False,
    speed: SPEED = None,
    reading: READINGS = None,
    sources: Annotated[bool, typer.Option("--sources", help="Name the source of each step.")] = False,
    html: HTML = None,
    ledger: LEDGER = None,
    into: INTO = "",
    token_file: TOKEN_FILE = None,
    seat: SEAT = "",
    as_json: AS_JSON = False,
) -> None:
    """Replay a recorded crisis through its charter, step by step, and compare with what came of it.

    Each step agrees (✓), is consistent (≈, from facts its author inferred), differs (✗), is open (?, a fact is
    missing), or is noted (·, nothing to compute or compare). Exit code 1 if a step differs.
    """
    if case and all_cases:
        raise typer.BadParameter("name one case or say --all, not both.", param_hint="CASE")
    if not case and not all_cases:
        raise typer.BadParameter("name a case, or say 'list' or --all.", param_hint="CASE")
    if html is not None and (all_cases or case == LIST):
        raise typer.BadParameter("a page holds one case; name it.", param_hint="--html")
    if case == LIST:
        _list(as_json=as_json)
        return
    if into:
        if all_cases or html is not None or ledger is not None or reading:
            raise typer.BadParameter("it plays one case, as the centre's own law decides it.", param_hint="--into")
        if _into(ctx, case, into, token_file, Wishes(speed, None, None, sources, as_json), seat):
            raise typer.Exit(1)
        return
    with opened(ledger) as book:
        if all_cases:
            differs = _all(book, as_json=as_json)
        else:
            differs = _one(ctx, case, Wishes(speed, reading, html, sources, as_json), book)
    if differs:
        raise typer.Exit(1)


class Wishes(NamedTuple):
    """How one case is to be played and shown."""

    speed: float | None
    reading: list[str] | None
    html: Path | None
    sources: bool
    as_json: bool


def _one(ctx: typer.Context, case: str, wishes: Wishes, book: "FileLedger | None") -> bool:
    """Replay one case; whether a step differs."""
    from tocsin.cli import replay_print, tables
    from tocsin.replay.run import replay as run_case

    report = run_case(case, readings=wishes.reading, ledger=book)
    if wishes.html is not None:
        from tocsin.replay.html import render

        wishes.html.write_text(render(report), encoding="utf-8")
    if wishes.as_json:
        tables.print_json(report)
    else:
        pace = replay_print.Pace(session_of(ctx).sleep, wishes.speed)
        replay_print.print_replay(tables.terminal(), report, pace, with_sources=wishes.sources)
    if wishes.html is not None:
        typer.echo(f"Wrote {wishes.html}.", err=True)
    return any(run.counts.get("differs", 0) for run in report.runs)


def _into(ctx: typer.Context, case: str, address: str, token_file: Path | None, wishes: Wishes, seat: str) -> bool:
    """Play one case into a centre; whether a step differs."""
    from tocsin.cli import centre_open, tables
    from tocsin.cli.ledger_open import read_text
    from tocsin.cli.replay_into import play
    from tocsin.client import Client

    def played(client: Client) -> bool:
        console = None if wishes.as_json else tables.terminal()
        report = play(case, client, speed=wishes.speed, sleep=session_of(ctx).sleep, console=console)
        if wishes.as_json:
            tables.print_json(report)
        return any(run.counts.get("differs", 0) for run in report.runs)

    if token_file is None:
        with centre_open.opened(seat, address) as at:
            return played(at.client)
    with Client(address, read_text(token_file, "--token-file", 10_000).strip()) as client:
        return played(client)


def _all(book: "FileLedger | None", *, as_json: bool) -> bool:
    """Replay every shipped case; whether a step of any differs."""
    from tocsin.charter.files.catalog import resource_names
    from tocsin.cli import replay_tables, tables
    from tocsin.replay.run import replay as run_case

    console = tables.terminal()
    if not as_json:
        replay_tables.print_results_title(console)
    results = [
        result for name in resource_names("cases") for result in replay_tables.results(run_case(name, ledger=book))
    ]
    if as_json:
        tables.print_json({"runs": results, "totals": replay_tables.totals(results)})
    else:
        replay_tables.print_results(console, results)
    return any(result.counts.get("differs", 0) for result in results)


def _list(*, as_json: bool) -> None:
    from tocsin.charter.files.catalog import resource_names
    from tocsin.cli import replay_tables, tables
    from tocsin.replay.load import load_case

    cases = [replay_tables.entry(load_case(name)) for name in resource_names("cases")]
    if as_json:
        tables.print_json({"cases": cases})
    else:
        replay_tables.print_list(tables.terminal(), cases)


@contextmanager
def opened(path: Path | None) -> "Iterator[FileLedger | None]":
    """The ledger in a file, closed afterwards; None where none is asked for. A fault of it is an input error."""
    if path is None:
        yield None
        return
    from tocsin.ledger import FileLedger, LedgerError

    try:
        with closing(FileLedger(path, mode="replay")) as book:
            yield book
    except LedgerError as error:
        raise typer.BadParameter(str(error), param_hint="--ledger") from None
