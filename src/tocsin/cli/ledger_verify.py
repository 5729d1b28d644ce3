"""`tocsin ledger verify`: what of a ledger can be relied on, in words that promise that and no more."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tocsin.cli.ledger_open import (
    LEDGER,
    VERIFIER_KEY,
    answering,
    chosen,
    progress,
    read_text,
    store,
    verifier_key,
    warn,
)
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.ledger import Seen, Verdict

CHECKPOINT = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        help="A signed checkpoint of this ledger that was kept elsewhere; '-' reads it from standard input.",
    ),
]
GUARD_FAULT = "the guard remembers "
"""How a fault begins that says what the guard knows."""
STYLES = {
    "damaged": "bold bright_red",
    "refuted": "bold bright_red",
    "self-consistent": "bold yellow",
    "signed": "bold green",
    "authentic": "bold green",
}


def verify(
    ledger: LEDGER = None, *, key: VERIFIER_KEY = None, checkpoint: CHECKPOINT = None, as_json: AS_JSON = False
) -> None:
    """Check a whole ledger, and say what that is worth.

    It checks every entry, the tree, the keys and the checkpoints. Alone it finds damage, but whoever can write the file
    can write all of it anew. With --key it says what that key signed. With a checkpoint that was kept elsewhere too, it
    says that nothing the checkpoint covers has changed. Exit code 1 if the ledger is damaged, or does not fit the key,
    the checkpoint or the guard beside it.
    """
    from tocsin.cli import tables
    from tocsin.ledger import verify as walk

    path = chosen(ledger)
    trusted = verifier_key(key) if key is not None else None
    held = _checkpoint(checkpoint) if checkpoint is not None else ""
    seen, unread = _guarded(path)  # before the walk: a writer that goes on meanwhile only adds to it
    with answering(path, as_json), closing(store(path)) as rows, progress("checking entries") as bar:
        verdict = walk(rows, key=trusted, checkpoint=held, guard=seen, on_progress=bar)
    against = next((fault for fault in verdict.faults if fault.startswith(GUARD_FAULT)), "")
    guard = f"{_guard_file(path)}: {against}" if against else unread
    sentences = sentences_of(verdict, has_key=trusted is not None, has_checkpoint=bool(held))
    is_no = bool(guard) or verdict.word in ("damaged", "refuted")
    if as_json:
        told = {"ledger": str(path), "first_bad": first_bad(verdict), "says": sentences, "guard": guard}
        tables.print_json(told | msgspec.structs.asdict(verdict) | ({"exit_code": 1} if is_no else {}))
    else:
        _print(verdict, sentences)
    if guard:
        warn(f"Note: {guard}")
    if is_no:
        raise typer.Exit(1)


def first_bad(verdict: "Verdict") -> int | None:
    """The index of the first entry that is not what was written; None where all are."""
    return verdict.sound if verdict.sound < verdict.size else None


def sentences_of(verdict: "Verdict", *, has_key: bool, has_checkpoint: bool) -> tuple[str, ...]:
    """What the verdict means, the word itself first."""
    whole = f"all {verdict.size:,} entries fit together, and so do the checkpoints stored with them"
    match verdict.word:
        case "damaged":
            return (f"damaged: {_damage(verdict)}", *verdict.faults)
        case "refuted":
            said = f"refuted: {whole}, but they do not fit {_refuting(verdict, has_key, has_checkpoint)}"
            return (f"{said}. This may be another ledger, an older copy, or one written anew.", *verdict.faults)
        case "self-consistent":
            return (f"self-consistent: {whole}.", *_anonymous(verdict))
        case "signed":
            return (
                f"signed: {whole}.",
                f"{_signed(verdict)}.",
                "A whole older copy would look the same: give --checkpoint with one that was kept elsewhere.",
            )
        case "authentic":
            return (f"authentic: {_lower(_first(verdict.authentic))} those the checkpoint covers.", *_behind(verdict))


def guard_text(path: Path, size: int) -> str:
    """Whether the guard beside a ledger remembers more than is here, or cannot be read; nothing where it is content."""
    seen, unread = _guarded(path)
    if seen is None or seen.size <= size:
        return unread
    return (
        f"the guard {_guard_file(path)} remembers {seen.size:,} entries of '{seen.origin}', and {size:,} are here: "
        "this is an older copy, or its end is gone."
    )


def _guarded(path: Path) -> "tuple[Seen | None, str]":
    """What the guard beside a ledger remembers, None where there is none; and why it cannot be read, if it cannot."""
    from tocsin.ledger import FileGuard, LedgerError, beside

    if not beside(path).is_dir():
        return None, ""
    try:
        return FileGuard(_guard_file(path)).last(), ""
    except LedgerError as problem:
        return None, str(problem)


def _guard_file(path: Path) -> Path:
    from tocsin.ledger import beside

    return beside(path, "guard")


def _refuting(verdict: "Verdict", has_key: bool, has_checkpoint: bool) -> str:
    """What of all that was at hand the entries do not fit."""
    given = " and the ".join([*(["key"] if has_key else []), *(["checkpoint"] if has_checkpoint else [])])
    if not verdict.faults[0].startswith(GUARD_FAULT):
        return f"the {given} you gave"
    return "the guard beside the ledger" + (f", nor the {given} you gave" if verdict.faults[1:] else "")


def _damage(verdict: "Verdict") -> str:
    bad = first_bad(verdict)
    if not verdict.size:
        return "no entries are counted in it."
    if bad is None:
        return f"all {verdict.size:,} entries are sound, but something beside them is not."
    before = f"the {bad:,} entries before it are sound and can be shown and exported" if bad else "none is before it"
    return f"the first bad entry is {bad}, of {verdict.size:,}; {before}."


def _anonymous(verdict: "Verdict") -> tuple[str, ...]:
    """What is missing for a better word."""
    if not verdict.authentic:
        return ("It does not tell who wrote it; give --key and --checkpoint.",)
    return (
        f"{_first(verdict.authentic)} those the checkpoint names. Who signed that was not checked; give --key too.",
    )


def _behind(verdict: "Verdict") -> tuple[str, ...]:
    """What is known of the entries that the checkpoint does not cover."""
    behind = verdict.size - verdict.authentic
    if not behind:
        return ("That is all there are.",)
    count = f"The {behind:,} entries behind them fit" if behind > 1 else "The one entry behind them fits"
    signed = verdict.signed > verdict.authentic
    return (f"{count} together with them. {_signed(verdict) if signed else 'No key you trust signed beyond them'}.",)


def _signed(verdict: "Verdict") -> str:
    """How far the key goes."""
    by = "signed by the key you gave, or by one it vouched for"
    if verdict.signed == verdict.size:
        return f"All entries, up to entry {verdict.signed - 1}, are {by}"
    left = verdict.size - verdict.signed
    return f"{_first(verdict.signed)} {by}; the {left:,} behind them are not signed yet"


def _first(count: int) -> str:
    return f"The first {count:,} entries are" if count != 1 else "The first entry is"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _print(verdict: "Verdict", sentences: tuple[str, ...]) -> None:
    from rich.text import Text

    from tocsin.cli import tables

    console = tables.terminal()
    tables.title(console, verdict.origin or "unknown origin")
    word, rest = sentences[0].split(":", 1)
    said = Text.assemble((word, STYLES[verdict.word]), f":{rest}")
    tables.indented(console, said, by=0)
    is_no = verdict.word in ("damaged", "refuted")
    for sentence in sentences[1:]:
        tables.indented(console, f"{'· ' if is_no else ''}{sentence}", by=2 if is_no else 0, hang=2 if is_no else 0)
    console.print()
    counts = (
        ("sound entries", f"{verdict.sound:,} of {verdict.size:,}"),
        ("records", f"{verdict.records:,}"),
        ("notes", f"{verdict.notes:,}, by the ledger itself"),
        ("contents", f"{verdict.contents:,}" + (f", {verdict.erased:,} of them erased" if verdict.erased else "")),
        (
            "checkpoints",
            f"{verdict.checkpoints:,} stored" + (f", up to {verdict.covered:,}" if verdict.covered else ""),
        ),
    )
    for name, value in counts:
        console.print(f"  {name:<14} {value}")


def _checkpoint(file: Path) -> str:
    """A signed checkpoint from a file. Its signature is judged with the ledger."""
    from tocsin.ledger import Checkpoint, LedgerError
    from tocsin.ledger.note import Note

    text = read_text(file, "--checkpoint")
    try:
        Checkpoint.parse(Note.parse(text).text)
    except LedgerError as error:
        raise typer.BadParameter(f"{file}: {error}", param_hint="--checkpoint") from None
    return text
