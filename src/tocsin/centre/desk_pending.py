"""What waits for a second person: commands as they came, without effect until another person says the same."""

from typing import NamedTuple

import msgspec
from msgspec import Struct

from tocsin.centre.desk_base import DeskBase, absent, in_person, new_id
from tocsin.centre.desk_model import PendingLine
from tocsin.centre.model import Actor, Submission
from tocsin.centre.scopes import SCOPE_BY_DO
from tocsin.errors import Conflict, NotEntitled
from tocsin.terms import Instant

PENDING_MAX = 50
"""Of one seat."""
NEEDS_MAX = 60

_LINE = "SELECT id, seat, desk, person, command, content, needs, made, expires FROM pending"


class _Waits(NamedTuple):
    """The columns of `_LINE`."""

    id: str
    seat: str
    desk: str
    person: str
    command: bytes
    content: bytes | None
    needs: str
    made: Instant
    expires: Instant


class _Head(Struct):
    """What of a command shows in a list."""

    id: str = ""
    do: str = ""
    case: str = ""


class Waiting(DeskBase):
    """Pending submissions, by the seat that acts."""

    def hold(self, by: Actor, submission: Submission, why: str, expires: Instant) -> PendingLine:
        """Keep a submission until a second person confirms it, or it expires by the centre's clock.

        The same command again is the same line; where its instant or its signature is another, the newer ones are
        kept. Raises Conflict where its id waits with other words, Overloaded where too many wait.
        """
        seat, now = by.on_behalf or by.seat, self._now()
        with self._store.turn():
            held = self._held(seat, submission, now)
            if held is not None and held.desk == by.desk and _said(held.command) == _said(submission.command):
                self._renew(held.id, submission, now)
                return _line(self._row(by, held.id), by)
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
        """What waits at the seat one acts for, the oldest first. Raises NotEntitled for who does not read there."""
        if "read" not in by.scopes:
            raise NotEntitled("no scope", "What waits is not for this desk or token.", fix="It takes the scope 'read'.")
        rows = self._store.all(
            f"{_LINE} WHERE seat = ? AND expires > ? ORDER BY made, rowid", by.on_behalf or by.seat, self._now()
        )
        return tuple(_line(_Waits(*row), by) for row in rows)

    def second(self, by: Actor, pending: str) -> Submission:
        """What a second person confirms: to be submitted as theirs, with the first one's desk in `seconded`, and in
        `made` when the first one handed it in.

        It stays until `settle`. Raises NotFound where nothing of that id waits at one's seat, and NotEntitled for the
        same person, for a machine, and for whoever could not do it alone.
        """
        in_person(by)
        with self._store.reading():
            row = self._row(by, pending)
            if row.person == by.person:
                raise NotEntitled(
                    "same person", "You handed this in yourself.", fix="Another person of your seat confirms it."
                )
            _check_able(by, row.command)
            found = self._store.one("SELECT content, signature, key, held_by FROM pending WHERE id = ?", pending)
            assert found is not None, "the row was there in this very turn"
            content, signature, key, held_by = found
            if held_by != row.seat and not self._still_delegated(row.seat, held_by, row.command):
                absent("pending act", pending)
        return Submission(
            command=row.command, content=content, signature=signature, key=key, made=row.made, seconded=row.desk
        )

    def settle(self, pending: str) -> None:
        """It has had its effect, or its refusal, and waits no more."""
        with self._store.turn():
            self._store.do("DELETE FROM pending WHERE id = ?", pending)

    def drop(self, by: Actor, pending: str) -> None:
        """Take back what waits. For whoever handed it in, and in person for any other who could have.

        Raises NotFound, NotEntitled.
        """
        with self._store.turn():
            row = self._row(by, pending)
            is_own = row.person == by.person
            if not is_own:
                in_person(by)
            if not is_own or by.via == "token":  # a token that leaked drops no more than it could hand in
                _check_able(by, row.command)
            self._store.do("DELETE FROM pending WHERE id = ?", pending)
            self._done("drop pending", by, f"{pending} {_head(row.command).do}")

    def _row(self, by: Actor, pending: str) -> _Waits:
        row = self._store.one(
            f"{_LINE} WHERE id = ? AND seat = ? AND expires > ?", pending, by.on_behalf or by.seat, self._now()
        )
        if row is None:
            absent("pending act", pending)
        return _Waits(*row)

    def _renew(self, pending: str, submission: Submission, now: Instant) -> None:
        """Inside a turn: the same command with other bytes. Its end stays where it is."""
        self._store.do(
            "UPDATE pending SET command = ?2, content = ?3, signature = ?4, key = ?5, made = ?6"
            " WHERE id = ?1 AND (command, signature, key) IS NOT (?2, ?4, ?5)",
            pending,
            submission.command,
            submission.content,
            submission.signature,
            submission.key,
            now,
        )

    def _held(self, seat: str, submission: Submission, now: Instant) -> _Waits | None:
        """What waits with the same id."""
        wanted = _head(submission.command).id
        rows = (_Waits(*row) for row in self._store.all(f"{_LINE} WHERE seat = ? AND expires > ?", seat, now))
        return next((row for row in rows if wanted and _head(row.command).id == wanted), None)

    def _still_delegated(self, seat: str, to: str, command: bytes) -> bool:
        query = "SELECT scopes FROM delegation WHERE seat = ? AND goes_to = ? AND until > ?"
        lent = (scopes for (scopes,) in self._store.all(query, seat, to, self._now()))
        scope = SCOPE_BY_DO.get(_head(command).do)
        return any(scope in msgspec.json.decode(scopes, type=tuple[str, ...]) for scopes in lent)

    def _sweep_pending(self) -> None:
        """Inside a turn."""
        self._store.do("DELETE FROM pending WHERE expires <= ?", self._now())


def _check_able(by: Actor, command: bytes) -> None:
    """Raises NotEntitled for whoever could not hand in a command: who may not do it has no say in it."""
    scope = SCOPE_BY_DO.get(_head(command).do)
    if scope is None or scope not in by.scopes:
        raise NotEntitled(
            "no scope",
            "This act is not for your desk, token or delegation.",
            fix=f"It takes the scope '{scope}'." if scope else "Whoever handed it in can drop it.",
        )


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


def _line(row: _Waits, by: Actor) -> PendingLine:
    head = _head(row.command)
    return PendingLine(
        id=row.id,
        seat=row.seat,
        desk=row.desk,
        own=row.person == by.person,
        needs=row.needs,
        do=head.do,
        case=head.case,
        command=row.command.decode("utf-8", "replace"),
        content="" if row.content is None else row.content.decode("utf-8", "replace"),
        made=row.made,
        expires=row.expires,
    )
