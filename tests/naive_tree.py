"""The tree of RFC 6962, section 2.1, word by word: slow, recursive, and sharing nothing with ours but SHA-256.

`leaves` are what the RFC calls D[n], the data itself.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n])"""
    return _root(tuple(leaves))


@lru_cache(maxsize=20_000)
def _root(leaves: tuple[bytes, ...]) -> bytes:
    n = len(leaves)
    if n == 0:
        return sha256().digest()
    if n == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(n)
    return sha256(b"\x01" + _root(leaves[:k]) + _root(leaves[k:])).digest()


def inclusion(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])"""
    n = len(leaves)
    if n == 1:
        return []
    k = largest_power_below(n)
    if m < k:
        return [*inclusion(m, leaves[:k]), root(leaves[k:])]
    return [*inclusion(m - k, leaves[k:]), root(leaves[:k])]


def consistency(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]) for 0 < m <= n"""
    return _subproof(m, leaves, known=True)


def _subproof(m: int, leaves: Sequence[bytes], *, known: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)"""
    n = len(leaves)
    if m == n:
        return [] if known else [root(leaves)]
    k = largest_power_below(n)
    if m <= k:
        return [*_subproof(m, leaves[:k], known=known), root(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], known=False), root(leaves[:k])]


def largest_power_below(n: int) -> int:
    """The k of the RFC: k < n <= 2k"""
    k = 1
    while 2 * k < n:
        k *= 2
    return k
