"""The file a ledger lies in, as SQLite sees it: its tables, and how it is opened to write and to read."""

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw

from tocsin.ledger.port import Unsound

TABLES = """
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
CREATE TABLE entry (
    number INTEGER PRIMARY KEY,
    leaf BLOB NOT NULL, salt BLOB NOT NULL, frame BLOB NOT NULL, chain BLOB NOT NULL
) STRICT;
CREATE INDEX note ON entry (number) WHERE length(salt) = 0;
CREATE TABLE content (id INTEGER PRIMARY KEY, salt BLOB, body BLOB) STRICT;
CREATE TABLE tile (id INTEGER PRIMARY KEY, nodes BLOB NOT NULL) STRICT;
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;
CREATE TRIGGER content_is_kept BEFORE DELETE ON content BEGIN SELECT RAISE(ABORT, 'contents are erased in place'); END;
CREATE TRIGGER content_stays BEFORE UPDATE ON content WHEN NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'contents never change'); END;
"""


def open_to_write(path: str, vfs: str | None) -> apsw.Connection:
    """A connection that makes the file if need be, for its owner alone."""
    if vfs is None:
        # What SQLite keeps beside the file takes its rights: it is for its owner alone.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    return apsw.Connection(path, flags=flags, vfs=vfs)


def open_to_read(path: str) -> apsw.Connection:
    """A connection that writes nothing, and reads what is left of a file that was cut short."""
    name = "file:///" + quote(str(Path(path).absolute()).lstrip("/"))
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    try:
        db = apsw.Connection(name, flags=flags)
        db.pragma("writable_schema", "ON")
        db.pragma("schema_version")
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        # In a folder that cannot be written, SQLite reads a closed ledger only if told that nobody writes it.
        if not Path(path).is_file() or Path(path + "-wal").exists():
            raise
        db = apsw.Connection(name + "?immutable=1", flags=flags)
        db.pragma("writable_schema", "ON")
    return db


def check_tables(db: apsw.Connection, path: str, *, is_writer: bool) -> None:
    """Refuse a file whose tables are not ours: a view in place of one shows each reader what it likes.

    Triggers act on writing only, so a reader does not mind them. Raises Unsound.
    """
    query = "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view', 'trigger')"
    found = {str(name): (kind, sql) for name, kind, sql in db.execute(query)}
    expected = _tables()
    kinds = ("view", "trigger") if is_writer else ("view",)
    foreign = [name for name, said in found.items() if said[0] in kinds and said != expected.get(name)]
    altered = [name for name, said in expected.items() if said[0] == "table" and found.get(name) != said]
    if foreign or altered:
        named = ", ".join(sorted(foreign + altered))
        raise Unsound(f"{path} is damaged: its tables are not those of a ledger, see {named!a}")


@cache
def _tables() -> dict[str, tuple[str, str]]:
    """Type and SQL of each table and trigger of a ledger, as SQLite keeps them."""
    db = apsw.Connection(":memory:")
    db.execute(TABLES)
    found: Any = db.execute("SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'trigger')")
    return {name: (kind, sql) for name, kind, sql in found}
