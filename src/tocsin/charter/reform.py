"""A reform as data: a draft laid over a charter, as its file says it.

`files/overlay.py` reads such a file and lays it over its base; what comes out is a plain `Document` whose
`[charter]` is a `Reformed`. Nothing here decides anything.
"""

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tocsin.charter.model import (
    About,
    Area,
    Clause,
    Conduct,
    Document,
    Duty,
    Group,
    Instrument,
    Matter,
    Membership,
    Office,
    Organ,
    Party,
    Provision,
    Reading,
    Status,
    WeightSet,
)
from tocsin.charter.rows import RENAME, Id
from tocsin.charter.rules.kinds import Rule
from tocsin.terms import SourceClass

Intent = Literal["add", "replace"]
"""What a row of a reform may say of itself in `change`, so that a slip in its id is found."""

DatedTable = Literal[
    "instrument",
    "clause",
    "reading",
    "status",
    "membership",
    "group",
    "office",
    "organ",
    "weights",
    "rule",
    "matter",
    "area",
    "duty",
    "provision",
    "conduct",
]
"""Tables whose rows hold from a day to a day, so that they can be replaced and repealed."""


class Reform(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """`[reform]`: what is proposed, by whom, and over which charter it is laid."""

    id: Annotated[Id, Meta(description="Short name; the reformed charter is called base+id.")]
    title: Annotated[str, Meta(min_length=1, max_length=200, description="What it changes, in one line.")]
    base: Annotated[str, Meta(min_length=1, description="The charter it changes: a name, or a path from this file.")]
    author: Annotated[str, Meta(min_length=1, description="Who proposes it.")]
    date: Annotated[dt.date, Meta(description="Day on which it was proposed.")]
    effective: Annotated[
        dt.date | None, Meta(description="First day on which its rows hold; left out: the day of the proposal.")
    ] = None
    summary: Annotated[str, Meta(min_length=1, max_length=2000, description="What changes and why, in our own words.")]
    hypothetical: Annotated[
        bool, Meta(description="True for an invented draft; false for a proposal somebody made, which needs a source.")
    ]
    source: Annotated[str, Meta(description="Where a real proposal was read.")] = ""
    class_: Annotated[SourceClass | None, Meta(description="How a real proposal was seen.")] = None

    @property
    def starts(self) -> dt.date:
        """The first day on which the reform holds; before it the base does."""
        return self.effective or self.date


class Repeal(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`[[repeal]]`: a row of the base that ends when the reform takes effect, with nothing in its place."""

    table: Annotated[DatedTable, Meta(description="The table it stands in.")]
    id: Annotated[str, Meta(min_length=1, description="Its id; of a membership, the party.")]
    status: Annotated[str, Meta(description="Of a membership: end this overlay, such as suspended, only.")] = ""
    why: Annotated[str, Meta(min_length=1, max_length=600, description="The reason given to the reader.")]


class Overlay(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole reform file: its header, what it repeals, and the tables of a charter."""

    schema: Annotated[int, Meta(description="Version of this file format: 1.")]
    reform: Annotated[Reform, Meta(description="What the file is.")]
    repeal: tuple[Repeal, ...] = ()
    party: tuple[Party, ...] = ()
    instrument: tuple[Instrument, ...] = ()
    clause: tuple[Clause, ...] = ()
    reading: tuple[Reading, ...] = ()
    status: tuple[Status, ...] = ()
    membership: tuple[Membership, ...] = ()
    group: tuple[Group, ...] = ()
    office: tuple[Office, ...] = ()
    organ: tuple[Organ, ...] = ()
    weights: tuple[WeightSet, ...] = ()
    rule: tuple[Rule, ...] = ()
    matter: tuple[Matter, ...] = ()
    area: tuple[Area, ...] = ()
    duty: tuple[Duty, ...] = ()
    provision: tuple[Provision, ...] = ()
    conduct: tuple[Conduct, ...] = ()


class Laid(Struct, kw_only=True, frozen=True):
    """A reform that was laid over a charter, with the rows it touched, each as 'table id'."""

    reform: Reform
    replaced: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    repealed: tuple[str, ...] = ()


class Reformed(About, kw_only=True, frozen=True):
    """The `[charter]` of a charter with reforms laid over it. It is hypothetical, whatever its base is."""

    base_invented: bool
    reforms: tuple[Laid, ...]
    """bottom first"""

    @property
    def invented(self) -> bool:
        """Whether its states are invented: as in its base."""
        return self.base_invented


def reforms_of(document: Document) -> tuple[Laid, ...]:
    """The reforms laid over a charter, bottom first; none for a charter as it is."""
    return document.charter.reforms if isinstance(document.charter, Reformed) else ()
