"""Whether lift is enough for all, at all times: the interval condition. docs/FORCES.md, part 4.

A load may be split over the hours at which lift leaves, and the hours a unit can use have no gap. Then all loads fit
if and only if, for every run of such hours, the loads that can use no hour outside it fit into what leaves in it.
"""

from itertools import accumulate


class LiftBook:
    """Loads taken on so far. A load is tonnes and the first and last place, among the hours, that it can use."""

    def __init__(self, tonnes: tuple[int, ...]) -> None:
        self._before = (0, *accumulate(tonnes))
        self._loads = [[0] * len(tonnes) for _ in tonnes]
        """By first and last place of a run: what can use no hour outside it."""

    def tight(self, first: int, last: int, tonnes: int) -> tuple[int, int] | None:
        """The first run of hours, by its places, in which this load is too much; None where it fits."""
        for start in range(first + 1):
            loads = self._loads[start]
            for end in range(last, len(loads)):
                if loads[end] + tonnes > self._before[end + 1] - self._before[start]:
                    return start, end
        return None

    def take(self, first: int, last: int, tonnes: int) -> None:
        """Adds a load, whether it fits or not; fewer than 0 tonnes take one off."""
        for start in range(first + 1):
            loads = self._loads[start]
            for end in range(last, len(loads)):
                loads[end] += tonnes

    def copy(self) -> "LiftBook":
        """Another one with the same loads."""
        made = LiftBook(())
        made._before, made._loads = self._before, [loads.copy() for loads in self._loads]
        return made

    def overfull(self) -> list[tuple[int, int, int, int]]:
        """(first place, last place, tonnes asked, tonnes there) of every run that holds too much."""
        return [
            (start, end, loads[end], self._before[end + 1] - self._before[start])
            for start, loads in enumerate(self._loads)
            for end in range(start, len(loads))
            if loads[end] > self._before[end + 1] - self._before[start]
        ]
