"""A ledger in memory: for tests, and for replays that nobody wants to keep."""

from collections.abc import Iterator, Sequence

from tocsin.ledger.port import LedgerError, check_group


class MemoryLedger:
    """Keeps its records as long as it lives."""

    def __init__(self) -> None:
        self._records: list[bytes] = []
        self._is_closed = False

    def append(self, records: Sequence[bytes]) -> range:
        self._open()
        check_group(records)
        first = len(self._records)
        self._records.extend(bytes(record) for record in records)
        return range(first, len(self._records))

    def read(self, start: int = 0) -> Iterator[bytes]:
        self._open()
        if start < 0:
            raise LedgerError(f"records are counted from 0; there is none at {start}")
        return iter(self._records[start:])

    def __len__(self) -> int:
        self._open()
        return len(self._records)

    def close(self) -> None:
        self._is_closed = True

    def _open(self) -> None:
        if self._is_closed:
            raise LedgerError("this ledger in memory was closed; make a new one")
