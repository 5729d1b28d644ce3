"""What a store of the ledger does, what passes between it and the ledger, and the one error of this room.

A store keeps rows; it knows nothing of trees, keys or meanings. Stores differ in where they keep them; one
conformance suite, tests/test_ledger_conformance.py, holds for all.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

RECORD_BYTES_MAX = 1_000_000
GROUP_RECORDS_MAX = 10_000
CONTENTS_MAX = 16
"""How many contents one record may have."""
Record = tuple[bytes, tuple[bytes, ...]]
"""What is appended: a record's bytes, and the contents beside it that can be erased later."""


class LedgerError(Exception):
    """A ledger cannot be opened, read or written. The message names the ledger, the record and what to do."""


class Unsound(LedgerError):
    """Something stored is no longer what was written, and it is not said which entry is the first bad one."""


class Damaged(Unsound):
    """Something stored is no longer what was written. `index` is the first bad one; all before it are sound."""

    def __init__(self, index: int, why: str) -> None:
        self.index, self.why = index, why
        before = f"The {index:,} entries before it are sound" if index else "Nothing before it can be read"
        super().__init__(f"entry {index} is not what was written: {why}. {before}")


class Row(NamedTuple):
    """What is kept of one entry: its leaf in the tree, and beside it what the leaf commits to."""

    leaf: bytes
    salt: bytes
    """32 bytes; empty for a note, whose leaf says all."""
    frame: bytes
    chain: bytes
    """SHA-256 over the chain of the entry before and this leaf's hash: it names the first bad entry."""


class ContentRow(NamedTuple):
    """One content of an entry. Salt and body are None once it is erased."""

    entry: int
    number: int
    salt: bytes | None
    body: bytes | None


class Tile(NamedTuple):
    """256 neighbouring hashes of one level of the tree, full, with the nodes above them: see tree.py."""

    level: int
    number: int
    nodes: bytes


class Head(NamedTuple):
    """How many entries are there, and the root of the tree over them."""

    size: int
    root: bytes


class Group(NamedTuple):
    """What a store keeps at once: all of it or nothing."""

    first: int
    rows: Sequence[Row]
    head: Head
    contents: Sequence[ContentRow] = ()
    tiles: Sequence[Tile] = ()
    erased: Sequence[tuple[int, int]] = ()
    """Contents to destroy, as (entry, number)."""


class Part(NamedTuple):
    """A part of a store: how many things it holds, and their bytes."""

    name: str
    things: int
    size_bytes: int


class Store(Protocol):
    """Rows, kept for good. Whatever fails raises LedgerError; where a row cannot be read, Damaged."""

    def snapshot(self) -> AbstractContextManager[None]:
        """While this is entered, all that is read is of one moment, though another process writes."""

    def head(self) -> Head:
        """The durable head; size 0 for a new store."""

    def commit(self, group: Group) -> None:
        """Keep the group. When it returns, the group survives a power cut; when it raises, a part of it never does.

        A store that has failed takes nothing more until it is opened anew.
        """

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, Row]]:
        """The entries from `start` to before `stop`, in order, in bounded memory. One that is missing is left out."""

    def notes(self) -> Iterator[tuple[int, Row]]:
        """The entries without salt: what the ledger says itself."""

    def contents(self, start: int, stop: int) -> Iterator[ContentRow]:
        """The contents of those entries, in order."""

    def tile(self, level: int, number: int) -> bytes:
        """The nodes of a full tile. Raises KeyError where there is none."""

    def keep_checkpoint(self, size: int, note: str, in_place_of: int) -> None:
        """Keep a signed checkpoint, durably, in place of all those of at least the size `in_place_of`."""

    def drop_checkpoint(self, size: int) -> None:
        """Forget a stored checkpoint that does not fit; what others hold of it is theirs."""

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """The checkpoints by size."""

    def last_checkpoint(self) -> tuple[int, str] | None:
        """The checkpoint of the largest size."""

    def scrub(self) -> bool:
        """Remove what erased contents left behind in the store's files. False where readers still stand in the way."""

    def faults(self) -> Sequence[str]:
        """What is out of order in how the rows are kept, in words: a row may then be there, and not be found."""

    def parts(self) -> Sequence[Part]:
        """What takes how much room."""

    def close(self) -> None:
        """Let go. May be called again."""


def check_group(records: Sequence[Record]) -> None:
    """Raises LedgerError for what no ledger takes."""
    if len(records) > GROUP_RECORDS_MAX:
        raise LedgerError(f"{len(records):,} records at once are too many; append at most {GROUP_RECORDS_MAX:,}")
    for number, (body, contents) in enumerate(records):
        if type(body) is not bytes or not all(type(content) is bytes for content in contents):
            raise LedgerError(f"record {number} of this group is not of bytes. Nothing of the group was kept")
        if len(body) > RECORD_BYTES_MAX:
            found = f"record {number} of this group has {len(body):,} bytes"
            raise LedgerError(f"{found}; a record has at most {RECORD_BYTES_MAX:,}. Nothing of the group was kept")
        if contents:
            _check_contents(number, contents)


def _check_contents(number: int, contents: tuple[bytes, ...]) -> None:
    if len(contents) > CONTENTS_MAX:
        found = f"record {number} of this group has {len(contents)} contents"
        raise LedgerError(f"{found}; a record has at most {CONTENTS_MAX}. Nothing of the group was kept")
    for content in contents:
        if len(content) > RECORD_BYTES_MAX:
            found = f"a content of record {number} of this group has {len(content):,} bytes"
            raise LedgerError(f"{found}; a content has at most {RECORD_BYTES_MAX:,}. Nothing of the group was kept")
