"""What `charter check` finds in a file."""

from msgspec import Struct

from tocsin.charter import load_charter
from tocsin.charter.checks.document import note_document
from tocsin.charter.files.catalog import find
from tocsin.charter.snapshot import Charter
from tocsin.charter.told.drafts import why_hypothetical
from tocsin.cli.charter_reforms import rows_line, views_of
from tocsin.errors import CharterError, NotFound, Problem


class Checked(Struct, frozen=True, kw_only=True):
    """One file, checked. Without problems it has a summary; notes are no mistakes."""

    file: str
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    summary: str = ""
    hypothetical: bool = False
    why_hypothetical: str = ""


def checked(name_or_path: str) -> Checked:
    """The file of that path, or the shipped charter of that name, with every mistake in it."""
    try:
        charter = load_charter(name_or_path)
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
        notes=_notes(charter, name_or_path),
        summary=f"{charter.id}: all is well: {parties} parties, {counts}{_touched(charter)}; {charter.hash}",
        hypothetical=document.charter.hypothetical,
        why_hypothetical=why_hypothetical(document, "an invented alliance") if document.charter.hypothetical else "",
    )


def _notes(charter: Charter, name_or_path: str) -> tuple[Problem, ...]:
    """Notes by line of a charter's file; those of a reform's base are told when the base is checked."""
    if views_of(charter.document):
        return ()
    path = find(name_or_path)
    return tuple(note_document(charter.document, path.read_text(encoding="utf-8"), str(path)))


def _touched(charter: Charter) -> str:
    return "".join(f"; {one.name} {rows_line(one)}" for one in views_of(charter.document))
