"""One feed a seat: what happened, in order, as this seat may know it.

A feed is a function of the ledger alone, so that its positions are the same after a restart. It counts only what its
seat may see: no gap and no number in it tells of anything else.
"""

from array import array
from bisect import bisect_left
from typing import NamedTuple

FEED_VERSION = 1
"""Goes up when the same ledger would give another feed: then old cursors are refused."""

KINDS = ("facts", "warning", "re-mark", "recall", "withdrawn", "confirmation", "case")
"""What an event is; stored as its place here."""

_KIND_BITS = 4
_PLACES = {kind: place for place, kind in enumerate(KINDS)}


class Event(NamedTuple):
    """One event of a feed: the ledger's entry that brought it, its kind, and what it is about."""

    entry: int
    kind: str
    ref: int
    """Place of the content or case it is about, in the board's lists; 0 for facts."""


class Feed:
    """The events of one seat. Positions count from 1."""

    __slots__ = ("_entries", "_whats")

    def __init__(self, entries: bytes = b"", whats: bytes = b"") -> None:
        self._entries, self._whats = array("q", entries), array("q", whats)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: int, kind: str, ref: int = 0) -> None:
        """Put an event at the end."""
        self._entries.append(entry)
        self._whats.append(ref << _KIND_BITS | _PLACES[kind])

    def event(self, position: int) -> Event:
        """The event at a position from 1 on. Raises IndexError where there is none."""
        if not 1 <= position <= len(self):
            raise IndexError(position)
        what = self._whats[position - 1]
        return Event(self._entries[position - 1], KINDS[what & (1 << _KIND_BITS) - 1], what >> _KIND_BITS)

    def first(self, entry: int) -> int:
        """The position of the first event that `entry` brought to this seat; 0 where it brought none."""
        place = bisect_left(self._entries, entry)
        return place + 1 if place < len(self) and self._entries[place] == entry else 0

    def reaches(self, entry: int, position: int) -> bool:
        """Whether the events up to `position` include the first that `entry` brought to this seat."""
        return 0 < self.first(entry) <= position

    def packed(self) -> tuple[bytes, bytes]:
        """The feed as bytes, for the start-up cache."""
        return self._entries.tobytes(), self._whats.tobytes()


def cursor_text(position: int, epoch: int = 1) -> str:
    """A cursor as clients hold it: it names the ledger's epoch, because a restore may lose what was in a feed."""
    return f"{_prefix(epoch)}-{position}"


def cursor_position(text: str) -> int | None:
    """The position in a cursor that was made here; None for what is no cursor."""
    position = text.rpartition("-")[2]
    return int(position) if position.isascii() and position.isdecimal() and len(position) <= 15 else None


def checked_position(text: str, epoch: int) -> int | None:
    """The position in a cursor from outside; 0 for an empty one; None for one that is none of this feed now."""
    if not text:
        return 0
    position = cursor_position(text)
    return position if position is not None and text == cursor_text(position, epoch) else None


def _prefix(epoch: int) -> str:
    return str(FEED_VERSION) if epoch == 1 else f"{FEED_VERSION}.{epoch}"
