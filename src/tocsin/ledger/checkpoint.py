"""What a ledger signs: its origin, its size and the root of its tree, as C2SP tlog-checkpoint writes them."""

import re
import unicodedata
from typing import Self

from msgspec import Struct

from tocsin.ledger.note import from_base64, shown, text_bytes, to_base64
from tocsin.ledger.port import LedgerError

MODES = ("live", "replay", "exercise", "study")
NUMBER_MAX = 2**63 - 1
"""The largest size and epoch: what every store and every other reader can hold."""
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Origin(Struct, frozen=True):
    """Which ledger a checkpoint speaks of: `tocsin/<name>/<mode>/<epoch>`, also the name of the key that signs it.

    The name is 1 to 64 of a-z, 0-9, dot, underscore and dash, and begins with a letter or digit, so that it is also
    safe in a path. The epoch counts from 1; a restored backup begins the next. Raises LedgerError for any other.
    """

    name: str
    mode: str
    epoch: int

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise LedgerError(
                f"{shown(self.name)} is no ledger name: use 1 to 64 of a-z, 0-9, '.', '_' and '-', "
                f"beginning with a letter or digit"
            )
        if self.mode not in MODES:
            raise LedgerError(f"{shown(self.mode)} is no mode of a ledger: use one of {', '.join(MODES)}")
        if not 1 <= self.epoch <= NUMBER_MAX:
            raise LedgerError(f"{self.epoch} is no epoch: they are counted from 1 to {NUMBER_MAX}")

    @property
    def text(self) -> str:
        return f"tocsin/{self.name}/{self.mode}/{self.epoch}"

    @classmethod
    def parse(cls, text: str) -> Self:
        parts = text.split("/")
        if len(parts) != 4 or parts[0] != "tocsin" or not NUMBER.fullmatch(parts[3]):
            raise LedgerError(
                f"{shown(text)} is no origin of a Tocsin ledger; one looks like tocsin/<name>/live/1, "
                f"its mode is one of {', '.join(MODES)}"
            )
        return cls(parts[1], parts[2], int(parts[3]))

    def next(self) -> Self:
        """The origin after a restore."""
        return type(self)(self.name, self.mode, self.epoch + 1)


def name_of(stem: str) -> str:
    """A legal ledger name from any file stem; a legal one stays as it is. `ledger` where nothing is left of it."""
    if NAME.fullmatch(stem):
        return stem
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", stem.lower()) if not unicodedata.combining(sign))
    return re.sub(r"[^a-z0-9._-]+", "-", plain).strip("._-")[:64].rstrip("._-") or "ledger"


class Checkpoint(Struct, frozen=True):
    """A tree of `size` leaves with the 32-byte RFC 6962 root `root`. Any line is an origin here: logs of others
    have their own. Raises LedgerError for what no checkpoint can say."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise LedgerError("a checkpoint's origin is one line that is not empty")
        text_bytes(f"{self.origin}\n")
        if not 0 <= self.size <= NUMBER_MAX:
            raise LedgerError(f"a checkpoint's size is 0 to {NUMBER_MAX}, not {self.size}")
        if len(self.root) != 32:
            raise LedgerError(f"a checkpoint's root has 32 bytes, not {len(self.root)}")

    @property
    def text(self) -> str:
        """The text of the note to sign."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note, with its last newline. Extension lines, which others may add, are passed over.

        Raises LedgerError for any spelling but the one of the format.
        """
        try:
            return cls(*_lines(text))
        except LedgerError as error:
            raise LedgerError(
                f"this is no checkpoint: {error}. A checkpoint is three lines: origin, size in digits without leading "
                f"zeros, and the root in base64; take it again from where it was published"
            ) from None


def _lines(text: str) -> tuple[str, int, bytes]:
    text_bytes(text)
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise LedgerError("it has fewer than three lines, or an empty one")
    if not NUMBER.fullmatch(lines[1]):
        raise LedgerError(f"its size, on line 2, reads {shown(lines[1])}")
    root = from_base64(lines[2])
    if root is None:
        raise LedgerError(f"its root, on line 3, reads {shown(lines[2])}, which is not canonical base64")
    return lines[0], int(lines[1]), root
