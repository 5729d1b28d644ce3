"""How capability is spread over an alliance.

CINC: Singer, J. D., Bremer, S. and Stuckey, J. (1972), Capability Distribution, Uncertainty, and Major Power War,
1820-1965, in Russett (ed.), Peace, War, and Numbers. HHI: Hirschman, A. O. (1964), The Paternity of an Index, American
Economic Review 54(5). Effective members, 1/HHI: Laakso, M. and Taagepera, R. (1979), Comparative Political Studies
12(1).
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from tocsin.measures.members import Alliance, Coverage, coverage
from tocsin.measures.sources import Source, rows, source

COMPONENTS = ("milex", "milper", "irst", "pec", "tpop", "upop")
"""Military expenditure and personnel, iron and steel, primary energy, total and urban population."""

Figure = Fraction | None


class Concentration(Struct, frozen=True):
    """Exact results: sum of values, sum of squared shares, its inverse, the largest and its share."""

    total: Fraction
    hhi: Fraction
    effective_members: Fraction
    top_member: str
    top_share: Fraction


class Held(Struct, frozen=True):
    """A member's value and its share in the alliance's total; None where the data has none."""

    party: str
    name: str
    cinc: float | None
    share: float | None


class ConcentrationReport(Struct, frozen=True, kw_only=True):
    """`measures concentration`. All of it is None where no member is covered. Shares are of 1."""

    alliance: str
    title: str
    hypothetical: bool
    on: str
    year: int | None
    coverage: Coverage
    sum_cinc: float | None
    hhi: float | None
    effective_members: float | None
    top_member: str | None
    top_share: float | None
    members: tuple[Held, ...] = ()
    """Empty where only the derived table is at hand."""
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...]


def cinc(values: Sequence[Figure], totals: Sequence[Figure]) -> Figure:
    """Composite Index of National Capability: the mean of a state's shares in the system's totals, 0 to 1.

    `values` and `totals` stand in the same order, each in any one unit. Empty cells are skipped, so the mean is over
    the shares there are, and states need not add to 1; None if there is none. Raises ValueError for unequal lengths.
    """
    shares = [v / total for v, total in zip(values, totals, strict=True) if v is not None and total]
    return sum(shares, Fraction(0)) / len(shares) if shares else None


def concentration(values: Mapping[str, Fraction]) -> Concentration | None:
    """Concentration of values that are not negative; None where their sum is 0.

    HHI is the sum of squared shares: 1 where one holds all, 1/n where n hold the same.
    """
    total = sum(values.values(), Fraction(0))
    if not total:
        return None
    hhi = sum(((value / total) ** 2 for value in values.values()), Fraction(0))
    top = max(sorted(values), key=lambda party: values[party])
    return Concentration(total, hhi, 1 / hhi, top, values[top] / total)


def concentration_report(
    alliance: Alliance, values: Mapping[str, Figure], year: int, read: Source, notes: tuple[str, ...] = ()
) -> ConcentrationReport:
    """The measure on a user's values; members without one are left out, and named."""
    held = {party: value for party in alliance.members if (value := values.get(party)) is not None}
    found = concentration(held)
    return ConcentrationReport(
        alliance=alliance.id,
        title=alliance.title,
        hypothetical=alliance.hypothetical,
        on=alliance.on.isoformat(),
        year=year,
        coverage=coverage(alliance, held),
        sum_cinc=float(found.total) if found else None,
        hhi=float(found.hhi) if found else None,
        effective_members=float(found.effective_members) if found else None,
        top_member=found.top_member if found else None,
        top_share=float(found.top_share) if found else None,
        members=tuple(
            Held(
                party,
                alliance.names[party],
                float(held[party]) if party in held else None,
                float(held[party] / found.total) if found and party in held else None,
            )
            for party in sorted(alliance.members, key=lambda party: (-held.get(party, Fraction(-1)), party))
        ),
        notes=notes,
        sources=(read, source("cow_codes")),
    )


def shipped_concentration(alliance: Alliance) -> ConcentrationReport:
    """The measure from the table of derived numbers; None in every place for an alliance that is not in it."""
    row = next((row for row in rows("concentration_cinc") if row["alliance"] == alliance.id), None)
    members, with_data = (int(row["members"]), int(row["with_data"])) if row else (len(alliance.members), 0)
    notes = []
    if row is None:
        notes = [f"No numbers of '{alliance.id}' ship with Tocsin. Give --file with your copy of the data."]
    elif members != len(alliance.members):
        notes = [f"The table counts {members} members, the charter {len(alliance.members)} on {alliance.on}."]
    return ConcentrationReport(
        alliance=alliance.id,
        title=alliance.title,
        hypothetical=alliance.hypothetical,
        on=alliance.on.isoformat(),
        year=int(row["year"]) if row else None,
        coverage=Coverage(members, with_data, () if row else alliance.members),
        sum_cinc=float(row["sum_cinc"]) if row else None,
        hhi=float(row["hhi"]) if row else None,
        effective_members=float(row["effective_members"]) if row else None,
        top_member=row["top_member"] if row else None,
        top_share=float(row["top_share"]) if row else None,
        notes=tuple(notes),
        sources=(source("concentration_cinc"),),
    )
