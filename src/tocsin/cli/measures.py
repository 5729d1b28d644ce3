"""`tocsin measures`: what members carry, how capability is spread, how alike they vote, how far apart they lie."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.options import AS_JSON, CHARTER, ON, day_or
from tocsin.cli.session import session_of

if TYPE_CHECKING:
    from tocsin.measures.members import Alliance
    from tocsin.measures.sheet import Sheet
    from tocsin.measures.votes_file import Votes

app = typer.Typer(
    help="Measure an alliance: burden, concentration, similarity, cohesion, distances. NA is what data does not cover.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

HTML = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Also write a page with a picture. Overwrites FILE.")
]
YEAR = Annotated[
    int | None,
    typer.Option("--year", metavar="YEAR", help="Year of the figures. Without it: the last one up to the day."),
]
FROM = Annotated[int | None, typer.Option("--from", metavar="YEAR", help="Leave out votes before this year.")]
TO = Annotated[int | None, typer.Option("--to", metavar="YEAR", help="Leave out votes after this year.")]
VOTES = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="CSV",
        help="Votes, one row a roll call and party: columns rollcall or rcid, iso3, country_code or ccode, vote, year.",
    ),
]


@app.command()
def burden(
    ctx: typer.Context,
    alliance: Annotated[
        str, typer.Argument(metavar="[ALLIANCE]", help="Name or path of a charter. Without it: nato.")
    ] = "nato",
    on: ON = "",
    year: YEAR = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="CSV",
            help="Your own figures: columns iso3, year, pct_gdp, and if you like kind, source, gdp.",
        ),
    ] = None,
    html: HTML = None,
    as_json: AS_JSON = False,
) -> None:
    """Share of GDP on defence against the guideline of the day: who meets it, and whether the large carry more.

    Estimates are marked. The rank correlation is that of Olson and Zeckhauser (1966).
    """
    from tocsin.measures.burden import burden_report, shipped_figures
    from tocsin.measures.burden_file import read_figures
    from tocsin.measures.sheets import burden_sheet

    figures = shipped_figures() if file is None else read_figures(file)
    report = burden_report(_alliance(ctx, alliance, on), figures, year)
    _answer(report, burden_sheet(report), html, as_json)


@app.command()
def concentration(
    ctx: typer.Context,
    alliance: CHARTER,
    on: ON = "",
    year: YEAR = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="CSV",
            help="Your copy of the National Material Capabilities, or a table with iso3, year and cinc.",
        ),
    ] = None,
    html: HTML = None,
    as_json: AS_JSON = False,
) -> None:
    """How material capability (CINC) is spread over the members: HHI, effective members, the largest.

    Without --file: from the numbers for 2022 that ship with Tocsin.
    """
    from tocsin.measures.capability_file import read_capabilities
    from tocsin.measures.concentration import concentration_report, shipped_concentration
    from tocsin.measures.sheets import concentration_sheet

    there = _alliance(ctx, alliance, on)
    if file is None:
        if year is not None:
            raise typer.BadParameter("only the numbers for 2022 ship; give --file as well.", param_hint="--year")
        report = shipped_concentration(there)
    else:
        read = read_capabilities(file, there.on.year, year)
        report = concentration_report(there, read.cinc, read.year, read.source, read.notes)
    _answer(report, concentration_sheet(report), html, as_json)


@app.command()
def similarity(
    a: Annotated[str, typer.Argument(metavar="A", help="Code of a party, such as FRA.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Code of the other.")],
    file: VOTES = None,
    from_year: FROM = None,
    to_year: TO = None,
    as_json: AS_JSON = False,
) -> None:
    """How alike two parties vote: S, Cohen's kappa, Scott's pi and agreement, as exact fractions.

    Without --file: votes of the invented Meridian Pact, XAA to XAE. No real votes ship with Tocsin.
    """
    from tocsin.measures.sheets import similarity_sheet
    from tocsin.measures.votes_file import similarity_report

    report = similarity_report(_votes(file, from_year, to_year), a, b)
    _answer(report, similarity_sheet(report), None, as_json)


@app.command()
def cohesion(
    ctx: typer.Context,
    alliance: CHARTER,
    *,
    on: ON = "",
    file: VOTES = None,
    from_year: FROM = None,
    to_year: TO = None,
    html: HTML = None,
    as_json: AS_JSON = False,
) -> None:
    """How alike the members vote: agreement index, unanimous roll calls, mean and least S of all pairs.

    Without --file: the numbers for three periods that ship with Tocsin, from votes of the UN General Assembly.
    """
    from tocsin.measures.cohesion import cohesion_report, shipped_cohesion
    from tocsin.measures.sheets import cohesion_sheet

    there = _alliance(ctx, alliance, on)
    if file is None and not there.hypothetical:
        if from_year is not None or to_year is not None:
            raise typer.BadParameter(
                "the shipped periods cannot be cut; give --file as well.", param_hint="--from, --to"
            )
        report = shipped_cohesion(there)
    else:
        report = cohesion_report(there, _votes(file, from_year, to_year))
    _answer(report, cohesion_sheet(report), html, as_json)


@app.command()
def distances(ctx: typer.Context, alliance: CHARTER, on: ON = "", html: HTML = None, as_json: AS_JSON = False) -> None:
    """How far the members' capitals lie from each other: great circles, with every pair in the JSON."""
    from tocsin.measures.distance import distances as measured
    from tocsin.measures.sheets import distances_sheet

    report = measured(_alliance(ctx, alliance, on))
    _answer(report, distances_sheet(report), html, as_json)


def _alliance(ctx: typer.Context, name: str, on: str) -> "Alliance":
    from tocsin.charter import load_charter
    from tocsin.measures.members import alliance_on

    return alliance_on(load_charter(name), day_or(on, "--on", session_of(ctx).today()))


def _votes(file: Path | None, from_year: int | None, to_year: int | None) -> "Votes":
    from tocsin.measures.votes_file import example_votes, read_votes

    return example_votes(from_year, to_year) if file is None else read_votes(file, from_year, to_year)


def _answer(report: object, sheet: "Sheet", html: Path | None, as_json: bool) -> None:
    """Print a report, and write its page where one is asked for."""
    from tocsin.cli import measures_print, tables

    if html is not None:
        from tocsin.measures.html import render

        html.write_text(render(sheet), encoding="utf-8")
    if as_json:
        tables.print_json(report)
    else:
        measures_print.print_sheet(tables.terminal(), sheet)
        if html is not None:
            typer.echo(f"\nWrote {html}")
