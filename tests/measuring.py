"""How much of a test coverage looks at: the first examples of a property, the first case of an `exhaustive` test.

Looking makes a line cost more than twice as much, and after the first few examples hardly one reaches a line that none
has reached. What is not looked at runs all the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import pytest
from coverage import Coverage

EXAMPLES = 8


class Measure:
    """Coverage of one test: on until it is paused, and on again after the test."""

    def __init__(self) -> None:
        self._examples = 0
        self._paused: Coverage | None = None

    def pause(self) -> None:
        measuring = Coverage.current()  # none where nothing measures, and none while it is paused
        if measuring is not None:
            measuring.stop()
            self._paused = measuring

    def resume(self) -> None:
        if self._paused is not None:
            self._paused.start()
            self._paused = None

    def of_examples(self, test: Callable[..., object]) -> Callable[..., object]:
        """The test of a property, which is measured in its first examples."""

        @wraps(test)
        def example(*values: object, **named: object) -> object:
            self._examples += 1
            if self._examples > EXAMPLES:
                self.pause()
            return test(*values, **named)

        return example


_seen: Counter[str] = Counter()


@contextmanager
def measured(item: pytest.Function) -> Iterator[None]:
    """Around one test."""
    measure = Measure()
    name = f"{item.path}::{item.originalname}"
    _seen[name] += 1
    if _seen[name] > 1 and item.get_closest_marker("exhaustive"):
        measure.pause()
    with _by_example(item, measure):
        try:
            yield
        finally:
            measure.resume()


@contextmanager
def _by_example(item: pytest.Function, measure: Measure) -> Iterator[None]:
    """Where the test is that of a property, Hypothesis lets its inside be replaced."""
    given = getattr(item.obj, "hypothesis", None)
    if given is None:
        yield
        return
    plain = given.inner_test
    given.inner_test = measure.of_examples(plain)
    try:
        yield
    finally:
        given.inner_test = plain
