"""`tocsin ledger prove`, `check-proof` and `checkpoint`: what leaves the ledger, for others to check without it."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli.ledger_open import (
    EITHER_ORDER,
    LEDGER,
    VERIFIER_KEY,
    answering,
    chosen,
    is_damage,
    new_file,
    reader,
    sorted_out,
    verifier_key,
    warn,
    writer,
    written,
)
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.cli.ledger_words import EntryDetail
    from tocsin.ledger import Proof, Proven

INDEX = Annotated[
    str, typer.Argument(metavar="INDEX", help="The entry to prove, counted from 0. Needed.", show_default=False)
]
PROOF_FILE = Annotated[
    Path, typer.Argument(metavar="FILE", help="The proof, as `prove` wrote it; '-' reads it from standard input.")
]
OUT = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it to this new file, not to standard output.")
]
NOT_SHOWN = "not shown (whoever made the proof says it was erased)"
ASK_FOR_KEY = (
    "name the verifier key you trust: --key KEY, or --key FILE. It comes from the ledger's owner, who sees it with "
    "`tocsin ledger key list`, and never from the proof itself."
)


def prove(
    ledger: EITHER_ORDER = "",
    index: INDEX = "",
    *,
    contents: Annotated[
        bool, typer.Option("--contents", help="Put the contents of the entry into the proof, for its reader to see.")
    ] = False,
    out: OUT = None,
    as_json: AS_JSON = False,
) -> None:
    """Write the proof that an entry is in a ledger.

    It is one small text file, checked without the ledger. The proof shows the entry, and its contents only if asked.
    Whoever has it and your verifier key checks it with `tocsin ledger check-proof`. It covers entries that a checkpoint
    covers: see `tocsin ledger checkpoint`.
    """
    from tocsin.cli import tables

    path, numbers = sorted_out(ledger, index)
    if not numbers:
        raise typer.BadParameter("name the index of the entry to prove.", param_hint="INDEX")
    target = new_file(out, "--out") if out is not None else None
    with closing(reader(path, as_json)) as book, answering(path, as_json, "INDEX"):
        proof = book.prove(numbers[0], contents=contents)
    if target is not None:
        with written(target, "--out") as file:
            file.write(proof.text.encode())
    if as_json:
        told = {"ledger": str(path), "index": proof.index, "proof": proof.text}
        tables.print_json(told | {"written": str(target) if target else None})
    elif target is None:
        typer.echo(proof.text.encode(), nl=False)
    else:
        warn(f"Wrote {target}.")


def check_proof(file: PROOF_FILE, *, key: VERIFIER_KEY = None, as_json: AS_JSON = False) -> None:
    """Check a proof, without the ledger.

    It tells which entry stands where, when it was written, and who signed for it. It sees this one file and asks
    nothing of a network: it cannot know whether the key was revoked later, or whether the ledger was continued
    otherwise elsewhere. Exit code 1 if the proof does not hold, 2 if the file is no proof or the key no key.
    """
    from tocsin.cli import tables
    from tocsin.cli.ledger_words import detail_of, key_text
    from tocsin.ledger import LedgerError, check
    from tocsin.ledger.tree import leaf_hash

    if key is None:
        raise typer.BadParameter(ASK_FOR_KEY, param_hint="--key")
    trusted = verifier_key(key)
    proof = _proof(file)
    try:
        proven = check(proof, (trusted,))
    except LedgerError as error:
        warn(f"The proof does not hold: {error}")
        if as_json:
            fault = {"kind": "Refuted", "message": str(error), "problems": (), "known": ()}
            tables.print_json({"holds": False, "error": fault, "exit_code": 1})
        raise typer.Exit(1) from None
    shown = proven.contents if proof.contents else None
    detail = detail_of(proven.entry, leaf_hash(proof.leaf), shown, gone=NOT_SHOWN)
    if as_json:
        checkpoint = {"origin": proven.checkpoint.origin, "size": proven.checkpoint.size, "text": proof.checkpoint}
        told = {"holds": True, "entry": detail, "checkpoint": checkpoint}
        tables.print_json(told | {"signed_by": [key_text(one) for one in proven.keys], "key": trusted.text})
    else:
        _print(proven, detail)


def checkpoint(ledger: LEDGER = None, *, as_json: AS_JSON = False) -> None:
    """Print the signed checkpoint of a ledger.

    It is what others keep, to hold the ledger to it. It signs what no checkpoint covers yet, if the secret key is
    beside the ledger and nobody else writes it; if not, it prints the last one and says how much that leaves out. Give
    it away often: `verify --checkpoint` needs one that was kept elsewhere.
    """
    from tocsin.cli import tables
    from tocsin.cli.ledger_show import miscounted
    from tocsin.cli.ledger_verify import guard_text

    path = chosen(ledger)
    why = ""
    with closing(reader(path, as_json)) as book, answering(path, as_json):
        if fault := miscounted(path, book):
            raise fault
        last, size = book.store.last_checkpoint(), len(book)
    if last is None or last[0] < size:
        signed, why = _signed(path, as_json)
        last = signed or last
        size = max(size, last[0]) if last else size
    if last is None:
        raise typer.BadParameter(f"{path} has no checkpoint yet, and none could be signed: {why}", param_hint="LEDGER")
    uncovered = size - last[0]
    guard = guard_text(path, size)
    if as_json:
        answer = {"ledger": str(path), "size": last[0], "uncovered": uncovered, "why": why, "guard": guard}
        tables.print_json(answer | {"checkpoint": last[1]})
    else:
        typer.echo(last[1].encode(), nl=False)
    if uncovered:
        warn(f"It does not cover the last {uncovered:,} of {size:,} entries, and none was signed: {why}")
    if guard:
        warn(f"Note: {guard}")


def _signed(path: Path, as_json: bool) -> tuple[tuple[int, str] | None, str]:
    """A new checkpoint over all there is, or why there is none."""
    from tocsin.ledger import LedgerError, beside

    if not beside(path, "key").exists():
        return None, f"the secret key {beside(path, 'key')} is not here."
    try:
        with closing(writer(path)) as book:
            return (len(book), book.checkpoint()), ""
    except LedgerError as error:
        if is_damage(error):
            with answering(path, as_json):
                raise
        return None, str(error)


def _proof(file: Path) -> "Proof":
    """The proof in a file. Leaves with 2 for anything else."""
    from tocsin.ledger import Checkpoint, LedgerError, Proof
    from tocsin.ledger.note import Note
    from tocsin.ledger.proof import PROOF_BYTES_MAX

    try:
        if str(file) == "-":
            content = sys.stdin.buffer.read(PROOF_BYTES_MAX + 1)
        else:
            with file.open("rb") as opened:
                content = opened.read(PROOF_BYTES_MAX + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise typer.BadParameter(f"{file} cannot be read: {why}.", param_hint="FILE") from None
    try:
        proof = Proof.parse(content)
        Checkpoint.parse(Note.parse(proof.checkpoint).text)
    except LedgerError as error:
        raise typer.BadParameter(f"{file}: {error}", param_hint="FILE") from None
    return proof


def _print(proven: "Proven", detail: "EntryDetail") -> None:
    from rich.text import Text

    from tocsin.cli import tables
    from tocsin.cli.ledger_show import print_detail
    from tocsin.cli.ledger_words import key_text

    console, entry, signed = tables.terminal(), proven.entry, proven.checkpoint
    where = f": entry {entry.index} of {tables.plain(signed.origin)} is the one shown here."
    console.print(Text.assemble(("The proof holds", "bold green"), where))
    names = ", ".join(tables.plain(key_text(key)) for key in proven.keys)
    tables.indented(console, f"It stands under the checkpoint of {signed.size:,} entries, signed by {names}.", by=0)
    console.print()
    print_detail(console, detail)
    if detail.contents is None and entry.commitments:
        count = len(entry.commitments)
        console.print()
        console.print(f"{count} content{'s' if count != 1 else ''} beside it; none is in this proof.")
