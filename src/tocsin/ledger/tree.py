"""The Merkle tree of RFC 6962, section 2.1, with SHA-256: it grows, proves what it holds, and checks such proofs.

Hashes are 32 bytes. A *tile* is a subtree of height 8: 256 hashes and what is hashed from them. Tile (level, number)
stands on the roots of the subtrees of 256**level leaves, counted from the left, as in C2SP tlog-tiles. A full tile
never changes again. It is stored as one blob of 511 hashes, row by row: its 256 lowest, 128, 64, ... and its root.

The algorithms that check proofs are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2. They share nothing with those
that make them but the two ways to hash.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Protocol

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 256
TILE_BYTES = (2 * TILE_WIDTH - 1) * HASH_BYTES
EMPTY_ROOT = sha256(b"").digest()

Rows = list[list[bytes]]
"""A tile that still grows: its lowest hashes, those of each two of them, of each four, ... up to its root."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def tile_nodes(lowest: Sequence[bytes] | bytes) -> bytes:
    """The blob of a full tile on these 256 hashes, given one by one or joined. Raises ValueError for another count."""
    if isinstance(lowest, bytes):
        lowest = [lowest[at : at + HASH_BYTES] for at in range(0, len(lowest), HASH_BYTES)]
    if len(lowest) != TILE_WIDTH or any(len(digest) != HASH_BYTES for digest in lowest):
        raise ValueError(f"a full tile stands on {TILE_WIDTH} hashes of {HASH_BYTES} bytes")
    rows = _rows(lowest)
    _hash_up(rows)
    return b"".join(b"".join(row) for row in rows)


class Tiles(Protocol):
    """Where full tiles are kept."""

    def tile(self, level: int, number: int) -> bytes:
        """The blob of a full tile, TILE_BYTES long. Raises KeyError where it is not kept."""


@dataclass(frozen=True, eq=False)
class Mark:
    """A tree as it was. Only Tree.rewind looks inside."""

    size: int
    edges: list[list[bytes]]
    """The lowest hashes of each edge: those above are hashed anew where they are needed again."""
    pending: list[tuple[int, int, bytes]]
    own: dict[tuple[int, int], bytes]


class Tree:
    """A tree that grows at its right edge. It keeps that edge in memory and reads full tiles from `tiles`.

    Full tiles that came up wait in `pending`, as (level, number, nodes), until `take_tiles` hands them over to be
    stored. From then on `tiles` must have them when `take_tiles` is called once more; up to that the tree uses its own.
    A tree belongs to one thread. What is asked of it raises KeyError where a stored tile is missing or cut short.
    Any other damage of the store goes into roots and proofs as it is: check those.
    """

    def __init__(self, tiles: Tiles) -> None:
        self.pending: list[tuple[int, int, bytes]] = []
        self._tiles = tiles
        self._own: dict[tuple[int, int], bytes] = {}
        """Full tiles, by (level, number), that `tiles` may not have yet."""
        self._read: dict[int, tuple[int, bytes]] = {}
        """The full tile read last at each level, with its number: one proof asks a tile for up to eight hashes."""
        self._edges: list[Rows] = [_rows()]
        """For each tile level the tile that is not full yet. Rows above the lowest are hashed when they are needed."""
        self._lowest = self._edges[0][0]
        self._before = 0
        """How many leaves lie before those of `_lowest`."""

    @classmethod
    def load(cls, size: int, tiles: Tiles, last_leaf_hashes: Sequence[bytes]) -> "Tree":
        """The tree of `size` leaves whose full tiles are stored; the hashes are of its last `size` % 256 leaves.

        Raises ValueError for another count of hashes.
        """
        expected = size % TILE_WIDTH
        if size < 0 or len(last_leaf_hashes) != expected or not _are_hashes(*last_leaf_hashes):
            raise ValueError(f"a tree of {size} leaves is resumed from its full tiles and its last {expected} hashes")
        tree = cls(tiles)
        tree._edges = [_rows(last_leaf_hashes)]
        level = 1
        while size >> TILE_HEIGHT * level:
            stop = size >> TILE_HEIGHT * level
            start = stop - stop % TILE_WIDTH
            tree._edges.append(_rows([_whole(tiles, level - 1, n)[-HASH_BYTES:] for n in range(start, stop)]))
            level += 1
        tree._lowest = tree._edges[0][0]
        tree._before = size - expected
        return tree

    @property
    def size(self) -> int:
        return self._before + len(self._lowest)

    def append(self, leaf_hash: bytes) -> None:
        if len(leaf_hash) != HASH_BYTES:
            raise ValueError(f"a leaf hash has {HASH_BYTES} bytes, this one has {len(leaf_hash)}")
        lowest = self._lowest
        lowest.append(leaf_hash)
        if len(lowest) == TILE_WIDTH:
            self._fill()

    def take_tiles(self) -> list[tuple[int, int, bytes]]:
        """Hand over the full tiles to be stored. Those handed over before must be stored by now."""
        taken, self.pending = self.pending, []
        self._own = {(level, number): nodes for level, number, nodes in taken}
        return taken

    def partial_tiles(self) -> Iterator[tuple[int, int, bytes]]:
        """(level, number, 1 to 255 lowest hashes joined) of each tile that is not full and not empty."""
        for level, rows in enumerate(self._edges):
            if rows[0]:
                yield level, self.size >> TILE_HEIGHT * (level + 1), b"".join(rows[0])

    def mark(self) -> Mark:
        """A token of the tree as it is now, for `rewind`. It stays good, however often and in whatever order used."""
        return Mark(self.size, [rows[0].copy() for rows in self._edges], self.pending.copy(), self._own.copy())

    def rewind(self, mark: Mark) -> None:
        """Make the tree what it was at the mark, as after a commit that failed. Tiles stored since must not be kept."""
        self._edges = [_rows(lowest) for lowest in mark.edges]
        self._lowest = self._edges[0][0]
        self._before = mark.size - len(self._lowest)
        self.pending = mark.pending.copy()
        self._own = mark.own.copy()
        self._read.clear()

    def root(self) -> bytes:
        """The root over all leaves: a row of odd length ends in the root of a largest complete subtree."""
        digest = b""
        for rows in self._edges:
            _hash_up(rows)
            for row in rows:
                if len(row) & 1:
                    digest = node_hash(row[-1], digest) if digest else row[-1]
        return digest or EMPTY_ROOT

    def root_at(self, size: int) -> bytes:
        """The root when the tree had `size` leaves. Raises ValueError for a size it did not reach."""
        return self._range(0, self._reached(size)) if size else EMPTY_ROOT

    def node(self, level: int, index: int) -> bytes:
        """The root of the complete subtree of 2**level leaves, counted from the left. Raises ValueError for others."""
        if level < 0 or index < 0 or (index + 1) << level > self.size:
            raise ValueError(f"a tree of {self.size} leaves has no complete subtree {index} of 2**{level} leaves")
        return self._node(level, index)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The audit path, from the leaf up, of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1).

        Raises ValueError where the tree did not reach that size or had no such leaf then.
        """
        if not 0 <= index < self._reached(size):
            raise ValueError(f"a tree of {size} leaves has no leaf {index}")
        path = []
        start, stop = 0, size
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `new` leaves begins with that of `old` leaves (RFC 6962, 2.1.2).

        It is empty where `old` is 0 or `new`. Raises ValueError where the tree did not reach `new`, or `old` > `new`.
        """
        if not 0 <= old <= self._reached(new):
            raise ValueError(f"there is no proof from {old} leaves to {new}: the older tree comes first")
        path = []
        start, stop = 0, new
        while old not in (start, stop):
            middle = start + _split(stop - start)
            if old <= middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        if start:  # else the old tree is a subtree whose root the verifier has
            path.append(self._range(start, stop))
        return path[::-1]

    def _fill(self) -> None:
        """Take a full tile out of the edge, and its root up one level, which may fill that one."""
        self._before += TILE_WIDTH
        for level, rows in enumerate(self._edges):
            if len(rows[0]) < TILE_WIDTH:
                break
            _hash_up(rows)
            number = (self._before >> TILE_HEIGHT * (level + 1)) - 1
            nodes = b"".join(b"".join(row) for row in rows)
            self.pending.append((level, number, nodes))
            self._own[level, number] = nodes
            self._edges[level] = _rows()
            if level + 1 == len(self._edges):
                self._edges.append(_rows())
            self._edges[level + 1][0].append(rows[-1][0])
        self._lowest = self._edges[0][0]

    def _range(self, start: int, stop: int) -> bytes:
        """The hash over these leaves, at least one: a range that comes from splitting a tree."""
        subtrees = []
        while start < stop:
            level = (stop - start).bit_length() - 1
            subtrees.append(self._node(level, start >> level))
            start += 1 << level
        digest = subtrees.pop()
        while subtrees:
            digest = node_hash(subtrees.pop(), digest)
        return digest

    def _node(self, level: int, index: int) -> bytes:
        tile_level, height = divmod(level, TILE_HEIGHT)
        width = TILE_WIDTH >> height
        number, place = divmod(index, width)
        if number == self.size >> TILE_HEIGHT * (tile_level + 1):
            rows = self._edges[tile_level]
            if place >= len(rows[height]):
                _hash_up(rows)
            return rows[height][place]
        at = (2 * (TILE_WIDTH - width) + place) * HASH_BYTES
        return self._tile(tile_level, number)[at : at + HASH_BYTES]

    def _tile(self, level: int, number: int) -> bytes:
        read = self._read.get(level)
        if read and read[0] == number:
            return read[1]
        nodes = self._own.get((level, number)) or _whole(self._tiles, level, number)
        self._read[level] = number, nodes
        return nodes

    def _reached(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves; it has no state of {size}")
        return size


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows this leaf at `index` of the tree of `size` leaves with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf_hash, root, *proof):
        return False
    place, last, digest = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            digest = node_hash(sibling, digest)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            digest = node_hash(digest, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and digest == root


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the proof shows that the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.2).

    An empty tree is the beginning of any, and any of itself: these need an empty proof and the right roots.
    """
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root and (new > 0 or new_root == EMPTY_ROOT)
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not proof:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old_digest = new_digest = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_digest = node_hash(sibling, old_digest)
            new_digest = node_hash(sibling, new_digest)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new_digest = node_hash(new_digest, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and old_digest == old_root and new_digest == new_root


def _rows(lowest: Sequence[bytes] = ()) -> Rows:
    return [list(lowest), *([] for _ in range(TILE_HEIGHT))]


def _hash_up(rows: Rows) -> None:
    """Hash what can be hashed by now: in the end once per two hashes below, however often it is asked for."""
    for below, above in pairwise(rows):
        start, stop = 2 * len(above), len(below)
        if stop - start < 2:
            break  # nothing came here, so nothing comes above
        lefts, rights = below[start:stop:2], below[start + 1 : stop : 2]
        # The left one that still waits for its right one is left out.
        above += [sha256(b"\x01" + left + right).digest() for left, right in zip(lefts, rights, strict=False)]


def _whole(tiles: Tiles, level: int, number: int) -> bytes:
    nodes = tiles.tile(level, number)
    if len(nodes) != TILE_BYTES:  # cut short, so as good as missing
        raise KeyError(level, number)
    return nodes


def _split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _are_hashes(*parts: object) -> bool:
    return all(isinstance(part, bytes) and len(part) == HASH_BYTES for part in parts)
