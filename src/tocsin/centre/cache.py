"""The start-up cache: the board as it was, so that a long ledger need not be folded anew each time.

It is a shortcut and never the truth. It counts only where it was made by this very code, from this very charter, over a
ledger whose chain up to its last entry is still the same; else it is left aside and the ledger is folded.
"""

from array import array
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct

from tocsin.alliance.contents import Held
from tocsin.alliance.state import State
from tocsin.centre.board import Board
from tocsin.centre.feeds import Feed
from tocsin.errors import TocsinError
from tocsin.ledger import LedgerError, Reader
from tocsin.terms import Instant

DIGEST_BYTES = 32
CACHE_BYTES_MAX = 2_000_000_000
ENTRIES_EACH = 20_000
"""A cache is written anew after so many entries, and a quarter of those it holds."""

Ids = dict[str, tuple[bytes, int]]


class _Cached(Struct, frozen=True, kw_only=True, array_like=True):
    """A board, and every command's digest and entry."""

    code: str
    charter_hash: str
    ledger_charter_hash: str
    taken: int
    chain: bytes
    """Of the last entry it holds: it commits to all before."""
    state: State
    held: list[Held]
    entries: list[int]
    """For each held content its entry in the ledger."""
    audiences: list[list[str]]
    cases: list[str]
    case_seats: dict[str, list[str]]
    silence_entry: list[tuple[str, str, int]]
    case_entries: dict[str, bytes]
    case_marks: dict[str, bytes]
    courses: dict[str, bytes]
    withdrawn: list[tuple[str, str, str, Held]]
    feeds: dict[str, tuple[bytes, bytes]]
    opened: Instant | None
    today: date | None
    ids: Ids


_decoder = msgspec.msgpack.Decoder(_Cached)
_encoder = msgspec.msgpack.Encoder()


def packed(board: Board, ids: Ids, reader: Reader) -> bytes:
    """The cache of a board as it is now."""
    keys = board.contents
    cached = _Cached(
        code=code_digest(),
        charter_hash=board.law.charter.hash,
        ledger_charter_hash=board.charter_hash,
        taken=board.taken,
        chain=reader.row_at(board.taken - 1).chain,
        state=board.state,
        held=[board.book[key] for key in keys],
        entries=[board.entry_of[key] for key in keys],
        audiences=[sorted(board.audience(key)) for key in keys],
        cases=board.cases,
        case_seats={case: sorted(seats) for case, seats in board.known_seats().items()},
        silence_entry=[(*key, entry) for key, entry in board.silence_entry.items()],
        withdrawn=[(*key, seat, held) for key, seats in board.withdrawn.items() for seat, held in seats.items()],
        case_entries={case: entries.tobytes() for case, entries in board.case_entries.items()},
        case_marks={case: entries.tobytes() for case, entries in board.case_marks.items()},
        courses={course: entries.tobytes() for course, entries in board.courses.items()},
        feeds={seat: feed.packed() for seat, feed in board.feeds.items()},
        opened=board.opened,
        today=board.today,
        ids=ids,
    )
    return _encoder.encode(cached)


class CacheFile:
    """Where a running centre keeps its cache, so that a start after a crash is fast as well."""

    def __init__(self, path: Path, taken: int) -> None:
        self._path, self._taken, self._turn = path, taken, Lock()

    def is_behind(self, taken: int) -> bool:
        """Whether so many entries are enough more than those it holds: writing it costs as much as they are."""
        return taken - self._taken > ENTRIES_EACH + self._taken // 4

    def save(self, body: bytes, taken: int) -> None:
        """Write it, in any thread, as `packed` at so many entries; what is older than what is there is left.

        A file that cannot be written is no harm, only a slower start.
        """
        with self._turn:
            if taken < self._taken:
                return
            self._taken = taken
            fresh = self._path.with_name(f"{self._path.name}.new")
            try:
                fresh.write_bytes(sha256(body).digest() + body)
                fresh.chmod(0o600)
                fresh.replace(self._path)
            except OSError:
                fresh.unlink(missing_ok=True)


def load(path: Path, board: Board, reader: Reader) -> Ids:
    """Bring an empty board up to the cache. The ids it knows; none, and an empty board, where it does not count."""
    try:
        data = path.read_bytes() if path.stat().st_size <= CACHE_BYTES_MAX else b""
        digest, body = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
        if sha256(body).digest() != digest:
            return {}
        cached = _decoder.decode(body)
        fits = cached.code == code_digest() and cached.charter_hash == board.law.charter.hash
        if not fits or cached.taken > len(reader) or reader.row_at(cached.taken - 1).chain != cached.chain:
            return {}
    except (OSError, msgspec.DecodeError, LedgerError, TocsinError):
        return {}
    _fill(board, cached)
    return cached.ids


@cache
def code_digest() -> str:
    """Of all code that folds a ledger: another code may fold it otherwise."""
    package = Path(__file__).parent.parent
    digest = sha256()
    for room in ("alliance", "charter", "centre"):
        for file in sorted((package / room).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _fill(board: Board, cached: _Cached) -> None:
    keys = [(held.case, held.warning) for held in cached.held]
    board.state, board.taken, board.opened = cached.state, cached.taken, cached.opened
    board.today, board.charter_hash = cached.today, cached.ledger_charter_hash
    board.book = dict(zip(keys, cached.held, strict=True))
    board.entry_of = dict(zip(keys, cached.entries, strict=True))
    board.silence_entry = {(case, procedure): entry for case, procedure, entry in cached.silence_entry}
    for case, warning, seat, held in cached.withdrawn:
        board.withdrawn.setdefault((case, warning), {})[seat] = held
    board.case_entries = {case: array("q", entries) for case, entries in cached.case_entries.items()}
    board.case_marks = {case: array("q", entries) for case, entries in cached.case_marks.items()}
    board.courses = {course: array("q", entries) for course, entries in cached.courses.items()}
    board.feeds.update({seat: Feed(*packed) for seat, packed in cached.feeds.items()})
    board.refill(
        keys,
        cached.cases,
        {key: frozenset(seats) for key, seats in zip(keys, cached.audiences, strict=True)},
        {case: frozenset(seats) for case, seats in cached.case_seats.items()},
    )
