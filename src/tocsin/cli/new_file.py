"""Writing a file that a command makes: whole or not at all, and never over another unless that was asked for."""

from pathlib import Path

from tocsin.charter.files.disk import write_atomically
from tocsin.errors import TocsinError


class FileThere(TocsinError):
    """A file of that name is there already, and nobody said that it may be replaced."""

    def __init__(self, path: Path, look: str = "") -> None:
        super().__init__(f"{path}: there is such a file already.\n  fix: {look}add --force, or name another file")


def check_new(path: Path, *, force: bool, look: str = "") -> None:
    """Raises FileThere where a file would be replaced and nobody said that it may; `look` says how to look first."""
    if path.exists() and not force:
        raise FileThere(path, look)


def write_new(path: Path, text: str, *, force: bool) -> None:
    """Writes the text. Raises FileThere as `check_new` does, and OSError where it cannot be written."""
    check_new(path, force=force)
    write_atomically(path, text.encode(), is_shared=True)
