"""The file of identities: one SQLite file for its owner alone. What a turn has written survives a power cut.

Notices keep tables of their own in the same file, behind a connection of their own, so that it is never held for
longer than a turn.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

import apsw

from tocsin.errors import NeedsNewer, Overloaded, TocsinError

FORMAT = 2
"""Version of the tables below. A newer one is refused, an older one is brought up to it."""
APPLICATION_ID = 0x746F6364
BUSY_MILLISECONDS = 5_000

TABLES = """
CREATE TABLE person (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, phc TEXT NOT NULL, made INTEGER NOT NULL
) STRICT;
CREATE TABLE desk (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, role TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('invited', 'pending', 'active', 'revoked')),
    person TEXT REFERENCES person, deputy_of TEXT NOT NULL DEFAULT '', subject TEXT,
    is_first INTEGER NOT NULL DEFAULT 0, made INTEGER NOT NULL, made_by TEXT NOT NULL,
    entered INTEGER, approved INTEGER, revoked INTEGER, why TEXT NOT NULL DEFAULT '',
    approved_alone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX desk_seat ON desk (seat);
CREATE INDEX desk_person ON desk (person);
CREATE UNIQUE INDEX desk_subject ON desk (subject) WHERE status <> 'revoked';
CREATE TABLE invitation (hash BLOB PRIMARY KEY, desk TEXT NOT NULL UNIQUE, expires INTEGER NOT NULL) STRICT;
CREATE TABLE session (
    hash BLOB PRIMARY KEY, desk TEXT NOT NULL, made INTEGER NOT NULL, seen INTEGER NOT NULL, expires INTEGER NOT NULL
) STRICT;
CREATE INDEX session_desk ON session (desk);
CREATE TABLE token (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, desk TEXT NOT NULL, label TEXT NOT NULL, scopes TEXT NOT NULL,
    made INTEGER NOT NULL, expires INTEGER NOT NULL
) STRICT;
CREATE INDEX token_desk ON token (desk);
CREATE TABLE party_key (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, public BLOB NOT NULL, fingerprint TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'revoked')),
    desk TEXT NOT NULL, made INTEGER NOT NULL, confirmed INTEGER, revoked INTEGER, UNIQUE (seat, public)
) STRICT;
CREATE TABLE delegation (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, goes_to TEXT NOT NULL, scopes TEXT NOT NULL, until INTEGER NOT NULL,
    made INTEGER NOT NULL, desk TEXT NOT NULL
) STRICT;
CREATE INDEX delegation_seats ON delegation (goes_to, seat);
CREATE TABLE seat_settings (
    seat TEXT PRIMARY KEY, now TEXT NOT NULL,
    asked TEXT NOT NULL DEFAULT '', desk TEXT NOT NULL DEFAULT '', person TEXT NOT NULL DEFAULT '', until INTEGER
) STRICT;
CREATE TABLE pending (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, held_by TEXT NOT NULL, desk TEXT NOT NULL, person TEXT NOT NULL,
    command BLOB NOT NULL, content BLOB, signature BLOB, key TEXT NOT NULL, needs TEXT NOT NULL,
    made INTEGER NOT NULL, expires INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_seat ON pending (seat);
CREATE TABLE trace (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, what TEXT NOT NULL, outcome TEXT NOT NULL,
    desk TEXT NOT NULL, seat TEXT NOT NULL, address TEXT NOT NULL, code TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX trace_at ON trace (at);
CREATE TABLE cursor (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
CREATE TABLE pepper (one INTEGER PRIMARY KEY CHECK (one = 1), value BLOB NOT NULL) STRICT;
"""

UPGRADES = {1: "ALTER TABLE desk ADD COLUMN approved_alone INTEGER NOT NULL DEFAULT 0"}
"""What brings tables of a format up to the next one."""

Row = tuple[Any, ...]


class DesksFileError(TocsinError):
    """The file of identities cannot be used; the message says what to do."""


class DesksStore:
    """The tables, for all threads of one process: they take turns. With no path it lies in memory.

    Raises DesksFileError for a file that is something else or damaged, NeedsNewer for one of a later release.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = RLock()
        self._turns = 0
        self._depth = 0
        try:
            if path is not None:
                _make_private(path)
            self._db = apsw.Connection(":memory:" if path is None else str(path))
        except (OSError, ValueError, apsw.Error) as error:
            raise DesksFileError(f"{path} cannot be opened: {error}") from None
        try:
            self._settle()
        except (apsw.BusyError, apsw.LockedError) as error:
            self._db.close()
            raise DesksFileError(f"{path} is in use by another process; close it there first.") from error
        except (apsw.Error, Overloaded) as error:
            self._db.close()
            raise DesksFileError(f"{path} cannot be used: {error}. Restore it from a backup.") from error
        except BaseException:
            self._db.close()
            raise

    def one(self, query: str, *values: object) -> Row | None:
        """The first row, if there is one."""
        with self._asking():
            found: Row | None = self._db.execute(query, values).fetchone()
            return found

    def all(self, query: str, *values: object) -> Sequence[Row]:
        """All rows."""
        with self._asking():
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
        with self._asking():
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

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Nobody else has a turn meanwhile."""
        with self._asking():
            yield

    def version(self) -> tuple[int, int]:
        """It changes with every turn, light ones apart, also where another connection took it."""
        with self._asking():
            other: int = self._db.pragma("data_version")
            return self._turns, other

    def pepper(self) -> bytes:
        """32 bytes of this file's own, so that marks made with them say nothing without it."""
        found = self.one("SELECT value FROM pepper")
        if found is None:
            with self.turn():
                self.do("INSERT OR IGNORE INTO pepper VALUES (1, ?)", os.urandom(32))
            found = self.one("SELECT value FROM pepper")
        assert found is not None
        value: bytes = found[0]
        return value

    def copy_to(self, path: Path) -> None:
        """A compact copy in a new file for its owner alone, without sessions and open invitations: what opened a door
        here opens none there. Raises DesksFileError where it is there already."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            raise DesksFileError(f"{path} cannot be made: {error.strerror}. A backup writes over no file.") from None
        try:
            with self._asking():
                self._db.execute("VACUUM INTO ?", (str(path),))
            copy = apsw.Connection(str(path))
            try:
                copy.pragma("secure_delete", "ON")
                copy.execute("BEGIN; DELETE FROM session; DELETE FROM invitation; COMMIT")
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
        with self.turn():
            kind, found = self._db.pragma("application_id"), self._db.pragma("user_version")
            if kind not in (0, APPLICATION_ID):
                raise DesksFileError(f"{self.path} is a database of something else; it is left as it is.")
            if found > FORMAT:
                raise NeedsNewer(
                    f"{self.path} has format {found}; this release reads up to {FORMAT}. Use the release that wrote it."
                )
            if found == 0:
                self._db.execute(TABLES)
                self._db.pragma("application_id", APPLICATION_ID)
            for older in range(found or FORMAT, FORMAT):
                self._db.execute(UPGRADES[older])
            if found != FORMAT:
                self._db.pragma("user_version", FORMAT)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """One thread at a time, and SQLite's errors in our words."""
        with self._lock:
            try:
                yield
            except apsw.ConstraintError:
                raise  # whoever wrote knows what it means
            except (apsw.BusyError, apsw.LockedError) as error:
                raise Overloaded("busy", "The desks' file is in use; try again.", wait_seconds=2) from error
            except apsw.ConnectionClosedError as error:
                raise Overloaded("closing", "The centre is closing.", wait_seconds=10) from error
            except apsw.Error as error:
                said = str(error) or type(error).__name__
                raise Overloaded(
                    "no desks", f"The desks' file cannot be used now: {said}.", wait_seconds=30, fix="See to the disk."
                ) from error


def _make_private(path: Path) -> None:
    """The file is for its owner alone, and so is what SQLite keeps beside it."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
