"""Which keys sign a ledger, from which size on and until which: read from what the ledger says itself.

A key is in force for a range of sizes, never of times, so that revoking one depends on no clock.
"""

from collections.abc import Iterable
from typing import NamedTuple

from tocsin.ledger.checkpoint import Checkpoint, Origin
from tocsin.ledger.note import Note, VerifierKey, opened
from tocsin.ledger.port import Damaged, LedgerError
from tocsin.ledger.statements import Epoch, Erasure, Genesis, KeyChange, Statement, statement


class Term(NamedTuple):
    """A key signs checkpoints of sizes from `first` to before `until`; without `until` it still does."""

    key: VerifierKey
    first: int
    until: int | None
    vouched: tuple[VerifierKey, ...]
    """The keys in force that signed its introduction: none for the first key, or for a restorer without the old one."""

    def holds(self, size: int) -> bool:
        return self.first <= size and (self.until is None or size < self.until)


class Keys:
    """The keys and epochs of a ledger. `take` is given its notes in order."""

    def __init__(self) -> None:
        self.terms: list[Term] = []
        self.epochs: list[tuple[int, Origin]] = []
        """From which size on which origin signs."""
        self.erased: set[tuple[int, int]] = set()

    @property
    def origin(self) -> Origin:
        """The present one."""
        return self.epochs[-1][1]

    def origin_at(self, size: int) -> Origin:
        """The origin under which checkpoints of that size are signed."""
        return [origin for first, origin in self.epochs if first <= size or first == 1][-1]

    def at(self, size: int) -> tuple[VerifierKey, ...]:
        """The keys that sign checkpoints of that size."""
        return tuple(term.key for term in self.terms if term.holds(size))

    def take(self, index: int, note: str, root: bytes | None = None) -> Statement:
        """Check and add what the ledger says at `index`, where `root` is that of the tree before it, if known.

        Raises Damaged where it has no right to say so.
        """
        try:
            said = statement(Note.parse(note).text)
            self._check(index, note, said, root)
        except Damaged:
            raise
        except LedgerError as problem:
            raise Damaged(index, str(problem)) from None
        return said

    def all(self) -> tuple[VerifierKey, ...]:
        """Every key that ever was in force."""
        return tuple(dict.fromkeys(term.key for term in self.terms))

    def opens(self, note: str) -> tuple[Checkpoint, tuple[VerifierKey, ...]]:
        """The checkpoint in a signed note, and the keys in force that signed it. Raises LedgerError for any other."""
        checkpoint = Checkpoint.parse(Note.parse(note).text)
        origin = self.origin_at(checkpoint.size).text
        if checkpoint.origin != origin:
            found = f"the checkpoint is of '{checkpoint.origin}'"
            raise LedgerError(f"{found}; at size {checkpoint.size:,} this ledger signed as '{origin}'")
        return checkpoint, opened(note, self.at(checkpoint.size))

    def vouched_by(self, key: VerifierKey) -> tuple[VerifierKey, ...]:
        """The key itself, and those that it, or one it vouched for, brought in."""
        trusted = [key]
        for term in self.terms:
            if term.key not in trusted and any(voucher in trusted for voucher in term.vouched):
                trusted.append(term.key)
        return tuple(trusted)

    def _check(self, index: int, note: str, said: Statement, root: bytes | None) -> None:
        if isinstance(said, Genesis):
            if index or self.terms or said.origin.epoch != 1:
                raise Damaged(index, "a ledger begins once, with its first entry")
            opened(note, [said.key])
            self.terms.append(Term(said.key, 1, None, ()))
            self.epochs.append((1, said.origin))
            return
        if not self.epochs:
            raise Damaged(index, "the ledger does not begin with its genesis")
        expected = self.origin.next() if isinstance(said, Epoch) else self.origin
        is_next = said.origin == expected or (isinstance(said, Epoch) and _follows(said.origin, expected))
        if said.index != index or not is_next:
            raise Damaged(index, f"a note written for entry {said.index} of '{said.origin.text}' stands there")
        match said:
            case Epoch():
                self._epoch(index, note, said, root)
            case KeyChange():
                self._change(index, note, said)
            case Erasure():
                opened(note, self.at(index))
                self.erased.update(said.erased)

    def _epoch(self, index: int, note: str, said: Epoch, root: bytes | None) -> None:
        if said.after != Checkpoint(self.origin.text, index, said.after.root if root is None else root):
            raise Damaged(index, "the epoch says it goes on from another ledger than the one before it")
        self._check_new(index, said.key)
        opened(note, [said.key])
        vouched = _in_force(note, self.at(index))
        self._end({term.key.text: index + 1 for term in self.terms})
        self.terms.append(Term(said.key, index + 1, None, vouched))
        self.epochs.append((index + 1, said.origin))

    def _change(self, index: int, note: str, said: KeyChange) -> None:
        vouched = opened(note, self.at(index))
        if said.add is not None:
            opened(note, [said.add])
            self._check_new(index, said.add)
        self._end({key.text: size for key, size in said.revoke})
        if said.add is not None:
            self.terms.append(Term(said.add, index + 1, None, vouched))
        if not self.at(index + 1):
            raise Damaged(index, "the last key is revoked and none put in its place")

    def _check_new(self, index: int, key: VerifierKey) -> None:
        """A key that was in force once never comes back: whoever stole it could bring it back themselves."""
        if key in self.all():
            raise Damaged(index, "a key is brought in that was in force before")

    def _end(self, until: dict[str, int]) -> None:
        """End terms; one that ended earlier stays ended."""
        self.terms = [
            term._replace(until=min(until.get(term.key.text, 1 << 62), 1 << 62 if term.until is None else term.until))
            if term.key.text in until
            else term
            for term in self.terms
        ]


def _follows(found: Origin, expected: Origin) -> bool:
    """Whether it is a later epoch than the next: the guard knew of restores that this copy does not."""
    return found.name == expected.name and found.mode == expected.mode and found.epoch > expected.epoch


def _in_force(note: str, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Those of the keys that signed, if any. Raises LedgerError for a signature of theirs that fails."""
    names = {(name, number) for name, number, _ in Note.parse(note).signatures}
    signers = [key for key in keys if (key.name, key.id) in names]
    return opened(note, signers) if signers else ()
