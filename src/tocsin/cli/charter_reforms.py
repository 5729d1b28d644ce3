"""What commands tell of reforms: who proposes what, from when, and that it is no law."""

import datetime as dt
from collections.abc import Iterable

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from tocsin.charter.changes import ORDER
from tocsin.charter.model import Document
from tocsin.charter.reform import Laid, Reform, reforms_of
from tocsin.cli.tables import indented, row, section, table

ROWS_SHOWN = 8


class ReformView(Struct, frozen=True, kw_only=True):
    """A reform: the proposal, and the rows it touches where it was laid over its base."""

    name: str
    title: str
    base: str
    author: str
    date: dt.date
    effective: dt.date
    hypothetical: bool
    summary: str
    source: str
    replaced: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    repealed: tuple[str, ...] = ()


def shipped_views() -> list[ReformView]:
    """The reforms that ship with Tocsin, by name, unlaid."""
    from tocsin.charter.files.catalog import find, shipped_reforms
    from tocsin.charter.files.overlay import header

    return [_view(header(find(name)).reform, name) for name in shipped_reforms()]


def views_of(document: Document) -> tuple[ReformView, ...]:
    """The reforms laid over a charter, bottom first; none for a charter as it is."""
    return tuple(_view(laid.reform, f"{laid.reform.base}+{laid.reform.id}", laid) for laid in reforms_of(document))


def rows_line(view: ReformView) -> str:
    """'replaces 2 rows, adds 4, repeals 1'."""
    counts = (("replaces", view.replaced), ("adds", view.added), ("repeals", view.repealed))
    said = [f"{does} {len(rows)} row{'s' if len(rows) != 1 else ''}" for does, rows in counts if rows]
    return ", ".join(said) or "changes nothing"


def print_list(console: Console, views: Iterable[ReformView]) -> None:
    """Reforms that ship, one row each."""
    found = list(views)
    if not found:
        return
    section(console, f"Reforms ({len(found)}): drafts laid over a charter, none of them law")
    made = table("reform", "base", "author", "date", "what it changes", keep=("date", "base"))
    for one in found:
        name = Text.assemble((one.name, "bold"))
        name.append("\nHYPOTHETICAL" if one.hypothetical else "", style="bright_red")
        row(made, name, one.base, one.author, str(one.date), one.title)
    console.print(made)
    console.print()
    console.print(Text(f"Next: tocsin charter diff {found[0].base} {found[0].name}", style="dim"))


def print_reforms(console: Console, views: Iterable[ReformView], on: dt.date) -> None:
    """Each reform of a charter: the proposal, which rows it touches, and whether it holds on the day."""
    for one in views:
        dates = f"proposed {one.date}, in effect from {one.effective}"
        console.print(Text.assemble(("Reform ", "bold"), (one.name, "bold"), f": {one.title}"))
        indented(console, f"{one.author}; {dates}; {rows_line(one)}", 2, "dim", hang=2)
        if on < one.effective:
            indented(console, f"not in effect on {on}: what holds is the base as it is", 2, "yellow")
        for does, rows in (("replaces", one.replaced), ("adds", one.added), ("repeals", one.repealed)):
            if rows:
                first = sorted(rows, key=lambda row: ORDER.index(row.partition(" ")[0]))[:ROWS_SHOWN]
                more = f" and {len(rows) - ROWS_SHOWN} more" if len(rows) > ROWS_SHOWN else ""
                indented(console, f"{does}: {', '.join(first)}{more}", 2, hang=2)


def _view(reform: Reform, name: str, laid: Laid | None = None) -> ReformView:
    return ReformView(
        name=name,
        title=reform.title,
        base=reform.base,
        author=reform.author,
        date=reform.date,
        effective=reform.starts,
        hypothetical=reform.hypothetical,
        summary=reform.summary,
        source=reform.source,
        replaced=laid.replaced if laid else (),
        added=laid.added if laid else (),
        repealed=laid.repealed if laid else (),
    )
