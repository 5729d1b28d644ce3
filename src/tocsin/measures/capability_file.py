"""A file of capabilities, such as the National Material Capabilities, into CINC by party for one year."""

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tocsin.errors import InputError, Problem
from tocsin.measures import codes
from tocsin.measures.concentration import COMPONENTS, Figure, cinc
from tocsin.measures.sources import Source
from tocsin.measures.tables import Cell, Mistakes, UserTable, number, read_table, year

WHOLE_SYSTEM = "SYSTEM_TOTAL"
"""A row of this name holds the totals; without one they are the sums of the year."""
COLUMNS = {**codes.CODE_COLUMNS, "year": ("year",), "cinc": ("cinc",)} | {name: (name,) for name in COMPONENTS}


class Capabilities(NamedTuple):
    """CINC by party in a year, and the file as a source."""

    cinc: dict[str, Figure]
    year: int
    source: Source
    notes: tuple[str, ...] = ()


def read_capabilities(path: Path, latest: int, only: int | None = None) -> Capabilities:
    """CINC of the year `only`, else of the last year in the file that is not after `latest`.

    The file's own column cinc is taken; without one CINC is computed from the six components, which then must be all
    the states of the year or stand beside a row SYSTEM_TOTAL. Raises InputError with every mistake by line.
    """
    table = read_table(path, "Capabilities", COLUMNS, ["year"])
    system = code_column(table)
    if "cinc" not in table.called and not set(COMPONENTS) <= table.called.keys():
        accepted = f"a column cinc, or all of {', '.join(COMPONENTS)}"
        raise InputError([Problem(table.name, 1, "cinc", "there is no such column", accepted)])
    mistakes = Mistakes(table.name)
    years = [mistakes.read(row["year"], "a year such as 2022", year) for row in table.rows]
    mistakes.refuse()
    known = sorted({found for found in years if found is not None})
    chosen = only if only is not None else max((found for found in known if found <= latest), default=None)
    if chosen not in known:
        span = f"{known[0]} to {known[-1]}" if known else "none"
        raise InputError([Problem(table.name, 0, "year", f"no rows of {only or latest}", f"a year of {span}")])
    rows = [row for row, found in zip(table.rows, years, strict=True) if found == chosen]
    found = _cinc_of(table, rows, system, mistakes)
    summed = "cinc" not in table.called and not any(map(_is_whole, rows))
    told = f"CINC was computed from the components of the {len(found)} states in the file, taken to be all states."
    return Capabilities(found, chosen, table.source, (told,) if summed else ())


def code_column(table: UserTable) -> str:
    """Which kind of codes the file names states by. Raises InputError for none."""
    for system in ("iso3", "cow_code", "cow_abb", "iso2"):
        if system in table.called:
            return system
    names = ", ".join(name for names in codes.CODE_COLUMNS.values() for name in names)
    raise InputError([Problem(table.name, 1, "party", "no column of state codes", f"one of {names}")])


def _cinc_of(table: UserTable, rows: list[dict[str, Cell]], system: str, mistakes: Mistakes) -> dict[str, Figure]:
    accepted = "a number that is not negative, or nothing"
    wanted = ("cinc",) if "cinc" in table.called else COMPONENTS
    read = [[mistakes.read(row[name], accepted, number) for name in wanted] for row in rows]
    whole = [_is_whole(row) for row in rows]
    states = [values for values, total in zip(read, whole, strict=True) if not total]
    totals = next((values for values, total in zip(read, whole, strict=True) if total), None) or [
        sum((one for one in column if one is not None), Fraction(0)) for column in zip(*states, strict=True)
    ]
    found: dict[str, Figure] = {}
    seen: set[str] = set()
    for row, values, total in zip(rows, read, whole, strict=True):
        code = row[system]
        if total or not code.text:  # not `missing`: NA is Namibia
            continue
        if code.text in seen:
            mistakes.note(code, f"'{code.text}' has two rows in this year", fix="leave one of them")
        seen.add(code.text)
        # Germany follows the Federal Republic within 1990 under another number: the first row stands.
        found.setdefault(codes.party_of(system, code.text), values[0] if wanted == ("cinc",) else cinc(values, totals))
    mistakes.refuse()
    return found


def _is_whole(row: dict[str, Cell]) -> bool:
    return any(row[system].text == WHOLE_SYSTEM for system in codes.CODE_COLUMNS if system in row)
