"""One entry of the ledger as bytes: the leaf in the tree, and the frame the leaf commits to.

A record's leaf tells when it was written and commits to the rest with a salt, so that leaves, proofs and exported tiles
tell an outsider nothing but size and time. What the ledger says itself (see statements.py) stands in its leaf
for everybody to read. The format is specified in docs/LEDGER.md.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from tocsin.ledger.port import CONTENTS_MAX, ContentRow, Damaged, LedgerError, Record, Row
from tocsin.ledger.tree import leaf_hash

SALT_BYTES = 32
NO_CHAIN = bytes(32)
NOTE_LEAF_BYTES_MAX = 65_000
TIME_MAX = 10**18 - 1
"""Microseconds UTC: the year 33658. What is given in nanoseconds by mistake lies beyond."""

_RECORD = re.compile(rb"record (?:0|[1-9][0-9]*) ([0-9a-f]{64})\n")
_NOTE = re.compile(rb"note (?:0|[1-9][0-9]*)\n")
_HEAD = re.compile(rb"contents(?: [0-9a-f]{64}){0,%d}\n" % CONTENTS_MAX)
"""The first line of a frame."""


class Entry(Struct, frozen=True):
    """An entry, checked against its leaf and its place in the ledger."""

    index: int
    at: int
    """When it was written: microseconds UTC, never earlier than the entry before."""
    kind: Literal["record", "note"]
    body: bytes
    """A record's bytes as they were appended, or the text of a signed note."""
    commitments: tuple[bytes, ...] = ()
    """One for each content of a record: SHA-256 over its salt and its bytes."""


def sealed(record: Record, at: int, salts: Iterator[bytes]) -> tuple[bytes, bytes, bytes, list[tuple[bytes, bytes]]]:
    """The leaf of a record, its salt, its frame, and its contents each with its own salt."""
    body, contents = record
    salt = next(salts)
    if contents:
        salted = [(next(salts), content) for content in contents]
        commitments = b" ".join(sha256(part + content).hexdigest().encode() for part, content in salted)
        frame = b"contents %b\n%b" % (commitments, body)
    else:
        salted = []
        frame = b"contents\n" + body
    return b"record %d %b\n" % (at, sha256(salt + frame).hexdigest().encode()), salt, frame, salted


def note_leaf(note: str, at: int) -> bytes:
    """The leaf of what the ledger says itself. Raises LedgerError where it is too long for an exported tile."""
    check_time(at)
    leaf = b"note %d\n%b" % (at, note.encode())
    if len(leaf) > NOTE_LEAF_BYTES_MAX:
        raise LedgerError(
            f"a note of the ledger has at most {NOTE_LEAF_BYTES_MAX:,} bytes, not {len(leaf):,}: say less"
        )
    return leaf


def check_time(at: int) -> None:
    """Raises LedgerError for a time that no leaf can name."""
    if not 0 <= at <= TIME_MAX:
        raise LedgerError(f"{at} is no time: times are microseconds UTC, from 0 to {TIME_MAX}")


def chain_of(before: bytes, hashed: bytes) -> bytes:
    """The chain of an entry, from that of the entry before and the hash of its own leaf."""
    return sha256(before + hashed).digest()


def chained(before: bytes, leaf: bytes) -> bytes:
    """The same from the leaf itself."""
    return chain_of(before, leaf_hash(leaf))


def time_of(leaf: bytes) -> int:
    """When a leaf says it was written. Raises ValueError where it says nothing."""
    line = leaf.split(b"\n", 1)[0].split(b" ")
    if len(line) < 2 or not line[1].isdigit() or len(line[1]) > 18:
        raise ValueError("its leaf names no time")
    return int(line[1])


def opened(index: int, row: Row, before: bytes) -> Entry:
    """The entry in a row, where `before` is the chain of the entry before it. Raises Damaged where it does not fit."""
    if chained(before, row.leaf) != row.chain:
        raise Damaged(index, "its leaf does not follow from the entries before it")
    return unsealed(index, row.leaf, row.salt, row.frame)


def unsealed(index: int, leaf: bytes, salt: bytes, frame: bytes) -> Entry:
    """The entry that a leaf commits to. Raises Damaged where salt and frame are not what it commits to."""
    try:
        at = time_of(leaf)
    except ValueError as problem:
        raise Damaged(index, str(problem)) from None
    if note := _NOTE.match(leaf):
        if salt or frame:
            raise Damaged(index, "something was put beside a note")
        return Entry(index, at, "note", leaf[note.end() :])
    record = _RECORD.fullmatch(leaf)
    if not record:
        raise Damaged(index, "its leaf is of no kind this release knows")
    if len(salt) != SALT_BYTES or sha256(salt + frame).hexdigest().encode() != record[1]:
        raise Damaged(index, "its record does not fit its leaf")
    head, end, body = frame.partition(b"\n")
    return Entry(index, at, "record", body, _commitments(index, head + end))


def opens(commitment: bytes, salt: bytes, body: bytes) -> bool:
    """Whether salt and body are what the commitment was made of."""
    return len(salt) == SALT_BYTES and sha256(salt + body).digest() == commitment


def contents_of(entry: Entry, rows: Sequence[ContentRow]) -> tuple[bytes | None, ...]:
    """The contents of an entry, None for each that is erased. Raises Damaged for one that does not fit."""
    if [row.number for row in rows] != list(range(len(entry.commitments))):
        raise Damaged(entry.index, f"{len(rows)} contents lie beside it; it has {len(entry.commitments)}")
    bodies: list[bytes | None] = []
    for row, commitment in zip(rows, entry.commitments, strict=True):
        if row.salt is not None and row.body is not None and not opens(commitment, row.salt, row.body):
            raise Damaged(entry.index, f"its content {row.number} is not the one it commits to")
        if (row.salt is None) != (row.body is None):
            raise Damaged(entry.index, f"its content {row.number} is half erased")
        bodies.append(row.body)
    return tuple(bodies)


def _commitments(index: int, head: bytes) -> tuple[bytes, ...]:
    if not _HEAD.fullmatch(head):
        raise Damaged(index, "its frame names its contents in no form this release knows")
    return tuple(bytes.fromhex(word.decode("ascii")) for word in head.split()[1:])
