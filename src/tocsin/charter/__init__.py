"""A treaty as data: rows with dates and sources, compiled for one day, and the questions it answers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.charter.files.disk import Folder
    from tocsin.charter.snapshot import Charter


def load_charter(name_or_path: "str | Folder") -> "Charter":
    """A charter that ships with Tocsin, by its name ('nato'), or your own, by the path of its file.

    Raises NotFound, with the names there are, and CharterError with every mistake in the file by line.
    """
    from tocsin.charter.files.catalog import find  # noqa: PLC0415  # the pure core imports this package and needs no files
    from tocsin.charter.files.loader import load  # noqa: PLC0415  # as above

    return load(find(str(name_or_path)))
