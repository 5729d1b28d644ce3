"""What a replay writes into a ledger: for each run an opening, then acts as the engine encodes them, and contents.

Acts and contents are records of their own, so that whoever may not see a content still folds the same State.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from tocsin.alliance.codec import Act, decode_act
from tocsin.alliance.facts import WarningContent


class Ledger(Protocol):
    """The part of a ledger that a replay uses."""

    def append(self, records: Sequence[bytes]) -> range: ...


class Opening(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="record", tag="replay"):
    """A run of a recorded case begins. Its acts are those of a replay and can be mixed with no live ones."""

    case: str
    charter: str
    charter_hash: str
    readings: tuple[str, ...] = ()


class Kept(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="record", tag="content"):
    """What only an audience sees, beside the act of the command it came with."""

    command: str
    content: WarningContent


Record = Opening | Kept | Act

_tagged = msgspec.json.Decoder(Opening | Kept)
_MARK = b'{"record":'


def encode(record: Opening | Kept) -> bytes:
    return msgspec.json.encode(record)


def decode(data: bytes) -> Record:
    """One record of a replay's ledger. Raises NeedsNewer for an act that this release cannot read."""
    return _tagged.decode(data) if data.startswith(_MARK) else decode_act(data)


def runs(records: Iterable[bytes]) -> Iterator[tuple[Opening, list[Act], list[Kept]]]:
    """The runs of a replay's ledger: the opening of each, its acts in order, and its contents."""
    opening: Opening | None = None
    acts: list[Act] = []
    contents: list[Kept] = []
    for data in records:
        record = decode(data)
        if isinstance(record, Opening):
            if opening is not None:
                yield opening, acts, contents
            opening, acts, contents = record, [], []
        elif isinstance(record, Act):
            acts.append(record)
        else:
            contents.append(record)
    if opening is not None:
        yield opening, acts, contents
