"""The durable store: one SQLite file. When `commit` returns, its group survives a power cut.

SQLite comes from `apsw`, which brings its own: the system's may lie in the range of the WAL-reset bug (3.7.0 to
3.51.2). One commit is one sync of the write-ahead log, because checkpoints of that log are made apart.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

import apsw

from tocsin.ledger.port import CONTENTS_MAX, ContentRow, Damaged, Group, Head, LedgerError, Part, Row, Unsound
from tocsin.ledger.sqlite_file import TABLES, check_tables, open_to_read, open_to_write
from tocsin.ledger.tree import EMPTY_ROOT

SQLITE_LEAST = 3_051_003
FORMAT = 1
"""Version of the tables below. An older one is brought up to it in place; a newer one is refused."""
APPLICATION_ID = 0x746F6373
WAL_PAGES_MAX = 4_000
ROWS_AT_ONCE = 64
BUSY_MILLISECONDS = 2_000
ID_MAX = 2**63 - 1
ENTRY_TYPES = {(int, bytes, bytes, bytes, bytes)}
CONTENT_TYPES = {(int, salt, body) for salt in (bytes, type(None)) for body in (bytes, type(None))}
CHECKPOINT_TYPES = {(int, bytes)}
NOT_BYTES = "its row holds something else than bytes"

UPGRADES: dict[int, Callable[[apsw.Connection], None]] = {}
"""From each old format to the next, inside one transaction; entries keep their bytes."""


class SqliteStore:
    """The store in a file, for one writer or for reading.

    `vfs` names another file system than SQLite's own, which then must be used by one connection alone; tests cut
    its power. Raises LedgerError for a file that is missing, foreign, of a later version or out of order.
    """

    def __init__(self, path: str | Path, *, reading: bool = False, vfs: str | None = None) -> None:
        if apsw.SQLITE_VERSION_NUMBER < SQLITE_LEAST:
            raise LedgerError(f"SQLite {apsw.sqlite_lib_version()} can lose what it wrote; 3.51.3 or later is needed")
        self.path = path
        self._fault = ""
        self._wal_pages = 0
        self._is_open = False
        self._is_writer = not reading
        self._turn = RLock()
        """One thread at a time: what another writes is seen when it is durable, and never in between."""
        try:
            self._db = open_to_read(str(path)) if reading else open_to_write(str(path), vfs)
            self._is_open = True
            self._settle(reading=reading, exclusive=vfs is not None)
        except (apsw.Error, UnicodeDecodeError) as error:
            self.close()
            raise self.error_of(error) from error
        except (ValueError, OSError) as error:
            self.close()
            raise LedgerError(f"there is no ledger that can be opened at {str(path)!a}: {error}") from None
        except BaseException:
            self.close()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._turn:
            self.head()
            # A closed ledger has no writer; to hold it would only keep one from opening it.
            is_held = self._db.pragma("journal_mode") == "wal" and not self._db.in_transaction
            with self._asking():
                if is_held:
                    self._db.execute("BEGIN")
                    self._db.execute("SELECT size FROM head").fetchall()
            try:
                yield
            finally:
                if is_held and self._is_open:
                    self._db.execute("ROLLBACK")

    def head(self) -> Head:
        with self._asking():
            try:
                found: Any = self._db.execute("SELECT size, root FROM head").fetchone()
                _check_head(found)
            except (apsw.CorruptError, UnicodeDecodeError):
                if self._is_writer:
                    raise
                # Whoever only reads may still have what can be read.
                found = (self._db.execute("SELECT ifnull(max(number) + 1, 0) FROM entry").get, b"")
            return Head(*found) if found else Head(0, EMPTY_ROOT)

    def commit(self, group: Group) -> None:
        with self._keeping():
            self._write(group)
        if self._wal_pages > WAL_PAGES_MAX:
            with suppress(apsw.Error):  # it is tried again after the next commit; what is kept is kept
                self._db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self._wal_pages = 0

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, Row]]:
        wanted = "SELECT number, leaf, salt, frame, chain FROM entry WHERE number >= ? AND number < ? ORDER BY number"
        for number, leaf, salt, frame, chain in self._several(wanted, start, stop, ENTRY_TYPES):
            yield number, Row(leaf, salt, frame, chain)

    def notes(self) -> Iterator[tuple[int, Row]]:
        with self._asking():
            # Gathered at once: there are few, and the index alone tells where they are.
            found: list[Any] = self._db.execute(
                "SELECT number, leaf, salt, frame, chain FROM entry WHERE length(salt) = 0 ORDER BY number"
            ).fetchall()
            for row in found:
                if _types(row) not in ENTRY_TYPES:
                    raise Damaged(row[0], NOT_BYTES)
            return iter([(number, Row(*row)) for number, *row in found])

    def contents(self, start: int, stop: int) -> Iterator[ContentRow]:
        wanted = "SELECT id, salt, body FROM content WHERE id >= ? AND id < ? ORDER BY id"
        ids = (_content_id(start, 0), _content_id(stop, 0))
        for number, salt, body in self._several(wanted, *ids, CONTENT_TYPES, CONTENTS_MAX):
            yield ContentRow(number // CONTENTS_MAX, number % CONTENTS_MAX, salt, body)

    def tile(self, level: int, number: int) -> bytes:
        with self._asking():
            try:
                found = self._db.execute("SELECT nodes FROM tile WHERE id = ?", (_tile_id(level, number),)).fetchone()
            except (apsw.CorruptError, UnicodeDecodeError):
                found = None
            if found is None or _types(found) != (bytes,):
                raise KeyError((level, number))
            nodes: bytes = found[0]
            return nodes

    def keep_checkpoint(self, size: int, note: str, in_place_of: int) -> None:
        with self._keeping():
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM checkpoint WHERE size >= ?", (in_place_of,))
            self._db.execute("INSERT INTO checkpoint VALUES (?, ?)", (size, note.encode()))
            self._db.execute("COMMIT")

    def drop_checkpoint(self, size: int) -> None:
        with self._keeping():
            self._db.execute("DELETE FROM checkpoint WHERE size = ?", (size,))

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        return iter(self._checkpoints("SELECT size, note FROM checkpoint ORDER BY size"))

    def last_checkpoint(self) -> tuple[int, str] | None:
        found = self._checkpoints("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")
        return found[0] if found else None

    def scrub(self) -> bool:
        with self._keeping():
            try:
                self._db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            except (apsw.BusyError, apsw.LockedError, apsw.FullError, apsw.IOError):
                return False  # nothing is lost by it: the log is folded in later
        return True

    def parts(self) -> Sequence[Part]:
        with self._asking():
            sums = {
                "entries": "SELECT count(*), sum(length(leaf) + length(salt) + length(frame) + length(chain))"
                " FROM entry",
                "contents": "SELECT count(*), sum(length(body)) FROM content WHERE body IS NOT NULL",
                "contents erased": "SELECT count(*), 0 FROM content WHERE body IS NULL",
                "tiles": "SELECT count(*), sum(length(nodes)) FROM tile",
                "checkpoints": "SELECT count(*), sum(length(note)) FROM checkpoint",
            }
            found = [Part(name, *self._db.execute(query).get) for name, query in sums.items()]
            page_bytes, pages, free = (self._db.pragma(name) for name in ("page_size", "page_count", "freelist_count"))
            return (
                *(Part(part.name, part.things, part.size_bytes or 0) for part in found),
                Part("free pages", free, free * page_bytes),
                Part("pages", pages, pages * page_bytes),
            )

    def faults(self) -> Sequence[str]:
        try:
            with self._asking():
                found = [str(fault) for (fault,) in self._db.execute("PRAGMA integrity_check(3)")]
        except LedgerError as problem:
            return [str(problem)]
        told = "; ".join(fault.replace("\n", ", ") for fault in found)
        return [] if told == "ok" else [f"the file is out of order, so that what is in it may not be found: {told}"]

    def copy_to(self, path: str | Path) -> None:
        """A compact copy in a new file, as of one moment, also while a writer writes."""
        with self._asking():
            try:
                self._db.execute("VACUUM INTO ?", (str(path),))
            except (apsw.FullError, apsw.IOError) as error:
                raise LedgerError(f"{path} cannot be written: the disk is full, or it failed ({error})") from error

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            with suppress(apsw.Error):  # others read it, or the disk is full: SQLite keeps the log beside the file
                if self._is_writer:
                    self._db.set_busy_timeout(0)
                    self._db.pragma("journal_mode", "DELETE")  # a closed ledger is one file, also on a read-only disk
            with suppress(apsw.Error):
                self._db.close()

    def error_of(self, error: apsw.Error | UnicodeDecodeError) -> LedgerError:
        """SQLite's error in our words."""
        match error:
            case apsw.FullError():
                return LedgerError(f"{self.path}: the disk is full; nothing of this group was kept. Make room first")
            case apsw.IOError():
                return LedgerError(
                    f"{self.path}: the disk failed ({str(error) or type(error).__name__}); this group is not "
                    "acknowledged, and opening the ledger anew shows whether it is there"
                )
            case apsw.NotADBError():
                return LedgerError(f"{self.path} is no Tocsin ledger; it is left as it is")
            case apsw.CantOpenError():
                return LedgerError(f"there is no ledger that can be opened at {self.path}")
            case apsw.BusyError() | apsw.LockedError():
                return LedgerError(f"{self.path} is in use by another process; close it there first")
            case apsw.CorruptError() | apsw.SQLError() | UnicodeDecodeError():
                return Unsound(f"{self.path} is damaged: {error}")
            case _:
                return LedgerError(f"{self.path}: {str(error) or type(error).__name__}")

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """What fails in here is undone, and then the store takes nothing more."""
        self._usable()
        with self._turn:
            if self._fault:
                raise LedgerError(self._fault)
            if self._db.in_transaction:
                raise LedgerError(f"{self.path} is being read as of one moment; write to it afterwards")
            yield from self._undone()

    def _undone(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            told = self.error_of(error) if isinstance(error, apsw.Error) else error
            self._fault = f"{self.path} takes nothing more until it is opened anew, because writing failed: {told}"
            with suppress(apsw.Error):
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            if isinstance(error, apsw.Error):
                raise told from error
            raise

    def _write(self, group: Group) -> None:
        execute, many = self._db.execute, self._db.executemany
        execute("BEGIN IMMEDIATE")
        first = group.first
        many(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
            [(number, *row) for number, row in enumerate(group.rows, first)],
        )
        if group.contents:
            contents = [(_content_id(row.entry, row.number), row.salt, row.body) for row in group.contents]
            many("INSERT INTO content VALUES (?, ?, ?)", contents)
        if group.tiles:
            # Tiles repeat what the entries say, so a damaged one may be written anew.
            tiles = [(_tile_id(tile.level, tile.number), tile.nodes) for tile in group.tiles]
            many("INSERT OR REPLACE INTO tile VALUES (?, ?)", tiles)
        if group.erased:
            erased = [(_content_id(*one),) for one in group.erased]
            many("UPDATE content SET salt = NULL, body = NULL WHERE id = ?", erased)
        execute("INSERT OR REPLACE INTO head VALUES (1, ?, ?)", group.head)
        execute("COMMIT")

    def _checkpoints(self, query: str) -> list[tuple[int, str]]:
        with self._asking():
            found: list[Any] = self._db.execute(query).fetchall()
            if any(_types(row) not in CHECKPOINT_TYPES for row in found):
                raise Unsound(f"{self.path} is damaged: a stored checkpoint is none")
            return [(size, note.decode(errors="replace")) for size, note in found]

    def _several(
        self, query: str, start: int, stop: int, types: Collection[tuple[type, ...]], width: int = 1
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a query over a range of ids, some at a time: a slow reader then holds up nobody.

        `width` is how many ids belong to one entry. What counts the entries may be damaged and `stop` anything, so
        the rows that are there, and not the range, say when it ends.
        """
        stop = min(stop, ID_MAX)
        found = ROWS_AT_ONCE
        while found == ROWS_AT_ONCE and start < stop:
            self._usable()
            rows, fault = self._some(query, start, stop)
            found = len(rows)
            for row in rows:
                if _types(row) not in types:
                    raise Damaged(start // width, NOT_BYTES)
                if row[0] < start:
                    raise Damaged(start // width, "the rows of the file are out of order there")
                start = row[0] + 1
                yield row
            if fault is not None:
                raise Damaged(start // width, f"the file is damaged there ({fault})") from fault

    def _some(self, query: str, start: int, stop: int) -> tuple[list[Any], Exception | None]:
        """The next rows, read at once, so that whoever is slow to use them holds no lock; and what ended them early."""
        rows: list[Any] = []
        try:
            with self._turn:
                for row in self._db.execute(f"{query} LIMIT {ROWS_AT_ONCE}", (start, stop)):
                    rows.append(row)  # noqa: PERF402  # what was read before a damaged page is kept
        except (apsw.CorruptError, UnicodeDecodeError) as error:
            return rows, error
        except apsw.Error as error:
            raise self.error_of(error) from error
        return rows, None

    def _settle(self, *, reading: bool, exclusive: bool) -> None:
        """Make a new file a ledger; refuse what is none, or a later one; bring up an older one."""
        self._db.set_busy_timeout(BUSY_MILLISECONDS)
        self._db.pragma("trusted_schema", "OFF")
        self._db.pragma("cell_size_check", "ON")
        if exclusive:
            self._db.pragma("locking_mode", "EXCLUSIVE")
        kind, found = self._db.pragma("application_id"), self._db.pragma("user_version")
        is_new = kind == 0 and found == 0 and self._db.execute("SELECT count(*) FROM sqlite_schema").get == 0
        if is_new and reading:
            raise LedgerError(f"{self.path} is empty: it holds no ledger")
        if not is_new and kind != APPLICATION_ID:
            raise LedgerError(f"{self.path} is a database of something else, no Tocsin ledger; it is left as it is")
        if not is_new and found < 1:
            raise Unsound(f"{self.path} is damaged: it says that it is of ledger format {found}")
        if found > FORMAT:
            raise LedgerError(
                f"{self.path} has ledger format {found}; this release reads 1 to {FORMAT}. Use a later release"
            )
        if not is_new and found == FORMAT:
            check_tables(self._db, str(self.path), is_writer=self._is_writer)
        if reading:
            return
        if self._db.pragma("journal_mode", "WAL") != "wal":
            raise LedgerError(f"{self.path} is in use by another process; close it there first")
        self._db.pragma("synchronous", "FULL")
        self._db.pragma("secure_delete", "ON")
        self._db.wal_autocheckpoint(0)
        self._db.set_wal_hook(self._note_wal)
        if is_new:
            with self._keeping():
                self._db.execute("BEGIN IMMEDIATE")
                self._db.execute(TABLES)
                self._db.pragma("application_id", APPLICATION_ID)
                self._db.pragma("user_version", FORMAT)
                self._db.execute("COMMIT")
        elif found < FORMAT:
            self._upgrade(found)

    def _upgrade(self, found: int) -> None:
        with self._keeping():
            self._db.execute("BEGIN IMMEDIATE")
            for old in range(found, FORMAT):
                UPGRADES[old](self._db)
            self._db.pragma("user_version", FORMAT)
            self._db.execute("COMMIT")

    def _note_wal(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """SQLite's errors in our words."""
        self._usable()
        try:
            with self._turn:
                yield
        except (apsw.Error, UnicodeDecodeError) as error:
            raise self.error_of(error) from error

    def _usable(self) -> None:
        if not self._is_open:
            raise LedgerError(f"{self.path} was closed; open it anew")


def _check_head(found: tuple[Any, ...] | None) -> None:
    if found is not None and (_types(found) != (int, bytes) or found[0] < 0):
        raise apsw.CorruptError("the count of its entries is none")


def _types(row: tuple[Any, ...]) -> tuple[type, ...]:
    """The types of a row's values: where a file is damaged, a column may hold anything."""
    return tuple(map(type, row))


def _content_id(entry: int, number: int) -> int:
    return entry * CONTENTS_MAX + number


def _tile_id(level: int, number: int) -> int:
    return level << 48 | number
