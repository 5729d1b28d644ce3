"""What the ledger says itself: how it began, which keys sign it, what was erased, where a restored copy went on.

Each is a signed note that stands in a leaf, for everybody to read and to check. It names the origin and the index
it stands at, so that it says nothing anywhere else. The forms are specified in docs/LEDGER.md.
"""

import re
from collections.abc import Callable, Sequence
from typing import assert_never

from msgspec import Struct

from tocsin.ledger.checkpoint import Checkpoint, Origin
from tocsin.ledger.note import VerifierKey, shown
from tocsin.ledger.port import LedgerError

LINE_LETTERS_MAX = 500
FORMAT_LINE = "tocsin-ledger/1 "
NOT_IN_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Genesis(Struct, frozen=True):
    """The ledger begins. Stands at index 0, signed by its key."""

    origin: Origin
    key: VerifierKey


class Epoch(Struct, frozen=True):
    """A restored copy goes on: signed by its new key, and by an old one where the restorer has it.

    All keys of before end here. `after` is the last checkpoint of the copy; what others hold of the old epoch
    beyond it is not in this ledger.
    """

    origin: Origin
    index: int
    after: Checkpoint
    key: VerifierKey
    reason: str


class KeyChange(Struct, frozen=True):
    """A key is added, or revoked from a size of the ledger on, or both. Signed by a key in force, and by the new."""

    origin: Origin
    index: int
    add: VerifierKey | None
    revoke: tuple[tuple[VerifierKey, int], ...]
    reason: str


class Erasure(Struct, frozen=True):
    """Contents were destroyed, as (entry, number). Signed by a key in force."""

    origin: Origin
    index: int
    erased: tuple[tuple[int, int], ...]
    by: str
    reason: str


Statement = Genesis | Epoch | KeyChange | Erasure


def text_of(said: Statement) -> str:
    """The text to sign."""
    match said:
        case Genesis():
            lines = ["genesis", f"origin {said.origin.text}", "index 0", f"key {said.key.text}"]
        case Epoch():
            after = said.after.text.split("\n")
            lines = ["epoch", *_where(said), f"after {' '.join(after[:3])}", f"key {said.key.text}"]
            lines += [f"reason {_line(said.reason)}"]
        case KeyChange():
            lines = ["key", *_where(said), *([f"add {said.add.text}"] if said.add else [])]
            lines += [f"revoke {key.text} from {size}" for key, size in said.revoke]
            lines += [f"reason {_line(said.reason)}"]
        case Erasure():
            lines = ["erasure", *_where(said), *(f"erase {entry} {number}" for entry, number in said.erased)]
            lines += [f"by {_line(said.by)}", f"reason {_line(said.reason)}"]
        case _:
            assert_never(said)
    return FORMAT_LINE + "\n".join(lines) + "\n"


def statement(text: str) -> Statement:
    """The statement of a note's text. Raises LedgerError where it is none, or of a later release."""
    if not text.startswith(FORMAT_LINE) or not text.endswith("\n"):
        raise LedgerError("a note of the ledger is of no kind this release knows; a later release may have written it")
    kind, *lines = text.removeprefix(FORMAT_LINE).removesuffix("\n").split("\n")
    try:
        said = _READERS[kind](_Lines(lines))
    except (KeyError, ValueError, IndexError):
        raise LedgerError(
            f"a note of the ledger, {shown(kind)}, cannot be read by this release; a later release may have written it"
        ) from None
    if text_of(said) != text:
        raise LedgerError(f"a note of the ledger, '{kind}', is not written in its one form")
    return said


class _Lines:
    """The lines of a statement, taken in order."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.rest = list(lines)

    def one(self, name: str) -> str:
        word, _, value = self.rest.pop(0).partition(" ")
        if word != name:
            raise ValueError(name)
        return value

    def several(self, name: str) -> list[str]:
        found = []
        while self.rest and self.rest[0].startswith(name + " "):
            found.append(self.one(name))
        return found

    def place(self) -> tuple[Origin, int]:
        return Origin.parse(self.one("origin")), _number(self.one("index"))


def _genesis(lines: _Lines) -> Genesis:
    origin, _ = lines.place()
    return Genesis(origin, VerifierKey.parse(lines.one("key")))


def _epoch(lines: _Lines) -> Epoch:
    origin, index = lines.place()
    after = Checkpoint.parse("\n".join(lines.one("after").split(" ")) + "\n")
    return Epoch(origin, index, after, VerifierKey.parse(lines.one("key")), lines.one("reason"))


def _key(lines: _Lines) -> KeyChange:
    origin, index = lines.place()
    added = lines.several("add")
    revoked = [line.split(" from ") for line in lines.several("revoke")]
    return KeyChange(
        origin,
        index,
        VerifierKey.parse(added[0]) if added else None,
        tuple((VerifierKey.parse(key), _number(size)) for key, size in revoked),
        lines.one("reason"),
    )


def _erasure(lines: _Lines) -> Erasure:
    origin, index = lines.place()
    pairs = [line.split(" ") for line in lines.several("erase")]
    erased = tuple((_number(entry), _number(number)) for entry, number in pairs)
    return Erasure(origin, index, erased, lines.one("by"), lines.one("reason"))


_READERS: dict[str, Callable[[_Lines], Statement]] = {
    "genesis": _genesis,
    "epoch": _epoch,
    "key": _key,
    "erasure": _erasure,
}


def _where(said: Epoch | KeyChange | Erasure) -> list[str]:
    return [f"origin {said.origin.text}", f"index {said.index}"]


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise ValueError(text)
    return int(text)


def _line(text: str) -> str:
    """What a person wrote, where it fits on one line. Which letters are printable differs from one Python to the next;
    which signs break lines or control terminals does not."""
    if NOT_IN_LINE.search(text) or len(text) > LINE_LETTERS_MAX:
        raise LedgerError(f"a reason or a name is one line of at most {LINE_LETTERS_MAX} letters, no control signs")
    return text
