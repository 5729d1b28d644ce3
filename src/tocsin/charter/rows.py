"""What every row of a charter states about itself: where it stands, since when, and how it was seen."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from tocsin.terms import SourceClass

Id = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9().-]{0,63}$", description="A short name, unique in its table on any day."),
]

RENAME = {"from_": "from", "class_": "class", "not_": "not", "is_": "is", "in_": "in", "if_": "if"}


class Row(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=RENAME):
    """One row. It rests on a clause, whose source and source class it takes unless it states its own.

    Dated twice: it holds from `from` up to, not including, `to`; it was knowable from `recorded`. A later
    row that `supersedes` its key replaces it for whoever looks from a later day.
    """

    clause: Annotated[str, Meta(description="Id of the clause the row rests on.")] = ""
    from_: Annotated[date | None, Meta(description="First day it holds; empty: since its clause or charter.")] = None
    to: Annotated[date | None, Meta(description="First day it no longer holds; empty: it still does.")] = None
    recorded: Annotated[
        date | None, Meta(description="Day from which it could be known (the source's publication); empty: always.")
    ] = None
    key: Annotated[str, Meta(description="Name of this very row, so that a later one can supersede it.")] = ""
    supersedes: Annotated[str, Meta(description="Key of the row that this one replaces.")] = ""
    source: Annotated[str, Meta(description="Where it was read, if not where its clause was.")] = ""
    class_: Annotated[SourceClass | None, Meta(description="How it was seen, if not as its clause was.")] = None
    note: Annotated[str, Meta(max_length=2000, description="What a reader should know.")] = ""
    reading: Annotated[str, Meta(description="The row counts only under this reading.")] = ""
    unset: Annotated[
        dict[str, str], Meta(description="Fields the sources do not give, each with the reason: never a guess.")
    ] = {}
