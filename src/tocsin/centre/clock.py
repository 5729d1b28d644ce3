"""Time, injected: the wall's for live work, a simulated one for replays and exercises. The same code runs on both."""

import asyncio
import time
from contextlib import suppress
from typing import Protocol

from tocsin.terms import Instant

WAIT_SECONDS_MAX = 1.0
"""No wait is longer, so that a clock that jumped, or a machine that slept, is noticed soon."""


class Clock(Protocol):
    """What the centre asks of a clock."""

    @property
    def is_simulated(self) -> bool: ...

    def now(self) -> Instant:
        """The present instant. It never goes back."""

    async def wait(self, until: Instant | None) -> None:
        """Return at `until`, or earlier: when the clock was stirred, and after a second at the latest."""

    def stir(self) -> None:
        """Wake whoever waits, because what it waits for may have changed."""


class WallClock:
    """The machine's clock, kept from going back."""

    is_simulated = False

    def __init__(self) -> None:
        self._last = Instant(0)
        self._turn = asyncio.Event()

    def now(self) -> Instant:
        self._last = max(self._last, Instant(time.time_ns() // 1000))
        return self._last

    async def wait(self, until: Instant | None) -> None:
        seconds = WAIT_SECONDS_MAX if until is None else (until - self.now()) / 1_000_000
        await _turn_or_timeout(self._turn, min(seconds, WAIT_SECONDS_MAX))

    def stir(self) -> None:
        self._turn.set()
        self._turn = asyncio.Event()


class SimulatedClock:
    """A clock that stands until it is moved, or runs at a rate of its own. It can be paused."""

    is_simulated = True

    def __init__(self, start: Instant, rate: float = 0.0) -> None:
        self._at, self._rate = start, rate
        self._since = time.monotonic()
        self._turn = asyncio.Event()

    @property
    def rate(self) -> float:
        """Simulated seconds a second; 0 while it stands."""
        return self._rate

    def now(self) -> Instant:
        return Instant(self._at + int((time.monotonic() - self._since) * self._rate * 1_000_000))

    def set(self, at: Instant) -> Instant:
        """Move on to `at`; a time that has passed is left alone. The present instant."""
        self._at, self._since = max(self.now(), at), time.monotonic()
        self.stir()
        return self._at

    def run(self, rate: float) -> None:
        """Run at `rate` simulated seconds a second from here on; 0 pauses."""
        self._at, self._since, self._rate = self.now(), time.monotonic(), max(0.0, rate)
        self.stir()

    async def wait(self, until: Instant | None) -> None:
        seconds = WAIT_SECONDS_MAX
        if until is not None and self._rate:
            seconds = (until - self.now()) / 1_000_000 / self._rate
        await _turn_or_timeout(self._turn, min(seconds, WAIT_SECONDS_MAX))

    def stir(self) -> None:
        self._turn.set()
        self._turn = asyncio.Event()


async def _turn_or_timeout(turn: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await turn.wait()
