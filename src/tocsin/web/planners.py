"""Threads for planning forces, apart from all others: whoever plans keeps nobody else waiting but other planners.

A seat plans one thing at a time. No seat is refused anything for what another one does: it waits for its turn.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import ParamSpec, TypeVar

from tocsin.errors import Overloaded

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE = 2
WAIT_SECONDS = 5


class Planners:
    """So many threads, and what each seat has going. For one event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="forces")
        self._going: dict[str, Future[object]] = {}
        self._closing = Event()

    async def do(self, seat: str, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do it in one of the threads. Raises Overloaded where the seat's last work is not done."""
        self._going = {name: future for name, future in self._going.items() if not future.done()}
        if seat in self._going:
            raise Overloaded(
                "busy",
                "What your seat asked about forces before is still being worked on.",
                wait_seconds=WAIT_SECONDS,
                fix="Wait for it, or plan on a machine of your own: tocsin forces plan.",
            )
        future = self._threads.submit(work, *args, **named)
        self._going[seat] = future  # type: ignore[assignment]  # only asked whether it is done
        return await asyncio.wrap_future(future)

    def is_closing(self) -> bool:
        """Whether nobody waits for any more of it: what searches ends."""
        return self._closing.is_set()

    def close(self) -> None:
        """What has not begun does not begin any more."""
        self._closing.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
