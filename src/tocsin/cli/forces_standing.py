"""`tocsin forces standing`: what alliances say that they keep ready, figure by figure, with sources."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct

from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from rich.console import Console

    from tocsin.forces.standing import Arrangement, StandingFile, StandingRow, Subject


class StandingLine(Struct, frozen=True):
    """An arrangement in the list: its best seen figures, empty where no source gives one."""

    name: str
    title: str
    charter: str
    since: str
    to: str
    size: str
    readiness: str
    contested: tuple[str, ...]


class StandingAnswer(Struct, frozen=True):
    """An arrangement with its rows, the subjects of which sources differ, and the case that was written of it."""

    arrangement: "Arrangement"
    rows: "tuple[StandingRow, ...]"
    contested: tuple[str, ...]
    written: str


def standing(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="An arrangement; without it all are listed.")] = "",
    as_case: Annotated[
        str, typer.Option("--as-case", metavar="FILE", help="Write the skeleton of a case with its sourced figures.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: AS_JSON = False,
) -> None:
    """Show the standing arrangements of alliances: size, readiness, range, duration, with source and source class.

    Where sources contradict each other all of them are shown; where none was seen it says so. With --as-case the
    figures become a case to fill in: what no source gives is marked in it, and it does not load until that is done.
    """
    from tocsin.cli import tables
    from tocsin.cli.new_file import write_new
    from tocsin.forces.standing import contested, load, names, skeleton

    if as_case and not name:
        raise typer.BadParameter("name the arrangement that the case is made from.", param_hint="--as-case")
    if not name:
        listed = [_line(one, load(one)) for one in names()]
        if as_json:
            tables.print_json({"arrangements": listed})
        else:
            _print_list(tables.terminal(), listed)
        return
    found = load(name)
    if as_case:
        write_new(Path(as_case), skeleton(found), force=force)
    if as_json:
        tables.print_json(StandingAnswer(found.arrangement, found.row, contested(found), as_case))
    else:
        _print_arrangement(tables.terminal(), found)
        if as_case:
            tables.terminal().print(
                f"\n✓ written to {tables.plain(as_case)}; fill in what says FILL IN", soft_wrap=True
            )


def _line(name: str, found: "StandingFile") -> StandingLine:
    from tocsin.forces.standing import contested

    def best(subject: "Subject") -> str:
        row = found.best(subject)
        return row.figure if row else ""

    about = found.arrangement
    return StandingLine(
        name=name,
        title=about.name,
        charter=about.charter,
        since=about.from_,
        to=about.to or "",
        size=best("size"),
        readiness=best("readiness"),
        contested=contested(found),
    )


def _print_list(console: "Console", listed: list[StandingLine]) -> None:
    from tocsin.cli.tables import row, table, title

    title(console, "Standing arrangements", "best seen figures; ? where sources contradict each other")
    console.print()
    made = table("name", "size", "readiness", "since", "to", right=("size",), keep=("name", "since", "to"))
    for one in listed:
        size, ready = (
            f"{figure}{' ?' if subject in one.contested else ''}" if figure else "not seen"
            for subject, figure in (("size", one.size), ("readiness", one.readiness))
        )
        row(made, one.name, size, ready, one.since, one.to)
    console.print(made)


def _print_arrangement(console: "Console", found: "StandingFile") -> None:
    from tocsin.cli.tables import indented, plain, section, title
    from tocsin.forces.standing import SUBJECTS, contested

    about = found.arrangement
    until = f" to {about.to}" if about.to else ""
    clauses = f"; clauses {', '.join(about.clauses)}" if about.clauses else ""
    title(console, plain(about.name), f"charter {about.charter}{clauses}; since {about.from_}{until}")
    torn = contested(found)
    for subject in SUBJECTS:
        rows, reason = found.of(subject), about.unset.get(subject)
        if rows or reason:
            section(console, f"{subject.capitalize()}{': sources differ' if subject in torn else ''}")
        for row in rows:
            _print_row(console, row)
        if reason:
            indented(console, f"not set: {plain(reason)}", style="dim", hang=2)


def _print_row(console: "Console", row: "StandingRow") -> None:
    from rich.text import Text

    from tocsin.cli.tables import class_text, indented, plain

    part = f"{plain(row.part)}: " if row.part else ""
    figure = f"{row.figure}. " if row.figure else ""
    indented(console, f"{part}{figure}{plain(row.says)}", hang=2)
    seen = f", {row.recorded}" if row.recorded else ""
    indented(console, Text.assemble(class_text(row.class_), (f": {plain(row.source)}{seen}", "dim")), 4, hang=2)
