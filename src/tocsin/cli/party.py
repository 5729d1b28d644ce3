"""`tocsin party`: one party in all its alliances, what it owes, and where two of them could collide."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.compare import HTML, ON
from tocsin.cli.options import AS_JSON, KNOWN, day, day_or
from tocsin.cli.session import session_of

if TYPE_CHECKING:
    from tocsin.measures.comparison_party import PartyView


def party(
    ctx: typer.Context,
    code: Annotated[
        str,
        typer.Argument(
            metavar="PARTY",
            help="A party by its code, such as KAZ (ISO 3166-1 alpha-3) or TRNC, or by its name, such as Kazakhstan.",
        ),
    ],
    *,
    on: ON = "",
    known: KNOWN = "",
    charter: Annotated[
        list[str] | None,
        typer.Option(
            "--charter", metavar="CHARTER", help="Look in this charter only. Repeatable. Without it: in all that ship."
        ),
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option("--events", metavar="FOLDER", help="Write each event as a file for 'tocsin duties --event'."),
    ] = None,
    html: HTML = None,
    as_json: AS_JSON = False,
) -> None:
    """Show a party on one day: its alliances, its duties in each, and where two of them could collide.

    Every collision comes with an event that engages both duties. Such an event is HYPOTHETICAL: a test of the texts,
    no statement about what any state does. Exit code 1 if the party belongs to none on that day.
    """
    from tocsin.charter import load_charter
    from tocsin.charter.files.catalog import shipped
    from tocsin.cli import party_print, tables
    from tocsin.measures.comparison_party import find_party, party_view

    asked, seen = day_or(on, "--on", session_of(ctx).today()), day(known, "--known")
    loaded = [load_charter(name) for name in charter or shipped()]
    view = party_view(loaded, find_party(loaded, code), on=asked, known=seen)
    written: list[Path] = []
    if html is not None:
        from tocsin.measures.comparison_html import render_party
        from tocsin.measures.overlap import overlap

        mine = [one for one in loaded if one.id in {alliance.id for alliance in view.alliances}]
        page = render_party(view, overlap(mine, on=asked, known=seen) if mine else None)
        html.write_text(page, encoding="utf-8")
        written.append(html)
    if events is not None:
        written.extend(_write_events(view, events))
    if as_json:
        tables.print_json(view)
    elif html is None:
        party_print.print_party(tables.terminal(), view)
    for path in written:
        typer.echo(f"Wrote {path}.", err=True)
    if not view.alliances:
        raise typer.Exit(1)


def _write_events(view: "PartyView", folder: Path) -> list[Path]:
    """One file for each event of each collision; an event that serves both duties is written once."""
    from tocsin.cli.party_print import event_names

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in event_names(view.collisions):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
