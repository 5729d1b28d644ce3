"""How alike an alliance's members vote.

Agreement index: Hix, S., Noury, A. and Roland, G. (2005), Power to the Parties, British Journal of Political Science
35(2): for a roll call with Y yes, N no and A abstentions, (max - (Y + N + A - max) / 2) / (Y + N + A), from 0 for an
even split to 1 for unanimity. Alike votes are not an alliance's cohesion: see docs/MEASURES.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import combinations

from msgspec import Struct

from tocsin.measures.members import Alliance, Coverage
from tocsin.measures.similarity import Vote, s_score, vote_table
from tocsin.measures.sources import Source, rows, source
from tocsin.measures.votes_file import Votes

VOTERS_LEAST = 2
"""A roll call with fewer of the alliance's members says nothing about how alike they vote."""


class Period(Struct, frozen=True, kw_only=True):
    """Cohesion in some years; scores are None where no roll call, or no pair, is covered."""

    from_year: int | None
    to_year: int | None
    coverage: Coverage
    """Members that voted at least once."""
    rollcalls: int
    agreement_hix: float | None
    share_unanimous: float | None
    mean_s_abs: float | None
    min_s_abs: float | None
    least_alike: tuple[str, str] | None = None
    """The pair with the least S; None where only the derived table is at hand."""


class CohesionReport(Struct, frozen=True, kw_only=True):
    """`measures cohesion`, one row a period."""

    alliance: str
    title: str
    hypothetical: bool
    on: str
    periods: tuple[Period, ...]
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...]


def agreement_index(votes: Iterable[Vote]) -> Fraction | None:
    """Hix, Noury and Roland's index of one roll call, 0 to 1; None without votes."""
    counts = Counter(votes).values()
    most, voted = max(counts, default=0), sum(counts)
    return Fraction(3 * most - voted, 2 * voted) if voted else None


def period_of(votes: Votes, members: tuple[str, ...]) -> Period:
    """Cohesion of members over all roll calls in which at least two of them voted; S over pairs with one in common."""
    cast = {party: votes.by_party[party] for party in members if votes.by_party.get(party)}
    rollcalls = list(_rollcalls(cast))
    indices = [index for index in map(agreement_index, rollcalls) if index is not None]
    pairs = [
        (score, (a, b))
        for a, b in combinations(cast, 2)
        if (score := s_score(vote_table(cast[a], cast[b]), 1)) is not None
    ]
    least = min(pairs, default=None)
    return Period(
        from_year=votes.from_year,
        to_year=votes.to_year,
        coverage=Coverage(len(members), len(cast), tuple(party for party in members if party not in cast)),
        rollcalls=len(rollcalls),
        agreement_hix=_mean(indices),
        share_unanimous=_mean([Fraction(len(set(rollcall)) == 1) for rollcall in rollcalls]),
        mean_s_abs=_mean([score for score, _ in pairs]),
        min_s_abs=float(least[0]) if least else None,
        least_alike=least[1] if least else None,
    )


def cohesion_report(alliance: Alliance, votes: Votes) -> CohesionReport:
    """The measure on a user's votes, or on the invented ones."""
    return _report(alliance, (period_of(votes, alliance.members),), (), votes.source)


def shipped_cohesion(alliance: Alliance) -> CohesionReport:
    """The measure from the table of derived numbers; no periods for an alliance that is not in it."""
    found = [row for row in rows("cohesion_un_votes") if row["alliance"] == alliance.id]
    periods = tuple(
        Period(
            from_year=int(row["from_year"]),
            to_year=int(row["to_year"]),
            coverage=Coverage(len(alliance.members), int(row["members_voting"])),
            rollcalls=int(row["rollcalls"]),
            agreement_hix=float(row["agreement_hix"]),
            share_unanimous=float(row["share_unanimous"]),
            mean_s_abs=float(row["mean_s_abs"]),
            min_s_abs=float(row["min_s_abs"]),
        )
        for row in found
    )
    none = f"No numbers of '{alliance.id}' ship with Tocsin. Give --file with your copy of the votes."
    return _report(alliance, periods, () if found else (none,), source("cohesion_un_votes"))


def _report(alliance: Alliance, periods: tuple[Period, ...], notes: tuple[str, ...], read: Source) -> CohesionReport:
    return CohesionReport(
        alliance=alliance.id,
        title=alliance.title,
        hypothetical=alliance.hypothetical,
        on=alliance.on.isoformat(),
        periods=periods,
        notes=notes,
        sources=(read,),
    )


def _rollcalls(cast: Mapping[str, Mapping[str, Vote]]) -> Iterable[list[Vote]]:
    by_rollcall: dict[str, list[Vote]] = {}
    for votes in cast.values():
        for rollcall, vote in votes.items():
            by_rollcall.setdefault(rollcall, []).append(vote)
    return (votes for votes in by_rollcall.values() if len(votes) >= VOTERS_LEAST)


def _mean(values: list[Fraction]) -> float | None:
    return float(sum(values, Fraction(0)) / len(values)) if values else None
