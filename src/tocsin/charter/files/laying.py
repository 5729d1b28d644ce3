"""Row by row: which rows of a base a reform leaves, closes and drops, and which of its own take their place.

From the first day of a reform's row on, the base's rows of the same id no longer speak: they are closed on that day,
or dropped where they would only begin later. A plain row takes the place of the base's rows under readings as well;
a row under a reading only of those under the same reading.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from tocsin.charter.checks.index import TABLES, Index, Span
from tocsin.charter.checks.references import Use, uses
from tocsin.charter.files.locate import Mistake, Path, readable
from tocsin.charter.files.remedies import suggestion
from tocsin.charter.model import DEFAULT_STATUSES, Clause, Document, Matter, Membership
from tocsin.charter.reform import Intent, Overlay, Repeal
from tocsin.charter.rows import Row

Ident = tuple[str, str]
"""Table and name: the id of a row; of a membership the party, or party and status where that is an overlay."""


class End(NamedTuple):
    """Where the base's rows of one identity stop."""

    day: date
    reading: str
    """only rows under this reading stop; "" for all"""
    path: Path
    """the place in the reform that says so"""


class Laying:
    """One reform and one base, row by row. `kept` are the base's rows that stay, closed where they must be."""

    def __init__(self, overlay: Overlay, intents: dict[Path, Intent], base: Document) -> None:
        self.overlay, self.intents, self.base = overlay, intents, base
        self.starts = overlay.reform.starts
        self.index = Index(base, "")
        laid_over = (*DEFAULT_STATUSES, *base.status, *overlay.status)
        self._overlays = {row.id for row in laid_over if row.overlay}
        self.ends: dict[Ident, list[End]] = {}
        for table in TABLES:
            for at, row in enumerate(getattr(overlay, table)):
                if isinstance(row, Row):
                    end = End(row.from_ or self.starts, row.reading, (table, at))
                    self.ends.setdefault(self.ident(table, row), []).append(end)
        self.replaced, self.added = self._replaced_and_added()
        self.repealed: list[str] = []
        self.repeals: dict[Ident, Path] = {}
        self._lost: list[Mistake] = []
        for at, repeal in enumerate(overlay.repeal):
            self._repeal(repeal, ("repeal", at))
        self.kept: dict[str, tuple[Struct, ...]] = {table: self._kept(table) for table in TABLES}

    def ident(self, table: str, row: Row) -> Ident:
        if isinstance(row, Membership):
            return table, f"{row.party} {row.status}" if row.status in self._overlays else row.party
        return table, getattr(row, "id", "")

    def rows(self, table: str) -> tuple[Struct, ...]:
        """The rows of the reformed document: the base's that are kept, then the reform's with their first day."""
        own = [
            replace(row, from_=row.from_ or self.starts) if isinstance(row, Row) else row
            for row in getattr(self.overlay, table)
        ]
        return (*self.kept[table], *own)

    def mistakes(self) -> Iterator[Mistake]:
        """Rows that do not do what they say, or what no reform can do."""
        yield from self._lost
        names = {party.id for party in self.base.party}
        for at, party in enumerate(self.overlay.party):
            if party.id in names:
                fix = "leave the row out: a name has no dates, so it cannot change on a day"
                yield Mistake(("party", at, "id"), f"the base names '{party.id}' already", "a party of your own", fix)
        for table in TABLES:
            own = [row for row in getattr(self.overlay, table) if isinstance(row, Row)]
            keys = {row.key for row in own}
            for at, row in enumerate(own):
                yield from self._row(table, at, row)
                if row.supersedes and row.supersedes not in keys:
                    found = f"a reform does not correct the base: '{row.supersedes}' is no key of its own"
                    fix = "leave 'supersedes' out; a row of the same id takes the other's place by itself"
                    yield Mistake((table, at, "supersedes"), found, "a key of a row of this file", fix)

    def _row(self, table: str, at: int, row: Row) -> Iterator[Mistake]:
        path = (table, at)
        if row.from_ is not None and row.from_ < self.starts:
            found = f"the row holds from {row.from_}, and the reform takes effect on {self.starts} only"
            fix = f"leave 'from' out, or give the reform effective = {row.from_}"
            yield Mistake((*path, "from"), found, f"{self.starts} or later", fix)
        if row.recorded is not None:
            found = "a draft is known as a whole, so its rows are not recorded one by one"
            yield Mistake((*path, "recorded"), found, "", "leave 'recorded' out")
        name = self.ident(table, row)
        there = self._in_base(name, row.from_ or self.starts)
        field = "party" if isinstance(row, Membership) else "id"
        if self.intents.get(path) == "replace" and not there:
            known = [known for known_table, known in self._idents() if known_table == table]
            found = f"it says that it replaces, and the base has no {table} '{name[1]}' on {row.from_ or self.starts}"
            fix = suggestion(name[1], known) or 'correct the name, or write change = "add"'
            yield Mistake((*path, field), found, _listed(known), fix)
        if self.intents.get(path) == "add" and there:
            fix = 'write change = "replace", or choose another id'
            yield Mistake((*path, field), f"it says that it adds, and the base has {table} '{name[1]}'", "", fix)

    def _replaced_and_added(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        replaced: dict[str, None] = {}
        added: dict[str, None] = {}
        for name, ends in self.ends.items():
            to = replaced if any(self._in_base(name, end.day) for end in ends) else added
            to[" ".join(name)] = None
        return tuple(replaced), tuple(added)

    def _repeal(self, repeal: Repeal, path: Path) -> None:
        rows = [row for row in getattr(self.base, repeal.table) if self._is_meant(repeal, row)]
        if not any(self.index.span(row).end > self.starts for row in rows):
            known = sorted({getattr(row, "id", "") or row.party for row in getattr(self.base, repeal.table)})
            status = f" of status '{repeal.status}'" if repeal.status else ""
            ended = ": it has ended before" if rows else ""
            found = f"the base has no {repeal.table} '{repeal.id}'{status} on {self.starts} to repeal{ended}"
            fix = suggestion(repeal.id, known) or "correct the id, or leave the [[repeal]] out"
            self._lost.append(Mistake((*path, "id"), found, _listed(known), fix))
            return
        for name in {self.ident(repeal.table, row) for row in rows}:
            taken = [end for end in self.ends.get(name, ()) if end.path[0] != "repeal"]
            if taken and not repeal.status:
                found = f"{repeal.table} '{repeal.id}' is repealed, and a row of this file takes its place as well"
                self._lost.append(Mistake((*path, "id"), found, "", "leave one of the two out"))
            self.ends.setdefault(name, []).append(End(self.starts, "", path))
            self.repeals.setdefault(name, path)
            self.repealed.append(" ".join(name))

    def _is_meant(self, repeal: Repeal, row: Struct) -> bool:
        if isinstance(row, Membership):
            return row.party == repeal.id and repeal.status in ("", row.status)
        return getattr(row, "id", "") == repeal.id

    def _idents(self) -> list[Ident]:
        rows = ((table, row) for table in TABLES for row in getattr(self.base, table))
        return list(dict.fromkeys(self.ident(table, row) for table, row in rows if isinstance(row, Row)))

    def _in_base(self, name: Ident, day: date) -> bool:
        """Whether the base has a row of that identity on the day or later."""
        rows = (row for row in getattr(self.base, name[0]) if isinstance(row, Row))
        return any(self.ident(name[0], row) == name and self.index.span(row).end > day for row in rows)

    def _kept(self, table: str) -> tuple[Struct, ...]:
        kept: list[Struct] = []
        hidden: set[str] = set()
        for row in getattr(self.base, table):
            closed = self._closed(table, row) if isinstance(row, Row) else row
            if closed is not None:
                kept.append(closed)
            elif row.supersedes:
                hidden.add(row.supersedes)
        # A row that was corrected does not come back because its correction would only have begun under the reform.
        while gone := [row for row in kept if isinstance(row, Row) and row.key and row.key in hidden]:
            kept = [row for row in kept if row not in gone]
            hidden = {row.supersedes for row in gone}
        keys = {row.key for row in kept if isinstance(row, Row)}
        return tuple(
            replace(row, supersedes="") if isinstance(row, Row) and row.supersedes not in keys else row for row in kept
        )

    def _closed(self, table: str, row: Row) -> Row | None:
        """The row as it stays in the base; None if it would only hold under the reform."""
        ends = [end.day for end in self.ends.get(self.ident(table, row), ()) if end.reading in ("", row.reading)]
        if not ends:
            return row
        day, span = min(ends), self.index.span(row)
        if span.start >= day:
            return None
        if span.end <= day:
            return row
        if isinstance(row, Clause) and row.from_ is None:
            # Rows that rest on it go on holding always, although the reform's clause of that id has a first day.
            return replace(row, from_=date.min, to=day)
        if isinstance(row, Matter):
            open_before = tuple(forum for forum in row.forum if forum.from_ is None or forum.from_ < day)
            return replace(row, to=day, forum=open_before)
        return replace(row, to=day)


def uses_of_repealed(
    index: Index, laying: Laying, own: Callable[[Path], Path | None], line: Callable[[Path], int]
) -> Iterator[tuple[Path, Mistake | None]]:
    """Names that lead nowhere because of the reform, each with its path in the reformed document.

    A row of the base that names what the reform ends is a mistake of the reform: told where it ends it, once a row.
    `own` turns a path of the document into one of the reform's file, `line` a path of that file into its line.
    """
    told: set[tuple[Path, Path]] = set()
    for use in uses(index):
        here = own(use.path)
        if here is not None:
            if (repeal := _repealed(laying, use)) is not None and not _found(index, use, use.node.span):
                found = f"it names {use.name!r}, which this file repeals on line {line((*repeal, 'id'))}"
                yield use.path, Mistake(here, found, "", "name something else, or leave the [[repeal]] out")
            continue
        days = Span(max(use.node.span.start, laying.starts), use.node.span.end)
        if days.is_empty or not _found(laying.index, use, days) or _found(index, use, days):
            continue
        blamed = _blamed(laying, use)
        again = (blamed, use.node.path[:2]) in told
        told.add((blamed, use.node.path[:2]))
        yield use.path, None if again else _left_behind(index, use, blamed)


def _left_behind(index: Index, use: Use, blamed: Path) -> Mistake:
    table = str(use.path[0])
    row = index.tables[table][int(use.path[1])]
    who = f"{table} '{getattr(row, 'id', '') or getattr(row, 'party', '')}'"
    found = f"{who} of the base still names '{use.name}' ({readable(use.path[2:])}), which ends here"
    return Mistake(blamed, found, "", f"replace or repeal {who} as well, or leave '{use.name}' in force")


def _found(index: Index, use: Use, days: Span) -> bool:
    """Whether what the name stands for holds on one of the days; words and codes of parties always do."""
    kinds, words = use.refers
    spans = [span for kind in kinds for span in index.spans.get(kind, {}).get(use.name, ())]
    return use.name in words or any(span.meets(days) for span in spans)


def _repealed(laying: Laying, use: Use) -> Path | None:
    return next(
        (laying.repeals[kind, use.name] for kind in use.refers.kinds if (kind, use.name) in laying.repeals), None
    )


def _blamed(laying: Laying, use: Use) -> Path:
    ends = [end for kind in use.refers.kinds for end in laying.ends.get((kind, use.name), ())]
    return (*ends[0].path, "id") if ends else ("reform", "base")


def _listed(names: list[str], most: int = 20) -> str:
    return ", ".join([*names[:most], *(["…"] if len(names) > most else [])]) or "none"
