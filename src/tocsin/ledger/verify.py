"""A walk through a whole ledger, in constant memory, that says what of it can be relied on, and why.

Without a key it can say no more than *self-consistent*: whoever can write the file can write all of it anew. With a
key it says what that key signed; with a checkpoint that was kept elsewhere too, that nothing before it has changed.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from tocsin.ledger import entry as entries
from tocsin.ledger.checkpoint import Checkpoint
from tocsin.ledger.entry import NO_CHAIN, Entry
from tocsin.ledger.guard import Seen
from tocsin.ledger.keys import Keys
from tocsin.ledger.note import Note, VerifierKey, opened
from tocsin.ledger.port import ContentRow, Damaged, Group, Head, LedgerError, Row, Store, Tile
from tocsin.ledger.tree import Tree, leaf_hash

Progress = Callable[[int, int], None]
"""Called with how many entries of how many are checked."""

PROGRESS_ENTRIES = 1_000
TILES_AT_ONCE = 64
TRIES = 3
FAULTS_MAX = 20

Word = Literal["damaged", "refuted", "self-consistent", "signed", "authentic"]


class Verdict(Struct, frozen=True, kw_only=True):
    """What a walk found. `word` is the whole of it in one word:

    - damaged: the entry at index `sound` is not what was written, or a row beside the entries is not;
    - refuted: all fits together, but not with the key or the checkpoint that was given;
    - self-consistent: all fits together; who wrote it is not known;
    - signed: the same, and the given key, or one it vouched for, signed the first `signed` entries;
    - authentic: the first `authentic` entries are those that the given checkpoint covers.
    """

    word: Word
    origin: str = ""
    size: int
    """How many entries there should be."""
    sound: int
    """How many of them, from the first on, are what was written."""
    root: bytes
    """Of the tree over the sound entries."""
    records: int = 0
    notes: int = 0
    contents: int = 0
    erased: int = 0
    checkpoints: int = 0
    """How many stored checkpoints fit the entries and the keys in force."""
    covered: int = 0
    """The largest size of these."""
    signed: int = 0
    authentic: int = 0
    faults: tuple[str, ...] = ()
    """Each thing that does not fit, in words; the first bad entry comes first."""


class _Walk:
    """The state of a walk: what is sound so far."""

    def __init__(self, store: Store, size: int) -> None:
        self.store = store
        self.keys = Keys()
        self.genesis = b""
        self.tree = Tree(store)  # it is never asked for an old state, so it never reads what it is to judge
        self.beside = _Beside(store, size)
        self.chain, self.at = NO_CHAIN, 0
        self.records = self.notes = self.contents = self.bad_contents = 0
        self.gone: set[tuple[int, int]] = set()
        """Erased contents, as (entry, number)."""
        self.content_faults: list[str] = []

    def take(self, index: int, row: Row, beside: list[ContentRow]) -> None:
        if index != self.tree.size:
            raise Damaged(self.tree.size, "it is missing")
        entry = entries.opened(index, row, self.chain)
        if entry.at < self.at:
            raise Damaged(index, "it says it was written before the entry that stands before it")
        if entry.kind == "note":
            self._note(entry)
        self.records += entry.kind == "record"
        self._contents(entry, beside)
        hashed = leaf_hash(row.leaf)
        self.genesis = self.genesis or hashed
        self.tree.append(hashed)
        self.chain, self.at = row.chain, entry.at

    def _contents(self, entry: Entry, beside: list[ContentRow]) -> None:
        """Judge what lies beside an entry. A content that does not fit is a fault, and leaves the entry sound."""
        self.contents += len(entry.commitments)
        try:
            found = entries.contents_of(entry, beside)
            self.gone.update((entry.index, number) for number, content in enumerate(found) if content is None)
        except Damaged as problem:
            self.bad_contents += 1
            if self.bad_contents <= FAULTS_MAX:
                self.content_faults.append(f"entry {entry.index} itself is sound, but {problem.why}")

    def full_tiles(self) -> Iterator[Tile]:
        """The tiles that came to be full since this was last asked."""
        return (Tile(*tile) for tile in self.tree.take_tiles())

    def _note(self, entry: Entry) -> None:
        try:
            text = entry.body.decode()
        except UnicodeDecodeError:
            raise Damaged(entry.index, "a note of the ledger is no text") from None
        self.keys.take(entry.index, text, self.tree.root())
        self.notes += 1


def verify(
    store: Store,
    *,
    key: VerifierKey | None = None,
    checkpoint: str = "",
    guard: Seen | None = None,
    on_progress: Progress | None = None,
) -> Verdict:
    """Walk through the ledger and judge it, as it is at one moment.

    `guard` is what the guard said before this was called. Raises LedgerError only where the ledger cannot be read.
    """
    tries = TRIES
    while True:
        with store.snapshot():
            head = store.head()
            verdict = _verdict(store, head, key, checkpoint, guard, on_progress)
        tries -= 1
        if not verdict.faults or store.head() == head or not tries:
            return verdict
        # A writer opened it meanwhile, and what was found may be of two moments.


def _verdict(
    store: Store,
    head: Head,
    key: VerifierKey | None,
    checkpoint: str,
    guard: Seen | None,
    on_progress: Progress | None,
) -> Verdict:
    held = Checkpoint.parse(Note.parse(checkpoint).text) if checkpoint else None
    walk, faults = _Walk(store, head.size), list[str]()
    try:
        stored = dict(store.checkpoints())
    except LedgerError as problem:
        stored, faults = {}, [f"the stored checkpoints cannot be read: {problem}"]
    wanted = {*stored, held.size if held else 0, guard.size if guard else 0}
    roots: dict[int, bytes] = {}
    try:
        for size in _walked(walk, head, on_progress):
            if size in wanted:
                roots[size] = walk.tree.root()
            if walk.tree.pending:
                faults += [_tile_fault(tile) for tile in walk.full_tiles() if not _is_stored(store, tile)]
    except Damaged as bad:
        faults.insert(0, str(bad))
    sound = walk.tree.size
    is_whole = sound == head.size
    if is_whole:
        faults += _beyond(store, head, walk)
    faults += store.faults()
    fitting = {}
    for size, note in stored.items():
        if size > sound:
            covers = f"a stored checkpoint covers {size:,} entries, and {sound:,} are there and sound"
            faults += [covers] if is_whole else []
            continue
        try:
            fitting[size] = _fitting(walk.keys, note, size, roots.get(size, b""))
        except LedgerError as fault:
            faults.append(f"the stored checkpoint of size {size:,} does not fit: {fault}")
    faults += _of_contents(walk, is_whole=is_whole)
    word: Word = "damaged" if faults else "self-consistent"
    signed = authentic = 0
    if not faults and (key is not None or held is not None):
        word, signed, authentic, faults = _authority(walk.keys, key, checkpoint, held, roots, fitting, head.size)
    if word != "damaged" and guard is not None and (told := _against_guard(walk, guard, roots)):
        word, authentic, faults = "refuted", 0, [told, *faults]
    return Verdict(
        word=word,
        origin=walk.keys.origin.text if walk.keys.epochs else "",
        size=head.size,
        sound=sound,
        root=walk.tree.root(),
        records=walk.records,
        notes=walk.notes,
        contents=walk.contents,
        erased=len(walk.gone),
        checkpoints=len(fitting),
        covered=max((size for size, signers in fitting.items() if signers), default=0),
        signed=signed,
        authentic=authentic,
        faults=tuple(faults),
    )


def mend(store: Store) -> None:
    """Make what repeats the entries fit them again: tiles anew, and stored checkpoints that do not fit forgotten.

    Raises Damaged where the entries themselves are not sound.
    """
    head = store.head()
    stored = dict(store.checkpoints())
    walk, tiles, roots = _Walk(store, head.size), list[Tile](), dict[int, bytes]()
    for size in _walked(walk, head, None):
        if size in stored:
            roots[size] = walk.tree.root()
        tiles += walk.full_tiles()
        if len(tiles) >= TILES_AT_ONCE:
            store.commit(Group(head.size, (), head, tiles=tiles))
            tiles = []
    if walk.tree.root() != head.root:
        raise Damaged(max(0, head.size - 1), "the entries are not those that were counted")
    store.commit(Group(head.size, (), head, tiles=tiles))
    for size, note in stored.items():
        try:
            _fitting(walk.keys, note, size, roots.get(size, b""))
        except LedgerError:
            store.drop_checkpoint(size)


def _walked(walk: _Walk, head: Head, on_progress: Progress | None) -> Iterator[int]:
    """Walk on, yielding how many entries are sound so far."""
    for index, row in walk.store.rows(0, head.size):
        walk.take(index, row, walk.beside.of(index))
        yield index + 1
        if on_progress is not None and (index + 1) % PROGRESS_ENTRIES == 0:
            on_progress(index + 1, head.size)
    if walk.tree.size != head.size:
        raise Damaged(walk.tree.size, "it is missing")


class _Beside:
    """The contents of one entry after the other. Where they cannot be read any further, there are none any more."""

    def __init__(self, store: Store, size: int) -> None:
        self.fault = ""
        self._rows = store.contents(0, size)
        self._following = self._next()

    def of(self, index: int) -> list[ContentRow]:
        found = []
        while self._following is not None and self._following.entry <= index:
            found.append(self._following)
            self._following = self._next()
        return found

    def _next(self) -> ContentRow | None:
        try:
            return next(self._rows, None)
        except Damaged as problem:
            self.fault = f"contents cannot be read: {problem.why}"
            return None


def _beyond(store: Store, head: Head, walk: _Walk) -> list[str]:
    """What does not fit with how many entries were counted."""
    faults = []
    if walk.tree.root() != head.root:
        faults.append("the entries fit together, but are not those that were counted when they were written")
    if next(store.rows(head.size, head.size + 1), None) is not None:
        faults.append(f"an entry {head.size} lies behind the {head.size:,} that were counted")
    if not walk.keys.epochs:
        faults.append("it holds nothing, not even how it began")
    return faults


def _against_guard(walk: _Walk, guard: Seen, roots: dict[int, bytes]) -> str:
    """What the guard beside the ledger knows and this ledger is not; nothing where they agree."""
    knows = f"the guard remembers {guard.size:,} entries of '{guard.origin}'"
    if guard.genesis != walk.genesis:
        return f"{knows}, which is another ledger"
    if guard.size > walk.tree.size:
        return f"{knows}, and {walk.tree.size:,} are here: this is an older copy, or its end is gone"
    if (guard.origin, guard.root) != (walk.keys.origin_at(guard.size).text, roots.get(guard.size, b"")):
        return f"{knows}, and those here are others: this is another continuation"
    return ""


def _is_stored(store: Store, tile: Tile) -> bool:
    try:
        return store.tile(tile.level, tile.number) == tile.nodes
    except KeyError:
        return False


def _tile_fault(tile: Tile) -> str:
    return (
        f"tile {tile.number} of level {tile.level}, which repeats what the entries say, is damaged or missing; "
        "the entries are sound. `tocsin ledger repair` makes it anew"
    )


def _fitting(keys: Keys, note: str, size: int, root: bytes) -> tuple[VerifierKey, ...]:
    """The keys in force that signed a stored checkpoint of this size and root; none where they were revoked since."""
    checkpoint = Checkpoint.parse(Note.parse(note).text)
    if checkpoint != Checkpoint(keys.origin_at(size).text, size, root):
        raise LedgerError("it is not one of these entries")
    return tuple(key for key in opened(note, keys.all()) if key in keys.at(size))


def _of_contents(walk: _Walk, *, is_whole: bool) -> list[str]:
    """Contents that do not fit, cannot be read, or are gone or not gone against what the notes say."""
    faults = list(walk.content_faults)
    if walk.bad_contents > FAULTS_MAX:
        faults.append(f"so it is with {walk.bad_contents - FAULTS_MAX:,} more entries")
    if walk.beside.fault:
        faults.append(walk.beside.fault)
    if is_whole and (gone := len(walk.gone - walk.keys.erased)):
        faults.append(f"{gone:,} contents are gone that no note of the ledger says were erased")
    if is_whole and not faults and (kept := len(walk.keys.erased - walk.gone)):
        faults.append(f"{kept:,} contents are not gone, though a note of the ledger says they were erased")
    return faults


def _authority(
    keys: Keys,
    key: VerifierKey | None,
    note: str,
    held: Checkpoint | None,
    roots: dict[int, bytes],
    fitting: dict[int, tuple[VerifierKey, ...]],
    size: int,
) -> tuple[Word, int, int, list[str]]:
    """The word on a sound ledger, what of it is signed and authentic, and what refutes it."""
    trusted = keys.vouched_by(key) if key is not None else keys.all()
    signed = max((found for found, signers in fitting.items() if set(signers) & set(trusted)), default=0)
    if key is not None and not signed and held is None:
        return "refuted", 0, 0, [f"no stored checkpoint is signed by '{key.text}', or by a key it vouched for"]
    if held is None:
        return "signed", signed, 0, []
    faults = _refuting(keys, trusted if key is not None else None, note, held, roots, size)
    if faults:
        return "refuted", signed if key is not None else 0, 0, faults
    return ("authentic" if key is not None else "self-consistent"), signed if key is not None else 0, held.size, []


def _refuting(
    keys: Keys,
    trusted: tuple[VerifierKey, ...] | None,
    note: str,
    held: Checkpoint,
    roots: dict[int, bytes],
    size: int,
) -> list[str]:
    """Why a checkpoint kept elsewhere and this ledger do not belong together."""
    if trusted is not None:
        try:
            opened(note, trusted)
        except LedgerError as fault:
            return [f"the checkpoint is not signed by the key you trust: {fault}"]
    if held.size > size:
        return [
            f"the checkpoint covers {held.size:,} entries of '{held.origin}', and {size:,} are here: the rest is gone"
        ]
    if held.origin != keys.origin_at(held.size).text:
        here = keys.origin_at(held.size).text
        return [f"the checkpoint is of '{held.origin}'; the first {held.size:,} entries here are of '{here}'"]
    if held.root != roots.get(held.size, b""):
        return [f"the first {held.size:,} entries are not those that the checkpoint covers"]
    return []
