"""How commands print: one look for the terminal, the same words without colour in a pipe, JSON on request."""

import os
import re
import sys
from collections.abc import Iterable, Mapping

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tocsin.replay.result import Mark
from tocsin.replay.words import SIGNS
from tocsin.terms import WEAK_CLASSES

PIPED_WIDTH = 100
BANNER = "HYPOTHETICAL"

STYLES: dict[Mark, str] = {
    "agrees": "green",
    "consistent": "cyan",
    "differs": "bold bright_red",
    "open": "yellow",
    "noted": "dim",
}


def terminal() -> Console:
    """A console on standard output: as wide as the window, or 100 columns and no colour where it is a pipe."""
    fitted = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if fitted else PIPED_WIDTH, markup=False, emoji=False, highlight=False)


def print_json(answer: object) -> None:
    """An answer as indented JSON on standard output. What of a file's name is no UTF-8 is written as U+FFFD."""
    try:
        encoded = msgspec.json.encode(answer)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_encodable(answer))
    typer.echo(msgspec.json.format(encoded, indent=2).decode())


def plain(text: str, keep: str = "\n") -> str:
    """Text of unknown origin for a terminal: what does not print is written out, so that it cannot steer it."""
    return "".join(sign if sign.isprintable() or sign in keep else repr(sign)[1:-1] for sign in text)


def banner(
    console: Console, hypothetical: bool, why: str = "an invented alliance or event; nothing here happened"
) -> None:
    """The line that stands above everything hypothetical."""
    if hypothetical:
        console.print(Text.assemble((f" {BANNER} ", "bold reverse bright_red"), (f" {why}", "bright_red")))
        console.print()


def title(console: Console, text: str, under: str = "") -> None:
    """What this is, in bold; under it, dimmed, from when and where."""
    console.print(Text(text, style="bold"))
    if under:
        console.print(Text(under, style="dim"))


def section(console: Console, text: str) -> None:
    """A heading with a blank line before it."""
    console.print()
    console.print(Text(text, style="bold cyan"))


def weak_first(console: Console, weak: Mapping[str, str] | Iterable[str]) -> None:
    """Says, before anything else, that what follows rests on clauses nobody has read at the source."""
    named = [f"{row} ({seen})" for row, seen in weak.items()] if isinstance(weak, Mapping) else list(weak)
    if named:
        listing = ", ".join(named[:8]) + (f" and {len(named) - 8} more" if len(named) > 8 else "")
        console.print(
            Text.assemble(("Rests on weak sources: ", "bold yellow"), (f"{listing}.", "yellow")),
            Text("Seen only in secondary sources, or remembered: check before you rely on it.", style="dim"),
        )
        console.print()


def table(*columns: str, right: Iterable[str] = (), fold: Iterable[str] = (), keep: Iterable[str] = ()) -> Table:
    """A plain table. Columns in `right` hold numbers; those in `keep` are never broken; `fold` may break anywhere."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=column in keep,
            overflow="fold",
            ratio=1 if column in fold else None,
        )
    return made


def row(target: Table, *cells: str | Text) -> None:
    """Adds a row; text is shown as it is, never read as markup."""
    target.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))


def indented(console: Console, text: str | Text, by: int = 2, style: str = "", hang: int = 0) -> None:
    """A paragraph `by` columns to the right; where it wraps, it goes on `hang` columns further."""
    shown = text if isinstance(text, Text) else Text(text, style=style)
    lines = shown.wrap(console, max(20, console.width - by - hang))
    for number, line in enumerate(lines):
        line.rstrip()
        console.print(Text(" " * (by + (hang if number else 0))) + line, soft_wrap=True)


def mark_text(mark: Mark) -> Text:
    """A mark by sign, word and colour."""
    sign = SIGNS[mark]
    return Text(f"{sign.symbol} {sign.word}", style=STYLES[mark])


def class_text(source_class: str) -> Text:
    """A source class; the weak ones stand out, also without colour."""
    weak = source_class in WEAK_CLASSES
    return Text(f"{source_class} !" if weak else source_class, style="yellow" if weak else "")


def listing(parties: Iterable[str], names: Mapping[str, str] = {}, most: int = 40) -> str:
    """Names with commas; of a long list the first ones and how many more."""
    shown = [names.get(party, party) for party in parties]
    if not shown:
        return "nobody"
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def readings(chosen: Iterable[str]) -> str:
    """'readings: automatic, from-abroad', or that none was chosen."""
    named = ", ".join(chosen)
    return f"readings: {named}" if named else "no reading chosen"


def print_command(console: Console, command: str, says: str) -> None:
    """A command to try, never broken over two lines, and what it does."""
    console.print(Text.assemble("  ", (command, "bold")), soft_wrap=True)
    console.print(Text(f"      {says}", style="dim"))


def _encodable(value: object) -> object:
    """The same with U+FFFD for what cannot be UTF-8, in dictionaries and sequences."""
    match value:
        case str():
            return re.sub("[\ud800-\udfff]", "\ufffd", value)
        case dict():
            return {_encodable(key): _encodable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_encodable(inner) for inner in value]
        case _:
            return value
