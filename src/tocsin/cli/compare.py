"""`tocsin compare`: alliances side by side, every cell with the clauses it rests on."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli.options import AS_JSON, KNOWN, day, day_or
from tocsin.cli.session import session_of

ON = Annotated[str, typer.Option("--on", metavar="DATE", help="The day to ask about. Without it: today.")]
HTML = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write one self-contained page to FILE, ready to print.")
]


def compare(
    ctx: typer.Context,
    charters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CHARTER...", help="Names of charters, or paths of your own .toml files.", show_default=False
        ),
    ] = None,
    *,
    on: ON = "",
    known: KNOWN = "",
    topic: Annotated[
        list[str] | None,
        typer.Option(
            "--topic", metavar="TOPIC", help="Show this topic, or group of topics, only. 'list' names them. Repeatable."
        ),
    ] = None,
    overlap: Annotated[bool, typer.Option("--overlap", help="Add the parties that each two alliances share.")] = False,
    collisions: Annotated[
        bool, typer.Option("--collisions", help="Add where duties could collide, each with a HYPOTHETICAL event.")
    ] = False,
    clauses: Annotated[bool, typer.Option("--clauses", help="Name the clauses of every statement.")] = False,
    html: HTML = None,
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Write the membership over the years as a picture.")
    ] = None,
    as_json: AS_JSON = False,
) -> None:
    """Compare alliances on one day: parties, organs, rules, duties, scope, forces, exit, and times at worst.

    What no source tells is "not known", what a treaty does not have is "none" only where a row says so, and "no row"
    means that the file is silent. Where a rival reading would change the answer, it stands beside it as contested.
    """
    from tocsin.charter import load_charter
    from tocsin.cli import compare_print, tables
    from tocsin.measures.collisions import collisions as find_collisions
    from tocsin.measures.comparison import compare as side_by_side
    from tocsin.measures.overlap import overlap as find_overlap

    if topic and "list" in topic:
        compare_print.print_topics(tables.terminal(), as_json=as_json)
        return
    if not charters:
        raise typer.BadParameter("name the charters to compare; 'charter list' shows them.", param_hint="CHARTER...")
    asked, seen = day_or(on, "--on", session_of(ctx).today()), day(known, "--known")
    loaded = [load_charter(name) for name in charters]
    found = side_by_side(loaded, on=asked, known=seen, topics=compare_print.topics_of(topic or ()))
    # The page always has the matrix; the terminal and the JSON have it on request.
    shared = find_overlap(loaded, on=asked, known=seen) if overlap or html or svg else None
    clashes = find_collisions(loaded, on=asked, known=seen) if collisions else None
    if html is not None and shared is not None:
        from tocsin.measures.comparison_html import render_comparison

        html.write_text(render_comparison(found, shared, clashes), encoding="utf-8")
    if svg is not None and shared is not None:
        from tocsin.measures.membership_svg import draw

        svg.write_text(f"{draw(shared)}\n", encoding="utf-8")
    if as_json:
        answer = compare_print.answer_of(found, shared if overlap else None, clashes)
        tables.print_json(answer)
    elif html is None and svg is None:
        compare_print.print_comparison(tables.terminal(), found, with_clauses=clauses)
        if overlap and shared is not None:
            compare_print.print_overlap(tables.terminal(), shared)
        if clashes is not None:
            compare_print.print_collisions(tables.terminal(), clashes, found.names)
    for written in (html, svg):
        if written is not None:
            typer.echo(f"Wrote {written}.", err=True)
