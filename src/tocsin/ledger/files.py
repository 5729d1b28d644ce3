"""Ledgers ready to use: in a file, for its one writer or for readers; in memory, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
from tocsin.ledger.checkpoint import Origin, name_of
from tocsin.ledger.guard import FileGuard, Guard, MemoryGuard
from tocsin.ledger.keys import Keys
from tocsin.ledger.ledger import Clock, Ledger, begin, wall_clock
from tocsin.ledger.memory import MemoryStore
from tocsin.ledger.note import Signer, VerifierKey
from tocsin.ledger.port import LedgerError
from tocsin.ledger.reader import Reader, keys_of
from tocsin.ledger.sqlite import SqliteStore


class MemoryLedger(Ledger):
    """A ledger in memory, signed by a key that nobody keeps."""

    def __init__(self, *, mode: str = "replay", clock: Clock = wall_clock) -> None:
        store, origin = MemoryStore(), Origin("memory", mode, 1)
        signer = Signer.new(origin.text)
        begin(store, origin, signer, clock())
        super().__init__(store, MemoryGuard(), signer, clock=clock)


class FileReader(Reader):
    """A ledger in a file, open to be read: by any number, also while one writes it."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        store = SqliteStore(path, reading=True)
        try:
            super().__init__(store)
        except BaseException:
            store.close()
            raise


class FileLedger(Ledger):
    """A ledger in a file, open for its one writer.

    With a `mode` it is made where it is missing, and one of another mode is refused. `guard` is where the last
    checkpoint is remembered, if not in the folder beside the ledger. Raises LedgerError for whatever cannot be opened
    as it should; then the file is left as it is.
    """

    def __init__(
        self, path: str | Path, *, mode: str | None = None, guard: Guard | None = None, clock: Clock = wall_clock
    ) -> None:
        self.path = Path(path)
        is_remembered = guard is None and beside(path, GUARD).exists()
        if mode is None and not is_remembered:
            _check_there(self.path)
        if not self.path.parent.is_dir():
            raise LedgerError(f"{path} cannot be made: there is no folder {self.path.parent}")
        make_folder(path)
        # Absolute, so that another working folder later means no other ledger.
        self._place, self._home = self.path.absolute(), beside(path).absolute()
        self._lock = Lock(path)
        try:
            watched = guard or FileGuard(self._home / GUARD)
            _check_not_lost(self.path, watched)
            store = SqliteStore(path)
        except BaseException:
            self._lock.close()
            raise
        try:
            self._open(store, watched, mode, clock)
        except BaseException:
            store.close()
            self._lock.close()
            raise

    def rotate_key(self, *, reason: str) -> VerifierKey:
        """Sign with a new key from here on, and revoke the one that signed until now. The new key.

        The secret is written beside the ledger before the note that brings it in, so that no kill between the two
        leaves a ledger that nobody can sign.
        """
        with self._turn, _in_words(self.path):
            self._usable()
            put_aside(self._home / NEXT_KEY)
            signer = Signer.new(self.keys.origin.text)
            write_signer(self._home / NEXT_KEY, signer)
            self.change_keys(add=signer, revoke=[(self.signing_key, None)], reason=reason)
            self.sign_with(signer)
            _promote(self._home)
            self.checkpoint()
            return signer.key

    def close(self) -> None:
        """Sign what no checkpoint covers yet, and let go; where signing fails too. Raises LedgerError then."""
        with self._turn:
            if self._lock.is_open:
                try:
                    if self.is_sound:
                        self.checkpoint()
                finally:
                    super().close()
                    self._lock.close()

    def _usable(self) -> None:
        super()._usable()
        if not self._lock.is_open:
            return  # the store says that it was closed
        if not self._lock.is_held or not _is_file(self._place, self._inode):
            self._fault = f"{self.path}, or its lock, was moved or replaced while it was being written"
            super()._usable()

    def _open(self, store: SqliteStore, guard: Guard, mode: str | None, clock: Clock) -> None:
        key, self._inode = self._home / KEY, _inode_of(self._place)
        if store.head().size == 0:
            if mode is None:
                raise LedgerError(f"{self.path} holds no ledger yet")
            origin = Origin(name_of(self.path.stem), mode, 1)
            signer = read_signer(key)
            if signer is None:
                signer = Signer.new(origin.text)
                write_signer(key, signer)
            begin(store, origin, signer, clock())
        keys = keys_of(store)
        if mode is not None and keys.origin.mode != mode:
            found = keys.origin.mode.upper()
            raise LedgerError(f"{self.path} is a {found} ledger; nothing of a {mode.upper()} can be written to it")
        super().__init__(store, guard, _signer_in_force(self._home, keys, store.head().size), clock=clock)
        if store.last_checkpoint() is None:
            self.checkpoint()


def _check_not_lost(path: Path, guard: Guard) -> None:
    if not (path.exists() and path.stat().st_size) and guard.last() is not None:
        raise LedgerError(
            f"{path} is {'empty' if path.exists() else 'gone'}, though its guard remembers it. "
            "Put it back, or `tocsin ledger restore` a backup; "
            f"to begin another in its place, move {beside(path)} away first"
        )


def _check_there(path: Path) -> None:
    try:
        if not path.stat().st_size:
            raise LedgerError(f"{path} is empty: it holds no ledger")
    except (OSError, ValueError):
        raise LedgerError(f"there is no ledger at {path}") from None


def _inode_of(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _is_file(path: Path, inode: tuple[int, int]) -> bool:
    try:
        return _inode_of(path) == inode
    except OSError:
        return False


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """What the file system refuses, as an error of the ledger."""
    try:
        yield
    except OSError as error:
        raise LedgerError(f"the key of {path} cannot be changed: {(error.strerror or str(error)).lower()}") from None


def _signer_in_force(home: Path, keys: Keys, size: int) -> Signer:
    """The secret key beside the ledger; the next one where a rotation was interrupted after its note."""
    signer = read_signer(home / KEY)
    if signer is not None and signer.key in keys.at(size):
        return signer
    following = read_signer(home / NEXT_KEY)
    if following is not None and following.key in keys.at(size):
        _promote(home)
        return following
    in_force = ", ".join(key.text for key in keys.at(size)) or "none"
    found = "is not there" if signer is None else f"is that of '{signer.key.text}'"
    raise LedgerError(
        f"the secret key {home / KEY} {found}; this ledger is signed by {in_force}. "
        "Put that key back, or begin a new epoch: `tocsin ledger restore`"
    )


def _promote(home: Path) -> None:
    """Let the next key be the key. The one before is kept: after a mistaken restore it is asked for again."""
    if (home / NEXT_KEY).exists():
        put_aside(home / KEY)
        (home / NEXT_KEY).replace(home / KEY)
        sync_folder(home)
