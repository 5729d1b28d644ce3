"""One hub a seat: it waits for the seat's feed, encodes each item once, and hands the bytes to all its streams.

hub      one task while anybody listens; keeps the last items as they go out
stream   one coroutine a client: sends what is new, a comment when nothing was, and ends when it must
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from tocsin.centre.feeds import cursor_position
from tocsin.centre.runtime import Centre
from tocsin.centre.view_model import FeedItem
from tocsin.errors import Overloaded
from tocsin.ledger import LedgerError
from tocsin.web.problems import TOO_MANY_STREAMS
from tocsin.web.shape import encode

LOGGER = logging.getLogger("tocsin.web")

KEEP_ALIVE_SECONDS = 15.0
ITEMS_KEPT_MAX = 256
"""Of each hub; a stream that is further behind reads from the view."""
ITEMS_READ_MAX = 100
STREAMS_WAIT_SECONDS = 5


class Stream:
    """One client's place in its seat's feed."""

    __slots__ = ("_is_over", "checked", "desk", "is_idle", "position", "push", "turn")

    def __init__(self, desk: str, position: int) -> None:
        self.desk, self.position = desk, position
        self.turn = asyncio.Event()
        self._is_over = False
        self.is_idle = False
        """It has all there is and waits, so that the hub may push to it."""
        self.push: Callable[[bytes], bool] = _cannot
        """Sends at once, without waking its coroutine; False where it cannot."""
        self.checked: tuple[object, float] = (None, 0.0)
        """The desks' version and the instant at which its credential was last found to be good."""

    def goes_on(self) -> bool:
        """Whether it has more to send."""
        return not self._is_over

    def end(self, _: object = None) -> None:
        """Let it send its last."""
        self._is_over = True
        self.turn.set()


class Hub:
    """The streams of one seat. `newest` is the feed's length as far as it has been read."""

    def __init__(self, centre: Centre, seat: str, left: Callable[["Hub"], None]) -> None:
        self.centre, self.seat, self._left = centre, seat, left
        self.streams: set[Stream] = set()
        self.newest = 0
        self.version: object = None
        """Of the desks, when streams were last woken: while it is the same, nobody's access has changed."""
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=ITEMS_KEPT_MAX)
        self._sight = centre.board.sight
        """Of the board, when they were encoded: what an item shows may be less since, as of a recalled warning."""
        self._task: asyncio.Task[None] | None = None

    def join(self, stream: Stream) -> None:
        """Take in a stream; the first one starts the hub."""
        self.streams.add(stream)
        if self._task is None or self._task.done():
            self._kept.clear()
            self.newest = cursor_position(self.centre.cursor(self.seat)) or 0
            self._task = asyncio.create_task(self._listen(), name=f"feed of {self.seat}")

    def leave(self, stream: Stream) -> None:
        """Let go of a stream; the last one stops the hub."""
        self.streams.discard(stream)
        if not self.streams and self._task is not None:
            self._task.cancel()
            self._task = None
            self._kept.clear()
            self._left(self)

    def after(self, position: int) -> tuple[int, bytes]:
        """What comes after a position, as it goes out, and where it ends. Empty where nothing does."""
        if position >= self.newest:
            return position, b""
        self._drop_outdated()
        if self._kept and self._kept[0][0] <= position + 1:
            return self.newest, b"".join(frame for place, frame in self._kept if place > position)
        page = self.centre.view(self.seat).feed(position, ITEMS_READ_MAX)
        if not page.items:
            return position, b""
        return cursor_position(page.cursor) or position, b"".join(frame_of(item) for item in page.items)

    async def _listen(self) -> None:
        """Follow the feed until cancelled. Where nothing more will come, streams end: clients ask again, and learn
        whether the centre is back."""
        try:
            await self._follow()
        except LedgerError as problem:
            LOGGER.warning("streams end: %s", problem)
        except Exception:
            LOGGER.exception("a feed cannot be followed")
        for stream in self.streams:
            stream.end()

    async def _follow(self) -> None:
        """Read what is new, and wake the streams; wake them also when nothing was for a while."""
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                    await self.centre.changed(self.seat, self.newest)
            except TimeoutError:
                self._wake()
                continue
            page = self.centre.view(self.seat).feed(self.newest, ITEMS_READ_MAX)
            self._drop_outdated()
            before, frames = self.newest, [frame_of(item) for item in page.items]
            for frame in frames:
                self.newest += 1
                self._kept.append((self.newest, frame))
            self._push(before, b"".join(frames))

    def _drop_outdated(self) -> None:
        """Let go of what was encoded before somebody came to see more or less: it is read from the view again."""
        if self._sight != self.centre.board.sight:
            self._kept.clear()
            self._sight = self.centre.board.sight

    def _push(self, before: int, data: bytes) -> None:
        """Give streams that have all before it what is new, at once; wake the others, who see to themselves.

        A thousand coroutines woken for each act would cost more than all the rest of it.
        """
        self.version = self.centre.desks.version()
        for stream in tuple(self.streams):
            if stream.is_idle and stream.position == before and stream.push(data):
                stream.position = self.newest
            else:
                stream.turn.set()

    def tell(self, data: bytes) -> None:
        """Say something that is no item, and that anybody may know."""
        for stream in tuple(self.streams):
            if not (stream.is_idle and stream.push(data)):
                stream.turn.set()

    def _wake(self) -> None:
        self.version = self.centre.desks.version()
        for stream in self.streams:
            stream.turn.set()


class Hubs:
    """All hubs, and how many streams there may be."""

    def __init__(self, centre: Centre, streams_max: int, streams_of_desk_max: int) -> None:
        self._centre, self._max, self._of_desk_max = centre, streams_max, streams_of_desk_max
        self._hubs: dict[str, Hub] = {}
        self._of_desk: dict[str, int] = {}
        self.count = 0
        self._is_closing = False

    def enter(self, seat: str, stream: Stream) -> Hub:
        """The hub of a seat, with this stream in it. Raises Overloaded where there are too many."""
        if self._is_closing:
            raise Overloaded("closing", "The centre is closing.", wait_seconds=STREAMS_WAIT_SECONDS)
        if self._of_desk.get(stream.desk, 0) >= self._of_desk_max:
            said = f"This desk has {self._of_desk_max} open event streams already."
            raise Overloaded(TOO_MANY_STREAMS, said, wait_seconds=STREAMS_WAIT_SECONDS, fix="Close one of them.")
        if self.count >= self._max:
            raise Overloaded("streams full", "The centre has no event stream left.", wait_seconds=STREAMS_WAIT_SECONDS)
        hub = self._hubs.get(seat)
        if hub is None:
            hub = self._hubs[seat] = Hub(self._centre, seat, self._forget)
        self.count += 1
        self._of_desk[stream.desk] = self._of_desk.get(stream.desk, 0) + 1
        hub.join(stream)
        return hub

    def leave(self, hub: Hub, stream: Stream) -> None:
        """Undo `enter`."""
        self.count -= 1
        left = self._of_desk[stream.desk] - 1
        if left:
            self._of_desk[stream.desk] = left
        else:
            del self._of_desk[stream.desk]
        hub.leave(stream)

    def tell(self, data: bytes) -> None:
        """Say something to every stream at once; one that is not idle says only that it is there."""
        for hub in self._hubs.values():
            hub.tell(data)

    def close(self) -> None:
        """End every stream."""
        self._is_closing = True
        for hub in self._hubs.values():
            for stream in hub.streams:
                stream.end()

    def _forget(self, hub: Hub) -> None:
        self._hubs.pop(hub.seat, None)


def _cannot(_: bytes) -> bool:
    return False


def frame_of(item: FeedItem) -> bytes:
    """An item as one event of the stream."""
    return b"id: %s\nevent: item\ndata: %s\n\n" % (item.cursor.encode(), encode(item))
