"""`tocsin ledger audit`: every command of a ledger decided anew under today's law."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.ledger_open import LEDGER, answering, progress, reader
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.ledger import FileReader
    from tocsin.replay.redecide import Redecided

SHOWN_MAX = 40


def audit(
    ledger: LEDGER = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="List the acts that are the same too, and all of them.")] = False,
    as_json: AS_JSON = False,
) -> None:
    """Decide every command anew, under today's law.

    It tells which would come out otherwise, and why. It changes nothing: what was recorded stands. Exit code 1 if an
    act would differ or cannot be judged.
    """
    from tocsin.cli import tables

    book = reader(ledger, as_json)
    with closing(book), answering(book.path, as_json), progress("deciding anew") as on_progress:
        found = []
        for done in _judged(book):
            found.append(done)
            if on_progress is not None:
                on_progress(done.index + 1, len(book))
    counts = Counter[str](done.word for done in found)
    if as_json:
        tables.print_json({"ledger": str(book.path), "counts": counts, "acts": found})
    else:
        _print(found, counts, every=every)
    if counts["same"] < len(found):
        raise typer.Exit(1)


def _judged(book: "FileReader") -> "Iterator[Redecided]":
    from tocsin.replay.redecide import redecide

    return redecide((entry.index, entry.body) for entry in book.entries() if entry.kind == "record")


def _print(found: "Sequence[Redecided]", counts: Counter[str], *, every: bool) -> None:
    from rich.text import Text

    from tocsin.cli import tables

    console = tables.terminal()
    listed = [done for done in found if every or done.word != "same" or done.because]
    if listed:
        table = tables.table("entry", "command", "kind", "today", "because", right=("entry",), fold=("command",))
        for done in listed if every else listed[:SHOWN_MAX]:
            style = "" if done.word == "same" else "bold bright_red"
            table.add_row(str(done.index), done.command, done.kind, Text(done.word, style=style), done.because)
        console.print(table)
        if len(listed) > SHOWN_MAX and not every:
            console.print(f"… and {len(listed) - SHOWN_MAX:,} more; --all lists them.")
        console.print()
    told = ", ".join(
        f"{counts[word]:,} {word}" for word in ("same", "would differ", "cannot be judged") if counts[word]
    )
    console.print(f"{len(found):,} acts decided anew: {told or 'none'}. Nothing was changed.")
