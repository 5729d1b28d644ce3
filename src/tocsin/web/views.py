"""Reading: what one seat may see, as the view says it. And the proofs of what stands in the ledger."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.centre.answers import TWO_PERSONS
from tocsin.centre.feeds import checked_position
from tocsin.centre.view_model import Ask, CaseLine, CaseView, CharterLine, Deadline, Member, ProcedureView, Situation
from tocsin.errors import NotFound
from tocsin.ledger.checkpoint import NUMBER_MAX
from tocsin.web.call import TEXT, Call, Reply


class LedgerKeys(Struct, frozen=True, kw_only=True):
    """What checkpoints and receipts are verified with."""

    origin: str
    """The ledger's name; signatures of commands are bound to it too."""
    keys: tuple[str, ...]
    """Every key that was ever in force, as C2SP signed-note writes verifier keys."""


Size = Annotated[int, Meta(ge=1, le=NUMBER_MAX, description="How many entries a checkpoint covers.")]


class InclusionQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In which tree."""

    size: Size


class ConsistencyQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From which tree to which."""

    old: Size
    size: Size


class TreePath(Struct, frozen=True, kw_only=True):
    """A proof of RFC 6962 over the ledger's tree, for whoever holds the roots; hashes in base64."""

    size: int
    """Entries of the tree it leads to."""
    hashes: tuple[str, ...]


async def situation(call: Call) -> Situation:
    """What is happening, what is due, what is asked of the seat."""
    shown = call.view.situation()
    return replace(shown, asks=(*shown.asks, *_seconds(call)))


async def cases(call: Call) -> tuple[CaseLine, ...]:
    """Every case the seat sees."""
    return call.view.cases()


async def case(call: Call) -> CaseView:
    """One case."""
    return call.view.case(call.params["case"])


async def procedure(call: Call) -> ProcedureView:
    """One text before one organ."""
    return call.view.procedure(call.params["case"], call.params["procedure"])


async def deadlines(call: Call) -> tuple[Deadline, ...]:
    """What falls due, the next first."""
    return call.view.deadlines()


async def asks(call: Call) -> tuple[Ask, ...]:
    """What the centre waits for from the seat."""
    return all_asks(call)


def all_asks(call: Call) -> tuple[Ask, ...]:
    """The same for a page."""
    return (*call.view.situation().asks, *_seconds(call))


def _seconds(call: Call) -> Iterator[Ask]:
    """Acts of others of the seat that wait for a second person."""
    for line in call.centre.desks.pending(call.actor):
        if not line.own:
            says = f"{TWO_PERSONS[line.needs]} waits for you to confirm it, or to let it go."
            yield Ask(kind="second person", says=says, case=line.case, name=line.id, by=line.expires)


async def members(call: Call) -> tuple[Member, ...]:
    """The parties and how they stand today."""
    return call.view.members()


async def charter(call: Call) -> CharterLine:
    """The law in force, in short."""
    return call.view.charter()


async def receipt(call: Call) -> Reply:
    """The proof that one of the seat's own items is in the ledger."""
    position = checked_position(call.params["cursor"], call.centre.board.epoch)
    if not position:
        raise NotFound("event", call.params["cursor"], [])
    return Reply(200, (await call.centre.receipt(call.seat, position)).encode(), TEXT)


async def inclusion(call: Call) -> TreePath:
    """How one of the seat's own items stands in the tree of another size than its receipt's."""
    position = checked_position(call.params["cursor"], call.centre.board.epoch)
    if not position:
        raise NotFound("event", call.params["cursor"], [])
    size = call.query.size
    hashes = await call.centre.inclusion(call.seat, position, size)
    return TreePath(size=size, hashes=_spelled(hashes))


async def consistency(call: Call) -> TreePath:
    """How the ledger of one size continues that of a smaller one."""
    old, new = call.query.old, call.query.size
    return TreePath(size=new, hashes=_spelled(await call.centre.proofs.consistency(old, new)))


def _spelled(hashes: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(b64encode(one).decode() for one in hashes)


async def checkpoint(call: Call) -> Reply:
    """A signed checkpoint over all there is."""
    return Reply(200, (await call.centre.checkpoint()).encode(), TEXT)


async def keys(call: Call) -> LedgerKeys:
    """What checkpoints and receipts are verified with."""
    ledger = call.centre.ledger
    return LedgerKeys(origin=call.centre.origin, keys=tuple(key.text for key in ledger.keys.all()))
