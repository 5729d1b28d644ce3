"""Starting a centre: its folder, its ledger read back into a board, its charter checked against the last one.

DATA/centre.tocsin    the ledger; beside it centre.tocsin.d with key and guard
DATA/desks.db         who may sign in, and what waits for a second person
DATA/notebook.db      what each seat keeps for itself: drafts, the watch log, handovers, reports
DATA/heartbeat        when the centre last noted that it was up
DATA/board.cache      the board as of the last stop, to start fast; it may be deleted
DATA/secret           what salts of contents made here are derived from
"""

import os
import secrets
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from tocsin.alliance.codec import Act, decode_submission
from tocsin.alliance.records import CentreOpening, CharterChanged, decode, encode
from tocsin.alliance.silence import CENTRE
from tocsin.centre import cache
from tocsin.centre.acts import read_act
from tocsin.centre.board import Board
from tocsin.centre.clock import Clock, SimulatedClock, WallClock
from tocsin.centre.court import Court, digest_of, id_key
from tocsin.centre.desk_model import SeatBook
from tocsin.centre.desks import Desks
from tocsin.centre.law import Law
from tocsin.centre.model import Mode
from tocsin.centre.notebook.book import Notebook
from tocsin.centre.parts import Books, Run
from tocsin.centre.runtime import Centre
from tocsin.centre.settings import Settings
from tocsin.charter.snapshot import Charter
from tocsin.errors import NeedsNewer, TocsinError
from tocsin.ledger import FileLedger, FileReader, Ledger, MemoryLedger, Reader
from tocsin.terms import Instant

LEDGER_FILE = "centre.tocsin"
DESKS_FILE = "desks.db"
NOTEBOOK_FILE = "notebook.db"
HEARTBEAT_FILE = "heartbeat"
CACHE_FILE = "board.cache"
SECRET_FILE = "secret"  # noqa: S105  # a file's name
SECRET_BYTES = 32
FOLDER_MODE = 0o700
OPENING_WITHIN = 3
"""The opening is among the first entries: behind the ledger's own first note."""


class CentreError(TocsinError):
    """A centre's folder cannot be used as it is asked for; the message says what to do."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """How a centre is to be opened."""

    charter: Charter
    mode: Mode = "live"
    known: date | None = None
    readings: tuple[str, ...] = ()
    new_charter: str = ""
    """Why another state of the charter than the ledger's is right; empty: it is refused."""


class HeartFile:
    """The heartbeat in a file: the old or the new, whole, also after a power cut."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def beat(self, at: Instant) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{at}\n")
            file.flush()
            os.fsync(handle)
        fresh.replace(self._path)

    def last(self) -> Instant | None:
        try:
            text = self._path.read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return Instant(int(text)) if text.isdecimal() and len(text) <= 18 else None


class HeartMemory:
    """The heartbeat of a centre that leaves nothing behind."""

    def __init__(self, last: Instant | None = None) -> None:
        self._last = last

    def beat(self, at: Instant) -> None:
        self._last = at

    def last(self) -> Instant | None:
        return self._last


def open_centre(folder: Path, opening: Opening, clock: Clock, settings: Settings) -> Centre:
    """The centre in a folder, made where there is none. It takes commands once `start` was awaited.

    Raises LedgerError for a ledger that cannot be opened or is of another mode, CentreError for another charter than
    the ledger's, NeedsNewer for records of a later release.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    heart = HeartFile(folder / HEARTBEAT_FILE)
    with ExitStack() as opened:
        ledger = FileLedger(folder / LEDGER_FILE, mode=opening.mode)
        opened.callback(ledger.close)
        # Behind the ledger's lock: of two processes that start at once only one makes a secret.
        place = Place(folder / DESKS_FILE, folder / CACHE_FILE, heart, _secret(folder), folder / NOTEBOOK_FILE)
        reader, aside = FileReader(folder / LEDGER_FILE), FileReader(folder / LEDGER_FILE)
        opened.callback(reader.close)
        opened.callback(aside.close)
        centre = _assembled(Books(ledger, reader, aside), place, opening, clock, settings)
        opened.pop_all()  # the centre closes them now
        return centre


def memory_centre(opening: Opening, clock: Clock, settings: Settings, secret: bytes = b"") -> Centre:
    """A centre that leaves nothing behind: for tests and demonstrations."""
    ledger = MemoryLedger(mode=opening.mode)
    place = Place(None, None, HeartMemory(), secret or os.urandom(32))
    return _assembled(Books(ledger, ledger, ledger), place, opening, clock, settings)


class Place(NamedTuple):
    """Where a centre keeps what is beside its ledger; None for one that leaves nothing behind."""

    desks: Path | None
    cache: Path | None
    heart: HeartFile | HeartMemory
    secret: bytes
    notebook: Path | None = None


def _assembled(books: Books, place: Place, opening: Opening, clock: Clock, settings: Settings) -> Centre:
    ledger, reader, _ = books
    law = Law(opening.charter, opening.known, opening.readings)
    board = Board(law)
    board.epoch = ledger.keys.origin.epoch
    ids = cache.load(place.cache, board, reader) if place.cache is not None else {}
    cached = cache.CacheFile(place.cache, board.taken) if place.cache is not None else None
    _read_back(reader, board, ids, opening, ledger.keys.origin.mode)
    _say_what_opens(ledger, board, opening, clock)
    court = Court(law, board.opened or clock.now())
    court.book, court.today = dict(board.book), board.today
    court.ids = {name: digest for name, (digest, _) in ids.items()}
    if isinstance(clock, SimulatedClock):
        clock.set(board.state.now)

    def seats() -> SeatBook:
        today = law.at(board.state, max(clock.now(), board.state.now))
        return SeatBook(
            parties=frozenset(today.standings), offices=frozenset(today.offices), organs=frozenset(today.organs)
        )

    # Where time is simulated, people still sign in by the wall's clock.
    wall = None if opening.mode == "live" else WallClock().now
    with ExitStack() as opened:
        notebook = Notebook(place.notebook, clock.now)
        opened.callback(notebook.close)
        desks = Desks(place.desks, clock.now, seats, mode=opening.mode, wall=wall)
        opened.pop_all()  # the centre closes them now
    run = Run(opening.mode, clock, settings, place.heart, place.secret, cached, notebook)
    return Centre(board, court, books, desks, run, {name: entry for name, (_, entry) in ids.items()})


def _read_back(reader: Reader, board: Board, ids: cache.Ids, opening: Opening, mode: str) -> None:
    """Fold what the board does not have yet; `ids` takes every command's digest and entry, by its actor and id."""
    for entry in reader.entries(0, OPENING_WITHIN if board.taken else 0):
        if entry.kind == "record" and isinstance(record := decode(entry.body), CentreOpening):
            _check_opening(record, opening, mode)  # the cache does not say how the centre was opened
    for entry in reader.entries(board.taken):
        if entry.kind != "record":
            continue
        record = decode(entry.body)
        if isinstance(record, Act):
            read = read_act(record)
            board.take(entry.index, record, read.at)
            if record.attested != CENTRE:
                command = decode_submission(record.command)
                ids[id_key(command)] = digest_of(command), entry.index
        elif isinstance(record, CentreOpening):
            _check_opening(record, opening, mode)
            board.open(entry.index, record.at)
            board.charter_hash = record.charter_hash
        elif isinstance(record, CharterChanged):
            board.charter_hash = record.charter_hash
        else:
            raise CentreError("This ledger is that of a replay, and no centre's. Name another folder.")
    if board.charter_hash not in ("", opening.charter.hash) and not opening.new_charter:
        raise CentreError(
            f"The charter '{opening.charter.id}' is not the one this centre last ran under: its file has changed. "
            "Compare the two; if the new one is right, say why with --new-charter."
        )


def _check_opening(record: CentreOpening, opening: Opening, mode: str) -> None:
    if record.charter != opening.charter.id:
        raise CentreError(f"This centre runs '{record.charter}', not '{opening.charter.id}'. Name another folder.")
    if record.mode != mode or (record.known, record.readings) != (opening.known, opening.readings):
        raise NeedsNewer(
            f"This centre was opened as {record.mode.upper()}, known {record.known or 'today'}, with "
            f"{', '.join(record.readings) or 'no readings'}; it can be run in no other way."
        )


def _say_what_opens(ledger: Ledger, board: Board, opening: Opening, clock: Clock) -> None:
    """The ledger's first word, or that its charter is another from here on."""
    charter, at = opening.charter, clock.now()
    head: CentreOpening | CharterChanged
    if board.opened is None:
        head = CentreOpening(
            mode=opening.mode,
            charter=charter.id,
            charter_hash=charter.hash,
            known=opening.known,
            readings=opening.readings,
            at=at,
        )
    elif board.charter_hash != charter.hash:
        head = CharterChanged(
            charter=charter.id, charter_hash=charter.hash, by="secretariat", why=opening.new_charter, at=at
        )
    else:
        return
    indices = ledger.append([(encode(head), ())])
    board.charter_hash = charter.hash
    if board.opened is None:
        board.open(indices.start, at)


def _secret(folder: Path) -> bytes:
    """The centre's secret, made where there is none, or none that is whole: a short one would hide nothing."""
    path = folder / SECRET_FILE
    with suppress(FileNotFoundError):
        found = path.read_bytes()
        if len(found) == SECRET_BYTES:
            return found
    fresh, aside = secrets.token_bytes(SECRET_BYTES), path.with_name(f"{SECRET_FILE}.new")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(fresh)
        file.flush()
        os.fsync(handle)
    aside.replace(path)
    return fresh
