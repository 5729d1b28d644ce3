"""The file of identities: see private_store.py for how it is kept.

Notices keep tables of their own in the same file, behind a connection of their own, so that it is never held for
longer than a turn.
"""

import os
from pathlib import Path

from tocsin.centre.private_store import Layout, PrivateFileError, PrivateStore, Row

__all__ = ["FORMAT", "DesksFileError", "DesksStore", "Row"]

FORMAT = 2
"""Version of the tables below. A newer one is refused, an older one is brought up to it."""
APPLICATION_ID = 0x746F6364

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


class DesksFileError(PrivateFileError):
    """The file of identities cannot be used; the message says what to do."""


LAYOUT = Layout("The desks' file", "no desks", APPLICATION_ID, FORMAT, TABLES, UPGRADES, DesksFileError)
DOORS = "DELETE FROM session; DELETE FROM invitation"
"""What opened a door here opens none in a copy."""


class DesksStore(PrivateStore):
    """The tables, for all threads of one process: they take turns. With no path it lies in memory.

    Raises DesksFileError for a file that is something else or damaged, NeedsNewer for one of a later release.
    """

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, LAYOUT)

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

    def copy_to(self, path: Path, strip: str = DOORS) -> None:
        """A compact copy in a new file for its owner alone, without sessions and open invitations. Raises
        DesksFileError where it is there already."""
        super().copy_to(path, strip)
