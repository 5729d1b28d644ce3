"""`tocsin charter`: read, write and check treaties as data."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.charter_diff import diff
from tocsin.cli.options import AS_JSON, CHARTER, KNOWN, ON, READINGS, day, day_or
from tocsin.cli.session import session_of

app = typer.Typer(help="Read, write and check charters: treaties as data.", rich_markup_mode=None, no_args_is_help=True)
text_app = typer.Typer(
    help="Attach your own copy of a treaty's text, and read it by article.", rich_markup_mode=None, no_args_is_help=True
)
app.add_typer(text_app, name="text")

PART = Annotated[
    list[str] | None,
    typer.Option(
        "--part",
        metavar="PART",
        help="Show this part only: parties, groups, organs, weights, matters, areas, duties, provisions, "
        "conduct, readings, unset, instruments or clauses. May be repeated.",
    ),
]


@app.command("list")
def list_charters(ctx: typer.Context, as_json: AS_JSON = False) -> None:
    """List the charters that ship with Tocsin: members today, dates, sourcing; then the reforms laid over them."""
    from tocsin.charter import load_charter
    from tocsin.charter.files.catalog import shipped
    from tocsin.cli import charter_print, charter_reforms, tables
    from tocsin.cli.charter_view import summary_of

    today = session_of(ctx).today()
    summaries = [summary_of(load_charter(name), today) for name in shipped()]
    if as_json:
        tables.print_json({"today": today, "charters": summaries, "reforms": charter_reforms.shipped_views()})
    else:
        charter_print.print_list(tables.terminal(), summaries, today)
        charter_reforms.print_list(tables.terminal(), charter_reforms.shipped_views())


@app.command()
def show(
    ctx: typer.Context,
    charter: CHARTER,
    on: ON = "",
    known: KNOWN = "",
    reading: READINGS = None,
    part: PART = None,
    as_json: AS_JSON = False,
) -> None:
    """Show a charter on one day: parties, organs, rules in plain words, duties, and what no source tells."""
    from tocsin.charter import load_charter
    from tocsin.cli import charter_print, tables
    from tocsin.cli.charter_view import view_of

    for name in part or ():
        if name not in charter_print.PARTS:
            raise typer.BadParameter(f"'{name}' is none of {', '.join(charter_print.PARTS)}.", param_hint="--part")
    loaded = load_charter(charter)
    snapshot = loaded.as_of(day_or(on, "--on", session_of(ctx).today()), day(known, "--known"), reading or ())
    view = view_of(loaded, snapshot)
    if as_json:
        tables.print_json(view)
    else:
        charter_print.print_charter(tables.terminal(), view, part or ())


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of your charter, such as my-pact.")],
    as_json: AS_JSON = False,
) -> None:
    """Write NAME.toml here: a small, commented charter of invented states to start from. Overwrites nothing."""
    from tocsin.charter.files.template import template
    from tocsin.cli import tables

    written = template(name)
    path = Path(f"{name}.toml")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(written)
    except FileExistsError:
        message = f"{path} is there already and is left as it is; choose another name."
        raise typer.BadParameter(message, param_hint="NAME") from None
    if as_json:
        tables.print_json({"written": str(path)})
    else:
        typer.echo(f"Wrote {path}. Next: tocsin charter check {path}")


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Charter files, or names of shipped charters.")],
    as_json: AS_JSON = False,
) -> None:
    """Check charter files: every mistake with its line and its remedy, or one line that all is well.

    Exit code 2 if there is a mistake in any file.
    """
    from tocsin.cli import charter_print, tables
    from tocsin.cli.charter_check import checked

    results = [checked(name) for name in files]
    mistakes = sum(len(result.problems) for result in results)
    if as_json:
        tables.print_json({"files": results, "mistakes": mistakes})
    else:
        charter_print.print_checked(tables.terminal(), results)
    if mistakes:
        raise typer.Exit(2)


@app.command()
def schema(
    reform: Annotated[bool, typer.Option("--reform", help="Of a reform file, which is laid over a charter.")] = False,
    as_json: AS_JSON = False,  # noqa: ARG001  # it is JSON with or without the option
) -> None:
    """Print the JSON Schema of a charter file, for editors that complete and check as you type."""
    from tocsin.charter.files.schema import charter_schema, reform_schema
    from tocsin.cli import tables

    tables.print_json(reform_schema() if reform else charter_schema())


app.command()(diff)


@text_app.command("import")
def import_text_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The treaty as a plain .txt file, UTF-8.")],
    charter: Annotated[str, typer.Option("--charter", metavar="CHARTER", help="The charter it belongs to.")] = "",
    instrument: Annotated[
        str, typer.Option("--instrument", metavar="ID", help="The instrument it belongs to. Without it: guessed.")
    ] = "",
    as_json: AS_JSON = False,
) -> None:
    """Attach your own copy of a treaty text to a charter, by its hash. It is kept in your data folder only."""
    from tocsin.charter.files.disk import user_folder
    from tocsin.cli import charter_print, tables
    from tocsin.cli.charter_text import import_into

    imported = import_into(file, user_folder(), charter, instrument)
    if as_json:
        tables.print_json(imported)
    else:
        charter_print.print_imported(tables.terminal(), imported)


@text_app.command("show")
def show_text(
    charter: CHARTER,
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="Number of the article, such as 5 or 42(7).")],
    as_json: AS_JSON = False,
) -> None:
    """Show one article: our one-line summary, how it was seen, and your own copy of the text where you attached one."""
    from tocsin.charter import load_charter
    from tocsin.charter.files.disk import user_folder
    from tocsin.charter.told.drafts import why_hypothetical
    from tocsin.cli import charter_print, tables
    from tocsin.cli.charter_text import article_of

    loaded = load_charter(charter)
    clauses, attached = article_of(loaded, article, user_folder())
    if as_json:
        tables.print_json({"charter": loaded.id, "article": article, "clauses": clauses, "attached": dict(attached)})
    else:
        console = tables.terminal()
        tables.banner(console, loaded.document.charter.hypothetical, why_hypothetical(loaded.document))
        charter_print.print_article(console, article, clauses, attached)
