"""Where contacts and notices are kept: tables of their own in the desks' file, behind a connection of their own.

What a notice says is not kept: it is made from the seat's view whenever it is sent. A cursor and the notices made of
what it passed are kept in one transaction, so that nothing is passed over and nothing is told twice under two ids.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

import apsw
import msgspec

from tocsin.centre.notify.model import Contact, Delivery, Notice
from tocsin.terms import Instant

TABLES = """
CREATE TABLE IF NOT EXISTS notify_contact (
    id TEXT PRIMARY KEY, seat TEXT NOT NULL, body BLOB NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
    last INTEGER, trouble TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS notify_contact_seat ON notify_contact (seat);
CREATE TABLE IF NOT EXISTS notify_cursor (seat TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS notify_notice (
    seat TEXT NOT NULL, last INTEGER NOT NULL, first INTEGER NOT NULL, made INTEGER NOT NULL,
    ended TEXT NOT NULL DEFAULT '', PRIMARY KEY (seat, last)
) STRICT;
CREATE INDEX IF NOT EXISTS notify_notice_open ON notify_notice (seat) WHERE ended = '';
CREATE TABLE IF NOT EXISTS notify_delivery (
    seat TEXT NOT NULL, last INTEGER NOT NULL, contact TEXT NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL, PRIMARY KEY (seat, last, contact)
) STRICT;
"""
BUSY_MILLISECONDS = 5_000
KEPT_DAYS = 30
"""Notices that have ended are kept so long, to answer what became of them."""


Deliveries = dict[tuple[str, int], dict[str, Delivery]]
"""(seat, last position of the notice) -> contact -> what became of it"""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How a contact has fared."""

    sent: int
    failed: int
    last: Instant | None
    trouble: str


class NotifyStore:
    """The tables. Threads may share it: they take turns. With no path it lies in memory."""

    def __init__(self, path: Path | None) -> None:
        self._lock = RLock()
        if path is not None:
            # It holds what webhooks are signed with: it is for its owner alone.
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._db = apsw.Connection(":memory:" if path is None else str(path))
        self._db.set_busy_timeout(BUSY_MILLISECONDS)
        if path is not None:
            self._db.pragma("journal_mode", "wal")
        self._db.pragma("synchronous", "FULL")
        self._db.pragma("trusted_schema", "OFF")
        self._db.pragma("secure_delete", "ON")
        with self._turn():
            self._db.execute(TABLES)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # ---- contacts

    def contacts(self, seat: str = "") -> tuple[tuple[Contact, Tally], ...]:
        """The contacts of a seat, or of all, in the order of their rungs."""
        with self._lock:
            rows: list[Any] = self._db.execute(
                "SELECT body, sent, failed, last, trouble FROM notify_contact WHERE ?1 = '' OR seat = ?1", (seat,)
            ).fetchall()
        found = [
            (
                msgspec.json.decode(body, type=Contact),
                Tally(sent=sent, failed=failed, last=None if last is None else Instant(last), trouble=trouble),
            )
            for body, sent, failed, last, trouble in rows
        ]
        return tuple(sorted(found, key=lambda row: (row[0].seat, row[0].rung, row[0].made, row[0].id)))

    def add(self, contact: Contact, position: int) -> None:
        """Keep a contact. A seat's first is told of what comes after `position` of its feed."""
        with self._turn():
            self._db.execute("INSERT OR IGNORE INTO notify_cursor VALUES (?, ?)", (contact.seat, position))
            self._db.execute(
                "INSERT INTO notify_contact (id, seat, body) VALUES (?, ?, ?)",
                (contact.id, contact.seat, msgspec.json.encode(contact)),
            )

    def drop(self, contact: str) -> None:
        """Forget a contact. With a seat's last one go its cursor and its notices."""
        with self._turn():
            found: Any = self._db.execute(
                "DELETE FROM notify_contact WHERE id = ? RETURNING seat", (contact,)
            ).fetchall()
            self._db.execute("DELETE FROM notify_delivery WHERE contact = ?", (contact,))
            for (seat,) in found:
                if not self._db.execute("SELECT 1 FROM notify_contact WHERE seat = ?", (seat,)).fetchall():
                    for table in ("notify_cursor", "notify_notice", "notify_delivery"):
                        self._db.execute(f"DELETE FROM {table} WHERE seat = ?", (seat,))  # noqa: S608  # names of ours

    # ---- cursors and notices

    def cursors(self) -> dict[str, int]:
        """How far the feed of each seat that has contacts was read."""
        with self._lock:
            rows: Any = self._db.execute("SELECT seat, position FROM notify_cursor").fetchall()
        return dict(rows)

    def pass_on(self, seat: str, before: int, after: int, notice: Notice | None) -> bool:
        """Move a cursor, and keep the notice made of what it passed. Whether it stood where it was thought to."""
        with self._turn():
            self._db.execute(
                "UPDATE notify_cursor SET position = ? WHERE seat = ? AND position = ?", (after, seat, before)
            )
            if not self._db.changes():
                return False
            if notice is not None:
                self._db.execute(
                    "INSERT OR IGNORE INTO notify_notice (seat, last, first, made) VALUES (?, ?, ?, ?)",
                    (notice.seat, notice.last, notice.first, notice.made),
                )
        return True

    def open_notices(self) -> tuple[Notice, ...]:
        """Notices whose ladders go on, the oldest first."""
        with self._lock:
            rows: Any = self._db.execute(
                "SELECT seat, first, last, made FROM notify_notice WHERE ended = '' ORDER BY made, seat, last"
            ).fetchall()
        return tuple(Notice(seat=seat, first=first, last=last, made=Instant(made)) for seat, first, last, made in rows)

    def end(self, notice: Notice, how: str) -> None:
        """A notice's ladder stops."""
        with self._turn():
            self._db.execute(
                "UPDATE notify_notice SET ended = ? WHERE seat = ? AND last = ?", (how, notice.seat, notice.last)
            )

    def ended(self, seat: str) -> dict[int, str]:
        """How each notice of a seat ended; empty text for one that goes on."""
        with self._lock:
            rows: Any = self._db.execute("SELECT last, ended FROM notify_notice WHERE seat = ?", (seat,)).fetchall()
        return dict(rows)

    # ---- deliveries

    def open_deliveries(self) -> Deliveries:
        """What became so far of each notice whose ladder goes on."""
        with self._lock:
            rows: Any = self._db.execute(
                "SELECT d.seat, d.last, d.contact, d.state, d.attempts, d.next_at FROM notify_notice AS n"
                " JOIN notify_delivery AS d ON d.seat = n.seat AND d.last = n.last WHERE n.ended = ''"
            ).fetchall()
        found: Deliveries = {}
        for seat, last, contact, state, attempts, next_at in rows:
            found.setdefault((seat, last), {})[contact] = Delivery(
                contact=contact, state=state, attempts=attempts, next_at=Instant(next_at)
            )
        return found

    def keep_delivery(self, notice: Notice, delivery: Delivery, at: Instant, trouble: str) -> None:
        """One attempt, and what came of it."""
        row = (notice.seat, notice.last, delivery.contact, delivery.state, delivery.attempts, delivery.next_at)
        is_sent = delivery.state == "sent"
        with self._turn():
            if not self._db.execute("SELECT 1 FROM notify_contact WHERE id = ?", (delivery.contact,)).fetchall():
                return  # it was dropped meanwhile
            self._db.execute("INSERT OR REPLACE INTO notify_delivery VALUES (?, ?, ?, ?, ?, ?)", row)
            self._db.execute(
                "UPDATE notify_contact SET sent = sent + ?, failed = failed + ?, last = ?, trouble = ? WHERE id = ?",
                (is_sent, not is_sent, at, "" if is_sent else trouble, delivery.contact),
            )

    def sweep(self, now: Instant) -> int:
        """Remove notices that ended long ago. How many."""
        before = now - KEPT_DAYS * 86_400_000_000
        with self._turn():
            self._db.execute("DELETE FROM notify_notice WHERE ended <> '' AND made < ?", (before,))
            removed = self._db.changes()
            self._db.execute(
                "DELETE FROM notify_delivery WHERE NOT EXISTS (SELECT 1 FROM notify_notice AS n"
                " WHERE n.seat = notify_delivery.seat AND n.last = notify_delivery.last)"
            )
        return removed

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
