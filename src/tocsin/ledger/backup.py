"""Copies of a ledger, and how it goes on from one: in a new epoch, with a new key, so that no fork goes unnoticed."""

import os
from contextlib import closing, suppress
from pathlib import Path

from msgspec import Struct

from tocsin.ledger.beside import GUARD, KEY, NEXT_KEY, Lock, beside, make_folder, read_signer, sync_folder, write_signer
from tocsin.ledger.checkpoint import Checkpoint, Origin
from tocsin.ledger.files import FileLedger
from tocsin.ledger.guard import FileGuard, Seen
from tocsin.ledger.keys import Keys
from tocsin.ledger.ledger import add_note, genesis_of, wall_clock
from tocsin.ledger.note import Signer
from tocsin.ledger.port import LedgerError, Unsound
from tocsin.ledger.reader import keys_of
from tocsin.ledger.sqlite import SqliteStore
from tocsin.ledger.statements import Epoch
from tocsin.ledger.verify import Progress, Verdict, verify


class Restored(Struct, frozen=True, kw_only=True):
    """How a restored ledger goes on."""

    origin: str
    size: int
    key: str
    is_vouched: bool
    """Whether the old key, found beside the ledger, signed the new epoch too."""
    missing: int
    """How many entries were published that the backup does not have."""
    kept: str = ""
    """Where the ledger that was there lies now."""


def backup(path: str | Path, to: str | Path, *, on_progress: Progress | None = None) -> Verdict:
    """A compact copy of the ledger as of now, also while one writes it, walked through before it gets its name.

    Raises LedgerError where `to` is there already, where the disk fails, or where the ledger is damaged.
    """
    target = Path(to)
    if target.exists():
        raise LedgerError(f"{target} is there already; a backup never writes over a file. Name another")
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(SqliteStore(path, reading=True)) as store:
            store.copy_to(partial)
        with closing(SqliteStore(partial, reading=True)) as copy:
            verdict = verify(copy, on_progress=on_progress)
        if verdict.faults:
            raise Unsound(f"{path} is damaged, so no backup was made: {verdict.faults[0]}")
        _sync(partial)
        partial.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise LedgerError(f"the backup {target} cannot be written: {(error.strerror or str(error)).lower()}") from None
    finally:
        partial.unlink(missing_ok=True)
    return verdict


def restore(
    copy: str | Path,
    path: str | Path,
    *,
    reason: str,
    replace: bool = False,
    on_progress: Progress | None = None,
) -> Restored:
    """Let a ledger go on at `path` from a copy of it, in a new epoch that names the copy's last checkpoint.

    A ledger that lies at `path` is kept beside under another name, and only with `replace`. The guard beside `path`,
    if there is one, must be of the same ledger; it tells how much was published that the copy lacks, and holds the new
    epoch from then on. Raises LedgerError where the copy is damaged or of another ledger; then nothing has changed.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise LedgerError(f"{target} cannot be made: there is no folder {target.parent}")
    _check_copy(copy, on_progress)
    make_folder(target)
    lock = Lock(target)
    try:
        if target.exists() and not replace:
            raise LedgerError(f"{target} is there already; say --replace to put it aside and go on from the backup")
        done = _go_on(copy, target, reason)
    except OSError as error:
        raise LedgerError(f"{target} cannot be restored: {(error.strerror or str(error)).lower()}") from None
    finally:
        lock.close()
    FileLedger(target).close()  # signs the first checkpoint of the new epoch
    return done


def _check_copy(copy: str | Path, on_progress: Progress | None) -> None:
    with closing(SqliteStore(copy, reading=True)) as store:
        verdict = verify(store, on_progress=on_progress)
    if verdict.faults:
        raise Unsound(f"{copy} is damaged, so nothing was restored: {verdict.faults[0]}")


def _go_on(copy: str | Path, target: Path, reason: str) -> Restored:
    """Build the new epoch beside, tell the guard, and only then put it in place: a kill between leaves the old state,
    or one that asks to be restored again."""
    guard, partial = FileGuard(beside(target, GUARD)), target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with closing(SqliteStore(copy, reading=True)) as source:
            source.copy_to(partial)
        seen, former = guard.last(), read_signer(beside(target, KEY))
        with closing(SqliteStore(partial)) as store:
            head, keys, genesis = store.head(), keys_of(store), genesis_of(store)
            _check_family(seen, genesis, target)
            origin = _next_origin(keys, seen)
            signer = Signer.new(origin.text)
            after = Checkpoint(keys.origin_at(head.size).text, head.size, head.root)
            vouchers = [former] if former is not None and former.key in keys.at(head.size) else []
            said = Epoch(origin, head.size, after, signer.key, reason)
            begun = add_note(store, said, [signer, *vouchers], wall_clock())
        following = beside(target, NEXT_KEY)
        following.unlink(missing_ok=True)
        write_signer(following, signer)
        guard.advance(seen, Seen(origin.text, begun.size, begun.root, genesis))
        kept = _put_aside(target)
        _sync(partial)
        partial.rename(target)
        sync_folder(target.parent)
        following.replace(beside(target, KEY))
        sync_folder(beside(target))
    finally:
        partial.unlink(missing_ok=True)
        guard.close()
    return Restored(
        origin=origin.text,
        size=begun.size,
        key=signer.key.text,
        is_vouched=bool(vouchers),
        missing=max(0, seen.size - head.size) if seen is not None else 0,
        kept=kept,
    )


def _check_family(seen: Seen | None, genesis: bytes, target: Path) -> None:
    if seen is not None and seen.genesis != genesis:
        raise LedgerError(
            f"the guard in {beside(target)} is that of another ledger, so nothing was restored. "
            "Restore under another name, or put the guard of this ledger back"
        )


def _next_origin(keys: Keys, seen: Seen | None) -> Origin:
    """The epoch after the last one known to the copy or to the guard."""
    last = keys.origin
    known = Origin.parse(seen.origin) if seen is not None else last
    return Origin(last.name, last.mode, max(last.epoch, known.epoch) + 1)


def _put_aside(target: Path) -> str:
    """Move a ledger that is there out of the way, with what SQLite keeps beside it. Where it lies now."""
    if not target.exists():
        return ""
    number = 1
    while (aside := target.with_name(f"{target.name}.before-{number}")).exists():
        number += 1
    for ending in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            Path(f"{target}{ending}").rename(f"{aside}{ending}")
    sync_folder(target.parent)
    return str(aside)


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
