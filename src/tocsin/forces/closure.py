"""Force closure: the first hour by which all units of a package can be in place. docs/FORCES.md, part 5.

Each unit alone may be early, yet lift may be short at the first hours. So an hour closes a package where the interval
condition of lift holds with every load cut down to the lift that still arrives by then.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from tocsin.forces.arcs import Terms, Window


class Load(NamedTuple):
    """What one unit asks of lift: its tonnes, its transit, and the places of the hours that it can use."""

    tonnes: int
    transit: int
    first: int
    last: int


def closure_hours(terms: Terms, sent: Iterable[tuple[int, Window]]) -> int | None:
    """The hour, for units given by their tonnes and windows; 0 for none, and None where lift is not enough for all."""
    loads, earliest, latest = [], 0, 0
    for tonnes, window in sent:
        earliest = max(earliest, window.in_place_from)
        if window.first_lift >= 0:
            transit = window.in_place_from - terms.leaves[window.first_lift]
            loads.append(Load(tonnes, transit, window.first_lift, window.last_lift))
            latest = max(latest, terms.leaves[window.last_lift] + transit)
    latest = max(earliest, latest)
    if not _closes(terms, loads, latest):
        return None
    while earliest < latest:  # what closes at an hour closes at every later one
        middle = (earliest + latest) // 2
        if _closes(terms, loads, middle):
            latest = middle
        else:
            earliest = middle + 1
    return earliest


def _closes(terms: Terms, loads: Sequence[Load], hour: int) -> bool:
    """Whether all loads can arrive by an hour, which is no earlier than what each needs alone."""
    many = len(terms.leaves)
    asked = [[0] * many for _ in range(many)]
    for load in loads:
        asked[load.first][min(load.last, bisect_right(terms.leaves, hour - load.transit) - 1)] += load.tonnes
    before = (0, *accumulate(terms.tonnes))
    inside = [0] * many
    """By last place: the loads that can use no hour outside the run from `first` to there."""
    for first in reversed(range(many)):
        total = 0
        for last in range(first, many):
            total += asked[first][last]
            inside[last] += total
            if inside[last] > before[last + 1] - before[first]:
                return False
    return True
