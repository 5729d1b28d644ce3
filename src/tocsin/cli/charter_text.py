"""Treaty texts that the user attached, and the clauses they belong to."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tocsin.charter import load_charter
from tocsin.charter.files.articles import plain
from tocsin.charter.files.catalog import shipped
from tocsin.charter.files.text import ArticleText, ImportedText, article_text, import_text
from tocsin.charter.model import Clause
from tocsin.charter.snapshot import Charter, visible
from tocsin.errors import NotFound, Problem, TextError


def import_into(file: Path, store: Path, charter: str, instrument: str) -> ImportedText:
    """Attach a text to the charter named, else to the one its file name names, else to the only one it fits.

    Raises TextError where it fits none or several charters, and as `import_text` does.
    """
    chosen = charter or _charter_for(file, instrument)
    return import_text(file, store, load_charter(chosen).document, instrument)


def article_of(
    charter: Charter, article: str, store: Path
) -> tuple[list[Clause], list[tuple[str, ArticleText | None]]]:
    """The charter's clauses of an article as they stand now, and the user's copy of it by instrument.

    `article` is a number as printed, or the id of a clause. Raises NotFound where the charter has no such article.
    """
    clauses = [row for row in visible(charter.document.clause, None) if row.to is None]
    number = next((row.article for row in clauses if row.id == article), article)
    found = [row for row in clauses if article in (row.id, row.article)]
    found = found or [row for row in clauses if plain(row.article) == plain(number)]
    if not found:
        raise NotFound("article", article, [row.id for row in clauses])
    instruments = dict.fromkeys(row.instrument for row in found)
    return found, [(name, article_text(store, charter.id, name, number)) for name in instruments]


def _charter_for(file: Path, instrument: str) -> str:
    names = shipped()
    words = re.split(r"[^a-z0-9]+", file.stem.lower())
    if named := [name for name in names if name.lower() in words]:
        return named[0]
    fitting, refusals = [], []
    with TemporaryDirectory() as trial:
        for name in names:
            try:
                import_text(file, Path(trial), load_charter(name).document, instrument)
            except TextError as error:
                refusals.append(error)
            else:
                fitting.append(name)
    if len(fitting) == 1:
        return fitting[0]
    if refusals and all(problem.field == "" for problem in refusals[0].problems):
        raise refusals[0]  # it is no text with articles at all
    found = "it cannot be told to which charter this text belongs"
    fix = "name both, such as --charter nato --instrument NAT"
    raise TextError([Problem(str(file), 0, "charter", found, ", ".join(fitting or names), fix)])
