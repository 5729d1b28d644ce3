"""What a replay writes into a ledger: for each run an opening, then acts as the engine encodes them.

Contents go beside the act they came with, so that whoever may not see a content still folds the same State.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

import msgspec
from msgspec import Struct

from tocsin.alliance.codec import Act, decode_act


class Ledger(Protocol):
    """The part of a ledger that a replay uses: a record is its bytes and the contents beside it."""

    def append(self, records: Sequence[tuple[bytes, tuple[bytes, ...]]]) -> range: ...


class Opening(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="record", tag="replay"
):
    """A run of a recorded case begins. Its acts are those of a replay and can be mixed with no live ones."""

    case: str
    charter: str
    charter_hash: str
    known: date | None = None
    """What was knowable on this day; all that is known now where it is left out."""
    readings: tuple[str, ...] = ()


Record = Opening | Act

_opening = msgspec.json.Decoder(Opening)
_MARK = b'{"record":'


def encode(opening: Opening) -> bytes:
    return msgspec.json.encode(opening)


def decode(data: bytes) -> Record:
    """One record of a replay's ledger. Raises NeedsNewer for an act that this release cannot read."""
    return _opening.decode(data) if data.startswith(_MARK) else decode_act(data)


def runs(records: Iterable[bytes]) -> Iterator[tuple[Opening, list[Act]]]:
    """The runs of a replay's ledger: the opening of each, and its acts in order."""
    opening: Opening | None = None
    acts: list[Act] = []
    for data in records:
        record = decode(data)
        if isinstance(record, Opening):
            if opening is not None:
                yield opening, acts
            opening, acts = record, []
        else:
            acts.append(record)
    if opening is not None:
        yield opening, acts
