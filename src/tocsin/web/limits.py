"""How often one credential, name or address may ask. No two credentials share a limit: what one does, another cannot
feel here."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from math import ceil

from tocsin.errors import Overloaded
from tocsin.web.problems import TOO_OFTEN

Timer = Callable[[], float]
"""Seconds, from any beginning; it never goes back."""

KEPT_MAX = 20_000


class Buckets:
    """Token buckets by key: `burst` at once, `per_second` on average."""

    def __init__(self, per_second: float, burst: int, timer: Timer) -> None:
        self._per_second, self._burst, self._timer = per_second, burst, timer
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        """key -> what was left, and when; those used last stand last"""

    def take(self, key: Hashable) -> float:
        """Take one. 0 where there was one; else the seconds until there is."""
        now = self._timer()
        left, at = self._left.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._per_second)
        is_there = left >= 1
        self._left[key] = (left - 1 if is_there else left, now)
        if len(self._left) > KEPT_MAX:
            self._left.popitem(last=False)
        return 0.0 if is_there else (1 - left) / self._per_second

    def check(self, key: Hashable) -> None:
        """Take one. Raises Overloaded where there is none."""
        wait = self.take(key)
        if wait:
            raise Overloaded(TOO_OFTEN, "Too many requests.", wait_seconds=ceil(wait), fix="Wait as Retry-After says.")
