"""The guard remembers how far a ledger went, apart from the ledger, so that a restored copy cannot fork unnoticed.

Keep it where the ledger's backups do not reach: whoever restores an old copy finds that the guard knows more. A
ledger advances it by compare-and-swap before it publishes a checkpoint, so of two copies only one can go on.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Protocol

from msgspec import Struct

from tocsin.ledger.checkpoint import NUMBER_MAX, Origin
from tocsin.ledger.note import from_base64, shown, to_base64
from tocsin.ledger.port import LedgerError

if sys.platform != "win32":
    import fcntl

FORMAT = b"tocsin guard, format "
BYTES_MAX = 65_536
LINES = re.compile(r"tocsin guard, format 1\norigin (.+)\nsize ([0-9]{1,19})\nroot (.+)\ngenesis (.+)\n")
LAST_LINE = re.compile(rb"sha256 [0-9a-f]{64}\n")


class Seen(Struct, frozen=True):
    """How far a ledger went: the origin, size and root of its newest checkpoint, and the hash of its leaf 0.

    `genesis` says which ledger it is, through all its epochs. Hashes have 32 bytes. Raises LedgerError for any other.
    """

    origin: str
    size: int
    root: bytes
    genesis: bytes

    def __post_init__(self) -> None:
        Origin.parse(self.origin)
        if not 1 <= self.size <= NUMBER_MAX:
            raise LedgerError(f"a guarded ledger has 1 to {NUMBER_MAX} leaves, not {self.size}")
        if len(self.root) != 32 or len(self.genesis) != 32:
            raise LedgerError(f"root and genesis have 32 bytes, not {len(self.root)} and {len(self.genesis)}")


class Guard(Protocol):
    """Where the last checkpoint of one ledger is remembered. One conformance suite holds for all."""

    def last(self) -> Seen | None:
        """How far the ledger went, None if nothing is known. Raises LedgerError where that cannot be read."""

    def advance(self, expected: Seen | None, new: Seen) -> None:
        """Remember `new` in place of `expected`. When it returns, it is remembered for good.

        Raises LedgerError, and changes nothing, where another than `expected` is remembered; where `new` is another
        ledger, name or mode; and where it goes back: to an earlier epoch, within an epoch to a smaller size, or to
        another root at the same size. That a larger tree holds the smaller one is for the ledger to prove.
        """

    def close(self) -> None:
        """Let go of what is held open. It may be closed twice."""


class MemoryGuard:
    """Remembers as long as it lives, also past `close`, so that a ledger can be opened over it again."""

    def __init__(self) -> None:
        self._seen: Seen | None = None
        self._lock = Lock()

    def last(self) -> Seen | None:
        return self._seen

    def advance(self, expected: Seen | None, new: Seen) -> None:
        with self._lock:
            _check_advance("the guard in memory", self._seen, expected, new)
            self._seen = new

    def close(self) -> None:
        pass


class FileGuard:
    """Remembers in a small text file, six lines of ASCII, each ending in a newline:

        tocsin guard, format 1
        origin tocsin/<name>/<mode>/<epoch>
        size <leaves, in digits>
        root <base64, as in the checkpoint>
        genesis <base64 of the hash of leaf 0>
        sha256 <hex digits of the SHA-256 over all the lines above, newlines included>

    Every later format keeps the first line, but for its number, and the rule of the last. The file appears with the
    first advance; its folder must exist. It is replaced whole, so that a power cut leaves the old or the new. A file
    `<name>.lock` beside it, empty and never removed, is locked (flock) from reading to replacing; what else lies
    there, `<name>.new`, is what a killed process left and means nothing. Nothing is held open between calls.
    """

    def __init__(self, path: str | Path) -> None:
        # Through links, so that all who share the file share its lock, and no link is replaced by a file.
        self.path = Path(os.path.realpath(path))

    def last(self) -> Seen | None:
        try:
            with self.path.open("rb") as file:
                return _parse(file.read(BYTES_MAX + 1), self.path)
        except FileNotFoundError:
            if self.path.parent.is_dir():
                return None
            folder = self.path.parent
            raise LedgerError(f"{folder}, the folder of the guard, is not there; mount or make it first") from None
        except OSError as error:
            raise self._failed("read", error) from None

    def advance(self, expected: Seen | None, new: Seen) -> None:
        try:
            with _locked(self.path.with_name(f"{self.path.name}.lock")):
                _check_advance(f"the guard {self.path}", self.last(), expected, new)
                self._replace(_written(new))
        except OSError as error:
            raise self._failed("written", error) from None

    def close(self) -> None:
        pass

    def _replace(self, content: bytes) -> None:
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        fresh.replace(self.path)
        if sys.platform != "win32":  # which has no such call and needs none
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _failed(self, verb: str, error: OSError) -> LedgerError:
        why = (error.strerror or str(error)).lower()
        return LedgerError(f"the guard {self.path} cannot be {verb}: {why}; mend that and open the ledger anew")


def _check_advance(place: str, held: Seen | None, expected: Seen | None, new: Seen) -> None:
    """Raises LedgerError where `new` may not take the place of `held`."""
    knows = f"{place} knows {_told(held)}"
    if held and not _same_ledger(held, new):
        raise LedgerError(f"{knows}, and {_told(new)} is another ledger: give each ledger a guard of its own")
    if held is None and expected:
        raise LedgerError(
            f"{knows}, and this ledger expected {_told(expected)}: what it knew is gone. Bring the guard back. If it "
            f"is lost for good, compare the ledger with a checkpoint kept elsewhere and give it a new guard"
        )
    if held != expected:
        raise LedgerError(
            f"{knows}, and this ledger expected {_told(expected)}: another copy of this ledger went on. Go on with "
            f"that copy. If it is lost for good, restore this one, which begins a new epoch"
        )
    if held is None or new == held:
        return
    was, now = (Origin.parse(held.origin).epoch, held.size), (Origin.parse(new.origin).epoch, new.size)
    if now <= was:
        raise LedgerError(
            f"{knows}, and {_told(new)} would {'fork it' if now == was else 'go back'}: a ledger only grows. "
            f"Go on with the newest copy, or restore this one, which begins a new epoch"
        )


def _same_ledger(one: Seen, other: Seen) -> bool:
    names = [origin.rpartition("/")[0] for origin in (one.origin, other.origin)]
    return one.genesis == other.genesis and names[0] == names[1]


def _told(seen: Seen | None) -> str:
    return f"{seen.origin} at size {seen.size} with root {to_base64(seen.root)}" if seen else "nothing"


def _written(seen: Seen) -> bytes:
    hashes = f"root {to_base64(seen.root)}\ngenesis {to_base64(seen.genesis)}\n"
    lines = f"tocsin guard, format 1\norigin {seen.origin}\nsize {seen.size}\n{hashes}".encode()
    return lines + _last_line(lines)


def _last_line(lines: bytes) -> bytes:
    return b"sha256 %s\n" % sha256(lines).hexdigest().encode()


def _parse(content: bytes, path: Path) -> Seen:
    """What a guard file says. Raises LedgerError for any byte that is not as `_written` wrote it."""
    if not content:
        raise _damaged(path, "it is empty")
    start = content.rfind(b"\n", 0, -1) + 1
    lines, last_line = content[:start], content[start:]
    if len(content) > BYTES_MAX or not LAST_LINE.fullmatch(last_line):
        if content[: len(FORMAT)] == FORMAT[: len(content)]:
            raise _damaged(path, "its end is missing")
        raise LedgerError(f"{path} is no guard of a Tocsin ledger; it is left as it is. Name another file")
    if last_line != _last_line(lines):
        raise _damaged(path, "its lines do not fit the sha256 at its end")
    header = lines.partition(b"\n")[0]
    if header != FORMAT + b"1":
        number = shown(header.removeprefix(FORMAT).decode(errors="replace"))
        raise LedgerError(f"{path} is a guard of format {number}, and this Tocsin reads format 1: use a later Tocsin")
    seen = _seen(lines)
    if seen is None or _written(seen) != content:
        raise _damaged(path, "its lines are not those of format 1")
    return seen


def _seen(lines: bytes) -> Seen | None:
    found = LINES.fullmatch(lines.decode("ascii", "replace"))
    if not found:
        return None
    origin, size, root, genesis = found.groups()
    try:
        return Seen(origin, int(size), from_base64(root) or b"", from_base64(genesis) or b"")
    except LedgerError:
        return None


def _damaged(path: Path, why: str) -> LedgerError:
    return LedgerError(
        f"the guard {path} is damaged: {why}. Bring back an unharmed copy only if no checkpoint was published since. "
        f"Otherwise compare the ledger with a checkpoint kept elsewhere; if it holds the newest, move this file away "
        f"and give the ledger a new guard"
    )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock. The file is opened anew each time, so that threads of one process exclude each other too."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
