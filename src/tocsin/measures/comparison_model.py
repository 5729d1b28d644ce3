"""What a comparison of alliances tells, as structs: the terminal, the JSON and the page are made from the same."""

from datetime import date
from typing import Literal

from msgspec import Struct

from tocsin.charter.model import Clause
from tocsin.terms import PartyId, SourceClass

CellStatus = Literal["said", "none", "not known", "no row"]
"""`none`: a row says that the treaty has no such thing. `not known`: no source tells, and the row says why.
`no row`: the charter file is silent, which says nothing about the treaty."""
LineKind = Literal["said", "none", "not known"]


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One statement of a cell, with the clauses it rests on and the weakest class among them."""

    says: str
    kind: LineKind = "said"
    clauses: tuple[str, ...] = ()
    source_class: SourceClass = "memory"
    parties: tuple[PartyId, ...] = ()
    """the parties it counts, where it counts some"""
    hours: int | None = None
    """hours, where it is a length of time that could be worked out; None also means unbounded"""


class Variant(Struct, frozen=True, kw_only=True):
    """What one reading of a contested question makes of a cell."""

    question: str
    reading: str
    adds: tuple[Line, ...]
    drops: tuple[str, ...]


class Cell(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one alliance says on one topic."""

    alliance: str
    status: CellStatus
    lines: tuple[Line, ...] = ()
    weak: dict[str, SourceClass] = {}
    """clause -> how it was seen, for what the cell rests on and nobody read at the source; to be said first"""
    contested: tuple[Variant, ...] = ()

    @property
    def clauses(self) -> tuple[str, ...]:
        """Every clause the cell leads to, those of rival readings included."""
        lines = (*self.lines, *(line for variant in self.contested for line in variant.adds))
        return tuple(dict.fromkeys(clause for line in lines for clause in line.clauses))


class TopicRow(Struct, frozen=True, kw_only=True):
    """One topic across the alliances, cells in their order."""

    id: str
    group: str
    title: str
    cells: tuple[Cell, ...]


class Column(Struct, frozen=True, kw_only=True):
    """One alliance of a comparison, and the clauses its cells lead to, by id, each wording of the day."""

    id: str
    title: str
    hypothetical: bool
    outline: bool
    hash: str
    members: tuple[PartyId, ...]
    weak_percent: int
    """share of its statements here that rest on weak sources, in per cent"""
    clauses: dict[str, Clause]


class Comparison(Struct, frozen=True, kw_only=True):
    """Alliances side by side on one day. `names` gives the English names of all parties in it."""

    on: date
    known: date | None
    columns: tuple[Column, ...]
    rows: tuple[TopicRow, ...]
    names: dict[str, str]

    @property
    def hypothetical(self) -> bool:
        """Whether an invented alliance is among them."""
        return any(column.hypothetical for column in self.columns)

    def row(self, topic: str) -> TopicRow:
        """The row of a topic. Raises KeyError for one that is not there."""
        for row in self.rows:
            if row.id == topic:
                return row
        raise KeyError(topic)
