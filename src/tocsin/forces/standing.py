"""Standing arrangements: what alliances say they keep ready, each figure with its source. docs/FORCES.md, part 11."""

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import Annotated, Literal, get_args

from msgspec import Meta, field

from tocsin.charter.files.catalog import resource_names
from tocsin.charter.files.disk import decode, read_bytes, resource_path
from tocsin.charter.files.loader import BYTES_MAX, convert, parse_toml
from tocsin.errors import ForcesError, NotFound
from tocsin.forces.model import Base, Id, OperationType, Quantity, Text, Title
from tocsin.terms import SourceClass

FOLDER = "standing"

Subject = Literal["legal basis", "size", "readiness", "range", "duration", "rotation", "components", "use"]
Measure = Literal["", "persons", "days", "months", "km"]
PartDate = Annotated[str, Meta(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$")]
"""A day, a month or a year, as far as it was seen."""

SUBJECTS: tuple[Subject, ...] = get_args(Subject)
TRUST: tuple[SourceClass, ...] = ("official text", "official statement", "press", "secondary")
"""Classes in the order in which a figure is taken from them. What is only remembered is taken from nowhere."""


class StandingRow(Base, frozen=True, rename={"class_": "class"}):
    """One thing that somebody says of an arrangement. Two rows of one subject may contradict each other."""

    about: Annotated[Subject, Meta(description="What it is about.")]
    says: Annotated[Text, Meta(description="What is said, in our words.")]
    class_: Annotated[SourceClass, Meta(description="How it was seen.")]
    source: Annotated[Text, Meta(min_length=1, description="Where it was seen.")]
    part: Annotated[str, Meta(max_length=80, description="Of which part of it; empty: of all of it.")] = ""
    least: Annotated[Quantity | None, Meta(description="The number, or the least of a range.")] = None
    most: Annotated[Quantity | None, Meta(description="The most of a range, or a limit.")] = None
    unit: Annotated[Measure, Meta(description="What the number counts.")] = ""
    recorded: Annotated[PartDate | None, Meta(description="When it was said, or for when; none: not seen.")] = None

    @property
    def figure(self) -> str:
        """'5 to 30 days', 'up to 5,000 persons'; empty where it names no number."""
        match self.least, self.most:
            case None, None:
                return ""
            case None, most:
                return f"up to {most:,} {self.unit}"
            case least, None:
                return f"{least:,} {self.unit}"
            case least, most:
                return f"{least:,} to {most:,} {self.unit}"


class Arrangement(Base, frozen=True, rename={"from_": "from"}):
    """Forces that an alliance keeps ready, or says that it does."""

    id: Annotated[Id, Meta(description="Its name here.")]
    name: Annotated[Title, Meta(description="What it is called.")]
    charter: Annotated[Id, Meta(description="The charter of its alliance.")]
    operations: Annotated[
        tuple[OperationType, ...], Meta(min_length=1, description="The types of operation it is meant for.")
    ]
    from_: Annotated[PartDate, Meta(description="Since when there is one.")]
    to: Annotated[PartDate | None, Meta(description="When it ended; none: it goes on.")] = None
    clauses: Annotated[tuple[Id, ...], Meta(max_length=20, description="Clauses of the charter that speak of it.")] = ()
    unset: Annotated[dict[Subject, Text], Meta(description="Subjects of which no source was seen, and why.")] = field(
        default_factory=dict
    )


class StandingFile(Base, frozen=True):
    """An arrangement with its rows."""

    schema: Annotated[int, Meta(ge=1, le=1, description="The format of the file.")]
    arrangement: Annotated[Arrangement, Meta(description="What it is.")]
    row: Annotated[tuple[StandingRow, ...], Meta(min_length=1, max_length=100, description="What is said of it.")]

    def of(self, subject: Subject) -> tuple[StandingRow, ...]:
        """The rows of a subject: best seen first, then the latest, those of the whole before those of a part."""
        rows = [row for row in self.row if row.about == subject]
        rows.sort(key=lambda row: row.recorded or "", reverse=True)
        return tuple(sorted(rows, key=lambda row: (row.part, _trust(row))))

    def best(self, subject: Subject) -> StandingRow | None:
        """The figure to reckon with: of the whole, with a number, not from memory; none where there is none."""
        fit = (row for row in self.of(subject) if row.figure and not row.part and row.class_ in TRUST)
        return next(fit, None)


def names() -> list[str]:
    """Names of the arrangements that ship."""
    return resource_names(FOLDER)


@cache
def load(name: str) -> StandingFile:
    """The arrangement of that name, in any case of letters. Raises NotFound where there is none."""
    if name.lower() not in names():
        raise NotFound("standing arrangement", name, names())
    path = resource_path(FOLDER, name.lower())
    text = decode(read_bytes(path, BYTES_MAX, ForcesError), path.name, ForcesError)
    return convert(parse_toml(text, path.name, ForcesError), StandingFile, text, path.name, ForcesError)


def contested(found: StandingFile) -> tuple[Subject, ...]:
    """Subjects of which rows give different numbers, for the same part."""
    return tuple(subject for subject in SUBJECTS if _differ(found.of(subject)))


def skeleton(found: StandingFile) -> str:
    """A case of forces to be filled in: sourced figures stand in it, with their sources; the rest is marked.

    It does not load before the marks are gone, and then says of each of them where it is.
    """
    about = found.arrangement
    size, ready, lasts = (found.best(subject) for subject in ("size", "readiness", "duration"))
    parts = [_HEAD.format(id=about.id, name=about.name, operation=about.operations[0])]
    within = _hours(ready)
    parts.append(_given("within_hours", within, ready) if within else "# within_hours = no sourced readiness")
    parts.append(_LINE)
    parts.append(
        _given("required", size.least or size.most, size) if size else 'required = "FILL IN" # no sourced size'
    )
    parts.append(_given("in_place_by_hours", within, ready) if within else 'in_place_by_hours = "FILL IN"')
    days = lasts.least or lasts.most if lasts and lasts.unit == "days" else None
    parts.append(_given("sustain_days", days, lasts) if days else "sustain_days = 0 # FILL IN: no sourced duration")
    return "\n".join([*parts, "", *_others(found)])


def _trust(row: StandingRow) -> int:
    return TRUST.index(row.class_) if row.class_ in TRUST else len(TRUST)


def _differ(rows: Iterable[StandingRow]) -> bool:
    by_part = groupby((row for row in rows if row.figure), key=lambda row: row.part)
    return any(len({row.figure for row in group}) > 1 for _, group in by_part)


def _hours(row: StandingRow | None) -> int | None:
    """The longest time of readiness in hours."""
    if row is None or row.unit != "days":
        return None
    return 24 * (row.most or row.least or 0)


def _given(key: str, value: int | None, row: StandingRow | None) -> str:
    assert row is not None, "a value has a row"
    return f"{key} = {value} # {row.figure}: {row.class_}, {row.source}, {row.recorded or 'no date seen'}"


def _others(found: StandingFile) -> list[str]:
    """What else is said of the figures, as remarks."""
    said = [
        f"# {row.about}{f' of {row.part}' if row.part else ''}: {row.figure or row.says} ({row.class_}, {row.source})"
        for subject in ("size", "readiness", "duration", "components")
        for row in found.of(subject)
    ]
    return ["# What was seen of it, best seen first:", *said, ""]


_HEAD = """\
# Requirement lines after the standing arrangement: {name}.
# Figures are as their sources give them. What says FILL IN no source gives: capabilities, place, day.
# A force of so many persons is no requirement yet: split it into lines by capability.

schema = 1

[case]
id = "{id}"
title = "{name}"
operation = "{operation}"
activation = "FILL IN" # a day such as 2026-01-31, without quotes"""

_LINE = """\

[[line]]
id = "all"
capability = "FILL IN" # a code: reference/forces-fields.md lists those that ship
destination = "FILL IN"
priority = 1"""
