"""What holds for every test: which of the long ones run, and how hard Hypothesis searches."""

import os
import signal
from collections.abc import Iterator

import pytest
from coverage import Coverage
from hypothesis import settings

from tests.measuring import measured

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every command they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONG = os.environ.get("TOCSIN_LONG") == "1"
LONG_TIMEOUT_SECONDS = 900

# The short run tries the same examples every time, so that a red run is red for everybody.
# The long run tries new ones and prints how to repeat what it found.
settings.register_profile("ci", max_examples=50, derandomize=True, deadline=None)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile("long" if LONG else "ci")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the long tests, unless TOCSIN_LONG=1 or `-m long` asks for them."""
    long = [item for item in items if item.get_closest_marker("long")]
    # In a long run every property searches harder, so every test gets the longer time.
    for item in items if LONG else long:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONG_TIMEOUT_SECONDS))
    if not LONG and "long" not in config.getoption("markexpr"):
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_sessionfinish() -> None:
    """Save what was measured. A worker of pytest-xdist that takes ten seconds to end after this is killed."""
    measuring = Coverage.current()
    if measuring is not None:
        measuring.save()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Runs the test, measured as far as that tells anything."""
    if not isinstance(item, pytest.Function):
        return (yield)
    with measured(item):
        return (yield)
