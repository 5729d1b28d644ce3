"""A store in memory: for tests, and for replays that nobody wants to keep."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

from tocsin.ledger.port import ContentRow, Group, Head, LedgerError, Part, Row
from tocsin.ledger.tree import EMPTY_ROOT


class MemoryStore:
    """Keeps its rows as long as it lives."""

    def __init__(self) -> None:
        self._head = Head(0, EMPTY_ROOT)
        self._rows: list[Row] = []
        self._contents: dict[tuple[int, int], ContentRow] = {}
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._checkpoints: dict[int, str] = {}
        self._is_closed = False

    def snapshot(self) -> AbstractContextManager[None]:
        return nullcontext()

    def head(self) -> Head:
        self._usable()
        return self._head

    def commit(self, group: Group) -> None:
        self._usable()
        if group.first != len(self._rows):
            raise LedgerError(f"the group begins at {group.first}; the next entry is {len(self._rows)}")
        self._rows += group.rows
        self._contents |= {(row.entry, row.number): row for row in group.contents}
        for entry, number in group.erased:
            self._contents[entry, number] = ContentRow(entry, number, None, None)
        self._tiles |= {(tile.level, tile.number): tile.nodes for tile in group.tiles}
        self._head = group.head

    def rows(self, start: int, stop: int) -> Iterator[tuple[int, Row]]:
        return iter(list(enumerate(self._rows))[start:stop])

    def notes(self) -> Iterator[tuple[int, Row]]:
        return iter([(index, row) for index, row in enumerate(self._rows) if not row.salt])

    def contents(self, start: int, stop: int) -> Iterator[ContentRow]:
        return iter([row for key, row in sorted(self._contents.items()) if start <= key[0] < stop])

    def tile(self, level: int, number: int) -> bytes:
        return self._tiles[level, number]

    def keep_checkpoint(self, size: int, note: str, in_place_of: int) -> None:
        kept = {old: text for old, text in self._checkpoints.items() if old < in_place_of}
        self._checkpoints = kept | {size: note}

    def drop_checkpoint(self, size: int) -> None:
        del self._checkpoints[size]

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        return iter(sorted(self._checkpoints.items()))

    def last_checkpoint(self) -> tuple[int, str] | None:
        return max(self._checkpoints.items(), default=None)

    def scrub(self) -> bool:
        return True

    def faults(self) -> Sequence[str]:
        return ()

    def parts(self) -> Sequence[Part]:
        return (
            Part("entries", len(self._rows), sum(len(part) for row in self._rows for part in row)),
            Part("contents", len(self._contents), sum(len(row.body or b"") for row in self._contents.values())),
            Part("tiles", len(self._tiles), sum(map(len, self._tiles.values()))),
            Part("checkpoints", len(self._checkpoints), sum(map(len, self._checkpoints.values()))),
        )

    def close(self) -> None:
        self._is_closed = True

    def _usable(self) -> None:
        if self._is_closed:
            raise LedgerError("this ledger in memory was closed; make a new one")
