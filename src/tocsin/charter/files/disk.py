"""The room's only door to the disk and to the files that ship inside the package."""

import os
import tempfile
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path

from tocsin.errors import InputError, Problem

Folder = Path
"""A folder of the user, for modules that only hand it on."""

Refuse = Callable[[Iterable[Problem]], InputError]
"""The error to raise: CharterError, CaseError or TextError."""


def read_bytes(path: Path, max_bytes: int, refuse: Refuse) -> bytes:
    """The bytes of a file. Raises `refuse` for a missing or unreadable file and for one over `max_bytes`."""
    try:
        if is_named_pipe(path):
            raise refuse([Problem(str(path), 0, "", "the file cannot be read: it is a named pipe", "a file")])
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        found = f"the file cannot be read: {(error.strerror or str(error)).lower()}"
        raise refuse([Problem(str(path), 0, "", found)]) from None
    if len(content) > max_bytes:
        raise refuse([Problem(str(path), 0, "", "the file is too large", f"at most {max_bytes:,} bytes")])
    return content


def is_named_pipe(path: Path) -> bool:
    """Whether nobody knows if this ever ends: a pipe with a name. What a shell hands on, as /dev/stdin, is none."""
    return path.is_fifo() and path.resolve().is_fifo()


def decode(content: bytes, name: str, refuse: Refuse) -> str:
    """UTF-8 text, without the mark that some editors put first.

    Raises `refuse` with the line of the first byte that is none.
    """
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fix = "save the file as UTF-8 text (not as a word processor's format)"
        raise refuse([Problem(name, line, "", "this is not UTF-8 text", "UTF-8 text", fix)]) from None


def write_atomically(path: Path, content: bytes, *, is_shared: bool = False) -> None:
    """Write a file so that whoever reads it sees the old content or the new, never a part. Makes its folder.

    Only its owner may read it; where it is shared, whoever might read the one before, or a new file in that folder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    except OSError as error:  # whoever reads it knows the file, not the one in its place
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            if is_shared:
                os.fchmod(handle, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def _umask() -> int:
    """What new files may not be; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def user_folder() -> Path:
    """Where the user's own data lies: $TOCSIN_HOME, else $XDG_DATA_HOME/tocsin, else ~/.local/share/tocsin."""
    if home := os.environ.get("TOCSIN_HOME"):
        return Path(home)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "tocsin"


def resource_names(folder: str) -> list[str]:
    """Names, without '.toml', of the files that ship in a folder of the package, such as 'charters' or 'cases'."""
    shipped = files("tocsin").joinpath(folder)
    if not shipped.is_dir():
        return []
    return sorted(entry.name.removesuffix(".toml") for entry in shipped.iterdir() if entry.name.endswith(".toml"))


def resource_path(folder: str, name: str) -> Path:
    """The path of a file that ships in a folder of the package."""
    return Path(str(files("tocsin").joinpath(folder, f"{name}.toml")))
