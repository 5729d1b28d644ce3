"""What members spend on defence, beside what they agreed to spend.

Burden sharing: Olson, M. and Zeckhauser, R. (1966), An Economic Theory of Alliances, Review of Economics and Statistics
48(3): if large members carry more than their share, the rank of a member's burden rises with the rank of its economy.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from msgspec import Struct

from tocsin.measures.members import Alliance, Coverage, coverage
from tocsin.measures.ranks import spearman
from tocsin.measures.sources import Source, rows, source
from tocsin.terms import SourceClass

PPM = 1_000_000
"""A share is held in millionths of GDP: 2 % is 20 000."""
CORRELATED_LEAST = Fraction(3, 4)
"""Of the members: fewer are no picture of the alliance. The press names the highest and the lowest."""


class Figure(Struct, frozen=True):
    """A member's share of GDP on defence in a year, in millionths, and what kind of number it is."""

    share_ppm: int
    kind: str = "not said"
    source: str = ""

    @property
    def estimate(self) -> bool:
        return "estimate" in self.kind.lower()


class Guideline(Struct, frozen=True, kw_only=True, rename={"class_": "class"}):
    """What an alliance agreed that its members spend, with the source of that."""

    id: str
    agreed: date
    due_year: int
    share_ppm: int
    at_most: bool
    """an upper bound of what counts, not a least"""
    measured: bool
    """whether the figures here can be held against it"""
    says: str
    source: str
    class_: SourceClass
    note: str = ""


class Burden(Struct, frozen=True, kw_only=True):
    """A member's row. None is not known; `meets` has an answer for each measured guideline of the day."""

    party: str
    name: str
    share_ppm: int | None
    kind: str | None
    estimate: bool | None
    meets: Mapping[str, bool | None]
    source: str


class RankCorrelation(Struct, frozen=True):
    """Spearman's rho of share and size of economy over the members that that both are known of.

    None for less than three quarters of the members.
    """

    rho: float | None
    members: int
    gdp_year: int
    left_out: tuple[str, ...]


class BurdenReport(Struct, frozen=True, kw_only=True):
    """`measures burden`: members by falling share, those without a figure last."""

    alliance: str
    title: str
    hypothetical: bool
    on: str
    year: int | None
    """of the figures: the one asked for, else the last in the table that is not after the day"""
    guidelines: tuple[Guideline, ...]
    """in force on the day, the latest first"""
    members: tuple[Burden, ...]
    coverage: Coverage
    estimates: int
    met: Mapping[str, int]
    """by guideline, how many of the members covered meet it"""
    rank_correlation: RankCorrelation | None
    notes: tuple[str, ...]
    sources: tuple[Source, ...]


class Figures(Struct, frozen=True):
    """Figures by (party, year), GDP or its order by (party, year), and where both come from."""

    shares: Mapping[tuple[str, int], Figure]
    gdp: Mapping[tuple[str, int], Fraction]
    """only the order matters: the larger the number, the larger the economy"""
    sources: tuple[Source, ...]


def guidelines_on(alliance: str, on: date) -> tuple[Guideline, ...]:
    """The guidelines of an alliance agreed by a day, the latest first, of one day the largest first."""
    found = [
        Guideline(
            id=row["id"],
            agreed=date.fromisoformat(row["agreed"]),
            due_year=int(row["due_year"]),
            share_ppm=ppm(Fraction(row["percent"])),
            at_most=bool(row["most"]),
            measured=row["measured"] == "yes",
            says=row["says"],
            source=row["source"],
            class_=row["class"],  # type: ignore[arg-type]  # a test holds the words of the table to SourceClass
            note=row["note"],
        )
        for row in rows("guidelines")
        if row["alliance"] == alliance
    ]
    in_force = [one for one in found if one.agreed <= on]
    return tuple(sorted(in_force, key=lambda one: (one.agreed, one.share_ppm), reverse=True))


def ppm(percent: Fraction) -> int:
    """Per cent in whole millionths, cut and not rounded, so that nobody meets a guideline by rounding."""
    return int(percent * (PPM // 100))


def shipped_figures() -> Figures:
    """The tables that ship with Tocsin."""
    shares = {
        (row["iso3"], int(row["year"])): Figure(ppm(Fraction(row["pct_gdp"])), row["kind"], row["source"])
        for row in rows("defence_share_gdp")
    }
    gdp = {(row["iso3"], int(row["year"])): Fraction(-int(row["order"])) for row in rows("gdp_order")}
    return Figures(shares, gdp, (source("defence_share_gdp"), source("gdp_order")))


def burden_report(alliance: Alliance, figures: Figures, year: int | None = None) -> BurdenReport:
    """The measure for the members of the day. `year`: of the figures, else the last one up to the day."""
    years = sorted({when for party, when in figures.shares if party in alliance.members})
    chosen = year if year is not None else max((one for one in years if one <= alliance.on.year), default=None)
    held = {party: figures.shares.get((party, chosen or 0)) for party in alliance.members}
    known = {party: figure for party, figure in held.items() if figure is not None}
    guidelines = guidelines_on(alliance.id, alliance.on)
    measured = [one for one in guidelines if one.measured]
    order = sorted(alliance.members, key=lambda party: (-known[party].share_ppm if party in known else 1, party))
    return BurdenReport(
        alliance=alliance.id,
        title=alliance.title,
        hypothetical=alliance.hypothetical,
        on=alliance.on.isoformat(),
        year=chosen,
        guidelines=guidelines,
        members=tuple(_row(party, alliance.names[party], known.get(party), measured) for party in order),
        coverage=coverage(alliance, held),
        estimates=sum(figure.estimate for figure in known.values()),
        met={one.id: sum(figure.share_ppm >= one.share_ppm for figure in known.values()) for one in measured},
        rank_correlation=_rank_correlation(known, figures.gdp, chosen, len(alliance.members)),
        notes=tuple(_notes(alliance, chosen, years, guidelines)),
        sources=(*figures.sources, *((source("guidelines"),) if guidelines else ())),
    )


def _row(party: str, name: str, figure: Figure | None, measured: Iterable[Guideline]) -> Burden:
    return Burden(
        party=party,
        name=name,
        share_ppm=figure.share_ppm if figure else None,
        kind=figure.kind if figure else None,
        estimate=figure.estimate if figure else None,
        meets={one.id: figure.share_ppm >= one.share_ppm if figure else None for one in measured},
        source=figure.source if figure else "",
    )


def _rank_correlation(
    known: Mapping[str, Figure], gdp: Mapping[tuple[str, int], Fraction], year: int | None, members: int
) -> RankCorrelation | None:
    """Against the GDP of the last year that is not after that of the figures."""
    years = [when for _, when in gdp if year is not None and when <= year]
    if not years or not known:
        return None
    gdp_year = max(years)
    both = [party for party in sorted(known) if (party, gdp_year) in gdp]
    rho = None
    if len(both) >= CORRELATED_LEAST * members:
        rho = spearman([known[party].share_ppm for party in both], [gdp[party, gdp_year] for party in both])
    return RankCorrelation(rho, len(both), gdp_year, tuple(party for party in sorted(known) if party not in both))


def _notes(alliance: Alliance, year: int | None, years: list[int], guidelines: tuple[Guideline, ...]) -> Iterable[str]:
    if not years:
        yield f"No figures of members of '{alliance.id}' ship with Tocsin. Give --file with your own table."
    elif year is None:
        yield f"The table begins in {years[0]}, after {alliance.on}. Choose a year with --year."
    elif year not in years:
        yield f"The table has no figures of {year}; it has {', '.join(map(str, years))}."
    elif year < alliance.on.year:
        yield f"The figures are of {year}, the last in the table that is not after {alliance.on.year}."
    if not guidelines:
        yield f"No guideline of '{alliance.id}' agreed by {alliance.on} is in the table."
