"""`tocsin ledger show`: what stands in a ledger, as a table or one entry in full."""

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.ledger_open import EITHER_ORDER, answering, damage, is_damage, reader, sorted_out, warn
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from tocsin.cli.ledger_words import EntryDetail, EntryView
    from tocsin.ledger import FileReader, LedgerError, Store
    from tocsin.ledger.keys import Keys

LIMIT = 40
ROWS_AT_ONCE = 500
TIME_LETTERS = 19

INDEX = Annotated[
    str, typer.Argument(metavar="INDEX", help="An entry to show in full, counted from 0.", show_default=False)
]


def show(
    ledger: EITHER_ORDER = "",
    index: INDEX = "",
    *,
    start: Annotated[int, typer.Option("--from", metavar="INDEX", min=0, help="Begin with this entry.")] = 0,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show at most N entries.")] = LIMIT,
    all_entries: Annotated[bool, typer.Option("--all", help="Show all entries.")] = False,
    as_json: AS_JSON = False,
) -> None:
    """Show the entries of a ledger in words.

    They are records, and notes: what the ledger says itself, of its keys, erasures and epochs. Only what is shown is
    checked; `verify` checks all. In a damaged ledger the sound entries are shown, then what is damaged. Exit code 1 if
    an entry shown is damaged.
    """
    path, numbers = sorted_out(ledger, index)
    with closing(reader(path, as_json)) as book, answering(path, as_json):
        if numbers:
            _one(path, book, numbers[0], as_json=as_json)
        else:
            _several(path, book, start, None if all_entries else limit, as_json=as_json)


def _several(path: "Path", ledger: "FileReader", start: int, limit: int | None, *, as_json: bool) -> None:
    from tocsin.cli import tables

    size = len(ledger)
    if start > max(0, size - 1):
        raise typer.BadParameter(_no_entry(start, size), param_hint="--from")
    stop = size if limit is None else min(size, start + limit)
    found: list[EntryView] = []
    fault: LedgerError | None = None
    if as_json:
        found, fault = _read(ledger, start, stop)
    else:
        console = tables.terminal()
        head = head_of(ledger)
        tables.title(console, _head_text(head))
        console.print()
        fault = _print(console, ledger, start, stop)
        if fault is None and stop < size:
            console.print(f"{size - stop:,} more: --from {stop} goes on, --all shows all.", style="dim")
    fault = fault or miscounted(path, ledger)
    if fault is not None and not is_damage(fault):
        raise fault
    told = damage(fault, path, all_before=start == 0) if fault else None
    if as_json:
        answer = {"ledger": str(path), **head_of(ledger), "shown": found, "error": told}
        tables.print_json(answer | ({"exit_code": 1} if told else {}))
    if told:
        warn(f"Damaged: {told['message']}")
        raise typer.Exit(1)


def miscounted(path: "Path", ledger: "FileReader") -> "LedgerError | None":
    """What is wrong with the number of entries, as far as that is seen without reading them."""
    from tocsin.ledger import Unsound

    last, size = ledger.store.last_checkpoint(), len(ledger)  # in this order: a writer may sign more meanwhile
    if last is not None and last[0] > size:
        return Unsound(f"{path} is damaged: a checkpoint covers {last[0]:,} entries, and {size:,} are counted")
    return None if size else Unsound(f"{path} is damaged: it holds nothing, not even how it began")


def _read(ledger: "FileReader", start: int, stop: int) -> "tuple[list[EntryView], LedgerError | None]":
    """The entries that are sound, in words, and what stopped it, if anything did."""
    from tocsin.cli.ledger_words import view_of
    from tocsin.ledger import LedgerError

    found: list[EntryView] = []
    try:
        for entry in ledger.entries(start, stop):
            found.append(view_of(entry, ledger.contents(entry.index) if entry.commitments else ()))  # noqa: PERF401  # what comes before a fault is kept
    except LedgerError as fault:
        return found, fault
    return found, None


def _print(console: "Console", ledger: "FileReader", start: int, stop: int) -> "LedgerError | None":
    """Print the table in parts, each read before it is printed: a pager that waits then keeps no writer waiting.

    Returns what stopped it, if anything did.
    """
    from tocsin.cli import tables
    from tocsin.cli.ledger_words import contents_text

    for first in range(start, stop, ROWS_AT_ONCE):
        views, fault = _read(ledger, first, min(stop, first + ROWS_AT_ONCE))
        part = tables.table("index", "time (UTC)", "kind", "what", right=("index",))
        narrow = (max(5, len(str(stop))), TIME_LETTERS, 6)
        what_width = max(20, console.width - sum(narrow) - 2 * len(narrow) - 2)
        for column, width in zip(part.columns, (*narrow, what_width), strict=True):
            column.width = width
        part.show_header = first == start
        for view in views:
            beside = contents_text(view)
            what = f"{view.what} ({beside})" if beside else view.what
            tables.row(part, str(view.index), _second(view.at), view.kind, what)
        if views:
            console.print(part)
        if fault is not None:
            return fault
    return None


def _one(path: "Path", ledger: "FileReader", index: int, *, as_json: bool) -> None:
    from tocsin.cli import tables
    from tocsin.cli.ledger_words import detail_of
    from tocsin.ledger.tree import leaf_hash

    if index >= len(ledger):
        raise typer.BadParameter(_no_entry(index, len(ledger)), param_hint="INDEX")
    entry = ledger.entry(index)
    contents = ledger.contents(index) if entry.kind == "record" else ()
    ((_, row),) = ledger.store.rows(index, index + 1)
    detail = detail_of(entry, leaf_hash(row.leaf), contents)
    if as_json:
        tables.print_json({"ledger": str(path), "entry": detail})
    else:
        console = tables.terminal()
        tables.title(console, f"Entry {index} of {head_of(ledger)['origin']}")
        print_detail(console, detail)


def print_detail(console: "Console", detail: "EntryDetail") -> None:
    """All about one entry, as text for people."""
    from tocsin.cli import tables
    from tocsin.cli.tables import plain

    for name, value in (("written", f"{detail.at}"), ("kind", detail.kind), ("leaf hash", detail.leaf_hash)):
        console.print(f"  {name:<10} {value}", soft_wrap=True)
    console.print()
    tables.indented(console, detail.what)
    for said in detail.says:
        tables.indented(console, f"· {said}", by=4, hang=2)
    if detail.json is not None:
        import msgspec

        tables.section(console, "The record")
        typer.echo(plain(msgspec.json.format(bytes(detail.json), indent=2).decode()))
    if detail.statement:
        tables.section(console, "What the ledger says")
        typer.echo(plain(detail.statement).rstrip("\n"))
        for name in detail.signatures:
            tables.indented(console, f"signed by {plain(name)}")
    if detail.contents:
        tables.section(console, "Contents")
        for content in detail.contents:
            tables.indented(console, f"{content.number}  {content.what}", hang=3)


def head_of(ledger: "FileReader") -> dict[str, object]:
    """Which ledger it is, as far as its notes can be read."""
    last = ledger.store.last_checkpoint()
    epochs = _keys_so_far(ledger.store).epochs
    origin = epochs[-1][1] if epochs else None
    return {
        "origin": origin.text if origin else "unknown origin",
        "mode": origin.mode if origin else "unknown mode",
        "epoch": origin.epoch if origin else 0,
        "entries": len(ledger),
        "checkpoint": last[0] if last else 0,
    }


def _keys_so_far(store: "Store") -> "Keys":
    """The keys and epochs up to the first note that is damaged."""
    from tocsin.ledger import LedgerError
    from tocsin.ledger.entry import unsealed
    from tocsin.ledger.keys import Keys

    keys = Keys()
    with suppress(LedgerError):  # it is named where it stands
        for index, row in store.notes():
            keys.take(index, unsealed(index, *row[:3]).body.decode(errors="replace"))
    return keys


def _head_text(head: dict[str, object]) -> str:
    """'tocsin/run/replay/1 · REPLAY · epoch 1 · 119 entries · last checkpoint 119'."""
    mode, entries, covered = str(head["mode"]).upper(), f"{head['entries']:,} entries", f"{head['checkpoint']:,}"
    return " · ".join((str(head["origin"]), mode, f"epoch {head['epoch']}", entries, f"last checkpoint {covered}"))


def _no_entry(index: int, size: int) -> str:
    return f"there is no entry {index}; the ledger has entries 0 to {size - 1}." if size else "it has no entries."


def _second(at: str) -> str:
    """ISO text to the second."""
    return at[:TIME_LETTERS].replace("T", " ").rstrip("Z")
