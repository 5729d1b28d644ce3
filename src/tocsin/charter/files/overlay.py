"""Reading a reform file and laying it over its base: what comes out is a plain charter, so that nothing else changes.

From the day it takes effect a reform's rows stand in the place of the base's rows of the same id, add others and
repeal some; before that day the base holds as it is. Rows are dated, so nothing is cut out of the base: a row whose
place is taken is closed on that day. Every mistake is told by file and line of the reform.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from tocsin.charter.checks.document import CHECKS
from tocsin.charter.checks.index import TABLES, Index
from tocsin.charter.checks.references import references
from tocsin.charter.files.catalog import shipped, shipped_reforms, stack
from tocsin.charter.files.disk import Folder, decode, read_bytes
from tocsin.charter.files.laying import Laying, uses_of_repealed
from tocsin.charter.files.loader import BYTES_MAX, check_format, convert, load_text, parse_toml
from tocsin.charter.files.locate import Mistake, Path, locate, located
from tocsin.charter.files.remedies import suggestion
from tocsin.charter.files.structure import shown
from tocsin.charter.model import SCHEMA, Document
from tocsin.charter.reform import Intent, Laid, Overlay, Reformed, reforms_of
from tocsin.charter.snapshot import Charter
from tocsin.errors import CharterError, NotFound

INTENT = "change"
"""The field by which a row of a reform says whether it means to add or to replace."""
INTENTS: tuple[Intent, ...] = ("add", "replace")
BASE = ("reform", "base")


class Source(NamedTuple):
    """A reform file as it was read."""

    overlay: Overlay
    intents: dict[Path, Intent]
    """row -> what it says of itself"""
    text: str
    name: str


def load_upon(path: str | Folder, base: Charter) -> Charter:
    """The reform in a shipped file laid over a charter that is at hand. Raises CharterError with every mistake."""
    name = str(path)
    text = decode(read_bytes(Folder(path), BYTES_MAX, CharterError), name, CharterError)
    source = read(parse_toml(text, name, CharterError), text, name)
    named = source.overlay.reform.base
    if named not in (base.id, base.id.partition("+")[0]):
        found = f"it is a reform of '{named}' and cannot be laid over '{base.id}'"
        _refuse([Mistake(BASE, found, named)], source)
    return lay(source, base)


def load_overlay(raw: dict[str, Any], text: str, name: str, seen: tuple[Folder, ...] = ()) -> Charter:
    """The charter that a reform file makes of its base, which is found and loaded as well.

    `raw` are the tables of `text`; `seen` are the reform files that asked for this one. Raises CharterError with
    every mistake in the reform, or in its base.
    """
    source = read(raw, text, name)
    return lay(source, _base(source, (*seen, Folder(name).resolve())))


def header(path: str | Folder) -> Overlay:
    """A reform file alone, its base unread: for lists. Raises CharterError for fields that are not of their type."""
    name = str(path)
    text = decode(read_bytes(Folder(path), BYTES_MAX, CharterError), name, CharterError)
    return read(parse_toml(text, name, CharterError), text, name).overlay


def read(raw: dict[str, Any], text: str, name: str) -> Source:
    """The overlay in raw tables. Raises CharterError with every field that is not of its type."""
    check_format(raw, SCHEMA, "docs/CHARTERS.md", text, name, CharterError)
    intents: dict[Path, Intent] = {}
    wrong: list[Mistake] = []
    bare = dict(raw)
    for table in TABLES:
        if not isinstance(rows := raw.get(table), list):
            continue
        bare[table] = [_without_intent(row) for row in rows]
        for at, row in enumerate(rows):
            said = row.get(INTENT) if isinstance(row, dict) else None
            if said in INTENTS:
                intents[(table, at)] = said
            elif said is not None:
                fix = suggestion(said, INTENTS) if isinstance(said, str) else ""
                wrong.append(
                    Mistake((table, at, INTENT), f"{shown(said)} is not accepted here", ", ".join(INTENTS), fix)
                )
    overlay = convert(bare, Overlay, text, name, CharterError)
    source = Source(overlay, intents, text, name)
    _refuse(wrong, source)
    return source


def lay(source: Source, base: Charter) -> Charter:
    """The base with the reform laid over it. Raises CharterError with every mistake, by line of the reform."""
    overlay = source.overlay
    laying = Laying(overlay, source.intents, base.document)
    document = _document(base, laying)
    index = LaidIndex(document, source.text, laying)
    found = [*_header(source, base), *laying.mistakes()]
    told: set[Path] = set()
    for path, mistake in uses_of_repealed(index, laying, index.own, lambda at: locate(source.text, at)):
        told.add(path)
        found += [mistake] if mistake is not None else []
    for check in CHECKS:
        # Up to the effective day the base's names lead where they always did; from then on `told` has them.
        aside = check is references
        found += [
            _moved(index, mistake)
            for mistake in check(index)
            if mistake.path not in told and not (aside and index.own(mistake.path) is None)
        ]
    _refuse(list(dict.fromkeys(found)), source)
    covers = msgspec.json.encode((base.hash, overlay), order="sorted")
    return Charter(document, f"sha256:{sha256(covers).hexdigest()}")


class LaidIndex(Index):
    """A reformed document for the checks; lines in their messages are those of the reform's own file."""

    def __init__(self, document: Document, text: str, laying: Laying) -> None:
        super().__init__(document, text)
        self._kept = {table: len(laying.kept[table]) for table in TABLES}

    def own(self, path: Path) -> Path | None:
        """Where in the reform's file the value at `path` stands; None for what is the base's."""
        if len(path) < 2 or path[0] not in self._kept:
            return None
        at = int(path[1]) - self._kept[str(path[0])]
        return (path[0], at, *path[2:]) if at >= 0 else None

    def line(self, path: Path) -> int:
        return super().line(self.own(path) or BASE)


def _without_intent(row: object) -> object:
    return {key: value for key, value in row.items() if key != INTENT} if isinstance(row, dict) else row


def _document(base: Charter, laying: Laying) -> Document:
    about, reform = base.document.charter, laying.overlay.reform
    laid = Laid(
        reform=reform, replaced=laying.replaced, added=laying.added, repealed=tuple(dict.fromkeys(laying.repealed))
    )
    fields = {name: getattr(about, name) for name in ("timezone", "languages")}
    reformed = Reformed(
        id=f"{about.id}+{reform.id}",
        title=f"{about.title}, reformed: {reform.title}",
        summary=f"{reform.summary} (A draft by {reform.author}, {reform.date}.)",
        hypothetical=True,
        base_invented=about.invented,
        reforms=(*reforms_of(base.document), laid),
        **fields,
    )
    return replace(base.document, charter=reformed, **{table: laying.rows(table) for table in TABLES})


def _header(source: Source, base: Charter) -> Iterator[Mistake]:
    """What is wrong with what the reform says of itself."""
    reform = source.overlay.reform
    if base.document.charter.outline:
        fix = "write the rest of the base first: its organs, rules and duties"
        yield Mistake(BASE, f"'{base.id}' is an outline, without rules or duties to change", "a complete charter", fix)
    if reform.id in (laid.reform.id for laid in reforms_of(base.document)):
        yield Mistake(("reform", "id"), f"a reform '{reform.id}' is laid over '{base.id}' already", "another name")
    if reform.hypothetical:
        if reform.class_ not in (None, "invented"):
            fix = "write hypothetical = false if somebody made this proposal; else leave the class out"
            yield Mistake(("reform", "class"), f"an invented draft is no '{reform.class_}'", "invented", fix)
        return
    accepted = "official text, official statement, press, secondary, memory"
    fix = "write hypothetical = true where the draft is your own"
    if reform.class_ in (None, "invented") or not reform.source:
        missing = "source" if not reform.source else "class"
        found = f"a proposal that somebody made needs its {missing}"
        yield Mistake(("reform", missing), found, accepted if missing == "class" else "", fix)
    for table in TABLES:
        for at, row in enumerate(getattr(source.overlay, table)):
            if getattr(row, "class_", None) == "invented":
                found = "an invented row stands in a proposal that somebody made"
                yield Mistake((table, at, "class"), found, accepted, fix)


def _moved(index: LaidIndex, mistake: Mistake) -> Mistake:
    """A mistake of the reformed document as one of the reform's file."""
    if (own := index.own(mistake.path)) is not None:
        return mistake._replace(path=own)
    row = index.tables[str(mistake.path[0])][int(mistake.path[1])] if len(mistake.path) > 1 else None
    who = f"{mistake.path[0]} '{getattr(row, 'id', '') or getattr(row, 'party', '')}'" if row is not None else "it"
    return mistake._replace(path=BASE, found=f"with this reform {who} of the base goes wrong: {mistake.found}")


def _base(source: Source, seen: tuple[Folder, ...]) -> Charter:
    """The charter that the reform names as its base: a file beside it, or a shipped charter or reform."""
    named = source.overlay.reform.base
    beside = Folder(source.name).parent / named
    try:
        first, *upper = [beside] if named.endswith(".toml") and beside.is_file() else stack(named)
    except NotFound:
        known = [*shipped(), *shipped_reforms()]
        fix = suggestion(named, known) or "name a charter that 'charter list' shows, or a file from this file's folder"
        listed = ", ".join(known)
        raise CharterError(
            located([Mistake(BASE, f"there is no charter '{named}'", listed, fix)], source.text, source.name)
        ) from None
    if first.resolve() in seen:
        way = " → ".join(path.name for path in (*seen[seen.index(first.resolve()) :], first))
        _refuse([Mistake(BASE, f"its base leads back to itself: {way}", "", "let one of them name a charter")], source)
    text = decode(read_bytes(first, BYTES_MAX, CharterError), str(first), CharterError)
    raw = parse_toml(text, str(first), CharterError)
    charter = load_overlay(raw, text, str(first), seen) if "reform" in raw else load_text(text, str(first))
    for path in upper:
        charter = load_upon(path, charter)
    return charter


def _refuse(found: list[Mistake], source: Source) -> None:
    if found:
        raise CharterError(located(found, source.text, source.name))
