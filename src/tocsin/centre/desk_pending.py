"""What waits for a second person: commands as they came, without effect until another person says the same."""

import msgspec
from msgspec import Struct

from tocsin.centre.desk_base import DeskBase, absent, in_person, new_id
from tocsin.centre.desk_model import PendingLine
from tocsin.centre.desks_store import Row
from tocsin.centre.model import Actor, Submission
from tocsin.errors import Conflict, NotEntitled
from tocsin.terms import Instant

PENDING_MAX = 50
"""Of one seat."""
NEEDS_MAX = 60

_LINE = "SELECT id, seat, desk, person, command, content, needs, made, expires FROM pending"


class _Head(Struct):
    """What of a command shows in a list."""

    id: str = ""
    do: str = ""
    case: str = ""


class Waiting(DeskBase):
    """Pending submissions, by the seat that acts."""

    def hold(self, by: Actor, submission: Submission, why: str, expires: Instant) -> PendingLine:
        """Keep a submission until a second person confirms it, or it expires by the centre's clock.

        The same command again is the same line. Raises Conflict where its id waits with other words, Overloaded where
        too many wait.
        """
        seat, now = by.on_behalf or by.seat, self._now()
        with self._store.turn():
            held = self._held(seat, submission, now)
            if held is not None and held[2] == by.desk and _said(held[4]) == _said(submission.command):
                return _line(held, by)
            if held is not None:
                raise Conflict(
                    "id used", "Another command with this id waits for a second person.", fix="Take a new id."
                )
            counted = "SELECT count(*) FROM pending WHERE seat = ? AND expires > ?"
            self._check_room(PENDING_MAX, "pending acts", counted, seat, now)
            pending = new_id("w")
            self._store.do(
                "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                pending,
                seat,
                by.seat,
                by.desk,
                by.person,
                submission.command,
                submission.content,
                submission.signature,
                submission.key,
                why[:NEEDS_MAX],
                now,
                expires,
            )
            self._done("hold", by, f"{pending} {_head(submission.command).do}: {why}")
            return _line(self._row(by, pending), by)

    def pending(self, by: Actor) -> tuple[PendingLine, ...]:
        """What waits at the seat one acts for, the oldest first."""
        rows = self._store.all(
            f"{_LINE} WHERE seat = ? AND expires > ? ORDER BY made, rowid", by.on_behalf or by.seat, self._now()
        )
        return tuple(_line(row, by) for row in rows)

    def second(self, by: Actor, pending: str) -> Submission:
        """What a second person confirms: to be submitted as theirs, with the first one's desk in `seconded`.

        It stays until `settle`. Raises NotFound where nothing of that id waits at one's seat, and NotEntitled for the
        same person and for a machine.
        """
        in_person(by)
        with self._store.reading():
            row = self._row(by, pending)
            if row[3] == by.person:
                raise NotEntitled(
                    "same person", "You handed this in yourself.", fix="Another person of your seat confirms it."
                )
            found = self._store.one("SELECT content, signature, key, held_by FROM pending WHERE id = ?", pending)
        assert found is not None, "the row was there in this very turn"
        content, signature, key, held_by = found
        if held_by != row[1] and not self._still_delegated(row[1], held_by):
            absent("pending act", pending)
        return Submission(command=row[4], content=content, signature=signature, key=key, seconded=row[2])

    def settle(self, pending: str) -> None:
        """It has had its effect, or its refusal, and waits no more."""
        with self._store.turn():
            self._store.do("DELETE FROM pending WHERE id = ?", pending)

    def drop(self, by: Actor, pending: str) -> None:
        """Take back what waits. For whoever handed it in, and for any desk of the seat that does more than read.

        Raises NotFound, NotEntitled.
        """
        with self._store.turn():
            row = self._row(by, pending)
            if by.scopes <= {"read"}:
                raise NotEntitled("no scope", "This desk only reads.", fix="Ask another desk of your seat.")
            self._store.do("DELETE FROM pending WHERE id = ?", pending)
            self._done("drop pending", by, f"{pending} {_head(row[4]).do}")

    def _row(self, by: Actor, pending: str) -> Row:
        row = self._store.one(
            f"{_LINE} WHERE id = ? AND seat = ? AND expires > ?", pending, by.on_behalf or by.seat, self._now()
        )
        if row is None:
            absent("pending act", pending)
        return row

    def _held(self, seat: str, submission: Submission, now: Instant) -> Row | None:
        """What waits with the same id."""
        wanted = _head(submission.command).id
        rows = self._store.all(f"{_LINE} WHERE seat = ? AND expires > ?", seat, now)
        return next((row for row in rows if wanted and _head(row[4]).id == wanted), None)

    def _still_delegated(self, seat: str, to: str) -> bool:
        query = "SELECT 1 FROM delegation WHERE seat = ? AND goes_to = ? AND until > ?"
        return self._store.one(query, seat, to, self._now()) is not None

    def _sweep_pending(self) -> None:
        """Inside a turn."""
        self._store.do("DELETE FROM pending WHERE expires <= ?", self._now())


def _head(command: bytes) -> _Head:
    try:
        return msgspec.json.decode(command, type=_Head)
    except (msgspec.DecodeError, RecursionError):
        return _Head()


def _said(command: bytes) -> object:
    """A command without its instant, which the centre may have stamped."""
    try:
        said: object = msgspec.json.decode(command)
    except (msgspec.DecodeError, RecursionError):
        return command
    return {key: value for key, value in said.items() if key != "at"} if isinstance(said, dict) else said


def _line(row: Row, by: Actor) -> PendingLine:
    pending, seat, desk, person, command, content, needs, made, expires = row
    head = _head(command)
    return PendingLine(
        id=pending,
        seat=seat,
        desk=desk,
        own=person == by.person,
        needs=needs,
        do=head.do,
        case=head.case,
        command=command.decode("utf-8", "replace"),
        content="" if content is None else content.decode("utf-8", "replace"),
        made=Instant(made),
        expires=Instant(expires),
    )
