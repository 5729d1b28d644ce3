"""The watch log: what was seen and done at a desk, in order. No entry ever changes; a later one can correct it."""

from tocsin.centre.desk_base import in_person
from tocsin.centre.model import Actor
from tocsin.centre.notebook import model
from tocsin.centre.notebook.base import (
    NotebookBase,
    cursor_of,
    gone,
    keeper,
    limit_of,
    made_id,
    name_of,
    reads,
    size_of,
    text_of,
    writes,
)
from tocsin.centre.notebook.model import LogEntry, LogPage
from tocsin.centre.private_store import Row
from tocsin.errors import Conflict
from tocsin.terms import Instant

SEARCH_WORDS_MAX = 8

_ENTRY = "SELECT id, number, at, desk, text, case_name, cursor, corrects, erased, erased_by, why FROM entry"


class WatchLog(NotebookBase):
    """A seat's log. Raises NotEntitled, NotFound for what is not the seat's, Malformed, Overloaded for too much."""

    def log(
        self, by: Actor, *, search: str = "", case: str = "", before: int | None = None, limit: int = 100
    ) -> LogPage:
        """The entries, the newest first: those with all words of a search, large and small letters alike, and those
        of one case."""
        seat, most = reads(by), limit_of(limit)
        words = text_of(search, "search", 200, has_lines=False).casefold().split()[:SEARCH_WORDS_MAX]
        found = "".join(f" AND instr(folded(text), ?{place}) > 0" for place in range(5, 5 + len(words)))
        with self._store.reading():
            rows = self._store.all(
                f"{_ENTRY} WHERE seat = ?1 AND (?2 = '' OR case_name = ?2) AND (?3 IS NULL OR number < ?3){found}"
                " ORDER BY number DESC LIMIT ?4",
                seat,
                case,
                before,
                most + 1,
                *words,
            )
            entries = tuple(self._entry(row) for row in rows[:most])
        return LogPage(entries=entries, before=entries[-1].number if len(rows) > most else None)

    def entry(self, by: Actor, entry: str) -> LogEntry:
        """One entry."""
        seat = reads(by)
        with self._store.reading():
            return self._entry(self._entry_row(seat, entry))

    def write_log(
        self, by: Actor, text: str, *, case: str = "", cursor: str = "", corrects: str = "", key: str = ""
    ) -> LogEntry:
        """Write an entry. `cursor` names an item of the seat's feed, `corrects` an earlier entry; with the same `key`
        the same desk writes no second one."""
        seat = writes(by)
        text = text_of(text, "text", model.WORDS_MAX, least=1)
        case, cursor = name_of(case, "case", is_needed=False), cursor_of(cursor)
        said = ("log", text, case, cursor, corrects)
        with self._store.turn():
            if made := self._made(by, seat, key, *said):
                return self._entry(self._entry_row(seat, made))
            if corrects:
                self._entry_row(seat, corrects)
            self._check_count(seat, model.ENTRIES_MAX, "entries", "entry")
            self._spend(seat, size_of(text))
            entry = made_id("l")
            self._store.do(
                "INSERT INTO entry (id, seat, number, at, desk, text, case_name, cursor, corrects)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                entry,
                seat,
                self._next_number(seat, "entries"),
                self._now(),
                by.desk,
                text,
                case,
                cursor,
                corrects,
            )
            self._remember(by, seat, key, entry, *said)
            return self._entry(self._entry_row(seat, entry))

    def erase_entry(self, by: Actor, entry: str, why: str) -> LogEntry:
        """Destroy an entry's text, as where it names a person; that it was there, and why it is gone, stays. For the
        head of the seat, in person. Backups are not reached."""
        seat = keeper(by)
        in_person(by)
        why = text_of(why, "why", 200, least=1, has_lines=False)
        with self._store.turn():
            row = self._entry_row(seat, entry)
            if row[8] is not None:
                raise Conflict("erased already", "The text of this entry is gone already.")
            self._store.do(
                "UPDATE entry SET text = '', erased = ?, erased_by = ?, why = ? WHERE id = ?",
                self._now(),
                by.desk,
                why,
                entry,
            )
            self._spend(seat, -size_of(row[4]), is_last=True)
            return self._entry(self._entry_row(seat, entry))

    def _entry_row(self, seat: str, entry: str) -> Row:
        row = self._store.one(f"{_ENTRY} WHERE id = ? AND seat = ?", entry, seat)
        if row is None:
            gone("entry", entry)
        return row

    def _entry(self, row: Row) -> LogEntry:
        entry, number, at, desk, text, case, cursor, corrects, erased, erased_by, why = row
        later = self._store.all("SELECT id FROM entry WHERE corrects = ? AND corrects <> '' ORDER BY number", entry)
        return LogEntry(
            id=entry,
            number=number,
            at=Instant(at),
            desk=desk,
            text=text,
            case=case,
            cursor=cursor,
            corrects=corrects,
            corrected_by=tuple(name for (name,) in later),
            erased=None if erased is None else Instant(erased),
            erased_by=erased_by,
            why=why,
        )
