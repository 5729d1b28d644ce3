"""A file that is for the centre alone: one SQLite file, private to its owner. What a turn has written survives a power
cut. The desks and the notebook each keep one."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, NamedTuple

import apsw

from tocsin.errors import NeedsNewer, Overloaded, TocsinError

BUSY_MILLISECONDS = 5_000

Row = tuple[Any, ...]


class PrivateFileError(TocsinError):
    """A file of the centre cannot be used; the message says what to do."""


class Layout(NamedTuple):
    """What a file holds."""

    name: str
    """What it is called in messages, such as "The desks' file"."""
    code: str
    """Of the refusal when it cannot be used now."""
    application_id: int
    format: int
    """Version of the tables. A newer one is refused, an older one is brought up to it."""
    tables: str
    upgrades: Mapping[int, str]
    """What brings tables of a format up to the next one."""
    error: type[PrivateFileError]


class PrivateStore:
    """The tables, for all threads of one process: they take turns. With no path they lie in memory.

    Raises the layout's error for a file that is something else or damaged, NeedsNewer for one of a later release.
    """

    def __init__(self, path: Path | None, layout: Layout) -> None:
        self.path, self._layout = path, layout
        self._lock = RLock()
        self._asking = _Asking(self._lock, layout)
        self._turns = 0
        self._depth = 0
        error_of = layout.error
        try:
            if path is not None:
                make_private(path)
            self._db = apsw.Connection(":memory:" if path is None else str(path))
        except (OSError, ValueError, apsw.Error) as error:
            raise error_of(f"{path} cannot be opened: {error}") from None
        try:
            self._settle()
        except (apsw.BusyError, apsw.LockedError) as error:
            self._db.close()
            raise error_of(f"{path} is in use by another process; close it there first.") from error
        except (apsw.Error, Overloaded) as error:
            self._db.close()
            raise error_of(f"{path} cannot be used: {error}. Restore it from a backup.") from error
        except BaseException:
            self._db.close()
            raise

    def one(self, query: str, *values: object) -> Row | None:
        """The first row, if there is one."""
        with self._asking:
            found: Row | None = self._db.execute(query, values).fetchone()
            return found

    def all(self, query: str, *values: object) -> Sequence[Row]:
        """All rows."""
        with self._asking:
            found: Sequence[Row] = self._db.execute(query, values).fetchall()
            return found

    def do(self, query: str, *values: object) -> int:
        """Change rows, inside a turn. How many."""
        assert self._depth, "what changes rows stands in a turn"
        self._db.execute(query, values)
        return self._db.changes()

    @contextmanager
    def turn(self, *, is_light: bool = False) -> Iterator[None]:
        """All or nothing, and durable at its end. A light turn is not waited for: a power cut may lose it, and it
        changes nothing that a credential rests on. Turns within a turn are part of it."""
        with self._asking:
            if self._depth:
                yield
                return
            self._db.pragma("synchronous", "NORMAL" if is_light else "FULL")
            self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            if not is_light:
                self._turns += 1
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                self._depth -= 1
                if self._db.in_transaction:
                    with suppress(apsw.Error):
                        self._db.execute("ROLLBACK")

    def reading(self) -> AbstractContextManager[None]:
        """Nobody else has a turn meanwhile."""
        return self._asking

    def version(self) -> tuple[int, int]:
        """It changes with every turn, light ones apart, also where another connection took it."""
        with self._asking:
            other: int = self._db.pragma("data_version")
            return self._turns, other

    def copy_to(self, path: Path, strip: str = "") -> None:
        """A compact copy in a new file for its owner alone; `strip` is run there, to leave out what is not to be
        copied. Raises the layout's error where the file is there already."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            said = f"{path} cannot be made: {error.strerror}. A backup writes over no file."
            raise self._layout.error(said) from None
        try:
            with self._asking:
                self._db.execute("VACUUM INTO ?", (str(path),))
            copy = apsw.Connection(str(path))
            try:
                copy.pragma("secure_delete", "ON")
                copy.execute(f"BEGIN; {strip}; COMMIT")
            finally:
                copy.close()
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        """Let go of the file. May be called again."""
        with self._lock:
            self._db.close()

    def _settle(self) -> None:
        self._db.set_busy_timeout(BUSY_MILLISECONDS)
        self._db.pragma("trusted_schema", "OFF")
        self._db.pragma("foreign_keys", "ON")
        self._db.pragma("secure_delete", "ON")
        if self.path is not None:
            self._db.pragma("journal_mode", "wal")
        self._db.pragma("synchronous", "FULL")
        layout, newest = self._layout, self._layout.format
        with self.turn():
            kind, found = self._db.pragma("application_id"), self._db.pragma("user_version")
            if kind not in (0, layout.application_id):
                raise layout.error(f"{self.path} is a database of something else; it is left as it is.")
            if found > newest:
                raise NeedsNewer(
                    f"{self.path} has format {found}; this release reads up to {newest}. Use the release that wrote it."
                )
            if found == 0:
                self._db.execute(layout.tables)
                self._db.pragma("application_id", layout.application_id)
            for older in range(found or newest, newest):
                self._db.execute(layout.upgrades[older])
            if found != newest:
                self._db.pragma("user_version", newest)


class _Asking:
    """One thread at a time, and SQLite's errors in our words. A class, because each request asks twice and more."""

    __slots__ = ("_layout", "_lock")

    def __init__(self, lock: RLock, layout: Layout) -> None:
        self._lock, self._layout = lock, layout

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()
        layout = self._layout
        if not isinstance(error, apsw.Error) or isinstance(error, apsw.ConstraintError):
            return  # of a constraint, whoever wrote knows what it means
        if isinstance(error, apsw.BusyError | apsw.LockedError):
            raise Overloaded("busy", f"{layout.name} is in use; try again.", wait_seconds=2) from error
        if isinstance(error, apsw.ConnectionClosedError):
            raise Overloaded("closing", "The centre is closing.", wait_seconds=10) from error
        said = str(error) or type(error).__name__
        raise Overloaded(
            layout.code, f"{layout.name} cannot be used now: {said}.", wait_seconds=30, fix="See to the disk."
        ) from error


def make_private(path: Path) -> None:
    """The file is for its owner alone, and so is what SQLite keeps beside it."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
