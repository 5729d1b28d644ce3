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
    """The folder beside a ledger, or a file in it. A ledger that is reached by a link has that of the real file."""
    try:
        real = Path(path).resolve() if Path(path).is_symlink() else path
    except (OSError, ValueError) as error:
        raise LedgerError(f"there can be no ledger at {str(path)!a}: {error}") from None
    folder = Path(f"{real}.d")
    return folder / name if name else folder


def make_folder(path: str | Path) -> None:
    """The folder beside a ledger, for its owner alone."""
    try:
        beside(path).mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        raise LedgerError(f"{beside(path)} leads to no folder: is the disk with key and guard there?") from None
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
        self._file = lock.absolute()
        if not self.is_held:
            self.close()
            raise LedgerError(f"{lock} was removed while {path} was being opened; try again")
        with suppress(OSError):  # on a full disk nobody can be told who writes
            os.truncate(self._handle, 0)
            os.write(self._handle, b"%d\n" % os.getpid())

    @property
    def is_held(self) -> bool:
        """Whether it is held still: a lock whose file was removed keeps nobody out."""
        return self.is_open and is_same(self._file, self._handle)

    @property
    def is_open(self) -> bool:
        return self._handle >= 0

    def close(self) -> None:
        if self._handle >= 0:
            with suppress(OSError):
                os.truncate(self._handle, 0)
            os.close(self._handle)
            self._handle = -1


def is_same(file: Path, handle: int) -> bool:
    """Whether the open file is the one that has this name now."""
    try:
        found, own = file.stat(), os.fstat(handle)
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (own.st_dev, own.st_ino)


def put_aside(file: Path) -> Path | None:
    """Rename a file to the first free `<name>.before-N`: a secret is never deleted. None where there is no file."""
    if not file.exists():
        return None
    number = 1
    while (aside := file.with_name(f"{file.name}.before-{number}")).exists():
        number += 1
    file.rename(aside)
    sync_folder(file.parent)
    return aside


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
