"""What every part of the notebook stands on: the file, the clock, who reads and writes, what a text may be, room."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import msgspec
from msgspec import Struct

from tocsin.centre.desk_base import new_id
from tocsin.centre.model import Actor
from tocsin.centre.notebook import model
from tocsin.centre.notebook.store import NotebookStore
from tocsin.centre.words import moment_words
from tocsin.errors import Conflict, Malformed, NotEntitled, NotFound, Overloaded
from tocsin.terms import DAY_US, Instant

HEADS = frozenset({"head", "conductor"})
"""Roles that speak for the capital; no other can approve a draft."""
KEEPERS = HEADS | {"chair", "secretariat"}
"""Roles that decide for their seat how long things are kept, and what is erased."""
ONCE_DAYS = 7
"""For so long a key that was used is known again."""
KEY_MAX = 200

_CURSOR = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,19})?-[0-9]{1,15}")
_BARRED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no text may hold: it cannot be kept, or would make a text read as another."""
_BREAKS = re.compile(r"[\t\n]")


class NotebookBase:
    """The common ground. Methods may be called from any thread, and wait for the disk."""

    def __init__(self, path: Path | None, now: Callable[[], Instant]) -> None:
        """Without a path all lies in memory. `now` is the centre's clock.

        Raises NotebookFileError and NeedsNewer for a file that cannot be used.
        """
        self._now = now
        self._store = NotebookStore(path)

    # ---- room

    def _next_number(self, seat: str, column: str) -> int:
        """Inside a turn: the number of a seat's next draft, entry, handover or report. None is ever given again."""
        self._store.do("INSERT OR IGNORE INTO seat_book (seat) VALUES (?)", seat)
        self._store.do(f"UPDATE seat_book SET {column} = {column} + 1 WHERE seat = ?", seat)  # noqa: S608  # ours
        row = self._store.one(f"SELECT {column} FROM seat_book WHERE seat = ?", seat)  # noqa: S608  # a name of ours
        assert row is not None
        return int(row[0])

    def _check_count(self, seat: str, most: int, what: str, table: str) -> None:
        """Raises Overloaded where a seat has so many rows of a table."""
        row = self._store.one(f"SELECT count(*) FROM {table} WHERE seat = ?", seat)  # noqa: S608  # a name of ours
        if row is not None and row[0] >= most:
            raise too_many(what, f"Your seat has {row[0]:,} {what} already; more than {most:,} are not kept.")

    def _spend(self, seat: str, size: int, *, is_last: bool = False) -> None:
        """Inside a turn: count so many bytes of text. What ends something is taken in any case.

        Raises Overloaded where the seat's notebook is full.
        """
        self._store.do("INSERT OR IGNORE INTO seat_book (seat) VALUES (?)", seat)
        self._store.do("UPDATE seat_book SET texts = texts + ? WHERE seat = ?", size, seat)
        row = self._store.one("SELECT texts FROM seat_book WHERE seat = ?", seat)
        if not is_last and row is not None and row[0] > model.SEAT_TEXT_BYTES_MAX:
            raise too_many("texts", f"Your seat's notebook is full: {model.SEAT_TEXT_BYTES_MAX:,} bytes.")

    # ---- doing a thing once

    def _made(self, by: Actor, seat: str, key: str, *said: object) -> str:
        """What was made under this key before, by the same desk with the same words; empty: nothing.

        Raises Conflict where the words were others, Malformed for a key that is none.
        """
        if not key:
            return ""
        if len(key) > KEY_MAX or not key.isprintable():
            raise Malformed("That is no key.", field="key", accepted=f"up to {KEY_MAX} printable letters")
        row = self._store.one(
            "SELECT digest, made FROM once WHERE seat = ? AND desk = ? AND key = ?", seat, by.desk, key
        )
        if row is None:
            return ""
        if row[0] != _digest(said):
            raise Conflict("id used", "Something else was kept under this key.", fix="Take another key.")
        return str(row[1])

    def _remember(self, by: Actor, seat: str, key: str, made: str, *said: object) -> None:
        """Inside a turn."""
        if key:
            values = (seat, by.desk, key, _digest(said), made, self._now())
            self._store.do("INSERT INTO once VALUES (?, ?, ?, ?, ?, ?)", *values)

    def _sweep_once(self) -> None:
        """Inside a turn."""
        self._store.do("DELETE FROM once WHERE at < ?", self._now() - ONCE_DAYS * DAY_US)


def reads(by: Actor) -> str:
    """The seat whose notebook somebody reads: their own, or the one they act for where it lent them its positions.

    Raises NotEntitled.
    """
    if "read" not in by.scopes:
        raise NotEntitled("no scope", "The notebook is not for this desk or token.", fix="It takes the scope 'read'.")
    if by.on_behalf and by.on_behalf != by.seat:
        if "position" not in by.scopes:
            raise NotEntitled(
                "no scope",
                f"The notebook of {by.on_behalf} is not for those who act for it in other things.",
                fix="It takes a delegation of the scope 'position'.",
            )
        return by.on_behalf
    return by.seat


def writes(by: Actor) -> str:
    """The seat whose notebook somebody writes in. Raises NotEntitled for who only reads."""
    seat = reads(by)
    if by.role == "reader" or not by.scopes - {"read"}:
        raise NotEntitled("only reads", "This desk or token reads, and writes nothing.", fix="Ask a liaison.")
    return seat


def drafts_for(by: Actor) -> str:
    """The seat whose drafts somebody sees and changes. Raises NotEntitled."""
    seat = reads(by)
    if "position" not in by.scopes:
        raise NotEntitled("no scope", "Drafts are not for this desk or token.", fix="It takes the scope 'position'.")
    return seat


def keeper(by: Actor) -> str:
    """The seat for which somebody decides what is kept. Raises NotEntitled."""
    if by.role not in KEEPERS or by.on_behalf:
        raise NotEntitled("not the head", "This is for the head of the seat.", fix="Ask the head of your seat.")
    return reads(by)


def gone(kind: str, name: str) -> NoReturn:
    """What is not there and what is another seat's: both are answered the same."""
    raise NotFound(kind, name[:80], [])


def too_many(what: str, says: str) -> Overloaded:
    return Overloaded(f"too many {what}", says, wait_seconds=60, fix="Remove what is not needed.")


def changed_meanwhile(kind: str, version: int, desk: str, what: str, at: Instant) -> Conflict:
    """What somebody is told whose change rests on what stands no more."""
    return Conflict(
        "changed meanwhile",
        f"Desk {desk} {what} on {moment_words(at)}: the {kind} is at version {version} now.",
        fix="Look at it as it is, and decide anew.",
    )


def text_of(said: str, field: str, most: int, *, least: int = 0, has_lines: bool = True) -> str:
    """A text as it is kept: without space around it, its lines parted by newlines alone. Raises Malformed."""
    text = said.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > most:
        raise Malformed(
            f"'{field}' is too long.", field=field, found=f"{len(text):,} letters", accepted=f"at most {most:,}"
        )
    if len(text) < least:
        raise Malformed(f"'{field}' says nothing.", field=field, accepted="a text")
    barred = _BARRED.search(text) or (None if has_lines else _BREAKS.search(text))
    if barred is not None:
        raise Malformed(
            f"'{field}' holds a sign that no text here may hold.",
            field=field,
            found=f"U+{ord(barred[0]):04X}",
            accepted="letters, signs and spaces" + (", in lines" if has_lines else ", in one line"),
        )
    return text


def name_of(said: str, field: str, *, is_needed: bool = True) -> str:
    """The name of a case or a procedure. Raises Malformed."""
    return text_of(said, field, model.NAME_MAX, least=int(is_needed), has_lines=False)


def cursor_of(said: str) -> str:
    """A cursor of a feed; empty for none. Raises Malformed."""
    if said and _CURSOR.fullmatch(said) is None:
        raise Malformed("That is no cursor.", field="cursor", found=said[:80], accepted="such as 1-17, or nothing")
    return said


def texts_of(said: tuple[str, ...], field: str, count: int, most: int) -> tuple[str, ...]:
    """Several lines. Raises Malformed."""
    if len(said) > count:
        raise Malformed(
            f"'{field}' has too many lines.", field=field, found=f"{len(said):,}", accepted=f"at most {count:,}"
        )
    return tuple(text_of(line, field, most, least=1) for line in said)


def limit_of(limit: int) -> int:
    return max(1, min(limit, model.PAGE_MAX))


def encoded(kept: Struct) -> bytes:
    return msgspec.json.encode(kept)


def size_of(*texts: str) -> int:
    """Bytes of texts in the file."""
    return sum(len(text.encode()) for text in texts)


def made_id(kind: str) -> str:
    """An opaque id, such as `p-3f2a91c07b44`."""
    return new_id(kind)


def _digest(said: tuple[object, ...]) -> bytes:
    return sha256(msgspec.json.encode(said)).digest()
