"""What a replay writes into a ledger: for each run an opening, then acts as the engine encodes them.

Contents go beside the act they came with, so that whoever may not see a content still folds the same State.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from tocsin.alliance.codec import Act
from tocsin.alliance.records import Opening, decode


class Ledger(Protocol):
    """The part of a ledger that a replay uses: a record is its bytes and the contents beside it."""

    def append(self, records: Sequence[tuple[bytes, tuple[bytes, ...]]]) -> range: ...


def runs(records: Iterable[bytes]) -> Iterator[tuple[Opening, list[Act]]]:
    """The runs of a replay's ledger: the opening of each, and its acts in order. What a centre wrote is no run."""
    opening: Opening | None = None
    acts: list[Act] = []
    for data in records:
        record = decode(data)
        if isinstance(record, Act):
            acts.append(record)
            continue
        if opening is not None:
            yield opening, acts
        opening, acts = record if isinstance(record, Opening) else None, []
    if opening is not None:
        yield opening, acts
