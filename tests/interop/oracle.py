"""The Go program beside this file, as tests ask it: an independent reader of what Tocsin publishes.

It is built with Debian's golang-go and golang-golang-x-mod-dev, without a network. Where they are missing, tests that
need it are skipped and say so.
"""

import os
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

GOPATH = Path("/usr/share/gocode")
SOURCE = Path(__file__).parent


class Answer(NamedTuple):
    accepted: bool
    said: str
    """One line; of what it refuses, why."""


class Oracle:
    """The program, ready to be asked. `key` is a verifier key: name+id+key."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def checkpoint(self, key: str, path: Path) -> Answer:
        """Whether the file is a checkpoint signed by the key. It says origin, size and root."""
        return self._asked("checkpoint", key, path)

    def proof(self, key: str, path: Path) -> Answer:
        """Whether the file is a tlog-proof whose `extra` holds the leaf that it proves, and its checkpoint is good."""
        return self._asked("proof", key, path)

    def tiles(self, key: str, directory: Path, proofs: int = 20) -> Answer:
        """Whether checkpoint, all tiles and all bundles agree, and so many proofs of each kind made from them."""
        return self._asked("tiles", key, directory, proofs)

    def tree(self, claims: Path) -> Answer:
        """Whether every line of the file is right; see tree.go. It says how many there were of each kind."""
        return self._asked("tree", given=claims)

    def _asked(self, *words: object, given: Path | None = None) -> Answer:
        with (given or Path(os.devnull)).open("rb") as lines:
            command = [str(self._program), *(str(word) for word in words)]
            done = subprocess.run(command, stdin=lines, capture_output=True, check=False, text=True)
        assert not done.stderr, done.stderr
        return Answer(done.returncode == 0, done.stdout.strip())


def built(folder: Path) -> Oracle:
    """Build the program in this folder. Skips the test where Go or its package is missing."""
    go = shutil.which("go")
    if not go:
        pytest.skip("no Go here to check what we publish: apt install golang-go golang-golang-x-mod-dev")
    if not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("no golang.org/x/mod for Go here: apt install golang-golang-x-mod-dev")
    settings = {"GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(folder / "cache"), "CGO_ENABLED": "0"}
    program = folder / "oracle"
    command = [go, "build", "-o", str(program), "."]
    done = subprocess.run(
        command, cwd=SOURCE, env=os.environ | settings, capture_output=True, check=False, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return Oracle(program)


# What C2SP signed-note says of a checkpoint, written down once more, so that our own notes are not judged by themselves

ORIGIN = "tocsin/meridian/exercise/1"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = b"\x01" + SECRET.public_key().public_bytes_raw()


def verifier_key(origin: str = ORIGIN) -> str:
    return f"{origin}+{_key_id(origin).hex()}+{b64encode(PUBLIC).decode()}"


def signed_checkpoint(size: int, root: bytes, origin: str = ORIGIN) -> str:
    """A checkpoint signed under the name of its origin by a key that anybody can read above."""
    text = f"{origin}\n{size}\n{b64encode(root).decode()}\n"
    signature = b64encode(_key_id(origin) + SECRET.sign(text.encode())).decode()
    return f"{text}\n— {origin} {signature}\n"


def _key_id(origin: str) -> bytes:
    return sha256(origin.encode() + b"\n" + PUBLIC).digest()[:4]
