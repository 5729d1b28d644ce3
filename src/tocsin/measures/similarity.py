"""How alike two parties vote: S, kappa, pi and agreement, exact.

Votes are ordered: no 0, abstain 1, yes 2; a roll call counts where both voted. d is the distance of the two votes,
dmax = 2, n the number of roll calls; `power` is 1 for absolute and 2 for squared distances.

- S = 1 - 2 sum(d^p) / (n dmax^p). Signorino, C. S. and Ritter, J. M. (1999), Tau-b or Not Tau-b, International
  Studies Quarterly 43(1).
- kappa and pi = 1 - sum(d^p) / E, with E the sum to expect if both voted at random: kappa by the votes of each (Cohen,
  J. (1968), Psychological Bulletin 70(4)), pi by those of both pooled (Scott, W. A. (1955), Public Opinion Quarterly
  19(3)). Häge, F. M. (2011), Choice or Circumstance?, Political Analysis 19(3), applies both to states.
- agreement: the share of roll calls with equal votes.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Literal, NamedTuple

from msgspec import Struct

from tocsin.measures.sources import Source

Vote = Literal[0, 1, 2]
"""no, abstain, yes."""

VOTES: tuple[Vote, ...] = (0, 1, 2)
VOTE_WORDS = ("no", "abstain", "yes")
LETTERS = "nay"
DISTANCE_MAX = 2

Score = Fraction | None


class VoteTable(NamedTuple):
    """`counts[i][j]`: roll calls in which A voted i and B voted j."""

    counts: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        return sum(map(sum, self.counts))


class Value(Struct, frozen=True):
    """A score as a number and as the exact fraction; both None where it is not defined."""

    value: float | None
    exact: str | None


class SimilarityReport(Struct, frozen=True, kw_only=True):
    """`measures similarity`. `table` counts roll calls by A's vote (row) and B's (column): no, abstain, yes."""

    a: str
    b: str
    from_year: int | None
    to_year: int | None
    rollcalls: int
    """in which both voted"""
    a_voted: int
    b_voted: int
    table: tuple[tuple[int, ...], ...]
    scores: Mapping[str, Value]
    hypothetical: bool
    sources: tuple[Source, ...]


def vote_table(a: Mapping[str, Vote], b: Mapping[str, Vote]) -> VoteTable:
    """The 3 by 3 table of two parties' votes by roll call; a roll call that only one voted in is left out."""
    counts = [[0, 0, 0] for _ in VOTES]
    for rollcall, vote in a.items():
        other = b.get(rollcall)
        if other is not None:
            counts[vote][other] += 1
    return VoteTable(tuple(tuple(row) for row in counts))


def s_score(table: VoteTable, power: int) -> Score:
    """Signorino and Ritter's S, -1 to 1, with equal weights. None without a common roll call."""
    return 1 - 2 * Fraction(_observed(table, power), table.n * DISTANCE_MAX**power) if table.n else None


def kappa(table: VoteTable, power: int) -> Score:
    """Cohen's weighted kappa, at most 1. None where chance leaves no disagreement, as when both always vote alike."""
    rows, columns = _votes_of_a(table), _votes_of_b(table)
    if not table.n:
        return None
    expected = sum((Fraction(rows[i] * columns[j] * _apart(i, j, power), table.n) for i, j in _cells()), Fraction(0))
    return 1 - _observed(table, power) / expected if expected else None


def scott_pi(table: VoteTable, power: int) -> Score:
    """Scott's weighted pi, -1 to 1: kappa with the votes of both pooled. None as with kappa."""
    if not table.n:
        return None
    pooled = [Fraction(a + b, 2) for a, b in zip(_votes_of_a(table), _votes_of_b(table), strict=True)]
    expected = sum((pooled[i] * pooled[j] * _apart(i, j, power) for i, j in _cells()), Fraction(0)) / table.n
    return 1 - _observed(table, power) / expected if expected else None


def agreement(table: VoteTable) -> Score:
    """The share of roll calls in which both voted alike, 0 to 1. None without a common roll call."""
    return Fraction(sum(table.counts[vote][vote] for vote in VOTES), table.n) if table.n else None


def scores(table: VoteTable) -> dict[str, Score]:
    """All scores by name, in the order in which they are shown."""
    return {
        "S_abs": s_score(table, 1),
        "S_sq": s_score(table, 2),
        "kappa_abs": kappa(table, 1),
        "kappa_sq": kappa(table, 2),
        "pi_abs": scott_pi(table, 1),
        "pi_sq": scott_pi(table, 2),
        "agreement": agreement(table),
    }


def value_of(score: Score) -> Value:
    return Value(None, None) if score is None else Value(float(score), str(score))


def _cells() -> Iterable[tuple[Vote, Vote]]:
    return product(VOTES, VOTES)


def _apart(i: int, j: int, power: int) -> int:
    distance: int = abs(i - j) ** power
    return distance


def _observed(table: VoteTable, power: int) -> int:
    return sum(table.counts[i][j] * _apart(i, j, power) for i, j in _cells())


def _votes_of_a(table: VoteTable) -> list[int]:
    return [sum(row) for row in table.counts]


def _votes_of_b(table: VoteTable) -> list[int]:
    return [sum(column) for column in zip(*table.counts, strict=True)]
