"""What stands in a ledger: acts, and the heads that say what the acts after them belong to.

A replay's ledger has an opening for each run; a centre's has one at its beginning, and a word for each change of its
charter.
"""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tocsin.alliance.codec import Act, decode_act
from tocsin.errors import NeedsNewer
from tocsin.terms import Instant

CharterId = Annotated[str, Meta(description="Id of the charter.")]
CharterHash = Annotated[str, Meta(description="Content hash of the charter.")]
Known = Annotated[date | None, Meta(description="What was knowable on this day; none: all that is known now.")]


class Head(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="record"):
    """A record that is no act."""


class Opening(Head, frozen=True, kw_only=True, tag="replay"):
    """A run of a recorded case begins. Its acts are those of a replay and can be mixed with no live ones."""

    case: Annotated[str, Meta(description="Id of the case.")]
    charter: CharterId
    charter_hash: CharterHash
    known: Known = None
    readings: Annotated[tuple[str, ...], Meta(description="Readings of contested clauses that the run takes.")] = ()


class CentreOpening(Head, frozen=True, kw_only=True, tag="centre"):
    """A centre begins to keep this ledger: the acts that follow are its own."""

    mode: Annotated[str, Meta(description="live, exercise or replay, as in the ledger's signed origin.")]
    charter: CharterId
    charter_hash: CharterHash
    known: Known = None
    readings: Annotated[tuple[str, ...], Meta(description="Readings it takes where an author signs none.")] = ()
    at: Annotated[Instant, Meta(description="When it began.")]


class CharterChanged(Head, frozen=True, kw_only=True, tag="charter changed"):
    """From here on the centre decides by another charter, or another state of its file. State is kept."""

    charter: CharterId
    charter_hash: CharterHash
    by: Annotated[str, Meta(description="Who put it in force.")]
    why: Annotated[str, Meta(description="Why.")] = ""
    at: Annotated[Instant, Meta(description="From when on.")]


AnyHead = Opening | CentreOpening | CharterChanged
Record = AnyHead | Act

_head = msgspec.json.Decoder(AnyHead)
_MARK = b'{"record":'


def encode(head: AnyHead) -> bytes:
    """Deterministic JSON of a head; acts are the codec's."""
    return msgspec.json.encode(head)


def decode(data: bytes) -> Record:
    """One record. Raises NeedsNewer for one that this release cannot read."""
    if not data.startswith(_MARK):
        return decode_act(data)
    try:
        head: AnyHead = _head.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise NeedsNewer(
            f"A record cannot be read by this release: {problem}. It may have been written by a later one; open it "
            "with that."
        ) from problem
    return head
