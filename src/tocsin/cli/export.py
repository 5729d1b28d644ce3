"""`tocsin export`: memberships, cases and decisions as tidy tables with a codebook, for R, Python and spreadsheets."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.options import AS_JSON, day

if TYPE_CHECKING:
    from tocsin.cli.export_package import Export
    from tocsin.cli.export_tables import Format

app = typer.Typer(
    help="Export memberships, cases and decisions as tidy tables with a codebook.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

FORMAT = Annotated[
    str,
    typer.Option("--format", metavar="LIST", help="csv, parquet, or csv,parquet. Parquet needs the package pyarrow."),
]
TO = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="DIR",
        help="Folder to write; an earlier export in it is replaced. Without it: tocsin- and the kind of export.",
    ),
]
CASE_ON = Annotated[
    str, typer.Option("--on", metavar="DATE", help="Only cases under way on this day, such as 2003-02-10.")
]
CASE_CHARTER = Annotated[
    list[str] | None,
    typer.Option("--charter", metavar="NAME", help="Only cases replayed under this charter. May be repeated."),
]


@app.command()
def members(
    formats: FORMAT = "csv",
    to: TO = None,
    on: Annotated[
        str, typer.Option("--on", metavar="DATE", help="Only what holds on this day. Without it: all of history.")
    ] = "",
    charter: Annotated[
        list[str] | None,
        typer.Option(
            "--charter",
            metavar="NAME",
            help="Only this charter, reform or .toml file of your own. May be repeated. Without it: all charters.",
        ),
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    """Export memberships, one row a spell: party, status, from, to, clause, source and how it was seen.

    Table states has every code beside ISO alpha-2 and the Correlates of War codes.
    """
    from tocsin.cli.export_make import members_export

    _export(members_export, formats, to, (charter, on), as_json=as_json)


@app.command()
def cases(
    formats: FORMAT = "csv", to: TO = None, on: CASE_ON = "", charter: CASE_CHARTER = None, as_json: AS_JSON = False
) -> None:
    """Export recorded cases, one row a step and run: what is recorded, what the charter computes, and the mark.

    A case with rival readings has its rows once a run; keep run 1 to have each step once.
    """
    from tocsin.cli.export_make import cases_export

    _export(cases_export, formats, to, (charter, on), as_json=as_json)


@app.command()
def decisions(
    formats: FORMAT = "csv", to: TO = None, on: CASE_ON = "", charter: CASE_CHARTER = None, as_json: AS_JSON = False
) -> None:
    """Export the decisions of recorded cases, one row a decision and run, and table positions, one row an elector.

    Times from tabling and from the first request are hours as intervals.
    """
    from tocsin.cli.export_make import decisions_export

    _export(decisions_export, formats, to, (charter, on), as_json=as_json)


def _export(
    make: "Callable[[tuple[str, ...], date | None], Export]",
    formats: str,
    to: Path | None,
    only: tuple[list[str] | None, str],
    *,
    as_json: bool,
) -> None:
    """Refuse what cannot be written before anything is computed; then make the tables, write them, and say so."""
    from tocsin.cli.export_files import write_folder
    from tocsin.cli.export_make import answer_of, print_answer
    from tocsin.cli.export_package import contents
    from tocsin.cli.export_tables import need_parquet
    from tocsin.cli.tables import print_json, terminal

    wanted = formats_of(formats)
    if "parquet" in wanted:
        need_parquet()
    made = make(tuple(dict.fromkeys(only[0] or ())), day(only[1], "--on"))
    folder = Path(made.name) if to is None else to
    written = contents(made, wanted)
    write_folder(folder, written, made.what)
    answer = answer_of(made, folder, written)
    if as_json:
        print_json(answer)
    else:
        print_answer(terminal(), answer)


def formats_of(text: str) -> "list[Format]":
    """The formats that --format names, each once. Raises BadParameter for anything else."""
    from tocsin.cli.export_tables import FORMATS

    named = {part.strip().lower() for part in text.split(",")}
    if not named <= set(FORMATS):
        strange = ", ".join(f"'{name}'" for name in sorted(named - set(FORMATS)))
        raise typer.BadParameter(f"{strange} is no format; write csv, parquet, or csv,parquet.", param_hint="--format")
    return [form for form in FORMATS if form in named]
