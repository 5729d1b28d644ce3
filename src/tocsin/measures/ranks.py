"""Rank correlation.

Spearman, C. (1904), The proof and measurement of association between two things, American Journal of Psychology 15(1).
"""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt


def ranks(values: Sequence[Fraction | int]) -> list[Fraction]:
    """Rank of each value from 1 for the smallest; equal values share the mean of their ranks."""
    order = sorted(values)
    first = {value: index for index, value in reversed(list(enumerate(order, 1)))}
    last = {value: index for index, value in enumerate(order, 1)}
    return [Fraction(first[value] + last[value], 2) for value in values]


def spearman(xs: Sequence[Fraction | int], ys: Sequence[Fraction | int]) -> float | None:
    """Spearman's rho: Pearson's correlation of the ranks, -1 to 1. None for fewer than two pairs or a constant.

    Sums are exact; only the last square root is a float. Raises ValueError where the lengths differ.
    """
    pairs = list(zip(ranks(xs), ranks(ys), strict=True))
    if len(pairs) < 2:
        return None
    middle = Fraction(len(pairs) + 1, 2)
    together = sum(((x - middle) * (y - middle) for x, y in pairs), Fraction(0))
    spread_x = sum(((x - middle) ** 2 for x, _ in pairs), Fraction(0))
    spread_y = sum(((y - middle) ** 2 for _, y in pairs), Fraction(0))
    return float(together) / sqrt(spread_x * spread_y) if spread_x and spread_y else None
