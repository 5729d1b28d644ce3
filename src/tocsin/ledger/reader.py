"""A ledger to read from: entries in order, each checked, and proofs of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from tocsin.ledger import entry as entries
from tocsin.ledger.checkpoint import Checkpoint
from tocsin.ledger.entry import NO_CHAIN, Entry
from tocsin.ledger.keys import Keys
from tocsin.ledger.note import Note, opened
from tocsin.ledger.port import Damaged, LedgerError, Row, Store, Unsound
from tocsin.ledger.proof import Proof
from tocsin.ledger.tree import TILE_WIDTH, Tree, leaf_hash, verify_inclusion


class Reader:
    """A ledger to read from. It follows what a writer, here or in another process, has made durable."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._keys: Keys | None = None
        self._fitting: tuple[int, str, Checkpoint] | None = None
        """The stored checkpoint that was last found to fit: its signature is judged once."""
        self._grown: Tree | None = None

    def __len__(self) -> int:
        """How many entries there are, records and notes."""
        return self.store.head().size

    @property
    def root(self) -> bytes:
        """The root of the tree over all entries."""
        return self._tree.root()

    @property
    def keys(self) -> Keys:
        """The keys that sign it, and its epochs. Raises Damaged where what the ledger says of them is not sound."""
        _ = self._tree
        if self._keys is None:
            self._keys = keys_of(self.store)
        return self._keys

    @property
    def _tree(self) -> Tree:
        """The tree over all that is durable by now; a reader loads it when it is first needed."""
        size = self.store.head().size
        if self._grown is None or self._grown.size != size:
            self._grown, self._keys = tree_of(self.store, size), None
        return self._grown

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The entries from `start` to the last that is there when this is called, each checked, in bounded memory.

        Raises LedgerError for a negative start, and Damaged at the first that is not what was written.
        """
        if start < 0:
            raise LedgerError(f"entries are counted from 0; there is none at {start}")
        size = self.store.head().size
        return self._entries(start, size if stop is None else min(stop, size))

    def read(self, start: int = 0) -> Iterator[bytes]:
        """The records from entry `start` on, without what the ledger says itself."""
        return (entry.body for entry in self.entries(start) if entry.kind == "record")

    def entry(self, index: int) -> Entry:
        """One entry."""
        return next(self.entries(self._index(index), index + 1))

    def contents(self, index: int) -> tuple[bytes | None, ...]:
        """The contents of a record, None for each that was erased."""
        entry = self.entry(index)
        return entries.contents_of(entry, tuple(self.store.contents(index, index + 1)))

    def read_back(self, start: int, stop: int) -> int:
        """Read entries back with their contents, and check all of it. When the last of them was written, or 0.

        Raises Damaged for what is not what was written, and for a content that is gone without a word.
        """
        erased, at = self.keys.erased, 0
        for entry in self.entries(start, stop):
            if entry.commitments:
                found = entries.contents_of(entry, tuple(self.store.contents(entry.index, entry.index + 1)))
                if any(body is None and (entry.index, place) not in erased for place, body in enumerate(found)):
                    raise Damaged(entry.index, "a content of it is gone that no note says was erased")
            at = entry.at
        return at

    def prove(self, index: int, *, contents: bool = False) -> Proof:
        """A proof that the entry is in the ledger, under its last checkpoint; with its contents if asked.

        Raises LedgerError where no checkpoint covers the entry yet, and Damaged where it is not what was written.
        """
        last = self.store.last_checkpoint()
        if self._index(index) >= (last[0] if last else 0):
            covered = f"the last checkpoint covers {last[0]:,} entries" if last else "there is no checkpoint yet"
            raise LedgerError(f"entry {index} cannot be proven yet: {covered}. Sign one: `tocsin ledger checkpoint`")
        assert last is not None
        size, note = last
        checkpoint = self._stored(size, note)
        entry, row = self.entry(index), self.row_at(index)
        with _tiles_read():
            hashes = self._tree.inclusion(index, size)
        if not verify_inclusion(leaf_hash(row.leaf), index, size, hashes, checkpoint.root):
            raise Unsound(
                f"entry {index} is sound, but the tree's tiles do not lead from it to the last checkpoint: "
                "`tocsin ledger repair` makes them anew"
            )
        beside = tuple(self.store.contents(index, index + 1)) if contents else ()
        if contents:
            entries.contents_of(entry, beside)
        return Proof(index, tuple(hashes), note, row.leaf, row.salt, row.frame, beside)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The way from an entry to the root over the first `size`."""
        with _tiles_read():
            try:
                return self._tree.inclusion(index, size)
            except ValueError as problem:
                raise LedgerError(str(problem)) from None

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the ledger of `new` entries continues that of `old`."""
        with _tiles_read():
            try:
                return self._tree.consistency(old, new)
            except ValueError as problem:
                raise LedgerError(str(problem)) from None

    def close(self) -> None:
        self.store.close()

    def _stored(self, size: int, note: str) -> Checkpoint:
        """A stored checkpoint. Raises Unsound where it is not one of this ledger, signed by a key it ever had."""
        if self._fitting is not None and self._fitting[:2] == (size, note):
            return self._fitting[2]
        try:
            checkpoint = Checkpoint.parse(Note.parse(note).text)
            opened(note, self.keys.all())
            problem = "it is of other entries"
        except LedgerError as error:
            checkpoint, problem = None, str(error)
        if checkpoint != Checkpoint(self.keys.origin_at(size).text, size, self._tree.root_at(size)):
            told = f"the stored checkpoint of size {size:,} does not fit: {problem}"
            raise Unsound(f"{told}. `tocsin ledger repair` takes it out")
        self._fitting = size, note, checkpoint
        return checkpoint

    def _entries(self, start: int, stop: int) -> Iterator[Entry]:
        expected, chain, at = start, NO_CHAIN, 0
        if 0 < start < stop:
            chain = self.row_at(start - 1).chain
        for index, row in self.store.rows(start, stop):
            if index != expected:
                break
            entry = entries.opened(index, row, chain)
            if entry.at < at:
                raise Damaged(index, "it says it was written before the entry that stands before it")
            yield entry
            expected, chain, at = index + 1, row.chain, entry.at
        if expected < stop:
            raise Damaged(expected, "it is missing")

    def _index(self, index: int) -> int:
        size = self.store.head().size
        if not 0 <= index < size:
            raise LedgerError(f"there is no entry {index}; the ledger has entries 0 to {size - 1}")
        return index

    def row_at(self, index: int) -> Row:
        """What is stored of an entry, unchecked."""
        for found, row in self.store.rows(index, index + 1):
            if found == index:
                return row
        raise Damaged(index, "it is missing")


def keys_of(store: Store) -> Keys:
    """The keys and epochs of a ledger, from its notes. Raises Damaged for a note that has no right to stand."""
    keys = Keys()
    for index, row in store.notes():
        keys.take(index, entries.unsealed(index, *row[:3]).body.decode(errors="replace"))
    return keys


def tree_of(store: Store, size: int) -> Tree:
    """The tree over the first `size` leaves, from full tiles and the last leaves."""
    start = size - size % TILE_WIDTH
    hashes = [leaf_hash(row.leaf) for _, row in store.rows(start, size)]
    if len(hashes) != size - start:
        raise Damaged(start, f"of the {size - start} entries from there on only {len(hashes)} are left")
    with _tiles_read():
        return Tree.load(size, store, hashes)


@contextmanager
def _tiles_read() -> Iterator[None]:
    """A tile that is missing, in words."""
    try:
        yield
    except KeyError:
        raise Unsound("a tile of the tree is damaged or missing: `tocsin ledger repair` makes it anew") from None
