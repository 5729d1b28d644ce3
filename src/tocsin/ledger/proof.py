"""Proofs that fit in one file: an entry, its place in the tree, and the signed checkpoint it is under.

The file is a C2SP tlog-proof; what is proven lies in its `extra` line, as base64 of a JSON object with the entry's
leaf, salt, frame and, where they were asked for, contents. It is checked without the ledger, with a key alone.
"""

import msgspec
from msgspec import Struct

from tocsin.ledger import entry as entries
from tocsin.ledger.checkpoint import Checkpoint
from tocsin.ledger.entry import Entry
from tocsin.ledger.note import Note, VerifierKey, from_base64, opened, to_base64
from tocsin.ledger.port import ContentRow, Damaged, LedgerError
from tocsin.ledger.tree import leaf_hash, verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"
PROOF_BYTES_MAX = 64_000_000
HASHES_MAX = 64


class _Content(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A content in a proof; without salt and body it was erased."""

    salt: bytes | None = None
    body: bytes | None = None


class _Extra(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What the leaf commits to. msgspec writes bytes as base64."""

    leaf: bytes
    salt: bytes = b""
    frame: bytes = b""
    contents: list[_Content] | None = None


class Proof(Struct, frozen=True):
    """An entry and the way from it to the root of a signed checkpoint."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    leaf: bytes
    salt: bytes
    frame: bytes
    contents: tuple[ContentRow, ...] = ()

    @property
    def text(self) -> str:
        """The file."""
        beside = [_Content(row.salt, row.body) for row in self.contents] or None
        extra = msgspec.json.encode(_Extra(self.leaf, self.salt, self.frame, beside))
        lines = [FIRST_LINE, f"extra {to_base64(extra)}", f"index {self.index}", *map(to_base64, self.hashes)]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """The proof in a file. Raises LedgerError for anything else."""
        if len(data) > PROOF_BYTES_MAX:
            raise LedgerError(f"a proof has at most {PROOF_BYTES_MAX:,} bytes; this file has {len(data):,}")
        try:
            lines, _, checkpoint = data.decode().partition("\n\n")
            first, extra, index, *hashes = lines.split("\n")
            if first != FIRST_LINE:
                raise _not_a_proof(f"its first line is '{first[:60]}', not '{FIRST_LINE}'")
            if len(hashes) > HASHES_MAX:
                raise _not_a_proof(f"it has {len(hashes)} hashes")
            said = msgspec.json.decode(_plain(_value("extra", extra)), type=_Extra)
            number = _value("index", index)
            if not number.isdecimal() or not number.isascii() or str(int(number[:19])) != number:
                raise _not_a_proof("its index is no number")
            found = tuple(_plain(line) for line in hashes)
        except UnicodeDecodeError:
            raise _not_a_proof("it is no text") from None
        except (ValueError, msgspec.DecodeError) as problem:
            raise _not_a_proof(f"a line of it cannot be read ({problem})") from None
        beside = [ContentRow(int(number), place, row.salt, row.body) for place, row in enumerate(said.contents or ())]
        return cls(int(number), found, checkpoint, said.leaf, said.salt, said.frame, tuple(beside))


class Proven(Struct, frozen=True):
    """What a proof proves: this entry, at this index of that log, under a checkpoint these keys signed."""

    entry: Entry
    contents: tuple[bytes | None, ...]
    checkpoint: Checkpoint
    keys: tuple[VerifierKey, ...]


def check(proof: Proof, keys: tuple[VerifierKey, ...]) -> Proven:
    """What the proof proves to whoever trusts these keys.

    Raises LedgerError where none of them signed its checkpoint, where the entry is not in the tree at that index, or
    where what the proof shows is not what the tree holds.
    """
    signers = opened(proof.checkpoint, keys)
    checkpoint = Checkpoint.parse(Note.parse(proof.checkpoint).text)
    if not verify_inclusion(leaf_hash(proof.leaf), proof.index, checkpoint.size, list(proof.hashes), checkpoint.root):
        raise LedgerError(
            f"the entry is not the one at index {proof.index} under this checkpoint: its hashes do not lead to the root"
        )
    try:
        entry = entries.unsealed(proof.index, proof.leaf, proof.salt, proof.frame)
        contents = entries.contents_of(entry, proof.contents) if proof.contents else ()
    except Damaged as problem:
        raise LedgerError(f"the proof shows something else than what the tree holds: {problem.why}") from None
    return Proven(entry, contents, checkpoint, signers)


def _value(name: str, line: str) -> str:
    word, _, value = line.partition(" ")
    if word != name:
        raise _not_a_proof(f"a line '{name} …' is missing where '{line[:40]}' stands")
    return value


def _plain(text: str) -> bytes:
    content = from_base64(text)
    if content is None:
        raise ValueError("it is not canonical base64")
    return content


def _not_a_proof(why: str) -> LedgerError:
    return LedgerError(f"this is no proof of a ledger entry: {why}. Proofs are written by `tocsin ledger prove`")
