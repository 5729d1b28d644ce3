"""`tocsin ledger export`: a ledger as files for others, of what is sound."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tocsin.cli.ledger_open import (
    LEDGER,
    answering,
    chosen,
    damage,
    is_damage,
    new_file,
    progress,
    reader,
    say,
    warn,
    written,
)
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.ledger import Entry, FileReader, LedgerError, Verdict

TILES = Annotated[
    Path | None,
    typer.Option(
        "--tiles",
        metavar="DIR",
        help="Write the leaves, the tree and the last checkpoint as tlog-tiles, for any web server. They tell how many "
        "entries there are, when each was written, and nothing of what is in records. But notes are public in tiles: "
        "keys, reasons, and who erased what. An earlier export is added to.",
    ),
]
RECORDS = Annotated[
    Path | None,
    typer.Option(
        "--records",
        metavar="FILE",
        help="Write the sound entries to this new file, one JSON object a line, contents included.",
    ),
]

_encoder = msgspec.json.Encoder()


def export(ledger: LEDGER = None, *, tiles: TILES = None, records: RECORDS = None, as_json: AS_JSON = False) -> None:
    """Write a ledger out for others.

    Its tree goes out as tiles, its entries as JSON lines, or both. All of it is checked first. Of a damaged ledger what
    is sound is written: records up to the first bad entry, tiles up to the last checkpoint before it. Exit code 1 then.
    """
    from tocsin.cli import tables

    if tiles is None and records is None:
        raise typer.BadParameter("say what to write: --tiles DIR, --records FILE, or both.", param_hint="--tiles")
    path = chosen(ledger)
    told: dict[str, object] = {"ledger": str(path), "error": None, "tiles": None, "records": None}
    target = new_file(records, "--records") if records is not None else None
    faults: list[str] = []
    with closing(reader(path, as_json)) as book, answering(path, as_json):
        if target is not None:
            count, fault = _write_records(book, target)
            told["records"] = {"file": str(target), "entries": count}
            if fault is not None:
                if not is_damage(fault):
                    raise fault
                told["error"] = damage(fault, path, all_before=True)
                faults.append(str(damage(fault, path, all_before=True)["message"]))
            _say(f"Wrote {count:,} entries to {target}.", as_json)
        if tiles is not None:
            verdict, size, note = _checked(book)
            told["tiles"] = _write_tiles(book, tiles, size, note, as_json)
            if verdict.faults and not faults:
                faults.append(f"{path}: {verdict.faults[0]}")
                index = verdict.sound if verdict.sound < verdict.size else None
                told["error"] = {"kind": "Damaged", "message": faults[0], "index": index}
    if as_json:
        tables.print_json(told | ({"exit_code": 1} if faults else {}))
    if faults:
        warn(f"Damaged: {faults[0]}")
        raise typer.Exit(1)


class _Leaves:
    """The leaves of a ledger, as an export takes them."""

    def __init__(self, book: "FileReader", on_progress: Callable[[int, int], None] | None) -> None:
        self._book, self._on_progress = book, on_progress

    def leaves(self, start: int, stop: int) -> Iterator[bytes]:
        for index, row in self._book.store.rows(start, stop):
            yield row.leaf
            if self._on_progress is not None and index % 1_000 == 0:
                self._on_progress(index, stop)


def line_of(entry: "Entry", contents: tuple[bytes | None, ...]) -> bytes:
    """One entry as a line of JSON. Bytes that are JSON on one line stand as they are; others as base64."""
    from tocsin.cli.ledger_words import when

    line: dict[str, object] = {"index": entry.index, "at": when(entry.at), "kind": entry.kind}
    line |= {"body": entry.body.decode(errors="replace")} if entry.kind == "note" else _as_it_is(entry.body)
    line["contents"] = [None if content is None else _as_it_is(content) for content in contents]
    return _encoder.encode(line) + b"\n"


def _as_it_is(data: bytes) -> dict[str, object]:
    from tocsin.cli.ledger_words import as_json

    raw = None if b"\n" in data or b"\r" in data else as_json(data)
    return {"base64": data} if raw is None else {"body": raw}


def _write_records(book: "FileReader", target: Path) -> "tuple[int, LedgerError | None]":
    """Write the sound entries. How many, and what stopped it, if anything."""
    from tocsin.ledger import LedgerError, Unsound

    count, size = 0, len(book)
    with progress("writing entries") as bar, written(target, "--records") as file:
        try:
            for entry in book.entries():
                file.write(line_of(entry, book.contents(entry.index) if entry.commitments else ()))
                count += 1
                if bar is not None and count % 1_000 == 0:
                    bar(count, size)
        except LedgerError as fault:
            return count, fault
    if not size:
        return 0, Unsound(f"{book.path} is damaged: it holds nothing, not even how it began")
    return count, None


def _checked(book: "FileReader") -> "tuple[Verdict, int, str]":
    """What a walk found, and the last checkpoint that fits, of the moment before it: size and note; 0 for none.

    A writer that signs a newer one meanwhile takes the older away. What was held then is as good.
    """
    from tocsin.ledger import LedgerError, verify
    from tocsin.ledger.reader import keys_of

    with book.store.snapshot(), progress("checking entries") as bar:
        held = dict(book.store.checkpoints())
        verdict = verify(book.store, on_progress=bar)
    if not verdict.covered or verdict.covered in held:
        return verdict, verdict.covered, held.get(verdict.covered, "")
    keys = keys_of(book.store)
    for size in sorted(held, reverse=True):
        if size <= verdict.covered:
            with suppress(LedgerError):
                keys.opens(held[size])
                return verdict, size, held[size]
    return verdict, 0, ""


def _write_tiles(book: "FileReader", folder: Path, size: int, note: str, as_json: bool) -> dict[str, object] | None:
    """Write the tiles under this checkpoint, if there is one."""
    from tocsin.ledger import tiles

    if not size:
        _say("No tiles were written: no checkpoint lies before the damage.", as_json)
        return None
    with progress("writing tiles") as bar, answering(book.path, as_json, "--tiles"):
        files = tiles.export(_Leaves(book, bar), folder, note, size)
    left = max(0, len(book) - size)
    beyond = f" It does not cover the last {left:,}." if left else ""
    _say(f"Wrote {files:,} files to {folder}, under the checkpoint of {size:,} entries.{beyond}", as_json)
    return {"folder": str(folder), "files": files, "entries": size, "left_out": left}


def _say(text: str, as_json: bool) -> None:
    if not as_json:
        say(text)
