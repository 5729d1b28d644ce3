"""The notebook's file: see private_store.py for how it is kept. Every row is one seat's, and asked for by it alone."""

from pathlib import Path

from tocsin.centre.private_store import Layout, PrivateFileError, PrivateStore

FORMAT = 1
"""Version of the tables below. A newer one is refused, an older one is brought up to it."""
APPLICATION_ID = 0x746F636E

TABLES = """
CREATE TABLE seat_book (
    seat TEXT PRIMARY KEY, texts INTEGER NOT NULL DEFAULT 0, approval TEXT NOT NULL DEFAULT 'none',
    keep_days INTEGER NOT NULL DEFAULT 0, version INTEGER NOT NULL DEFAULT 0, changed INTEGER,
    desk TEXT NOT NULL DEFAULT '', drafts INTEGER NOT NULL DEFAULT 0, entries INTEGER NOT NULL DEFAULT 0,
    handovers INTEGER NOT NULL DEFAULT 0, reports INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE once (
    seat TEXT NOT NULL, desk TEXT NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL, made TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (seat, desk, key)
) STRICT;
CREATE TABLE draft (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, number INTEGER NOT NULL, case_name TEXT NOT NULL,
    procedure TEXT NOT NULL, status TEXT NOT NULL, corrects TEXT NOT NULL, version INTEGER NOT NULL,
    changed INTEGER NOT NULL, state BLOB NOT NULL, UNIQUE (seat, number)
) STRICT;
CREATE INDEX draft_of ON draft (seat, case_name, procedure);
CREATE INDEX draft_corrects ON draft (corrects) WHERE corrects <> '';
CREATE TABLE draft_version (
    draft TEXT NOT NULL REFERENCES draft ON DELETE CASCADE, version INTEGER NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (draft, version)
) STRICT;
CREATE TABLE draft_file (
    id TEXT PRIMARY KEY, draft TEXT NOT NULL REFERENCES draft ON DELETE CASCADE, seat TEXT NOT NULL,
    bytes INTEGER NOT NULL, content BLOB NOT NULL
) STRICT;
CREATE INDEX draft_file_of ON draft_file (draft);
CREATE INDEX draft_file_seat ON draft_file (seat, bytes);
CREATE TABLE entry (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, desk TEXT NOT NULL,
    text TEXT NOT NULL, case_name TEXT NOT NULL, cursor TEXT NOT NULL, corrects TEXT NOT NULL,
    erased INTEGER, erased_by TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', UNIQUE (seat, number)
) STRICT;
CREATE INDEX entry_case ON entry (seat, case_name, number);
CREATE INDEX entry_corrects ON entry (corrects) WHERE corrects <> '';
CREATE TABLE handover (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, number INTEGER NOT NULL, status TEXT NOT NULL, desk TEXT NOT NULL,
    person TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, points TEXT NOT NULL,
    ended INTEGER, ended_by TEXT NOT NULL DEFAULT '', UNIQUE (seat, number)
) STRICT;
CREATE TABLE report (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, number INTEGER NOT NULL, case_name TEXT NOT NULL,
    status TEXT NOT NULL, supersedes TEXT NOT NULL, version INTEGER NOT NULL, changed INTEGER NOT NULL,
    state BLOB NOT NULL, UNIQUE (seat, number)
) STRICT;
CREATE INDEX report_supersedes ON report (supersedes) WHERE supersedes <> '';
CREATE TABLE report_version (
    report TEXT NOT NULL REFERENCES report ON DELETE CASCADE, version INTEGER NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (report, version)
) STRICT;
"""


# A query uses one of the indices on `corrects` and `supersedes` only where it says itself that the name is not empty.


class NotebookFileError(PrivateFileError):
    """The notebook's file cannot be used; the message says what to do."""


LAYOUT = Layout("The notebook's file", "no notebook", APPLICATION_ID, FORMAT, TABLES, {}, NotebookFileError)


class NotebookStore(PrivateStore):
    """The tables, for all threads of one process: they take turns. With no path they lie in memory.

    Raises NotebookFileError for a file that is something else or damaged, NeedsNewer for one of a later release.
    """

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, LAYOUT)
        self._db.create_scalar_function("folded", _folded, 1, deterministic=True)


def _folded(*texts: object) -> str:
    """A text as it is searched in: SQLite itself knows only the small and capital letters of English."""
    return str(texts[0]).casefold()
