"""Pages are made one after another, and between two of them whoever waits to push something comes first."""

import asyncio


class Turns:
    """A queue in which one page is let in by each pass of the event loop.

    Hundreds of browsers ask for their page again when something happened. Without a queue all of these pages would be
    made in one pass, and the next push would wait for seconds.
    """

    def __init__(self) -> None:
        self._last = asyncio.Lock()

    async def take(self) -> None:
        """Wait for one's turn."""
        async with self._last:
            await asyncio.sleep(0)
