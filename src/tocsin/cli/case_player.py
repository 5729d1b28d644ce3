"""A recorded case played into a centre at a rate that people change: played on, paused, or taken step by step."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

from tocsin.charter.snapshot import Charter
from tocsin.cli.replay_into import CentreRunner
from tocsin.client import Client
from tocsin.errors import TocsinError
from tocsin.replay.case import Case
from tocsin.replay.words import gap_hours

LOGGER = logging.getLogger("tocsin.demo")
GAP_SECONDS = 1.0, 12.0
"""Between two steps it waits at least and at most so long: hours in which nothing happened are cut."""
RATE_MAX = 100_000.0
"""Of the centre's clock."""
CLOSE_SECONDS = STEP_SECONDS = 2.0
SHORT_OF = 0.97
"""The clock runs up to the next step and not beyond it."""


class CasePlayer:
    """Plays a case in a thread of its own, as the conductor of a centre."""

    def __init__(
        self,
        case: Case,
        charter: Charter,
        centre: Client,
        speed: float,
        *,
        is_paused: bool = False,
        stops_at: frozenset[str] = frozenset(),
    ) -> None:
        """`speed` is times as fast as it happened; `centre` is a conductor's client; after a step that does one of
        `stops_at` it pauses by itself."""
        self._stops_at = stops_at
        self._case, self._charter, self._centre = case, charter, centre
        self._turn = threading.Condition()
        self._speed, self._is_paused, self._may_take_one, self._is_closing = speed, is_paused, False, False
        self._step = 0
        self._trouble = ""
        self._thread = threading.Thread(target=self._play, name="case player", daemon=True)

    @property
    def title(self) -> str:
        return self._case.case.title

    @property
    def step(self) -> int:
        return self._step

    @property
    def steps(self) -> int:
        return len(self._case.step)

    @property
    def says(self) -> str:
        return self._case.step[self._step - 1].says if self._step else ""

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    @property
    def trouble(self) -> str:
        return self._trouble

    def play(self, speed: float) -> None:
        """Go on, `speed` times as fast as it happened."""
        self._tell(speed=speed, is_paused=False)

    def pause(self) -> None:
        """Stand still, the centre's clock with it."""
        self._tell(speed=self._speed, is_paused=True)

    def take_next(self) -> None:
        """Take one step now, and stand still after it. It waits a moment for the step, so that a page tells of it."""
        with self._turn:
            before = self._step
            self._tell(speed=self._speed, is_paused=True, may_take_one=True)
            self._turn.wait_for(lambda: self._step != before or self._has_ended, STEP_SECONDS)

    @property
    def _has_ended(self) -> bool:
        return self._is_closing or not self._thread.is_alive()

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """End; a step that is under way gets a moment."""
        with self._turn:
            self._is_closing = True
            self._turn.notify_all()
        self._thread.join(CLOSE_SECONDS)

    def _tell(self, *, speed: float, is_paused: bool, may_take_one: bool = False) -> None:
        with self._turn:
            self._speed, self._is_paused, self._may_take_one = speed, is_paused, may_take_one
            self._turn.notify_all()

    def _play(self) -> None:
        try:
            for number in self._numbers(CentreRunner(self._case, self._charter, self._centre)):
                LOGGER.info("step %d of the case was taken", number)
                if self._case.step[number - 1].do in self._stops_at:
                    self.pause()
            if not self._is_closing:  # from here on time passes as everywhere
                self._centre.set_clock(rate=1.0)
        except TocsinError as error:
            self._trouble = str(error)
            if not self._is_closing:
                LOGGER.warning("the case cannot be played on: %s", error)

    def _numbers(self, runner: CentreRunner) -> Iterator[int]:
        """Take the steps, one by one."""
        before = self._case.step[0].at
        for number, step in enumerate(self._case.step, 1):
            self._wait(gap_hours(before, step.at) * 3600)
            if self._is_closing:
                return
            runner.take(number)
            before = step.at
            with self._turn:
                self._step = number
                self._turn.notify_all()
            yield number

    def _wait(self, gap_seconds: float) -> None:
        """Wait for the next step, as long as the speed says at each moment; the centre's clock runs along."""
        least, most = GAP_SECONDS
        waited = 0.0  # the part of the gap that has passed
        with self._turn:
            while not (self._is_closing or self._may_take_one or waited >= 1.0):
                whole = min(most, max(least, gap_seconds / self._speed))
                self._run_clock(0.0 if self._is_paused else gap_seconds / whole * SHORT_OF)
                began, asked = time.monotonic(), (self._speed, self._is_paused)
                self._turn.wait(None if self._is_paused else whole * (1 - waited))
                if not asked[1]:
                    waited += (time.monotonic() - began) / whole
            self._may_take_one = False
            self._run_clock(0.0)

    def _run_clock(self, rate: float) -> None:
        with suppress(TocsinError):  # a centre that is closing moves no clock
            self._centre.set_clock(rate=min(RATE_MAX, rate))
