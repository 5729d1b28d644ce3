"""Threads for work on passwords, so that people who sign in keep nobody else waiting for a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from tocsin.centre.passwords import AT_ONCE, WAITING_MAX
from tocsin.errors import Overloaded

P = ParamSpec("P")
T = TypeVar("T")


class Aside:
    """As many threads as passwords are worked on at once, and so many who wait for one. For one event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._going: set[Future[object]] = set()

    async def do(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do it in one of the threads. Raises Overloaded where too many wait already."""
        self._going = {future for future in self._going if not future.done()}
        if len(self._going) >= AT_ONCE + WAITING_MAX:
            raise Overloaded("busy", "Too many are signing in at once.", wait_seconds=5, fix="Try again shortly.")
        future = self._threads.submit(work, *args, **named)
        self._going.add(future)  # type: ignore[arg-type]  # only asked whether it is done
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """What has not begun does not begin any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
