"""What rules are computed on: positions as bitmasks, weights as tables, thresholds as whole numbers.

Party number i of a ballot's sorted universe is bit i of every mask. All of it is exact: no floats.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from tocsin.charter.rules.kinds import Fraction
from tocsin.errors import TermError
from tocsin.terms import POSITIONS, Position

SUPPORT: Final = 0
OBJECT: Final = 1
ABSTAIN: Final = 2
QUALIFIED: Final = 3
ABSENT: Final = 4

Stands = tuple[int, int, int, int, int]
"""Who supports, objects, abstains, abstains with a declaration, is absent; a party is in one mask at most."""

NOBODY: Stands = (0, 0, 0, 0, 0)
"""A question on which nobody has stated a position."""


class Profile(Struct, frozen=True):
    """Everybody's stated positions on every question that was put, and whether more will come."""

    on: dict[str, Stands]
    """question -> who stands where; the text itself is ''"""
    closed: bool


def read_stands(positions: Mapping[str, Position], bits: Mapping[str, int]) -> Stands:
    """Positions as masks; parties without a bit are left out. Raises TermError for what is no position."""
    seats = {"support": 0, "object": 0, "abstain": 0, "qualified_abstention": 0, "absent": 0, "not_stated": 0}
    try:
        for party, position in positions.items():
            seats[position] |= bits[party]
    except KeyError:  # an outsider, which is rare, or a mistake
        return read_stands(_of_insiders(positions, bits), bits)
    support, objecting, abstain, qualified, absent, _ = seats.values()
    return support, objecting, abstain, qualified, absent


def _of_insiders(positions: Mapping[str, Position], bits: Mapping[str, int]) -> dict[str, Position]:
    """The positions of parties that have a bit, once all are seen to be positions."""
    for party, found in positions.items():
        if found not in POSITIONS:
            raise TermError(f"'{found}', given for {party}, is not a position; accepted are {', '.join(POSITIONS)}")
    return {party: position for party, position in positions.items() if party in bits}


def within(stands: Stands, electors: int) -> tuple[Stands, int]:
    """Where those electors stand, and which of them have not said."""
    support, objecting, abstain, qualified, absent = stands
    support &= electors
    objecting &= electors
    abstain &= electors
    qualified &= electors
    absent &= electors
    unstated = electors & ~(support | objecting | abstain | qualified | absent)
    return (support, objecting, abstain, qualified, absent), unstated


def moved(stands: Stands, parties: int, to: int) -> Stands:
    """The same stands where `parties`, who had not said, take position number `to`."""
    support, objecting, abstain, qualified, absent = stands
    if to == SUPPORT:
        return support | parties, objecting, abstain, qualified, absent
    if to == OBJECT:
        return support, objecting | parties, abstain, qualified, absent
    if to == ABSENT:
        return support, objecting, abstain, qualified, absent | parties
    if to == ABSTAIN:
        return support, objecting, abstain | parties, qualified, absent
    return support, objecting, abstain, qualified | parties, absent


class WeightTable(Struct, frozen=True):
    """Weights by party, summed for a mask eight parties at a time."""

    tables: tuple[tuple[int, ...], ...]
    """for each eight parties the weight of every set of them, 256 sums"""
    weighty: int
    """the parties that weigh more than nothing"""

    def of(self, mask: int) -> int:
        """Total weight of the parties in the mask."""
        total = 0
        for table in self.tables:
            total += table[mask & 255]
            mask >>= 8
        return total


def weight_table(name: str, values: Mapping[str, int], universe: tuple[str, ...]) -> WeightTable:
    """The table of a weight set; a party without a weight weighs 0. Raises TermError for a weight below 0."""
    for party, weight in values.items():
        if weight < 0:
            raise TermError(f"the weight of {party} in '{name}' is {weight}; a weight is 0 or more")
    weights = [values.get(party, 0) for party in universe]
    eights = [weights[start : start + 8] for start in range(0, len(weights), 8)]
    weighty = sum(1 << number for number, weight in enumerate(weights) if weight)
    return WeightTable(tuple(_sums(eight) for eight in eights), weighty)


def _sums(weights: list[int]) -> tuple[int, ...]:
    """The sum of each of the 256 sets of at most eight weights."""
    sums = [0]
    for weight in weights:
        sums += [known + weight for known in sums]
    return tuple(sums) + (0,) * (256 - len(sums))


class Threshold(Struct, frozen=True):
    """A threshold as the least whole number that passes it: (base * share + extra) // parts, rounded down."""

    share: int
    parts: int
    extra: int

    def needed(self, base: int) -> int:
        """The least number that passes, of a base in the same unit; never below 0."""
        needed = (base * self.share + self.extra) // self.parts
        return needed if needed > 0 else 0  # noqa: FURB136  # max() takes half as long again, and this runs most


def more_than(fraction: Fraction) -> Threshold:
    """x / base > share / parts, which is x >= base * share // parts + 1."""
    share, parts = _whole(fraction)
    return Threshold(share, parts, parts)


def at_least(fraction: Fraction) -> Threshold:
    """x / base >= share / parts, which is x >= the quotient rounded up."""
    share, parts = _whole(fraction)
    return Threshold(share, parts, parts - 1)


def number(count: int) -> Threshold:
    """x >= count, whatever the base."""
    return Threshold(0, 1, count)


def all_but(count: int) -> Threshold:
    """x >= base - count."""
    return Threshold(1, 1, -count)


def _whole(fraction: Fraction) -> tuple[int, int]:
    share, parts = fraction.split("/")
    return int(share), int(parts)
