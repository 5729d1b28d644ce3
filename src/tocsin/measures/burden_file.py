"""A user's own table of defence shares."""

from fractions import Fraction
from pathlib import Path

from tocsin.measures import codes
from tocsin.measures.burden import Figure, Figures, ppm, shipped_figures
from tocsin.measures.capability_file import code_column
from tocsin.measures.sources import source
from tocsin.measures.tables import Mistakes, number, read_table, year

COLUMNS = {
    **codes.CODE_COLUMNS,
    "year": ("year",),
    "pct_gdp": ("pct_gdp", "share_percent"),
    "kind": ("kind",),
    "source": ("source",),
    "gdp": ("gdp",),
}


def read_figures(path: Path) -> Figures:
    """Shares of GDP by party and year, in per cent, from a CSV file; columns kind, source and gdp may be missing.

    Without a column gdp the shipped order of economies is used. Raises InputError with every mistake by line.
    """
    table = read_table(path, "Defence expenditure as a share of GDP", COLUMNS, ["year", "pct_gdp"])
    system = code_column(table)
    mistakes = Mistakes(table.name)
    shares: dict[tuple[str, int], Figure] = {}
    gdp: dict[tuple[str, int], Fraction] = {}
    for row in table.rows:
        party = codes.party_of(system, row[system].text)
        when = mistakes.read(row["year"], "a year such as 2024", year)
        share = mistakes.read(row["pct_gdp"], "a number of per cent such as 2.05, or nothing", number)
        economy = mistakes.read(row["gdp"], "a number, or nothing", number) if "gdp" in row else None
        if not party or row["year"].missing:
            mistakes.note(row["year"] if party else row[system], "nothing", "the party and the year of the figure")
        if when is None:
            continue
        if (party, when) in shares:
            mistakes.note(row[system], f"{party} has two rows for {when}", fix="leave one of them")
        if share is not None:
            kind = row["kind"].text if "kind" in row else ""
            told = row["source"].text if "source" in row else ""
            shares[party, when] = Figure(ppm(share), kind or "not said", told)
        if economy is not None:
            gdp[party, when] = economy
    mistakes.refuse()
    if gdp:
        return Figures(shares, gdp, (table.source,))
    return Figures(shares, shipped_figures().gdp, (table.source, source("gdp_order")))
