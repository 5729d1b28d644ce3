"""What lies beside a ledger file, in the folder `<ledger>.d`: its secret key, the guard, and the writer's lock.

The guard is the store of the last published checkpoint (guard.py). Put the folder on another disk, by a symbolic
link, and a restored disk cannot fork the ledger unnoticed.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from tocsin.ledger.note import Signer
from tocsin.ledger.port import LedgerError

if sys.platform != "win32":
    import fcntl

KEY, NEXT_KEY, GUARD, LOCK = "key", "key.next", "guard", "lock"


def beside(path: str | Path, name: str = "") -> Path:
    """The folder beside a ledger, or a file in it."""
    folder = Path(f"{path}.d")
    return folder / name if name else folder


def make_folder(path: str | Path) -> None:
    """The folder beside a ledger, for its owner alone."""
    try:
        beside(path).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise LedgerError(f"{beside(path)} cannot be made: {(error.strerror or str(error)).lower()}") from None


class Lock:
    """Held by the one writer of a ledger. It goes when the process dies, however it dies."""

    def __init__(self, path: str | Path) -> None:
        lock = beside(path, LOCK)
        try:
            self._handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LedgerError(f"{lock} cannot be opened: {(error.strerror or str(error)).lower()}") from None
        try:
            if sys.platform != "win32":
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._handle, 20).decode("ascii", "replace").strip()
            os.close(self._handle)
            who = f"process {holder}" if holder.isdigit() else "another process"
            raise LedgerError(
                f"{path} is being written by {who}; a ledger has one writer at a time. Close it there, or only read it"
            ) from None
        with suppress(OSError):  # on a full disk nobody can be told who writes
            os.truncate(self._handle, 0)
            os.write(self._handle, b"%d\n" % os.getpid())

    @property
    def is_held(self) -> bool:
        return self._handle >= 0

    def close(self) -> None:
        if self._handle >= 0:
            with suppress(OSError):
                os.truncate(self._handle, 0)
            os.close(self._handle)
            self._handle = -1


def read_signer(file: Path) -> Signer | None:
    """The secret key in a file; None where there is no file."""
    try:
        text = file.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"the key {file} cannot be read: {error}") from None
    return Signer.parse(text.strip())


def write_signer(file: Path, signer: Signer) -> None:
    """A secret key into a new file that only its owner reads; when this returns it survives a power cut.

    It is there as a whole or not at all. What a killed process left beside, `<name>.new`, means nothing.
    """
    if file.exists():
        raise LedgerError(f"{file} is there already; a key is never written over")
    fresh = file.with_name(f"{file.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, signer.private.encode("ascii") + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        fresh.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise LedgerError(f"the key {file} cannot be written: {(error.strerror or str(error)).lower()}") from None


def sync_folder(folder: Path) -> None:
    """Make new names in a folder last. Windows has no such call and needs none."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
