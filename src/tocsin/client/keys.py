"""A nation's own Ed25519 key: it signs commands, so that nobody, the centre included, can put words in its mouth.

The secret half is a PEM file for its owner alone; only the public half is handed to the centre.
"""

import os
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from tocsin.alliance.codec import signed_bytes
from tocsin.errors import ClientError

PEM_BYTES_MAX = 10_000


class PartyKey:
    """A key that signs for a party."""

    def __init__(self, secret: Ed25519PrivateKey) -> None:
        self._secret = secret
        self.public = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        """32 bytes."""

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)

    def sign(self, origin: str, command: bytes) -> bytes:
        """64 bytes over the centre's origin and the command's own bytes: it is good in no other ledger."""
        return self._secret.sign(signed_bytes(origin, command))


def fingerprint(public: bytes) -> str:
    """What two people read to each other to compare a key: 32 hexadecimal digits in groups of four."""
    digest = sha256(b"tocsin/party-key/v1\n" + public).hexdigest()[:32]
    return "-".join(digest[place : place + 4] for place in range(0, 32, 4))


def make_key(path: Path) -> PartyKey:
    """A new key in a new file, readable by its owner alone. Raises ClientError where the file is there already."""
    secret = Ed25519PrivateKey.generate()
    pem = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ClientError("key exists", f"{path} is there already; a key is never written over.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return PartyKey(secret)


def read_key(path: Path) -> PartyKey:
    """The key in a file. Raises ClientError where it is none, or where others may read it."""
    try:
        check_private(path)
        with path.open("rb") as file:
            secret = load_pem_private_key(file.read(PEM_BYTES_MAX), None)
    except FileNotFoundError:
        raise ClientError("no key", f"There is no key at {path}.", fix="Make one: tocsin desk key make") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ClientError("no key", f"{path} holds no Ed25519 key in PEM without a password.") from None
    if not isinstance(secret, Ed25519PrivateKey):
        raise ClientError("no key", f"{path} holds a key of another kind than Ed25519.")
    return PartyKey(secret)


def check_private(path: Path) -> None:
    """Raises ClientError where others than the owner may read the file."""
    if sys.platform != "win32" and path.stat().st_mode & 0o077:
        raise ClientError("not private", f"Others on this machine may read {path}.", fix=f"Mend it: chmod 600 {path}")
