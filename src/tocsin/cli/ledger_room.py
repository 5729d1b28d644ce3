"""`tocsin ledger erase` and `compact-report`: what can leave a ledger, and what takes how much room in it."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from tocsin.cli.ledger_open import (
    EITHER_ORDER,
    LEDGER,
    LINGERS,
    REASON,
    answering,
    chosen,
    confirmed,
    lingers,
    one_line,
    reader,
    say,
    sorted_out,
    warn,
    writer,
)
from tocsin.cli.options import AS_JSON

INDEX = Annotated[str, typer.Argument(metavar="INDEX", help="The entry, counted from 0. Needed.", show_default=False)]
NUMBER = Annotated[
    str,
    typer.Argument(
        metavar="NUMBER", help="Which of its contents, counted from 0. Left out: all of them.", show_default=False
    ),
]
NOT_REACHED = "It does not reach backups, exports and other copies: erase there yourself."
NEVER_COMPACTED = (
    "Entries are never compacted: each one stays as it was written, for good. Only contents can be erased, and the "
    "room they took is used again."
)


class Room(Struct, frozen=True, kw_only=True):
    """A part of a ledger: how many things it holds, and their bytes."""

    name: str
    things: int
    bytes: int


def erase(
    ledger: EITHER_ORDER = "",
    index: INDEX = "",
    number: NUMBER = "",
    *,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decided it. It stands in the ledger.")],
    reason: REASON,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AS_JSON = False,
) -> None:
    """Destroy the contents of an entry, for good.

    A signed note in the ledger says that it was done, by whom and why. The entry itself stays, and so does every proof:
    they hold only a salted hash of what was in it.
    """
    from tocsin.cli import tables

    path, numbers = sorted_out(ledger, index, number, most=2)
    if not numbers:
        raise typer.BadParameter("name the index of the entry.", param_hint="INDEX")
    who, why = one_line(by, "--by"), one_line(reason, "--reason")
    place = numbers[0]
    with closing(reader(path, as_json)) as book, answering(path, as_json, "INDEX"):
        chosen_contents = _to_erase(book.contents(place), place, numbers[1:])
    said = _named(place, chosen_contents)
    if not yes:
        _ask(path, said)
    with answering(path, as_json), closing(writer(path)) as held:
        note = held.erase([(place, content) for content in chosen_contents], by=who, reason=why)
    is_gone = not lingers(path)
    if as_json:
        answer = {"ledger": str(path), "entry": place, "erased": chosen_contents, "note": note}
        tables.print_json(answer | {"is_gone": is_gone, "not_reached": NOT_REACHED})
    else:
        say(f"Erased {said} of {path}. Entry {note} says so. {NOT_REACHED}")
    if not is_gone:
        warn(LINGERS.format(path=path))


def compact_report(ledger: LEDGER = None, *, as_json: AS_JSON = False) -> None:
    """Tell what takes how much room in a ledger.

    It also says what a compact copy would give back, and changes nothing.
    """
    from tocsin.cli import tables

    path = chosen(ledger)
    with closing(reader(path, as_json)) as book, answering(path, as_json):
        parts = [Room(name=part.name, things=part.things, bytes=part.size_bytes) for part in book.store.parts()]
        log = Path(f"{path}-wal")
        file_bytes, log_bytes = path.stat().st_size, log.stat().st_size if log.exists() else 0
    by_name = {part.name: part for part in parts}
    free_bytes, erased = by_name["free pages"].bytes, by_name["contents erased"].things
    if as_json:
        answer = {"ledger": str(path), "parts": parts, "file_bytes": file_bytes, "log_bytes": log_bytes}
        tables.print_json(answer | {"given_back_bytes": free_bytes + log_bytes, "says": NEVER_COMPACTED})
        return
    console = tables.terminal()
    tables.title(console, f"What takes room in {tables.plain(str(path), keep='')}")
    console.print()
    made = tables.table("part", "number", "bytes", right=("number", "bytes"))
    for part in parts:
        tables.row(made, part.name, f"{part.things:,}", f"{part.bytes:,}" if part.name != "contents erased" else "")
    tables.row(made, "the file", "", f"{file_bytes:,}")
    tables.row(made, "its write-ahead log", "", f"{log_bytes:,}")
    console.print(made)
    console.print()
    given = f"about {free_bytes + log_bytes:,} bytes" if free_bytes + log_bytes else "next to nothing"
    counted = f"{erased:,} content{' is' if erased == 1 else 's are'} erased. " if erased else ""
    tables.indented(console, f"{counted}A backup, which is written compactly, would give back {given}.", by=0)
    tables.indented(console, NEVER_COMPACTED, by=0)


def _to_erase(contents: tuple[bytes | None, ...], index: int, numbers: list[int]) -> list[int]:
    """The contents meant: the one named, or all that are left. Leaves with 2 where there is none."""
    if not contents:
        raise typer.BadParameter(f"entry {index} has no contents; entries themselves are for good.", param_hint="INDEX")
    if numbers and numbers[0] >= len(contents):
        raise typer.BadParameter(
            f"entry {index} has no content {numbers[0]}; it has {len(contents)}, counted from 0.", param_hint="NUMBER"
        )
    found = [place for place, body in enumerate(contents) if body is not None and place in (numbers or [place])]
    if not found:
        named = f"content {numbers[0]}" if numbers else "every content"
        raise typer.BadParameter(f"{named} of entry {index} is erased already.", param_hint="INDEX")
    return found


def _named(index: int, numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"content {numbers[0]} of entry {index}"
    return f"contents {', '.join(map(str, numbers))} of entry {index}"


def _ask(path: Path, said: str) -> None:
    """Let a person confirm. Leaves with 1 where they do not, with 2 where nobody can be asked."""
    from tocsin.cli.tables import plain

    question = f"Erase {said} of {plain(str(path), keep='')} for good?"
    confirmed(question, first=NOT_REACHED, otherwise="Nothing was erased.")
