"""Acts read back from the ledger: those of late from memory, the others from the disk."""

from collections import OrderedDict

import msgspec
from msgspec import Struct

from tocsin.alliance.codec import Act
from tocsin.alliance.records import decode
from tocsin.errors import NotFound
from tocsin.ledger import Reader
from tocsin.terms import Instant

KEPT_MAX = 4_096


class _Head(Struct):
    """What every command begins with."""

    id: str
    at: Instant
    by: str
    do: str = ""
    case: str = ""
    warning: str = ""


_head = msgspec.json.Decoder(_Head)


class Read(Struct, frozen=True):
    """An act with the head of its command."""

    act: Act
    at: Instant
    """When it counts."""
    id: str
    by: str
    do: str
    case: str
    warning: str


def read_act(act: Act) -> Read:
    """The act with its command's head, when it counts by the centre's stamp where there is one."""
    head = _head.decode(act.command)
    at = head.at if act.received is None else act.received
    return Read(act, at, head.id, head.by, head.do, head.case, head.warning)


class Acts:
    """The acts of a ledger by their entries."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._kept: OrderedDict[int, Read] = OrderedDict()

    def put(self, entry: int, read: Read) -> None:
        """Remember an act that was just kept."""
        self._kept[entry] = read
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)

    def get(self, entry: int) -> Read:
        """The act in an entry. Raises NotFound where it holds none."""
        read = self._kept.get(entry)
        if read is None:
            found = self._reader.entry(entry)
            act = decode(found.body) if found.kind == "record" else None
            if not isinstance(act, Act):
                raise NotFound("act", str(entry), [])
            read = read_act(act)
            self.put(entry, read)
        return read
