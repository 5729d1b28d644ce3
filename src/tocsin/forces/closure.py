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
    """What one unit asks of lift: tonnes, the first and last place among the hours that it can use, its transit."""

    tonnes: int
    first: int
    last: int
    transit: int = 0

    def last_by(self, leaves: Sequence[int], hour: int) -> int:
        """The last place that it can use so that it still arrives by an hour."""
        return min(self.last, bisect_right(leaves, hour - self.transit) - 1)


def load_of(terms: Terms, tonnes: int, window: Window) -> Load | None:
    """The load of a unit with this window; none where it deploys by itself."""
    if window.first_lift < 0:
        return None
    transit = window.in_place_from - terms.leaves[window.first_lift]
    return Load(tonnes, window.first_lift, window.last_lift, transit)


def closure_hours(terms: Terms, sent: Iterable[tuple[int, Window]]) -> int | None:
    """The hour, for units given by their tonnes and windows; 0 for none, and None where lift is not enough for all."""
    loads, earliest, latest = [], 0, 0
    for tonnes, window in sent:
        earliest = max(earliest, window.in_place_from)
        if load := load_of(terms, tonnes, window):
            loads.append(load)
            latest = max(latest, terms.leaves[load.last] + load.transit)
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
        asked[load.first][load.last_by(terms.leaves, hour)] += load.tonnes
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
