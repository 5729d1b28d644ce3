"""How often somebody may try to sign in: after a few failures each further try has to wait twice as long.

Counted by name and by address, in memory and no more than so many of each. A name's wait is short, and does not hold
where its person signed in from the same address before: else anybody could shut an officer out in a crisis.
"""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from tocsin.errors import Overloaded
from tocsin.terms import HOUR_US, Instant

NAME_FREE, ADDRESS_FREE = 5, 20
"""Failures before which nobody waits. Many people may share one address."""
NAME_WAIT_MAX_SECONDS, ADDRESS_WAIT_MAX_SECONDS = 60, 900
SECOND_US = 1_000_000
FORGET_US = 12 * HOUR_US
COUNTED_MAX = 10_000
KNOWN_MAX = 10_000


class _Count(NamedTuple):
    failures: int
    last: Instant
    until: Instant


class _Counts:
    """Failures by key; the one that failed longest ago is forgotten first."""

    def __init__(self, free: int, wait_max_seconds: int) -> None:
        self._free, self._wait_max_seconds = free, wait_max_seconds
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def waits(self, key: str, now: Instant) -> int:
        """Seconds until the next try, rounded up; 0: now."""
        found = self._counts.get(key)
        return 0 if found is None or found.until <= now else -(-(found.until - now) // SECOND_US)

    def fail(self, key: str, now: Instant) -> None:
        found = self._counts.pop(key, None)
        failures = 1 if found is None or now - found.last > FORGET_US else found.failures + 1
        over = failures - self._free
        seconds = min(2 ** min(over, 20), self._wait_max_seconds) if over >= 0 else 0
        self._counts[key] = _Count(failures, now, Instant(now + seconds * SECOND_US))
        if len(self._counts) > COUNTED_MAX:
            self._counts.popitem(last=False)

    def succeed(self, key: str, *, forget: bool) -> None:
        """Take back one failure, or all of them."""
        found = self._counts.pop(key, None)
        if found is not None and found.failures > 1 and not forget:
            self._counts[key] = _Count(found.failures - 1, found.last, Instant(0))

    def __len__(self) -> int:
        return len(self._counts)


class Tries:
    """Tries to sign in. A try counts as a failure from its start, so that many at once are no way around."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names = _Counts(NAME_FREE, NAME_WAIT_MAX_SECONDS)
        self._addresses = _Counts(ADDRESS_FREE, ADDRESS_WAIT_MAX_SECONDS)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def begin(self, name: str, address: str, now: Instant) -> None:
        """A try begins. Raises Overloaded where it comes too early; that one is not counted."""
        with self._lock:
            is_known = bool(address) and (name, address) in self._known
            waits = max(0 if is_known else self._names.waits(name, now), self._addresses.waits(address, now))
            if waits:
                raise Overloaded(
                    "too many tries",
                    f"Too many tries to sign in failed. Try again in {waits} seconds.",
                    wait_seconds=waits,
                )
            self._names.fail(name, now)
            if address:
                self._addresses.fail(address, now)

    def succeed(self, name: str, address: str) -> None:
        """The try was right after all. For its address that takes back this one try: whoever has a desk of their own
        gets no more guesses at others by it."""
        with self._lock:
            self._names.succeed(name, forget=True)
            if address:
                self._addresses.succeed(address, forget=False)
                self._known.pop((name, address), None)
                self._known[name, address] = None
                if len(self._known) > KNOWN_MAX:
                    self._known.popitem(last=False)

    def __len__(self) -> int:
        return len(self._names) + len(self._addresses) + len(self._known)
