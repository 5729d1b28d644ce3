"""`tocsin ledger key`: which keys sign a ledger, and how they come and go."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct

from tocsin.cli.ledger_open import (
    LEDGER,
    REASON,
    answering,
    chosen,
    new_file,
    one_line,
    reader,
    say,
    verifier_key,
    warn,
    writer,
)
from tocsin.cli.options import AS_JSON

if TYPE_CHECKING:
    from tocsin.ledger import FileLedger, FileReader, Signer, VerifierKey
    from tocsin.ledger.keys import Keys, Term

app = typer.Typer(help="Show and change the keys that sign a ledger.", rich_markup_mode=None, no_args_is_help=True)


class KeyView(Struct, frozen=True, kw_only=True):
    """A key of a ledger. It signs checkpoints of `first` entries up to `last`; `last` None: it still does."""

    id: str
    key: str
    epoch: int
    first: int
    last: int | None
    signs_now: bool
    """Whether it signed the last checkpoint."""
    brought_in_by: tuple[str, ...]
    """Ids of the keys that signed its introduction; none for the first one, and for one restored without the old."""


@app.command("list")
def list_keys(ledger: LEDGER = None, as_json: AS_JSON = False) -> None:
    """Show the keys of a ledger.

    For each it tells from which size to which it signs, and for those in force the text to hand out. Whoever is to
    check your ledger or its proofs needs the verifier key, from you and not from the ledger's file.
    """
    from tocsin.cli import tables
    from tocsin.ledger.reader import keys_of

    path = chosen(ledger)
    with closing(reader(path, as_json)) as book, answering(path, as_json):
        keys = keys_of(book.store)
        views = _views(book, keys)
    if as_json:
        tables.print_json({"ledger": str(path), "origin": keys.origin.text, "epoch": keys.origin.epoch, "keys": views})
    else:
        _print(keys, views)


@app.command()
def rotate(ledger: LEDGER = None, *, reason: REASON, as_json: AS_JSON = False) -> None:
    """Sign with a new key from here on.

    The key that signed until now vouches for the new one, and ends. Whoever trusts the old key goes on verifying with
    it. Proofs of entries signed with the new key need the new one. Take a backup after each rotation: of one made
    before it, the key beside the ledger is not known.
    """
    from tocsin.cli import tables

    path, why = chosen(ledger), one_line(reason, "--reason")
    with answering(path, as_json), closing(writer(path)) as book:
        old, index = book.signing_key, len(book)
        new = book.rotate_key(reason=why)
    if as_json:
        tables.print_json({"ledger": str(path), "index": index, "old": old.text, "new": new.text})
        return
    say(f"Entry {index} says so: the ledger is signed by a new key from here on. Hand it out:")
    typer.echo(new.text)
    say(f"The old key {old.id.hex()} signs nothing more. It vouched for the new one.")


@app.command()
def add(
    ledger: LEDGER = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The new file for the secret, which only you can read.")
    ],
    reason: REASON,
    as_json: AS_JSON = False,
) -> None:
    """Bring in a standby key.

    It is for the day on which the first one is lost. Its secret goes into a file of its own. Keep that file away from
    this machine. To sign with it, put it in place of the file `key` beside the ledger.
    """
    from tocsin.cli import tables
    from tocsin.ledger import Signer
    from tocsin.ledger.beside import write_signer

    path, why, secret = chosen(ledger), one_line(reason, "--reason"), _apart(chosen(ledger), new_file(out, "--out"))
    with answering(path, as_json), closing(writer(path)) as book:
        signer = Signer.new(book.keys.origin.text)
        with answering(path, as_json, "--out"):
            write_signer(secret, signer)
        try:
            index = book.change_keys(add=signer, reason=why)
            book.checkpoint()
        except BaseException:
            if _is_surely_out(book, signer):
                secret.unlink(missing_ok=True)
            else:
                warn(f"Keep {secret}: the note that brings this key in may be in; `tocsin ledger key list` shows it.")
            raise
    if as_json:
        tables.print_json({"ledger": str(path), "index": index, "new": signer.key.text, "secret": str(secret)})
        return
    say(f"Entry {index} says so: this key may sign the ledger too, from here on.")
    typer.echo(signer.key.text)
    say(f"Its secret is in {secret}. Keep that file away from this machine.")


@app.command()
def revoke(
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="The key: its id, as `key list` shows it, its text, or a file with it.")
    ],
    ledger: LEDGER = None,
    *,
    size: Annotated[
        int | None,
        typer.Option(
            "--from",
            metavar="SIZE",
            min=1,
            help="What it signed of a ledger of SIZE entries or more counts no longer. Without it: from now on.",
        ),
    ] = None,
    reason: REASON,
    as_json: AS_JSON = False,
) -> None:
    """End a standby key.

    It ends from now on, or from an earlier size of the ledger where it was stolen since. The key that signs now is not
    revoked but rotated: `tocsin ledger key rotate`.
    """
    from tocsin.cli import tables

    path, why = chosen(ledger), one_line(reason, "--reason")
    with answering(path, as_json), closing(writer(path)) as book:
        ended = _named(book.keys, key)
        if ended == book.signing_key:
            raise typer.BadParameter(
                f"{ended.id.hex()} is the key that signs now; `tocsin ledger key rotate` puts a new one in its place.",
                param_hint="KEY",
            )
        with answering(path, as_json, "KEY"):
            index = book.change_keys(revoke=[(ended, size)], reason=why)
    since = index + 1 if size is None else size
    if as_json:
        tables.print_json({"ledger": str(path), "index": index, "revoked": ended.text, "from": since})
        return
    say(f"Entry {index} says so: from size {since} on, nothing that key {ended.id.hex()} signs counts.")


def _apart(path: Path, secret: Path) -> Path:
    """The file for a secret. Leaves with 2 where it would lie with the key that it is to stand in for."""
    from tocsin.ledger import beside

    folder = beside(path)
    if folder.resolve() in secret.resolve().parents:
        raise typer.BadParameter(
            f"{folder} holds what the ledger is written with, and is lost with it; keep a standby key elsewhere.",
            param_hint="--out",
        )
    return secret


def _is_surely_out(book: "FileLedger", signer: "Signer") -> bool:
    """Whether no note brought this key in. Where the disk failed in the middle of it, nobody knows."""
    from tocsin.ledger import LedgerError
    from tocsin.ledger.reader import keys_of

    if not book.is_sound:
        return False
    try:
        return all(term.key != signer.key for term in keys_of(book.store).terms)
    except LedgerError:
        return False


def _named(keys: "Keys", said: str) -> "VerifierKey":
    """A key of the ledger by its id, its text or a file with it."""
    found = [term.key for term in keys.terms if term.key.id.hex() == said.strip().lower()]
    if found:
        return found[-1]
    if "+" not in said and not Path(said).is_file():
        known = ", ".join(term.key.id.hex() for term in keys.terms)
        raise typer.BadParameter(f"this ledger has no key '{said}'; it has {known}.", param_hint="KEY")
    return verifier_key(said, "KEY")


def _views(book: "FileReader", keys: "Keys") -> list[KeyView]:
    from tocsin.ledger import LedgerError

    last = book.store.last_checkpoint()
    try:
        signers = keys.opens(last[1])[1] if last else ()
    except LedgerError:
        signers = ()
    return [
        KeyView(
            id=term.key.id.hex(),
            key=term.key.text,
            epoch=keys.origin_at(term.first).epoch,
            first=term.first,
            last=None if term.until is None else term.until - 1,
            signs_now=term.key in signers,
            brought_in_by=tuple(voucher.id.hex() for voucher in term.vouched),
        )
        for term in keys.terms
    ]


def _print(keys: "Keys", views: list[KeyView]) -> None:
    from tocsin.cli import tables

    console = tables.terminal()
    tables.title(console, f"{keys.origin.text} · {keys.origin.mode.upper()} · epoch {keys.origin.epoch}")
    console.print()
    made = tables.table("key", "epoch", "signs sizes", "brought in by", "state", right=("epoch",))
    for term, view in zip(keys.terms, views, strict=True):
        by = ", ".join(view.brought_in_by) or _unvouched(keys, term)
        tables.row(made, view.id, str(view.epoch), _sizes(view), by, _state(view))
    console.print(made)
    console.print()
    console.print("Verifier keys to hand out:")
    for view in views:
        if view.last is None:
            typer.echo(view.key)


def _sizes(view: KeyView) -> str:
    if view.last is None:
        return f"{view.first:,} on"
    return f"{view.first:,} to {view.last:,}" if view.first <= view.last else "none"


def _state(view: KeyView) -> str:
    if view.last is not None:
        return "ended"
    return "signs now" if view.signs_now else "in force"


def _unvouched(keys: "Keys", term: "Term") -> str:
    return "began the ledger" if term is keys.terms[0] else "a restore without the old key"
