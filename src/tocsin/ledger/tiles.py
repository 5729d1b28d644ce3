"""A ledger as files that any web server can publish and any reader of C2SP tlog-tiles can check.

    checkpoint            the signed note: origin, size, root
    tile/<L>/<N>          256 hashes of subtrees of 256**L leaves, 32 bytes each
    tile/entries/<N>      256 leaves, each behind its length in two bytes, big end first
    .../<N>.p/<W>         the last one of each kind, where it is not full: W hashes or leaves, 1 to 255

N is written in groups of three digits, all but the last with an x: 1234067 is x001/x234/067.
"""

import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

from tocsin.ledger.checkpoint import Checkpoint
from tocsin.ledger.note import Note
from tocsin.ledger.port import LedgerError
from tocsin.ledger.tree import HASH_BYTES, TILE_WIDTH, Tree, leaf_hash

LEAF_BYTES_MAX = 2**16 - 1
TILE_LEVEL_MAX = 63


class Leaves(Protocol):
    """What is exported."""

    def leaves(self, start: int, stop: int) -> Iterator[bytes]:
        """The data of the leaves from index `start` to before `stop`, in order."""


class _NoTiles:
    """An export makes its tiles from the leaves, and never asks for one that was stored."""

    def tile(self, level: int, number: int) -> bytes:
        raise KeyError(level, number)


def tile_path(level: int | str, number: int, width: int = TILE_WIDTH) -> str:
    """Where a tile of a level from 0 to 63, or of "entries", lies below the directory. Raises ValueError for others."""
    if level != "entries" and (isinstance(level, str) or not 0 <= level <= TILE_LEVEL_MAX):
        raise ValueError(f"tiles are of a level from 0 to {TILE_LEVEL_MAX} or of 'entries', not {level!r}")
    if number < 0 or not 1 <= width <= TILE_WIDTH:
        raise ValueError(f"there is no tile {number} of width {width}: count from 0, widths from 1 to {TILE_WIDTH}")
    path = f"{number % 1000:03}"
    while number := number // 1000:
        path = f"x{number % 1000:03}/{path}"
    return f"tile/{level}/{path}" + (f".p/{width}" if width < TILE_WIDTH else "")


def export(source: Leaves, directory: Path, checkpoint: str, size: int) -> int:
    """Write the first `size` leaves, their tree and its signed checkpoint to the directory. Returns how many files.

    Tiles are hashed from the leaves as they stream by, in constant memory. What an earlier export of the same ledger
    left is compared and kept, so one that was cut short goes on and a larger one adds to it. The checkpoint is written
    last, and its signature is not checked here. Raises LedgerError, and leaves the checkpoint there as it was, where
    the directory holds another ledger, another history or a newer checkpoint, where the leaves do not have the
    checkpoint's root, where a leaf is longer than LEAF_BYTES_MAX, and where the directory cannot be written.
    """
    new = Checkpoint.parse(Note.parse(checkpoint).text)
    if new.size != size:
        raise LedgerError(f"this checkpoint is of {new.size:,} leaves, not of {size:,}; hand in the one that fits")
    try:
        written = _write_tree(source, directory, new, _found(directory, new))
        if written and sys.platform != "win32":
            # The checkpoint vouches for the other files: a power cut must not keep it and lose them.
            os.sync()
        if _there(directory / "checkpoint") == checkpoint.encode():
            return written
        _write(directory / "checkpoint", checkpoint.encode())
        return written + 1
    except OSError as error:
        raise LedgerError(
            f"{error.filename or directory} cannot be written: {(error.strerror or str(error)).lower()}. "
            f"Export again when that is mended: it goes on where it stopped"
        ) from None


def _found(directory: Path, new: Checkpoint) -> Checkpoint | None:
    """The checkpoint of an earlier export. Raises LedgerError for one that `new` does not continue."""
    content = _there(directory / "checkpoint")
    if content is None:
        return None
    advice = "export to another directory"
    try:
        old = Checkpoint.parse(Note.parse(content).text)
    except LedgerError as error:
        raise LedgerError(f"the checkpoint in {directory} cannot be read, so {advice}: {error}") from None
    if old.origin != new.origin:
        raise LedgerError(f"{directory} holds the export of {old.origin}, and this is {new.origin}; {advice}")
    if old.size > new.size:
        raise LedgerError(f"{directory} holds a newer export: {old.size:,} leaves, and this has {new.size:,}; {advice}")
    return old


def _write_tree(source: Leaves, directory: Path, new: Checkpoint, old: Checkpoint | None) -> int:
    """Write bundles and tiles, once the roots are seen to be as signed as far as they were read. How many were new."""
    tree, written = Tree(_NoTiles()), 0
    stream = source.leaves(0, new.size)
    for number, start in enumerate(range(0, new.size, TILE_WIDTH)):
        bundle = list(islice(stream, min(TILE_WIDTH, new.size - start)))
        content = _bundle(bundle, start)
        for leaf in bundle:
            tree.append(leaf_hash(leaf))
        if tree.size < min(start + TILE_WIDTH, new.size):
            raise LedgerError(f"the ledger gave {tree.size:,} leaves of the {new.size:,} that its checkpoint counts")
        if old and start < old.size <= tree.size:
            _check_root(tree, old, f"the export in {directory} is of another history: its checkpoint")
        if tree.size == new.size:
            _check_root(tree, new, "this checkpoint is of another history: it")
        written += _write_new(directory / tile_path("entries", number, len(bundle)), content)
        for level, place, nodes in tree.take_tiles():
            written += _write_new(directory / tile_path(level, place), nodes[: TILE_WIDTH * HASH_BYTES])
    for level, place, hashes in tree.partial_tiles():
        written += _write_new(directory / tile_path(level, place, len(hashes) // HASH_BYTES), hashes)
    return written


def _bundle(leaves: list[bytes], start: int) -> bytes:
    for index, leaf in enumerate(leaves, start):
        if len(leaf) > LEAF_BYTES_MAX:
            raise LedgerError(f"leaf {index} has {len(leaf):,} bytes; tiles hold leaves of up to {LEAF_BYTES_MAX:,}")
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def _check_root(tree: Tree, signed: Checkpoint, whose: str) -> None:
    if tree.root_at(signed.size) != signed.root:
        raise LedgerError(
            f"{whose} signs another root over {signed.size:,} leaves than this ledger has. "
            f"Keep both as they are and find out which was changed: verify the ledger"
        )


def _write_new(path: Path, content: bytes) -> int:
    """Write a tile or bundle that is not there yet: 1 file or 0. Raises LedgerError where another content is there."""
    there = _there(path)
    if there is None:
        _write(path, content)
        return 1
    if there != content:
        raise LedgerError(
            f"{path} is not what this ledger holds: the export there is of another history, or was damaged. "
            f"Verify the ledger, then export to an empty directory"
        )
    return 0


def _there(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Whoever reads the path meanwhile finds what was there before, or all of the content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.new")
    aside.write_bytes(content)
    aside.replace(path)
