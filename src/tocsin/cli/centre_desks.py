"""The desks you hold, on this machine: `desks.json` in the user's folder, for its owner alone.

It keeps for each centre and seat the secret that signs you in, never a password. Cursors of `tocsin watch` lie beside
it, one file each, so that a running watch writes nothing that others read.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec
import typer
from msgspec import Struct

from tocsin.charter.files.disk import user_folder, write_atomically

if sys.platform != "win32":
    import fcntl

FILE = "desks.json"
BYTES_MAX = 1_000_000


class HeldDesk(Struct, kw_only=True, omit_defaults=True):
    """A desk you are signed in at."""

    secret: str
    """A session's or a token's."""
    desk: str = ""
    role: str = ""
    expires: str = ""
    ca_file: str = ""


class HeldDesks(Struct, kw_only=True, omit_defaults=True):
    """All of them."""

    schema: int = 1
    last: str = ""
    """The address of the centre used last."""
    centres: dict[str, dict[str, HeldDesk]] = {}
    """Address to seat to desk."""


def held() -> HeldDesks:
    """The desks you hold; none where the file is not there. Leaves with 2 where others may read it."""
    path = _path()
    try:
        mode = path.stat().st_mode
        with path.open("rb") as file:
            content = file.read(BYTES_MAX)
    except FileNotFoundError:
        return HeldDesks()
    if sys.platform != "win32" and mode & 0o077:
        raise typer.BadParameter(f"others on this machine may read {path}, which opens your desks: chmod 600 {path}")
    try:
        return msgspec.json.decode(content, type=HeldDesks)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise typer.BadParameter(f"{path} cannot be read; put it aside and sign in again.") from None


@contextmanager
def changed() -> Iterator[HeldDesks]:
    """The desks you hold, to be changed; written when the block ends. One process at a time."""
    with _locked():
        desks = held()
        yield desks
        write_atomically(_path(), msgspec.json.format(msgspec.json.encode(desks)) + b"\n")


def cursor_of(address: str, seat: str, origin: str) -> str:
    """Where `tocsin watch` of that seat stopped; empty at the beginning."""
    try:
        return _cursor_path(address, seat, origin).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def keep_cursor(address: str, seat: str, origin: str, cursor: str) -> None:
    write_atomically(_cursor_path(address, seat, origin), f"{cursor}\n".encode())


def key_path(seat: str) -> Path:
    """Where a nation's own key lies, unless it is told otherwise."""
    return user_folder() / "keys" / f"{seat}.pem"


def _path() -> Path:
    return user_folder() / FILE


def _cursor_path(address: str, seat: str, origin: str) -> Path:
    """By the ledger's origin too: another centre at the same address begins anew."""
    name = sha256(f"{address}\n{seat}\n{origin}".encode()).hexdigest()[:24]
    return user_folder() / "cursors" / name


@contextmanager
def _locked() -> Iterator[None]:
    folder = user_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / f"{FILE}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
