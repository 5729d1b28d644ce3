"""What proves the ledger to others: checkpoints, receipts, and how one checkpoint follows from another.

All of it is read aside in a thread, one call after another, so that nobody who waits for the disk waits for that too.
What a proof tells beyond its own record is the size of the ledger: the declared leak (docs/THREATS.md).
"""

import asyncio
from collections.abc import Callable

from tocsin.centre.parts import Books
from tocsin.errors import NotFound

Hashes = tuple[bytes, ...]

READ_AT_ONCE = 128
"""Entries. Whatever runs in a thread holds up the loop, and all who act with it: so it runs for a millisecond."""


class Proofs:
    """Makes them, in one event loop."""

    def __init__(self, books: Books, length: Callable[[], int]) -> None:
        """`length` is how many entries the board has taken."""
        self._books, self._length = books, length
        self._turn = asyncio.Lock()
        covered = books.reader.store.last_checkpoint()
        self.checked = self._read = covered[0] if covered is not None else 0
        """How many entries the last checkpoint covers; and how many were read back, for it or for the next."""

    async def checkpoint(self) -> str:
        """A signed checkpoint over all there is. What it covers is read back first."""
        await self.read_back()
        async with self._turn:
            length = self._read
            note = await asyncio.to_thread(self._books.ledger.checkpoint, length)
            self.checked = length
        return note

    async def read_back(self, pause_seconds: float = 0.0) -> None:
        """Read back what no checkpoint covers yet, a little at a time, so that the next one has less to do."""
        length = self._length()
        while self._read < length:
            async with self._turn:
                start, stop = self._read, min(length, self._read + READ_AT_ONCE)
                if start < stop:  # else somebody else was quicker
                    await asyncio.to_thread(self._books.aside.read_back, start, stop)
                    self._read = stop
            if stop < length:
                await asyncio.sleep(pause_seconds)

    async def contents(self, entry: int) -> tuple[bytes | None, ...]:
        """The contents beside an entry, whoever may see them: for those who keep them, not for views."""
        async with self._turn:
            return await asyncio.to_thread(self._books.aside.contents, entry)

    async def receipt(self, entry: int) -> str:
        """The proof that an entry is in the ledger, as a file, under a checkpoint that covers it."""
        if entry >= self.checked:
            await self.checkpoint()
        async with self._turn:
            return (await asyncio.to_thread(self._books.aside.prove, entry)).text

    async def inclusion(self, entry: int, size: int) -> Hashes:
        """The way from an entry to the root of the tree of `size` entries. NotFound where it is not in that tree."""
        if not entry < size <= self._length():
            raise NotFound("size", str(size), [])
        return await self._hashes(lambda: self._books.aside.inclusion(entry, size))

    async def consistency(self, old: int, new: int) -> Hashes:
        """The proof that the tree of `new` entries continues that of `old`. NotFound where there is none such."""
        if not old <= new <= self._length():
            raise NotFound("size", str(new), [])
        return await self._hashes(lambda: self._books.aside.consistency(old, new))

    async def _hashes(self, ask: Callable[[], list[bytes]]) -> Hashes:
        async with self._turn:
            return tuple(await asyncio.to_thread(ask))
