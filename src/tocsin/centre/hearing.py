"""What the centre could hear, and when: so that nobody's word counts as late because the centre was slow.

A pulse beats twenty times a second. While it is steady, what is read from the wire has just arrived. After a pulse that
came late, what is read may have waited since the last steady one, and counts as having arrived then, until the pulse is
steady again; and no deadline is taken to have passed before that. Where it is not steady for longer, the centre was
deaf, and says so before anything else is decided.
"""

import asyncio

from tocsin.centre.clock import Clock
from tocsin.terms import Instant

PULSE_SECONDS = 0.05
LATE_US = 150_000
"""A pulse that comes later than so many microseconds after the one before is late."""
STEADY_AFTER = 3


class Hearing:
    """The pulse of one running centre. On a simulated clock nothing waits, and nothing is ever missed."""

    def __init__(self, clock: Clock, outage_seconds: int) -> None:
        self._clock, self._outage_us = clock, outage_seconds * 1_000_000
        self._last: Instant | None = None
        self._steady: Instant | None = None
        self._late = 0
        """How many pulses in time it takes until the pulse counts as steady again."""

    def begin(self) -> Instant:
        """The centre hears from now on."""
        self._last = self._steady = self._clock.now()
        self._late = 0
        return self._last

    def pulse(self) -> None:
        """One beat."""
        now, last = self._clock.now(), self._last
        self._last = now
        if last is not None and now - last > LATE_US:
            self._late = STEADY_AFTER
        elif self._late:
            self._late -= 1
        if not self._late:
            self._steady = now

    async def beat(self) -> None:
        """Beat for ever."""
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            self.pulse()

    def arrived(self) -> Instant:
        """When what is read now may have arrived, at the earliest."""
        now = self._clock.now()
        if self._clock.is_simulated or self._steady is None:
            return now
        return min(now, Instant(self._steady + LATE_US))

    def settled(self) -> Instant:
        """Up to this instant nothing that arrived can still be unread."""
        if self._clock.is_simulated or self._steady is None:
            return self._clock.now()
        return Instant(self._steady - LATE_US)

    def gap(self) -> tuple[Instant, Instant] | None:
        """From when to when the centre was deaf, where that is too long to be nothing."""
        now = self._clock.now()
        if self._clock.is_simulated or self._steady is None or now - self._steady <= self._outage_us:
            return None
        return self._steady, now
