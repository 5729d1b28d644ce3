"""How long a search may go on, who may stop it, and what it tells meanwhile."""

from collections.abc import Callable
from typing import NamedTuple

from tocsin.forces.model import Objective

NODES = 2_000
"""Nodes of a search tree, where nobody says how many: enough to prove small cases."""
ENDLESS = float("inf")


class Progress(NamedTuple):
    """How a search stands. `bound` and `value` are None as long as nothing is known."""

    objective: Objective
    step: str
    """What is done now, such as 'relaxation'."""
    value: int | None
    bound: int | None
    seconds: float

    @property
    def gap(self) -> float | None:
        """What of the value is not proved to be needed, as a part of it."""
        if self.value is None or self.bound is None:
            return None
        return gap(self.value, self.bound)


def gap(value: int, bound: int) -> float:
    """What of a value is not proved to be needed, as a part of it: (value - bound) / value."""
    return (value - bound) / value if value > bound else 0.0


class Budget:
    """What is left of seconds and patience. Only the clock makes a search depend on the machine."""

    def __init__(
        self,
        *,
        seconds: float | None = None,
        nodes: int | None = None,
        clock: Callable[[], float] = lambda: 0.0,
        pace: float = 1.0,
        stop: Callable[[], bool] = lambda: False,
        told: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """`pace`: so many seconds on a wall are one of the clock, as the solver looks at a wall too."""
        self._clock, self._stop, self.told, self.pace = clock, stop, told, pace
        self._began = clock()
        self._whole: Budget | None = None
        self.seconds = ENDLESS if seconds is None else float(seconds)
        self.nodes = NODES if nodes is None else nodes
        self.by_clock = False
        """Whether the clock has cut anything short."""
        self.stopped = False
        """Whether somebody has."""

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._began

    @property
    def left(self) -> float:
        """Seconds; endless where nobody set any."""
        return max(0.0, self.seconds - self.spent)

    def over(self) -> bool:
        """Whether it is time to stop, and notes why."""
        if not self.stopped and self._stop():
            self.note(stopped=True)
        if self.left <= 0:
            self.note()
        return self.stopped or self.left <= 0

    def note(self, *, stopped: bool = False) -> None:
        """Something was cut short: by the clock, or by somebody."""
        self.stopped |= stopped
        self.by_clock |= not stopped
        if self._whole is not None:
            self._whole.note(stopped=stopped)

    def part(self, part: float, *, told: Callable[[Progress], None] | None = None) -> "Budget":
        """A budget of a part of the seconds left."""
        made = Budget(
            seconds=self.left * part,
            nodes=self.nodes,
            clock=self._clock,
            pace=self.pace,
            stop=self._stop,
            told=told or self.told,
        )
        made._whole, made.stopped = self, self.stopped
        return made
