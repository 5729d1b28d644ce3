"""What `charter check` finds in a file."""

from msgspec import Struct

from tocsin.charter.checks.document import note_document
from tocsin.charter.files.catalog import find
from tocsin.charter.files.loader import load
from tocsin.errors import CharterError, NotFound, Problem


class Checked(Struct, frozen=True, kw_only=True):
    """One file, checked. Without problems it has a summary; notes are no mistakes."""

    file: str
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    summary: str = ""
    hypothetical: bool = False


def checked(name_or_path: str) -> Checked:
    """The file of that path, or the shipped charter of that name, with every mistake in it."""
    try:
        path = find(name_or_path)
        charter = load(path)
    except CharterError as error:
        return Checked(file=name_or_path, problems=error.problems)
    except NotFound as error:
        return Checked(file=name_or_path, problems=(Problem(name_or_path, 0, "", str(error)),))
    document = charter.document
    counts = ", ".join(
        f"{len(getattr(document, table))} {words}"
        for table, words in (("clause", "clauses"), ("organ", "organs"), ("matter", "matters"), ("duty", "duties"))
    )
    parties = len({row.party for row in document.membership})
    return Checked(
        file=name_or_path,
        notes=tuple(note_document(document, path.read_text(encoding="utf-8"), str(path))),
        summary=f"{charter.id}: all is well: {parties} parties, {counts}; {charter.hash}",
        hypothetical=document.charter.hypothetical,
    )
