"""A treaty as data: rows with dates and sources, compiled for one day, and the questions it answers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.charter.files.disk import Folder
    from tocsin.charter.snapshot import Charter


def load_charter(name_or_path: "str | Folder") -> "Charter":
    """A charter that ships with Tocsin, by its name ('nato'), or your own, by the path of its file.

    A reform is a charter like any other: 'csto+majority', or the path of your own reform file; 'csto+majority+other'
    lays several over one base. Raises NotFound, with the names there are, and CharterError with every mistake in a
    file by line.
    """
    from tocsin.charter.files.catalog import stack  # noqa: PLC0415  # the pure core imports this and needs no files
    from tocsin.charter.files.loader import load  # noqa: PLC0415  # as above
    from tocsin.charter.files.overlay import load_upon  # noqa: PLC0415  # as above

    first, *upper = stack(str(name_or_path))
    charter = load(first)
    for path in upper:
        charter = load_upon(path, charter)
    return charter
