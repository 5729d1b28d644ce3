"""What is worked out of the law once: it is public, and the same for everybody on the same day."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from tocsin.charter.snapshot import Snapshot

T = TypeVar("T")


class WorkedOut:
    """What was worked out of late, the oldest let go first. Only for what is the same for everybody."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[object, Any] = OrderedDict()

    def get(self, key: object, make: Callable[[], T]) -> T:
        """What is kept under the key, else what `make` gives, which is kept."""
        if key not in self._found:
            self._found[key] = make()
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        else:
            self._found.move_to_end(key)
        found: T = self._found[key]
        return found


def key_of(snapshot: Snapshot) -> tuple[object, ...]:
    """What a snapshot's rows follow from. Standings changed live are in none of them."""
    return (snapshot.charter_hash, snapshot.on, snapshot.known, snapshot.readings)
