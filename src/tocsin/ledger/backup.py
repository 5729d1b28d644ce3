"""Copies of a ledger, and how it goes on from one: in a new epoch, with a new key, so that no fork goes unnoticed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct

from tocsin.ledger.beside import (
    GUARD,
    KEY,
    NEXT_KEY,
    Lock,
    beside,
    make_folder,
    put_aside,
    read_signer,
    sync_folder,
    write_signer,
)
from tocsin.ledger.checkpoint import Checkpoint, Origin
from tocsin.ledger.files import FileLedger
from tocsin.ledger.guard import FileGuard, Seen
from tocsin.ledger.keys import Keys
from tocsin.ledger.ledger import add_note, genesis_of, wall_clock
from tocsin.ledger.note import Signer
from tocsin.ledger.port import LedgerError, Unsound
from tocsin.ledger.reader import keys_of, tree_of
from tocsin.ledger.sqlite import SqliteStore
from tocsin.ledger.statements import Epoch
from tocsin.ledger.verify import Progress, Verdict, verify

BESIDE_SQLITE = ("-wal", "-shm", "-journal")
"""Endings of what SQLite keeps beside a file; of another moment than the file, they would be taken for a part of it."""


class Restored(Struct, frozen=True, kw_only=True):
    """How a restored ledger goes on."""

    origin: str
    size: int
    key: str
    is_vouched: bool
    """Whether the old key, found beside the ledger, signed the new epoch too."""
    unsigned: int
    """How many entries of the backup no key found beside the ledger stands for: they may have been changed in it."""
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
    with _copied(path, target) as partial:
        with closing(SqliteStore(partial, reading=True)) as copy:
            verdict = verify(copy, on_progress=on_progress)
        if verdict.faults:
            raise Unsound(f"{path} is damaged, so no backup was made: {verdict.faults[0]}")
        _put(partial, target)
    return verdict


def restore(
    copy: str | Path,
    path: str | Path,
    *,
    reason: str,
    replace: bool = False,
    on_progress: Progress | None = None,
) -> Restored:
    """Let a ledger go on at `path` from a copy of it, in a new epoch that names the state of the copy.

    A ledger that lies at `path` is kept beside under another name, and only with `replace`. The guard beside `path`,
    if there is one, must be of the same ledger, and what it knows of must be in the copy; it tells how much was
    published that the copy lacks, and holds the new epoch from then on. The old key vouches for the new one only where
    every entry of the copy is under a checkpoint that it stands for: who can write a backup could else have the old
    key sign what they made of it. Raises LedgerError where the copy is damaged or of another ledger; then nothing
    has changed.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise LedgerError(f"{target} cannot be made: there is no folder {target.parent}")
    if target.exists() and not replace:
        raise LedgerError(f"{target} is there already; say --replace to put it aside and go on from the backup")
    with _copied(copy, target) as partial:
        with closing(SqliteStore(partial, reading=True)) as store:
            verdict = verify(store, on_progress=on_progress)
        if verdict.faults:
            raise Unsound(f"{copy} is damaged, so nothing was restored: {verdict.faults[0]}")
        make_folder(target)
        lock = Lock(target)
        try:
            done = _go_on(partial, target, reason)
        finally:
            lock.close()
    FileLedger(target).close()  # signs the first checkpoint of the new epoch
    return done


@contextmanager
def _copied(source: str | Path, target: Path) -> Iterator[Path]:
    """A copy of a ledger in a file of its own beside `target`, for its owner alone; gone afterwards if not renamed."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
    except OSError as error:
        raise LedgerError(f"{target} cannot be written: {(error.strerror or str(error)).lower()}") from None
    os.close(handle)
    partial = Path(name)
    try:
        with closing(SqliteStore(source, reading=True)) as store:
            store.copy_to(partial)
        yield partial
    except OSError as error:
        raise LedgerError(f"{target} cannot be written: {(error.strerror or str(error)).lower()}") from None
    finally:
        for ending in ("", *BESIDE_SQLITE):
            Path(f"{partial}{ending}").unlink(missing_ok=True)


def _go_on(partial: Path, target: Path, reason: str) -> Restored:
    """Build the new epoch beside, tell the guard, and only then put it in place: a kill between leaves the old state,
    or one that asks to be restored again."""
    home = beside(target).absolute()
    guard = FileGuard(home / GUARD)
    seen = guard.last()
    with closing(SqliteStore(partial)) as store:
        head, keys, genesis = store.head(), keys_of(store), genesis_of(store)
        _check_guard(seen, store, keys, genesis, target)
        origin = _next_origin(keys, seen)
        signer = Signer.new(origin.text)
        vouchers, unsigned = _vouchers(home, store, keys)
        after = Checkpoint(keys.origin_at(head.size).text, head.size, head.root)
        begun = add_note(store, Epoch(origin, head.size, after, signer.key, reason), [signer, *vouchers], wall_clock())
    put_aside(home / NEXT_KEY)
    write_signer(home / NEXT_KEY, signer)
    guard.advance(seen, Seen(origin.text, begun.size, begun.root, genesis))
    kept = _put_aside(target)
    _put(partial, target)
    put_aside(home / KEY)
    (home / NEXT_KEY).replace(home / KEY)
    sync_folder(home)
    return Restored(
        origin=origin.text,
        size=begun.size,
        key=signer.key.text,
        is_vouched=bool(vouchers),
        unsigned=unsigned,
        missing=max(0, seen.size - head.size) if seen is not None else 0,
        kept=kept,
    )


def _check_guard(seen: Seen | None, store: SqliteStore, keys: Keys, genesis: bytes, target: Path) -> None:
    """Refuse a copy that is not of this ledger, or that parts from what was published of it."""
    if seen is None:
        return
    if seen.genesis != genesis:
        raise LedgerError(
            f"the guard in {beside(target)} is that of another ledger, so nothing was restored. "
            "Restore under another name, or put the guard of this ledger back"
        )
    size = store.head().size
    is_later = Origin.parse(seen.origin).epoch > keys.origin.epoch  # a restore that was interrupted, or made elsewhere
    if seen.size <= size and not is_later and tree_of(store, size).root_at(seen.size) != seen.root:
        raise Unsound(
            f"the copy parts from what was published before entry {seen.size:,} of '{seen.origin}', so nothing was "
            "restored: it was changed, or another copy went on. Take an older backup, and verify both with a key"
        )


def _vouchers(home: Path, store: SqliteStore, keys: Keys) -> tuple[list[Signer], int]:
    """The former keys, present or put aside, that may vouch for the copy; and how many entries none stands for."""
    size = store.head().size
    files = sorted(home.glob(f"{KEY}.before-*"), reverse=True) if home.is_dir() else []
    signers = [signer for file in (home / KEY, *files) if (signer := read_signer(file)) is not None]
    in_force = [signer for signer in signers if signer.key in keys.at(size)]
    signed = [(signer, verify(store, key=signer.key).signed) for signer in in_force]
    most = max((count for _, count in signed), default=0)
    return [signer for signer, count in signed if count == size][:1], size - most


def _next_origin(keys: Keys, seen: Seen | None) -> Origin:
    """The epoch after the last one known to the copy or to the guard."""
    last = keys.origin
    known = Origin.parse(seen.origin) if seen is not None else last
    return Origin(last.name, last.mode, max(last.epoch, known.epoch) + 1)


def _put_aside(target: Path) -> str:
    """Move a ledger that is there out of the way, with what SQLite keeps beside it, even where only that is left."""
    endings = [ending for ending in ("", *BESIDE_SQLITE) if Path(f"{target}{ending}").exists()]
    number = 1
    while any(Path(f"{target}.before-{number}{ending}").exists() for ending in ("", *BESIDE_SQLITE)):
        number += 1
    for ending in endings:
        Path(f"{target}{ending}").rename(f"{target}.before-{number}{ending}")
    sync_folder(target.parent)
    return f"{target}.before-{number}" if "" in endings else ""


def _put(partial: Path, target: Path) -> None:
    """Give a finished copy its name, so that a power cut leaves it whole or not there."""
    handle = os.open(partial, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.rename(target)
    sync_folder(target.parent)
