"""Signed notes and their keys, as C2SP signed-note and golang.org/x/mod/sumdb/note write them, with Ed25519 alone.

A note is a text, an empty line, and one line a signature:

    — <key name> <base64 of key id (4 bytes) and signature (64 bytes)>

A key is known by its name and its id, which is the start of SHA-256(name, newline, 0x01, public key).
Base64 is taken in its one canonical spelling only, so that a note cannot be respelled; Go takes others as well.
"""

import re
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from tocsin.ledger.port import LedgerError

NOTE_BYTES_MAX = 65_536
SIGNATURES_MAX = 100
ED25519 = b"\x01"
PRIVATE = "PRIVATE+KEY+"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
NOT_IN_NAME = re.compile(r"[\s+\x00-\x1f\ud800-\udfff]")


class VerifierKey(Struct, frozen=True):
    """A public key and the name it signs under. `public` is the 32 bytes of RFC 8032."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise LedgerError(
                f"{shown(self.name)} is no key name: it is empty, or has a space, a plus or a control sign"
            )
        if len(self.public) != 32:
            raise LedgerError(f"an Ed25519 key has 32 bytes, not {len(self.public)}")

    @property
    def id(self) -> bytes:
        """4 bytes that tell keys of one name apart; they prove nothing."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is published: name+id+key."""
        return f"{self.name}+{self.id.hex()}+{to_base64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text` writes, and nothing around it. Raises LedgerError."""
        try:
            name, key_id, public = _parts(text)
            key = cls(name, public)
            _check_id(key, key_id)
        except LedgerError as error:
            # Only name and id are shown: what was pasted here by mistake may be secret.
            found = shown("+".join(text.split("+")[:2]))
            raise LedgerError(
                f"the verifier key that begins {found} cannot be used: {error}. A key looks like "
                f"name+c74f20a3+ARpc2QcU…: copy the whole line that its owner published"
            ) from None
        return key

    def verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key and the name it signs under. Only `private` tells the secret."""

    def __init__(self, name: str, secret: Ed25519PrivateKey) -> None:
        self.key = VerifierKey(name, secret.public_key().public_bytes_raw())
        self._secret = secret

    @classmethod
    def new(cls, name: str) -> Self:
        """A fresh key, from the operating system's random source. Raises LedgerError for a name that is none."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `private` writes. Raises LedgerError, which shows nothing of the secret."""
        try:
            before, _, rest = text.partition(PRIVATE)
            name, key_id, seed = _parts("" if before else rest)
            signer = cls(name, Ed25519PrivateKey.from_private_bytes(seed))
            _check_id(signer.key, key_id)
        except LedgerError as error:
            raise LedgerError(
                f"the private key cannot be used: {error}. It looks like {PRIVATE}name+c74f20a3+AYEK…: take the whole "
                f"line, without its line break, from where it was kept"
            ) from None
        return signer

    @property
    def private(self) -> str:
        """The secret, in Go's form. Whoever reads it can sign as this key."""
        key = to_base64(ED25519 + self._secret.private_bytes_raw())
        return f"{PRIVATE}{self.key.name}+{self.key.id.hex()}+{key}"

    def sign(self, text: str) -> str:
        """One signature line, newline included. Raises LedgerError for a text that no note can hold."""
        signature = self._secret.sign(text_bytes(text))
        return f"— {self.key.name} {to_base64(self.key.id + signature)}\n"

    def __repr__(self) -> str:
        return f"<Signer {_named(self.key.name, self.key.id)}>"


class Signature(NamedTuple):
    """Who claims to have signed; nothing of it is checked yet."""

    name: str
    id: bytes
    signature: bytes


class Note(Struct, frozen=True):
    """A note taken apart. Its text is not to be believed before `opened` has found a known key."""

    text: str
    """With its last newline."""
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """At most NOTE_BYTES_MAX bytes and SIGNATURES_MAX signatures. Raises LedgerError for what is no note."""
        try:
            return cls(*_taken_apart(data))
        except LedgerError as error:
            raise LedgerError(
                f"this is no signed note: {error}. A note is a text, an empty line, and one line "
                f"'— name base64' for each signature; take it again from where it was published"
            ) from None


def signed(text: str, *signers: Signer) -> str:
    """The note of a text, which ends in a newline. Raises LedgerError for what `Note.parse` would not read."""
    note = f"{text}\n" + "".join(signer.sign(text) for signer in signers)
    Note.parse(note)
    return note


def opened(note: bytes | str, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The known keys that signed the note, in the order of their signatures.

    As in Go: unknown keys are passed over, the first signature of a known key must verify, and any further one of
    the same key is passed over. Raises LedgerError for what is no note, for a known key whose signature does not
    verify, and where no known key signed.
    """
    parsed = Note.parse(note)
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.id), key) != key:
            raise LedgerError(f"two different keys are called {_named(key.name, key.id)}; keep the one you trust")
    message = parsed.text.encode()
    found: list[VerifierKey] = []
    for name, key_id, signature in parsed.signatures:
        signer = known.get((name, key_id))
        if signer is None or signer in found:
            continue
        if not signer.verifies(message, signature):
            raise LedgerError(
                f"the signature of {_named(name, key_id)} does not fit this note: its text or signature was changed, "
                f"or another key made it. Take the note again from where it was published"
            )
        found.append(signer)
    if not found:
        signers = _listed(_named(name, key_id) for name, key_id, _ in parsed.signatures)
        sought = _listed(_named(*key) for key in known)
        raise LedgerError(
            f"no known key signed this note: it is signed by {signers}; looked for was {sought}. "
            f"Name the signer's key if you trust it"
        )
    return tuple(found)


def text_bytes(text: str) -> bytes:
    """A note's text, or a whole note, as bytes. Raises LedgerError for what a note cannot hold."""
    if found := CONTROL.search(text):
        raise LedgerError(f"character {found.start() + 1} is the control sign {found[0]!a}")
    if not text.endswith("\n"):
        raise LedgerError("its last line does not end in a newline")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise LedgerError(f"character {error.start + 1} cannot be written in UTF-8") from None


def to_base64(content: bytes) -> str:
    return b64encode(content).decode()


def from_base64(text: str) -> bytes | None:
    """The bytes of standard base64 in its canonical spelling; None for anything else."""
    try:
        content = a2b_base64(text)
    except ValueError:
        return None
    return content if to_base64(content) == text else None


def shown(text: str) -> str:
    """Foreign text for a message: quoted, hidden characters written out, at most 60 characters of it."""
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def _taken_apart(data: bytes | str) -> tuple[str, tuple[Signature, ...]]:
    if len(data) > NOTE_BYTES_MAX:
        raise LedgerError(f"it has more than {NOTE_BYTES_MAX:,} bytes")
    try:
        note = data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise LedgerError(f"byte {error.start + 1} is not UTF-8") from None
    if len(text_bytes(note)) > NOTE_BYTES_MAX:
        raise LedgerError(f"it has more than {NOTE_BYTES_MAX:,} bytes")
    text, gap, signatures = note.rpartition("\n\n")
    if not gap:
        raise LedgerError("no empty line sets its signatures apart")
    lines = signatures.split("\n")[:-1]
    if not 1 <= len(lines) <= SIGNATURES_MAX:
        raise LedgerError(f"it has {len(lines):,} signature lines, not 1 to {SIGNATURES_MAX}")
    return f"{text}\n", tuple(_signature(number, line) for number, line in enumerate(lines, 1))


def _signature(number: int, line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, base64 = rest.partition(" ")
    content = from_base64(base64)
    if dash != "—" or not _is_name(name) or content is None or len(content) < 5:
        raise LedgerError(f"signature line {number} reads {shown(line)}")
    return Signature(name, content[:4], content[4:])


def _parts(text: str) -> tuple[str, str, bytes]:
    """The name, key id and 32 bytes of a public key, or of a private one without its PRIVATE+KEY+."""
    if text.lstrip().startswith(PRIVATE):
        raise LedgerError("it is a private key, which is for its owner alone; ask for the public one")
    name, _, rest = text.partition("+")
    key_id, _, base64 = rest.partition("+")
    content = from_base64(base64)
    if not content:
        raise LedgerError("it is not a name, a key id and base64 with a plus between them")
    if content[:1] != ED25519:
        raise LedgerError(f"it is of type 0x{content[:1].hex()}, and only Ed25519 (0x01) is used here")
    if len(content) != 33:
        raise LedgerError(f"its key has {len(content) - 1} bytes, not 32")
    return name, key_id, content[1:]


def _check_id(key: VerifierKey, key_id: str) -> None:
    if key_id != key.id.hex():
        raise LedgerError(f"its key id is {shown(key_id)}, but its name and key make {key.id.hex()!r}")


def _is_name(name: str) -> bool:
    return bool(name) and not NOT_IN_NAME.search(name)


def _named(name: str, key_id: bytes) -> str:
    return f"{shown(name)} (id {key_id.hex()})"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") or "none"
