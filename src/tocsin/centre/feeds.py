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

    def reaches(self, entry: int, position: int) -> bool:
        """Whether the events up to `position` include the first that `entry` brought to this seat."""
        place = bisect_left(self._entries, entry)
        return place < min(position, len(self)) and self._entries[place] == entry

    def packed(self) -> tuple[bytes, bytes]:
        """The feed as bytes, for the start-up cache."""
        return self._entries.tobytes(), self._whats.tobytes()


def cursor_text(position: int) -> str:
    """A cursor as clients hold it."""
    return f"{FEED_VERSION}-{position}"


def cursor_position(text: str) -> int | None:
    """The position in a cursor; 0 for an empty one; None for what is no cursor of this feed."""
    if not text:
        return 0
    version, _, position = text.partition("-")
    if version != str(FEED_VERSION) or not (position.isascii() and position.isdecimal()) or len(position) > 15:
        return None
    return int(position)
