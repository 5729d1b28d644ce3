"""Shift handovers: what one desk leaves to the next, open until another person takes it over."""

import msgspec

from tocsin.centre.model import Actor
from tocsin.centre.notebook import model
from tocsin.centre.notebook.base import (
    NotebookBase,
    gone,
    limit_of,
    made_id,
    reads,
    size_of,
    text_of,
    texts_of,
    too_many,
    writes,
)
from tocsin.centre.notebook.model import Handover, HandoverPage
from tocsin.centre.private_store import Row
from tocsin.centre.words import moment_words
from tocsin.errors import Conflict, NotEntitled
from tocsin.terms import Instant

_HANDOVER = "SELECT id, number, status, desk, person, at, text, points, ended, ended_by FROM handover"


class Handovers(NotebookBase):
    """A seat's handovers. Raises NotEntitled, NotFound for what is not the seat's, Malformed, Conflict where it has
    ended, Overloaded for too much."""

    def handovers(
        self, by: Actor, *, is_open: bool = False, before: int | None = None, limit: int = 100
    ) -> HandoverPage:
        """The handovers, the newest first; or those alone that nobody has taken over yet."""
        seat, most = reads(by), limit_of(limit)
        rows = self._store.all(
            f"{_HANDOVER} WHERE seat = ?1 AND (NOT ?2 OR status = 'open') AND (?3 IS NULL OR number < ?3)"
            " ORDER BY number DESC LIMIT ?4",
            seat,
            is_open,
            before,
            most + 1,
        )
        lines = tuple(_line(row, by) for row in rows[:most])
        return HandoverPage(handovers=lines, before=lines[-1].number if len(rows) > most else None)

    def hand_over(self, by: Actor, text: str, points: tuple[str, ...] = (), *, key: str = "") -> Handover:
        """Leave the desk to the next. `points` are what is open, as gathered from the seat's view; with the same `key`
        the same desk leaves no second one."""
        seat = writes(by)
        text = text_of(text, "text", model.WORDS_MAX, least=1)
        points = texts_of(points, "points", model.POINTS_MAX, model.POINT_MAX)
        said = ("handover", text, points)
        with self._store.turn():
            if made := self._made(by, seat, key, *said):
                return _line(self._handover_row(seat, made), by)
            self._check_count(seat, model.HANDOVERS_MAX, "handovers", "handover")
            row = self._store.one("SELECT count(*) FROM handover WHERE seat = ? AND status = 'open'", seat)
            if row is not None and row[0] >= model.OPEN_HANDOVERS_MAX:
                raise too_many("handovers", f"{row[0]} handovers are open; take one over first.")
            self._spend(seat, size_of(text, *points))
            handover = made_id("o")
            self._store.do(
                "INSERT INTO handover (id, seat, number, status, desk, person, at, text, points)"
                " VALUES (?, ?, ?, 'open', ?, ?, ?, ?, ?)",
                handover,
                seat,
                self._next_number(seat, "handovers"),
                by.desk,
                by.person,
                self._now(),
                text,
                msgspec.json.encode(points).decode(),
            )
            self._remember(by, seat, key, handover, *said)
            return _line(self._handover_row(seat, handover), by)

    def take_over(self, by: Actor, handover: str) -> Handover:
        """Take the watch over, for another person than the one who leaves it."""
        return self._end(by, handover, "taken")

    def withdraw_handover(self, by: Actor, handover: str) -> Handover:
        """Take back what one has handed over oneself, while nobody has taken it."""
        return self._end(by, handover, "withdrawn")

    def _end(self, by: Actor, handover: str, status: str) -> Handover:
        seat = writes(by)
        with self._store.turn():
            row = self._handover_row(seat, handover)
            if row[2] != "open":
                raise Conflict(
                    "ended already",
                    f"Desk {row[9]} has {'taken it over' if row[2] == 'taken' else 'withdrawn it'} on"
                    f" {moment_words(Instant(row[8]))}.",
                )
            if (row[4] == by.person) is (status == "taken"):
                raise NotEntitled(
                    "same person" if status == "taken" else "another's",
                    "You handed this over yourself." if status == "taken" else "Somebody else handed this over.",
                    fix="Another person of your seat takes it over." if status == "taken" else "Take it over instead.",
                )
            self._store.do(
                "UPDATE handover SET status = ?, ended = ?, ended_by = ? WHERE id = ?",
                status,
                self._now(),
                by.desk,
                handover,
            )
            return _line(self._handover_row(seat, handover), by)

    def _handover_row(self, seat: str, handover: str) -> Row:
        row = self._store.one(f"{_HANDOVER} WHERE id = ? AND seat = ?", handover, seat)
        if row is None:
            gone("handover", handover)
        return row


def _line(row: Row, by: Actor) -> Handover:
    handover, number, status, desk, person, at, text, points, ended, ended_by = row
    return Handover(
        id=handover,
        number=number,
        status=status,
        desk=desk,
        own=person == by.person,
        at=Instant(at),
        text=text,
        points=msgspec.json.decode(points, type=tuple[str, ...]),
        ended=None if ended is None else Instant(ended),
        ended_by=ended_by,
    )
