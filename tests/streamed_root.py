"""A root over leaf hashes that stream by: a second way to it, for tests of many leaves."""

from hashlib import sha256

from tocsin.ledger.tree import EMPTY_ROOT, TILE_HEIGHT, TILE_WIDTH, node_hash


class RootOnly:
    """A root over leaf hashes that stream by: a few hundred hashes in memory, however many leaves there are."""

    def __init__(self) -> None:
        self.size = 0
        self._last: list[bytes] = []
        """The leaf hashes behind the last multiple of 256."""
        self._peaks: list[bytes] = []
        """Roots of the complete subtrees before, from the left, ever smaller."""

    def append(self, leaf_hash: bytes) -> None:
        last = self._last
        last.append(leaf_hash)
        self.size += 1
        if len(last) == TILE_WIDTH:
            digest = _root_of(last)
            whole = (self.size >> TILE_HEIGHT) - 1
            while whole & 1:
                digest = node_hash(self._peaks.pop(), digest)
                whole >>= 1
            self._peaks.append(digest)
            self._last = []

    def root(self) -> bytes:
        if not self.size:
            return EMPTY_ROOT
        peaks = self._peaks + ([_root_of(self._last)] if self._last else [])
        digest = peaks.pop()
        while peaks:
            digest = node_hash(peaks.pop(), digest)
        return digest


def _root_of(hashes: list[bytes]) -> bytes:
    """The root over up to 256 hashes, at least one."""
    while len(hashes) > 1:
        # The RFC lifts the last one of an odd row up as it is.
        lone = hashes[-1:] if len(hashes) & 1 else []
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + lone
    return hashes[0]
