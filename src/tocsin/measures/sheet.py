"""A measure as people see it: headline, table, picture, notes, sources. The terminal and the page are made from it."""

from typing import NamedTuple

from tocsin.measures.sources import Source

NOT_COVERED = "NA"
"""Stands where the data has nothing, in every table; never 0."""


class Column(NamedTuple):
    """A heading; numbers stand to the right."""

    name: str
    number: bool = False


class Bar(NamedTuple):
    """A bar of a chart; without a value only its label and text are drawn. A hollow one is an estimate."""

    label: str
    value: float | None
    text: str
    hollow: bool = False


class Line(NamedTuple):
    """A line across the bars, such as a guideline."""

    value: float
    label: str


class Chart(NamedTuple):
    """Bars that begin at zero."""

    title: str
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...] = ()


class Sheet(NamedTuple):
    """One answer. `lead` are its headline sentences; a row has a text for each column."""

    title: str
    under: str
    hypothetical: bool
    lead: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    chart: Chart | None
    notes: tuple[str, ...]
    sources: tuple[Source, ...]


def percent(ppm: int | None) -> str:
    """Millionths as per cent, at least two decimals, none of the further ones lost."""
    if ppm is None:
        return NOT_COVERED
    whole, rest = divmod(ppm, 10_000)
    decimals = f"{rest:04}".rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals} %"


def figure(value: float | None, decimals: int) -> str:
    return NOT_COVERED if value is None else f"{value:.{decimals}f}"


def kilometres(value: float | None) -> str:
    return NOT_COVERED if value is None else f"{value:,.0f} km"
