"""A document laid out for the checks: every table and what is nested in it, with its path and its validity."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from tocsin.charter.files.locate import Path, locate
from tocsin.charter.model import DEFAULT_STATUSES, Document, Forum
from tocsin.charter.rows import Row

TABLES = tuple(name for name in Document.__struct_fields__ if name not in ("schema", "charter"))
"""Names of the lists of rows in a document, in file order."""

ROLES = ("subject", "requester", "victim", "attacker", "willing", "supporters")
"""Parties that a case, an event or a vote names."""

BUILT_IN_GROUPS = ("members", "voters", "observers", "partners", "acceding", "everyone")
"""Groups every charter knows; each status is a group as well."""


class Span(NamedTuple):
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    def meets(self, other: "Span") -> bool:
        """Whether there is a day in both."""
        return max(self.start, other.start) < min(self.end, other.end)

    def within(self, other: "Span") -> "Span":
        return Span(max(self.start, other.start), min(self.end, other.end))

    @property
    def is_empty(self) -> bool:
        return self.start >= self.end

    def __str__(self) -> str:
        start = "" if self.start == date.min else f"from {self.start}"
        end = "" if self.end == date.max else f"up to {self.end}"
        return " ".join(part for part in (start, end) if part) or "always"


ALWAYS = Span(date.min, date.max)


class Node(NamedTuple):
    """A row, or a table nested in a row, with the days on which both hold."""

    path: Path
    value: Struct
    span: Span
    reading: str


class Index:
    """The document with what the checks ask of it again and again. `line` is only reckoned for messages."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.text = text
        self.tables: Mapping[str, tuple[Struct, ...]] = {name: getattr(document, name) for name in TABLES}
        self.starts = _clause_starts(document)
        self.nodes = tuple(self._walk_all())

    def line(self, path: Path) -> int:
        return locate(self.text, path)

    def rows(self, table: str) -> Sequence[Node]:
        """The rows of one table, without what is nested in them."""
        return self._rows[table]

    @cached_property
    def _rows(self) -> Mapping[str, list[Node]]:
        found: dict[str, list[Node]] = {table: [] for table in TABLES}
        for node in self.nodes:
            if len(node.path) == 2:
                found[str(node.path[0])].append(node)
        return found

    @cached_property
    def by_id(self) -> Mapping[tuple[str, str], list[Node]]:
        """(table, id) to the rows of that id; rows without an id stand under ""."""
        found: dict[tuple[str, str], list[Node]] = {}
        for table in TABLES:
            for node in self.rows(table):
                found.setdefault((table, getattr(node.value, "id", "")), []).append(node)
        return found

    def span(self, row: Struct) -> Span:
        """When a row holds: since its own `from`, else since its clause began; [[party]] rows always."""
        if not isinstance(row, Row):
            return ALWAYS
        return Span(row.from_ or self.starts.get(row.clause, date.min), row.to or date.max)

    @cached_property
    def spans(self) -> Mapping[str, Mapping[str, list[Span]]]:
        """Table name, then id, to the spans on which a row of that id holds. Built-in names hold always."""
        found: dict[str, dict[str, list[Span]]] = {}
        for table in TABLES:
            ids = found.setdefault(table, {})
            for node in self.rows(table):
                ids.setdefault(getattr(node.value, "id", ""), []).append(node.span)
            ids.pop("", None)
        for status in DEFAULT_STATUSES:
            found["status"].setdefault(status.id, []).append(ALWAYS)
        for name in (*BUILT_IN_GROUPS, *found["status"]):
            found["group"].setdefault(name, []).append(ALWAYS)
        found["role"] = {role: [ALWAYS] for role in ROLES}
        return found

    def known(self, node: Node) -> Span:
        """Days of knowledge on which a row of a table is visible: recorded, and not superseded yet."""
        row = node.value
        assert isinstance(row, Row)
        return Span(row.recorded or date.min, self._superseded.get((node.path[0], row.key), date.max))

    @cached_property
    def _superseded(self) -> Mapping[tuple[object, str], date]:
        ends: dict[tuple[object, str], date] = {}
        for table in TABLES:
            rows = [row for row in self.tables[table] if isinstance(row, Row)]
            given = [row.key for row in rows if row.key]
            for row in rows:
                if row.supersedes:
                    # A slip in a key is one mistake; it is not to make the rows clash as well.
                    meant = [row.supersedes] if row.supersedes in given else get_close_matches(row.supersedes, given, 1)
                    key = (table, meant[0] if meant else row.supersedes)
                    ends[key] = min(ends.get(key, date.max), row.recorded or date.min)
        return ends

    @cached_property
    def questions(self) -> Mapping[str, str]:
        """Reading to the question it answers."""
        return {row.id: row.question for row in self.document.reading}

    def exclude(self, one: str, other: str) -> bool:
        """Whether rows under these readings ("" for none) never stand beside each other as equals.

        A plain row gives way to the same row under a chosen reading, and of one question only one reading is
        chosen.
        """
        if one == other:
            return False
        if not one or not other:
            return True
        return self.questions.get(one) == self.questions.get(other)

    def _walk_all(self) -> Iterator[Node]:
        for table in TABLES:
            for index, row in enumerate(self.tables[table]):
                yield from _walk((table, index), row, self.span(row), getattr(row, "reading", ""))


def _walk(path: Path, value: Struct, span: Span, reading: str) -> Iterator[Node]:
    yield Node(path, value, span, reading)
    for attribute, name in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
        inner = getattr(value, attribute)
        parts: list[tuple[Path, Struct]] = [((name,), inner)] if isinstance(inner, Struct) else []
        if isinstance(inner, tuple):
            parts = [((name, index), part) for index, part in enumerate(inner) if isinstance(part, Struct)]
        for step, part in parts:
            yield from _walk((*path, *step), part, _own(part).within(span), getattr(part, "reading", "") or reading)


def _own(value: Struct) -> Span:
    """The dates a nested table gives itself."""
    if isinstance(value, Row | Forum):
        return Span(value.from_ or date.min, value.to or date.max)
    return ALWAYS


def _clause_starts(document: Document) -> dict[str, date]:
    starts: dict[str, date] = {}
    for clause in document.clause:
        if clause.from_ is not None:
            starts[clause.id] = min(starts.get(clause.id, clause.from_), clause.from_)
    return starts
