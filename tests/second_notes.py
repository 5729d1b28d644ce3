"""The second reader, first part: what is hashed and signed. Written from docs/LEDGER.md alone, like its other part."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NUMBER = r"(0|[1-9][0-9]*)"
ORIGIN = r"tocsin/([a-z0-9][a-z0-9._-]{0,63})/(live|replay|exercise|study)/([1-9][0-9]*)"
LINE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,500}"
GREATEST = 2**63 - 1


class Bad(Exception):
    """Something is not as the page says."""


# 5.3 signed notes and keys


class Key(NamedTuple):
    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n\x01" + self.public).digest()[:4]


def base64(text: str) -> bytes:
    try:
        found = b64decode(text, validate=True)
    except ValueError:
        raise Bad("no base64") from None
    if b64encode(found).decode() != text:
        raise Bad("base64 in another spelling")
    return found


def is_name(name: str) -> bool:
    return bool(name) and not re.search(r"[\s+\x00-\x1f]", name)


def key_of(text: str) -> Key:
    name, _, rest = text.partition("+")
    number, _, public = rest.partition("+")
    content = base64(public)
    key = Key(name, content[1:])
    if not is_name(name) or len(content) != 33 or content[0] != 1 or number != key.id.hex():
        raise Bad("no verifier key")
    return key


def taken_apart(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    text, gap, rest = note.rpartition("\n\n")
    lines = rest.split("\n")[:-1]
    if not gap or not note.endswith("\n") or not 1 <= len(lines) <= 100 or len(note.encode()) > 65_536:
        raise Bad("no note")
    if re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise Bad("a control sign in a note")
    found = []
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or not is_name(parts[1]):
            raise Bad("no signature line")
        content = base64(parts[2])
        if len(content) < 5:
            raise Bad("a signature cut short")
        found.append((parts[1], content[:4], content[4:]))
    return text + "\n", found


def signers_of(note: str, keys: Iterable[Key]) -> list[Key]:
    """The known keys that signed. None is left where nobody known signed."""
    text, lines = taken_apart(note)
    known: dict[tuple[str, bytes], Key] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            raise Bad("two keys of one name and id")
    found: list[Key] = []
    for name, number, signature in lines:
        signer = known.get((name, number))
        if signer is not None and signer not in found:
            try:
                Ed25519PublicKey.from_public_bytes(signer.public).verify(signature, text.encode())
            except InvalidSignature:
                raise Bad("a known key did not sign this") from None
            found.append(signer)
    return found


def must_be_signed(note: str, keys: Iterable[Key]) -> list[Key]:
    found = signers_of(note, keys)
    if not found:
        raise Bad("nobody known signed this")
    return found


# 5.7 and 5.8 the tree and its checkpoints


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """Complete subtrees from the left, and the tiles that are not full yet."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[tuple[int, bytes]] = []
        self.edges: list[list[bytes]] = [[]]

    def append(self, hashed: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Yields (level, number, nodes) of each tile that is full now."""
        self.size += 1
        height, digest = 0, hashed
        while self.peaks and self.peaks[-1][0] == height:
            height, digest = height + 1, node(self.peaks.pop()[1], digest)
        self.peaks.append((height, digest))
        for level in range(len(self.edges) + 1):
            if level == len(self.edges):
                self.edges.append([])
            self.edges[level].append(hashed)
            if len(self.edges[level]) < 256:
                return
            row = nodes = self.edges[level]
            while len(row) > 1:
                row = [node(*row[at : at + 2]) for at in range(0, len(row), 2)]
                nodes = nodes + row
            yield level, (self.size >> 8 * (level + 1)) - 1, b"".join(nodes)
            self.edges[level], hashed = [], row[0]

    def root(self) -> bytes:
        if not self.peaks:
            return sha256().digest()
        digest = self.peaks[-1][1]
        for _, left in self.peaks[-2::-1]:
            digest = node(left, digest)
        return digest


def checkpoint_of(note: str) -> tuple[str, int, bytes]:
    lines = taken_apart(note)[0].split("\n")[:-1]
    if len(lines) < 3 or not all(lines) or not re.fullmatch(NUMBER, lines[1]) or int(lines[1]) > GREATEST:
        raise Bad("no checkpoint")
    root = base64(lines[2])
    if len(root) != 32:
        raise Bad("no root")
    return lines[0], int(lines[1]), root


def leads_to(hashed: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """RFC 6962, section 2.1.1, from the top down: which half the leaf is in, and what stands in the other."""

    def climb(index: int, size: int, rest: list[bytes]) -> bytes:
        if size == 1:
            if rest:
                raise Bad("the path is too long")
            return hashed
        if not rest:
            raise Bad("the path is too short")
        half = 1 << (size - 1).bit_length() - 1
        if index < half:
            return node(climb(index, half, rest[:-1]), rest[-1])
        return node(rest[-1], climb(index - half, size - half, rest[:-1]))

    try:
        return 0 <= index < size and climb(index, size, path) == root
    except Bad:
        return False


# 5.5 statements

KEY, UP_TO_18 = r"(\S+)", r"(0|[1-9][0-9]{0,17})"
PLACE = rf"origin ({ORIGIN})\nindex {UP_TO_18}\n"
HEAD = "tocsin-ledger/1 "
GENESIS = re.compile(rf"{HEAD}genesis\n{PLACE}key {KEY}\n")
EPOCH = re.compile(rf"{HEAD}epoch\n{PLACE}after (\S+) {NUMBER} (\S+)\nkey {KEY}\nreason {LINE}\n")
CHANGE = re.compile(rf"{HEAD}key\n{PLACE}(?:add {KEY}\n)?((?:revoke \S+ from {UP_TO_18}\n)*)reason {LINE}\n")
ERASURE = re.compile(rf"{HEAD}erasure\n{PLACE}((?:erase {UP_TO_18} {UP_TO_18}\n)*)by {LINE}\nreason {LINE}\n")


@dataclass
class Said:
    """What the notes said so far."""

    terms: list[tuple[Key, int, float, list[Key]]] = field(default_factory=list)
    epochs: list[tuple[int, str]] = field(default_factory=list)
    erased: set[tuple[int, int]] = field(default_factory=set)

    def in_force(self, size: int) -> list[Key]:
        return [key for key, first, until, _ in self.terms if first <= size < until]

    def ever(self) -> set[Key]:
        return {term[0] for term in self.terms}

    def origin(self, size: int) -> str:
        return next((origin for first, origin in reversed(self.epochs) if first <= size), "")

    def vouched(self, key: Key) -> set[Key]:
        trusted = {key}
        for found, _, _, vouchers in self.terms:
            if trusted & set(vouchers):
                trusted.add(found)
        return trusted

    def end(self, ends: dict[Key, int]) -> None:
        self.terms = [(key, first, min(until, ends.get(key, until)), by) for key, first, until, by in self.terms]

    def take(self, index: int, note: str, root: bytes) -> None:
        text, _ = taken_apart(note)
        form = next((form for form in (GENESIS, EPOCH, CHANGE, ERASURE) if form.fullmatch(text)), None)
        found = form.fullmatch(text) if form else None
        if form is None or found is None:
            raise Bad("no statement")
        origin, name, mode, epoch, at, *rest = found.groups()
        if int(at) != index or int(epoch) > GREATEST or (form is GENESIS) != (not self.epochs):
            raise Bad("it stands in the wrong place")
        if form is GENESIS:
            if index or epoch != "1":
                raise Bad("no beginning")
            key = key_of(rest[0])
            must_be_signed(note, [key])
            self.terms, self.epochs = [(key, 1, float("inf"), [])], [(1, origin)]
            return
        before = self.epochs[-1][1]
        if form is EPOCH:
            _, old_name, old_mode, old_epoch = before.split("/")
            if (name, mode) != (old_name, old_mode) or int(epoch) <= int(old_epoch):
                raise Bad("no next epoch")
            if rest[:2] != [before, str(index)] or base64(rest[2]) != root:
                raise Bad("it goes on from something else")
            key = key_of(rest[3])
            if key in self.ever():
                raise Bad("it was in force before")
            must_be_signed(note, [key])
            vouchers = signers_of(note, self.in_force(index))
            self.end(dict.fromkeys(self.ever(), index + 1))
            self.terms.append((key, index + 1, float("inf"), vouchers))
            self.epochs.append((index + 1, origin))
            return
        if origin != before:
            raise Bad("another origin")
        signers = must_be_signed(note, self.in_force(index))
        if form is ERASURE:
            self.erased |= {(int(one), int(two)) for one, two in re.findall(r"erase (\d+) (\d+)\n", rest[0])}
            return
        added = key_of(rest[0]) if rest[0] else None
        if added is not None:
            must_be_signed(note, [added])
            if added in self.ever():
                raise Bad("it was in force before")
        self.end({key_of(key): int(size) for key, size in re.findall(r"revoke (\S+) from (\d+)\n", rest[1])})
        if added is not None:
            self.terms.append((added, index + 1, float("inf"), signers))
        if not self.in_force(index + 1):
            raise Bad("no key is left")
