"""The ledger as its users see it: records go in for good, and everything that is in can be proven.

A ledger stands on a store of rows, a tree over their leaves, the keys that sign it, and a guard that remembers the last
checkpoint apart from the store. Nothing signed leaves it unless the guard has taken it first.
"""

import os
import time
from collections.abc import Callable, Sequence
from threading import RLock

from tocsin.ledger import entry as entries
from tocsin.ledger.checkpoint import Checkpoint, Origin
from tocsin.ledger.entry import NO_CHAIN, SALT_BYTES
from tocsin.ledger.guard import Guard, Seen
from tocsin.ledger.note import Signer, VerifierKey, signed
from tocsin.ledger.port import (
    ContentRow,
    Damaged,
    Group,
    Head,
    LedgerError,
    Record,
    Row,
    Store,
    Tile,
    check_group,
)
from tocsin.ledger.reader import Reader, keys_of, tree_of
from tocsin.ledger.statements import Erasure, Genesis, KeyChange, Statement, text_of
from tocsin.ledger.tree import Tree, leaf_hash
from tocsin.ledger.verify import mend

CHECKPOINT_EACH = 256
"""Of the checkpoints within so many sizes, under the same keys, only the last is kept."""

Clock = Callable[[], int]


def wall_clock() -> int:
    """Microseconds UTC."""
    return time.time_ns() // 1000


def begin(store: Store, origin: Origin, signer: Signer, at: int) -> None:
    """Begin a new ledger in an empty store, at this time in microseconds UTC."""
    add_note(store, Genesis(origin, signer.key), [signer], at)


def add_note(store: Store, said: Statement, signers: Sequence[Signer], at: int) -> Head:
    """Add a signed note to a ledger that nobody has open. Its new head."""
    size = store.head().size
    tree, last = tree_of(store, size), next(store.rows(size - 1, size), None)
    before, since = (last[1].chain, entries.time_of(last[1].leaf)) if last else (NO_CHAIN, 0)
    leaf = entries.note_leaf(signed(text_of(said), *signers), max(at, since))
    tree.append(leaf_hash(leaf))
    head, tiles = Head(size + 1, tree.root()), [Tile(*tile) for tile in tree.take_tiles()]
    store.commit(Group(size, [Row(leaf, b"", b"", entries.chained(before, leaf))], head, tiles=tiles))
    return head


def genesis_of(store: Store) -> bytes:
    """The hash of the first leaf, which tells one ledger from another."""
    for _, row in store.rows(0, 1):
        return leaf_hash(row.leaf)
    raise Damaged(0, "it is missing")


DAY_MICROSECONDS = 86_400_000_000


class Ledger(Reader):
    """A ledger to write to. One at a time has it open; files.py opens those that lie in a file.

    Threads may share it: they take turns.

    Opening checks the keys, the end of what is stored and the guard, so that a ledger that was damaged, cut short or
    copied back from an older state is refused before anything is added to it.
    """

    def __init__(self, store: Store, guard: Guard, signer: Signer, *, clock: Clock = wall_clock) -> None:
        self.guard, self._signer, self._clock = guard, signer, clock
        self._fault = ""
        self._turn = RLock()
        if not _has_its_tree(store):
            mend(store)
        super().__init__(store)
        self._chain, self._last_at = NO_CHAIN, 0
        self._check_end()
        self._seen = self._check_guard()
        if signer.key not in self.keys.at(len(self)):
            raise LedgerError(f"the key '{signer.key.text}' does not sign this ledger; these do: {self._key_names()}")

    @property
    def _tree(self) -> Tree:
        """The tree over all that is durable: nobody but this writer makes it grow, so the store need not be asked."""
        return self._grown or super()._tree

    @property
    def signing_key(self) -> VerifierKey:
        """The key that signs at present."""
        return self._signer.key

    @property
    def is_sound(self) -> bool:
        """Whether nothing has failed since it was opened."""
        return not self._fault

    @property
    def now(self) -> int:
        """The clock, which never goes back behind what is written."""
        return max(self._clock(), self._last_at)

    def append(self, records: Sequence[Record], at: int | None = None) -> range:
        """Keep the records, in order, and return their indices. When it returns, they survive a power cut.

        All or none of one call's records are kept, also where the process dies inside. `at` is when, in
        microseconds UTC; the clock is asked where it is left out. Raises LedgerError for what is too large
        (see check_group) and where the store fails; then it takes nothing more until it is opened anew.
        """
        check_group(records)
        with self._turn:
            return self._append(records, self._time(at)) if records else range(len(self), len(self))

    def _append(self, records: Sequence[Record], at: int) -> range:
        self._usable()
        first = self._tree.size
        needed = len(records) + sum(len(contents) for _, contents in records)
        drawn = os.urandom(SALT_BYTES * needed)
        salts = (drawn[place : place + SALT_BYTES] for place in range(0, len(drawn), SALT_BYTES))
        rows: list[tuple[bytes, bytes, bytes]] = []
        beside: list[ContentRow] = []
        for index, record in enumerate(records, first):
            leaf, salt, frame, contents = entries.sealed(record, at, salts)
            rows.append((leaf, salt, frame))
            if contents:
                beside += [ContentRow(index, number, *content) for number, content in enumerate(contents)]
        self._commit(rows, at, beside)
        return range(first, first + len(rows))

    def checkpoint(self, read_back: int = 0) -> str:
        """The signed checkpoint over all there is. The guard has taken it, and it is stored, when this returns.

        What it covers is read back and checked first, but for the first `read_back` entries, which a reader of this
        ledger has read back meanwhile: so nobody who appends waits for long. Raises Damaged where something is not
        what was written, and LedgerError where the guard knows of another continuation: then this copy is not the
        ledger any more.
        """
        with self._turn:
            return self._checkpoint(read_back)

    def _checkpoint(self, read_back: int) -> str:
        self._usable()
        last = self.store.last_checkpoint()
        size = self._tree.size
        if last is not None and last[0] == size and self._seen is not None and self._seen.size == size:
            return last[1]
        self._check_end(read_back)
        origin, root = self.keys.origin_at(size).text, self._tree.root()
        seen = Seen(origin, size, root, genesis_of(self.store))
        if seen != self._seen:
            try:
                self.guard.advance(self._seen, seen)
            except BaseException as error:
                # What the guard holds now is not known here; opening anew asks it.
                self._fault = f"the guard did not take a checkpoint: {error}"
                raise
            self._seen = seen
        note = signed(Checkpoint(origin, size, root).text, self._signer)
        spoken = max((index for index, _ in self.store.notes()), default=0)
        self.store.keep_checkpoint(size, note, max(size - size % CHECKPOINT_EACH, spoken + 1))
        return note

    def erase(self, erased: Sequence[tuple[int, int]], *, by: str, reason: str) -> int:
        """Destroy contents, as (entry, number), for good, and say so in a signed note. The index of that note.

        What is proven stays proven. Copies elsewhere, backups among them, are not reached.
        """
        with self._turn:
            return self._erase(erased, by, reason)

    def _erase(self, erased: Sequence[tuple[int, int]], by: str, reason: str) -> int:
        for index, number in erased:
            found = self.contents(index)
            if not 0 <= number < len(found):
                raise LedgerError(f"entry {index} has no content {number}; it has {len(found)}")
            if found[number] is None:
                raise LedgerError(f"content {number} of entry {index} is erased already")
        if not erased or len(set(erased)) != len(erased):
            raise LedgerError("name each content to erase once: entry and number")
        said = Erasure(self.keys.origin, self._tree.size, tuple(erased), by, reason)
        index = self.say(said, self._signer, erased=erased)
        self.store.scrub()
        return index

    def change_keys(
        self, *, add: Signer | None = None, revoke: Sequence[tuple[VerifierKey, int | None]] = (), reason: str
    ) -> int:
        """Add a key, revoke others from a size on (None: from here on), or both. The index of the note that says so."""
        with self._turn:
            return self._change_keys(add, revoke, reason)

    def _change_keys(self, add: Signer | None, revoke: Sequence[tuple[VerifierKey, int | None]], reason: str) -> int:
        if add is None and not revoke:
            raise LedgerError("name a key to add or one to revoke")
        index = self._tree.size
        for key, size in revoke:
            self._check_revoked(key, index + 1 if size is None else size)
        if add is None and any(key == self.signing_key for key, _ in revoke):
            raise LedgerError("the key that signs here is not revoked without a new one: rotate it instead")
        said = KeyChange(
            self.keys.origin,
            index,
            add.key if add else None,
            tuple((key, index + 1 if size is None else size) for key, size in revoke),
            reason,
        )
        return self.say(said, self._signer, *([add] if add else []))

    def say(self, said: Statement, *signers: Signer, erased: Sequence[tuple[int, int]] = ()) -> int:
        """Add a signed note. Its index. Raises LedgerError, with nothing kept, for one that has no right to stand."""
        with self._turn:
            return self._say(said, signers, erased)

    def _say(self, said: Statement, signers: Sequence[Signer], erased: Sequence[tuple[int, int]]) -> int:
        self._usable()
        index, at, note = self._tree.size, self.now, signed(text_of(said), *signers)
        trial = keys_of(self.store)
        try:
            trial.take(index, note)
        except Damaged as problem:
            raise LedgerError(f"that cannot be said here: {problem.why}") from None
        self._commit([(entries.note_leaf(note, at), b"", b"")], at, erased=erased)
        self._keys = trial
        return index

    def sign_with(self, signer: Signer) -> None:
        """Sign with this key from now on; it must be in force."""
        with self._turn:
            if signer.key not in self.keys.at(self._tree.size):
                raise LedgerError(f"the key '{signer.key.text}' is not in force")
            self._signer = signer

    def close(self) -> None:
        """Let go of store and guard. What is not under a checkpoint yet stays as durable as it is."""
        with self._turn:
            self.store.close()
            self.guard.close()

    def _time(self, at: int | None) -> int:
        """When what is written now is written: the clock, or `at`; never before what was written last."""
        now = self._clock()
        if at is None:
            at = now
        elif type(at) is not int or not 0 <= at <= now + DAY_MICROSECONDS:
            raise LedgerError(f"a time is microseconds UTC, at most a day past the clock, which says {now}; not {at!r}")
        at = max(at, self._last_at)
        entries.check_time(at)
        return at

    def _commit(
        self,
        new: Sequence[tuple[bytes, bytes, bytes]],
        at: int,
        contents: Sequence[ContentRow] = (),
        erased: Sequence[tuple[int, int]] = (),
    ) -> None:
        tree, chain = self._tree, self._chain
        first, mark = tree.size, tree.mark()
        rows = []
        for leaf, salt, frame in new:
            hashed = leaf_hash(leaf)
            chain = entries.chain_of(chain, hashed)
            tree.append(hashed)
            rows.append(Row(leaf, salt, frame, chain))
        tiles = [Tile(*tile) for tile in tree.take_tiles()]
        try:
            self.store.commit(Group(first, rows, Head(tree.size, tree.root()), contents, tiles, erased))
        except BaseException as error:
            tree.rewind(mark)
            self._fault = f"writing entry {first} failed: {error}"
            raise
        self._chain, self._last_at = chain, at

    def _check_end(self, read_back: int = 0) -> None:
        """Read back what no checkpoint covers yet, at least the last entry, and compare it with the tree.

        The first `read_back` entries have been read back already.
        """
        size = len(self)
        last = self.store.last_checkpoint()
        start = max(0, min(last[0] if last else 0, size) - 1)
        if last is not None and last[0] > size:
            raise Damaged(size, f"a checkpoint covers {last[0]:,} entries, and there are {size:,}")
        if last is not None:
            self._stored(*last)
        self._last_at = self.read_back(max(start, min(read_back, size) - 1), size)
        if self.store.head().root != self._tree.root():
            raise Damaged(start, "the entries are not those that were counted")
        self._chain = self.row_at(size - 1).chain

    def _check_guard(self) -> Seen | None:
        """What the guard knows, which must be a part of this ledger."""
        seen = self.guard.last()
        size, last = self._tree.size, self.store.last_checkpoint()
        if seen is None:
            if last is None:
                return None
            raise LedgerError(
                f"the guard beside this ledger knows nothing of it, though {last[0]:,} entries were published. "
                "Is it a copy? Begin a new epoch: `tocsin ledger restore`"
            )
        if seen.genesis != genesis_of(self.store):
            raise LedgerError("the guard beside this ledger is that of another one; put back its own")
        if Origin.parse(seen.origin).epoch > self.keys.origin.epoch:
            raise LedgerError(
                f"the guard knows of '{seen.origin}', which a restore began; this is still '{self.keys.origin.text}'. "
                "If that restore was interrupted, run `tocsin ledger restore` again; if not, this is an older copy"
            )
        if seen.size > size:
            raise LedgerError(
                f"this copy has {size:,} entries, and {seen.size:,} were published: it is an older state. "
                "Put back the newest, or begin a new epoch from this one: `tocsin ledger restore`"
            )
        if seen.root != self._tree.root_at(seen.size) or seen.origin != self.keys.origin_at(seen.size).text:
            raise LedgerError(
                f"this copy and what was published part before entry {seen.size:,} of '{seen.origin}': "
                "it is another continuation. Verify both; begin a new epoch from the right one: `tocsin ledger restore`"
            )
        return seen

    def _check_revoked(self, key: VerifierKey, size: int) -> None:
        """A key that was in force may be revoked for what it signed then too: from any size of its term on."""
        terms = [term for term in self.keys.terms if term.key == key]
        if not terms:
            raise LedgerError(f"the key '{key.text}' was never in force; in force: {self._key_names()}")
        ends = max(self._tree.size + 2 if term.until is None else term.until for term in terms)
        if not 1 <= size < ends:
            raise LedgerError(f"this key is revoked from a size of 1 to {ends - 1:,}, not {size:,}")

    def _key_names(self) -> str:
        return ", ".join(key.text for key in self.keys.at(self._tree.size)) or "none"

    def _usable(self) -> None:
        if self._fault:
            raise LedgerError(f"{self._fault}; open the ledger anew to go on")


def _has_its_tree(store: Store) -> bool:
    """Whether the stored tiles lead to the root that was counted."""
    head = store.head()
    try:
        return tree_of(store, head.size).root() == head.root
    except LedgerError:
        return False
