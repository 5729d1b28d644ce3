"""Whatever one does with a ledger, in whatever order, it is what a plain list says it is.

The machines append, sign, erase, change keys, close, crash, back up and restore at random. What a ledger holds, and
which key and checkpoint it must stand by, is computed from lists that know nothing of trees and signatures.
"""

import shutil
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.test_ledger_conformance import NOON
from tocsin.ledger import (
    FileLedger,
    FileReader,
    Ledger,
    LedgerError,
    MemoryLedger,
    Proof,
    Record,
    Signer,
    SqliteStore,
    VerifierKey,
    backup,
    beside,
    check,
    restore,
    verify,
)
from tocsin.ledger.beside import KEY, read_signer
from tocsin.ledger.tree import verify_consistency

RECORDS = st.tuples(st.binary(max_size=30), st.lists(st.binary(max_size=10), max_size=3).map(tuple))
GROUPS = st.lists(RECORDS, max_size=6)
REASONS = st.text("aé ‐'+", max_size=9)


@dataclass(frozen=True)
class Line:
    """An entry as it should be. Two lines are one and the same only where they were written at once."""

    number: int
    kind: str
    body: bytes = b""
    contents: tuple[bytes | None, ...] = ()


@dataclass(frozen=True)
class Key:
    """A key, and the one that brought it in."""

    verifier: VerifierKey
    parent: VerifierKey | None


@dataclass(frozen=True)
class Held:
    """A checkpoint that somebody keeps, and what it covered, by numbers of lines."""

    note: str
    origin: str
    signer: VerifierKey
    numbers: tuple[int, ...]
    root: bytes


@dataclass(frozen=True)
class Book:
    """A ledger as lists."""

    lines: tuple[Line, ...]
    keys: tuple[Key, ...]
    in_force: tuple[VerifierKey, ...]
    origins: tuple[str, ...]
    """Under which origin a checkpoint of each size is signed."""

    def trusted(self, key: VerifierKey) -> set[VerifierKey]:
        """The key, what it brought in, what that brought in, and so on."""
        found = {key}
        for known in self.keys:
            if known.parent in found:
                found.add(known.verifier)
        return found

    def word(self, held: Held, key: VerifierKey) -> str:
        """What the ledger must be to whoever holds this checkpoint and trusts this key."""
        numbers = tuple(line.number for line in self.lines)
        fits = held.numbers == numbers[: len(held.numbers)] and held.origin == self.origins[len(held.numbers)]
        return "authentic" if fits and held.signer in self.trusted(key) else "refuted"


class LedgerMachine(RuleBasedStateMachine):
    """What holds for a ledger in memory."""

    ledger: Ledger
    book: Book

    def __init__(self) -> None:
        super().__init__()
        self.time = NOON
        self.held: list[Held] = []
        self.verifiers: list[VerifierKey] = []
        self.standby: Signer | None = None
        self.numbers = 0

    @initialize()
    def begin(self) -> None:
        self.ledger = MemoryLedger(mode="exercise", clock=lambda: self.time)
        self.begun()

    def begun(self) -> None:
        key, origin = self.ledger.signing_key, self.ledger.keys.origin.text
        self.book = Book((), (Key(key, None),), (key,), (origin,))
        self.written(Line(0, "note"))
        self.verifiers.append(key)

    def written(self, *lines: Line) -> None:
        """Add these to the book, each with a number that no line had before."""
        for line in lines:
            self.numbers += 1
            self.book = replace(
                self.book,
                lines=(*self.book.lines, replace(line, number=self.numbers)),
                origins=(*self.book.origins, self.book.origins[-1]),
            )

    def signed(self, note: str) -> None:
        size = len(self.book.lines)
        numbers = tuple(line.number for line in self.book.lines)
        assert note.split("\n")[:2] == [self.book.origins[-1], str(size)]
        (signer,) = self.ledger.keys.opens(note)[1]
        self.held.append(Held(note, self.book.origins[-1], signer, numbers, self.ledger.root))

    # what one does

    @rule(group=GROUPS, passed=st.integers(-9, 9))
    def append(self, group: list[Record], passed: int) -> None:
        self.time += passed
        first = len(self.book.lines)
        assert self.ledger.append(group) == range(first, first + len(group))
        self.written(*[Line(0, "record", *record) for record in group])
        if group:
            assert self.ledger.entry(first).at >= max(self.time, self.ledger.entry(first - 1).at)

    @rule()
    def checkpoint(self) -> None:
        self.signed(self.ledger.checkpoint())

    @rule(data=st.data(), reason=REASONS)
    def erase(self, data: st.DataObject, reason: str) -> None:
        there = [
            (index, number)
            for index, line in enumerate(self.book.lines)
            for number, content in enumerate(line.contents)
            if content is not None
        ]
        if not there:
            return
        chosen = data.draw(st.lists(st.sampled_from(there), min_size=1, max_size=4, unique=True))
        assert self.ledger.erase(chosen, by="an officer", reason=reason) == len(self.book.lines)
        lines = list(self.book.lines)
        for index, number in chosen:
            contents = list(lines[index].contents)
            contents[number] = None
            lines[index] = replace(lines[index], contents=tuple(contents))
        self.book = replace(self.book, lines=tuple(lines))
        self.written(Line(0, "note"))

    def added(self, key: VerifierKey) -> None:
        self.book = replace(
            self.book,
            keys=(*self.book.keys, Key(key, self.ledger.signing_key)),
            in_force=(*self.book.in_force, key),
        )
        self.verifiers.append(key)

    def revoked(self, key: VerifierKey) -> None:
        self.book = replace(self.book, in_force=tuple(known for known in self.book.in_force if known != key))

    @precondition(lambda self: self.standby is None)
    @rule(reason=REASONS)
    def add_key(self, reason: str) -> None:
        standby = Signer.new("tocsin/standby")
        self.ledger.change_keys(add=standby, reason=reason)
        self.added(standby.key)
        self.written(Line(0, "note"))
        self.standby = standby

    @precondition(lambda self: self.standby is not None)
    @rule(data=st.data())
    def revoke_key(self, data: st.DataObject) -> None:
        """From here on, or from an earlier size on."""
        assert self.standby is not None
        index = len(self.book.lines)
        size = data.draw(st.none() | st.integers(1, index + 1))
        self.ledger.change_keys(revoke=[(self.standby.key, size)], reason="it was lost")
        self.revoked(self.standby.key)
        self.written(Line(0, "note"))
        with pytest.raises(LedgerError, match="is not in force"):
            self.ledger.sign_with(self.standby)
        self.standby = None

    @rule()
    def nobody_else_speaks(self) -> None:
        """A key of another ledger changes nothing here."""
        stranger = Signer.new(self.book.origins[-1])
        with pytest.raises(LedgerError, match="is not in force"):
            self.ledger.sign_with(stranger)
        with pytest.raises(LedgerError, match="never in force"):
            self.ledger.change_keys(revoke=[(stranger.key, None)], reason="a try")

    # what one asks

    @rule(data=st.data())
    def verify_with_what_one_holds(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.verifiers))
        if self.held:
            held = data.draw(st.sampled_from(self.held))
            verdict = verify(self.ledger.store, key=key, checkpoint=held.note)
            assert verdict.word == self.book.word(held, key)
            assert verdict.authentic == (len(held.numbers) if verdict.word == "authentic" else 0)
        last = self.ledger.store.last_checkpoint()
        verdict = verify(self.ledger.store, key=key)
        assert verdict.word in ("signed", "refuted")
        if last is not None and self.ledger.keys.at(last[0]):
            with suppress(LedgerError):
                signers = self.ledger.keys.opens(last[1])[1]
                if set(signers) & self.book.trusted(key):
                    assert (verdict.word, verdict.signed) == ("signed", last[0])
        if key not in {known.verifier for known in self.book.keys}:
            assert verdict.word == "refuted"

    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        last = self.ledger.store.last_checkpoint()
        index = data.draw(st.integers(0, len(self.book.lines) - 1))
        if last is None or index >= last[0]:
            with pytest.raises(LedgerError, match="cannot be proven yet"):
                self.ledger.prove(index)
            return
        proof = Proof.parse(self.ledger.prove(index, contents=True).text.encode())
        proven = check(proof, self.ledger.keys.all())
        line = self.book.lines[index]
        assert proven.entry == self.ledger.entry(index)
        assert (proven.entry.kind, proven.contents) == (line.kind, line.contents)
        if line.kind == "record":
            assert proven.entry.body == line.body

    @rule(data=st.data())
    def continue_from(self, data: st.DataObject) -> None:
        """A checkpoint that fits is the beginning of what is there now, and one can prove it."""
        fitting = [held for held in self.held if self.book.word(held, held.signer) == "authentic"]
        if fitting:
            held = data.draw(st.sampled_from(fitting))
            old, new = len(held.numbers), len(self.book.lines)
            proof = self.ledger.consistency(old, new)
            assert verify_consistency(old, new, proof, held.root, self.ledger.root)

    # what holds

    @invariant()
    def it_holds_what_the_book_says(self) -> None:
        same_as(self.ledger, self.book)
        assert set(self.ledger.keys.at(len(self.ledger))) == set(self.book.in_force)

    @invariant()
    def it_fits_together(self) -> None:
        verdict = verify(self.ledger.store)
        assert (verdict.word, verdict.faults) == ("self-consistent", ())
        assert (verdict.size, verdict.root) == (len(self.book.lines), self.ledger.root)
        assert verdict.erased == sum(content is None for line in self.book.lines for content in line.contents)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()


def same_as(ledger: Ledger | FileReader, book: Book) -> None:
    assert len(ledger) == len(book.lines)
    for entry, line in zip(ledger.entries(), book.lines, strict=True):
        assert entry.kind == line.kind
        if line.kind == "record":
            assert entry.body == line.body
            assert not line.contents or ledger.contents(entry.index) == line.contents


@dataclass
class Backup:
    path: Path
    book: Book
    standby: Signer | None = field(repr=False)


def signs_all(path: Path, key: VerifierKey) -> bool:
    """Whether the key, or one it vouched for, signed all of a copy."""
    with closing(SqliteStore(path, reading=True)) as store:
        return verify(store, key=key).signed == store.head().size


class FileMachine(LedgerMachine):
    """What holds for a ledger in a file, which also is closed, crashes, is copied and restored."""

    ledger: FileLedger
    reader: FileReader

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")  # noqa: S108  # the folder is made anew, for its owner alone
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.moves = 0
        self.path = self.folder / "run.tocsin"
        self.backups: list[Backup] = []

    @initialize()
    def begin(self) -> None:
        self.open("live")
        self.begun()

    def open(self, mode: str | None = None) -> None:
        self.ledger = FileLedger(self.path, mode=mode, clock=lambda: self.time)
        self.reader = FileReader(self.path)

    def close(self) -> None:
        self.reader.close()
        self.ledger.close()

    @rule()
    def close_and_reopen(self) -> None:
        self.close()
        self.open()
        last = self.ledger.store.last_checkpoint()
        assert last is not None
        assert last[0] == len(self.book.lines)
        self.signed(last[1])

    @rule()
    def crash(self) -> None:
        """The process dies without closing; its machine hands its files to another."""
        self.moves += 1
        there = self.folder / f"machine {self.moves}" / "run.tocsin"
        there.parent.mkdir()
        for ending in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copy(f"{self.path}{ending}", f"{there}{ending}")
        shutil.copytree(beside(self.path), beside(there))
        self.ledger.store.close()
        with suppress(LedgerError):
            self.close()
        self.path = there
        self.open()

    @rule(reason=REASONS)
    def rotate(self, reason: str) -> None:
        former = self.ledger.signing_key
        assert former in self.book.in_force
        following = self.ledger.rotate_key(reason=reason)
        self.book = replace(self.book, keys=(*self.book.keys, Key(following, former)))
        self.revoked(former)
        self.book = replace(self.book, in_force=(*self.book.in_force, following))
        self.verifiers.append(following)
        self.written(Line(0, "note"))
        last = self.ledger.store.last_checkpoint()
        assert last is not None
        self.signed(last[1])

    @rule()
    def back_up(self) -> None:
        path = self.folder / f"backup {len(self.backups)}"
        verdict = backup(self.path, path)
        assert verdict.word == "self-consistent"
        with closing(FileReader(path)) as copy:
            same_as(copy, self.book)
        self.backups.append(Backup(path, self.book, self.standby))

    @precondition(lambda self: self.backups)
    @rule(data=st.data(), has_key=st.booleans())
    def restore(self, data: st.DataObject, has_key: bool) -> None:
        """From some backup, with the last key at hand or without."""
        chosen = data.draw(st.sampled_from(self.backups))
        self.close()
        lost = len(self.book.lines) - len(chosen.book.lines)
        secrets = [beside(self.path, KEY), *sorted(beside(self.path).glob(f"{KEY}.before-*"), reverse=True)]
        if not has_key:
            for file in secrets:
                file.unlink()
            secrets = []
        held = [signer.key for file in secrets if (signer := read_signer(file)) is not None]
        vouchers = [key for key in held if key in chosen.book.in_force and signs_all(chosen.path, key)]
        done = restore(chosen.path, self.path, reason="a drill", replace=True)
        assert done.is_vouched == bool(vouchers)
        assert vouchers or not has_key or done.unsigned or not set(held) & set(chosen.book.in_force)
        assert done.missing == max(0, lost)
        former_origin = self.book.origins[-1]
        assert int(done.origin.split("/")[-1]) == int(former_origin.split("/")[-1]) + 1
        key = VerifierKey.parse(done.key)
        self.verifiers.append(key)
        self.book = replace(
            chosen.book,
            keys=(*chosen.book.keys, Key(key, vouchers[0] if vouchers else None)),
            in_force=(key,),
        )
        self.written(Line(0, "note"))
        self.book = replace(self.book, origins=(*self.book.origins[:-1], done.origin))
        self.standby = None
        with closing(FileReader(done.kept)) as kept:
            assert len(kept) == len(chosen.book.lines) + lost
        self.open()
        last = self.ledger.store.last_checkpoint()
        assert last is not None
        self.signed(last[1])

    @rule()
    def put_an_old_copy_back(self) -> None:
        """The guard knows better, unless nothing was published since."""
        if not self.backups:
            return
        chosen = self.backups[-1]
        if chosen.book.lines == self.book.lines:
            return
        self.close_and_reopen()
        self.close()
        content = self.path.read_bytes()
        shutil.copy(chosen.path, self.path)
        with pytest.raises(LedgerError, match=r"older state|another continuation|does not sign|is signed by"):
            FileLedger(self.path)
        self.path.write_bytes(content)
        self.open()

    @invariant()
    def a_reader_follows(self) -> None:
        same_as(self.reader, self.book)
        assert self.reader.root == self.ledger.root
        assert self.reader.keys.all() == self.ledger.keys.all()

    @invariant()
    def the_guard_knows_the_newest_that_was_published(self) -> None:
        seen, last = self.ledger.guard.last(), self.ledger.store.last_checkpoint()
        assert seen is not None
        assert last is not None
        assert (seen.origin, seen.size) == (self.book.origins[last[0]], last[0])

    def teardown(self) -> None:
        if hasattr(self, "reader"):
            self.close()
        shutil.rmtree(self.folder)


@pytest.mark.parametrize("machine", [LedgerMachine, FileMachine])
def test_a_ledger_is_what_its_book_says(machine: type[LedgerMachine]) -> None:
    # Each example is some thirty acts, so there are fewer of them than of other properties.
    examples = settings().max_examples // 4
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=30))
