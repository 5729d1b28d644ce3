"""What every ledger does: an append-only log of opaque records, in groups that are kept whole.

A ledger knows nothing of what its records mean. Stores differ in where they keep them; one conformance suite,
tests/test_ledger_conformance.py, holds for all.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

RECORD_BYTES_MAX = 1_000_000
GROUP_RECORDS_MAX = 10_000


class LedgerError(Exception):
    """A ledger cannot be opened, read or written. The message names the ledger, the record and what to do."""


class Ledger(Protocol):
    """An append-only log. Records are counted from 0 and never change."""

    def append(self, records: Sequence[bytes]) -> range:
        """Keep the records, in order, and return their indices. When it returns, they are kept for good.

        All or none of one call's records are kept, also where the process dies inside. Raises LedgerError for a
        record over RECORD_BYTES_MAX, for more than GROUP_RECORDS_MAX at once, and where the store fails; after a
        store has failed, it takes nothing more until it is opened anew.
        """

    def read(self, start: int = 0) -> Iterator[bytes]:
        """The records from index `start` to the last that is there when this is called.

        Raises LedgerError for a negative start, and where a record is no longer what was written.
        """

    def __len__(self) -> int:
        """How many records there are."""

    def close(self) -> None:
        """Let go of the store. Further use, other than closing again, raises LedgerError."""


def check_group(records: Sequence[bytes]) -> None:
    """Raises LedgerError for what no ledger takes."""
    if len(records) > GROUP_RECORDS_MAX:
        raise LedgerError(f"{len(records):,} records at once are too many; append at most {GROUP_RECORDS_MAX:,}")
    for number, record in enumerate(records):
        if len(record) > RECORD_BYTES_MAX:
            found = f"record {number} of this group has {len(record):,} bytes"
            raise LedgerError(f"{found}; a record has at most {RECORD_BYTES_MAX:,}. Nothing of the group was kept")
