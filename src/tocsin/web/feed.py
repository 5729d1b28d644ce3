"""The feed over HTTP: page by page, confirmed, and as it grows (server-sent events)."""

import asyncio
import time
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from tocsin.centre.feeds import checked_position, cursor_position
from tocsin.centre.view_model import FeedPage
from tocsin.errors import Malformed, NotFound, Unserved
from tocsin.web.call import EVENTS, Call, Message, Receive, Send
from tocsin.web.call import Stream as Streaming
from tocsin.web.hubs import Hub, Stream

RETRY_MILLISECONDS = 2_000
SEND_SECONDS_MAX = 60.0
"""A client that takes nothing for so long is let go."""
COMMENT = b":\n\n"
CHECK_SECONDS = 20.0
"""How long a stream may go on before its credential is looked at again though no desk has changed."""

Cursor = Annotated[str, Meta(max_length=40, description="A cursor this centre gave, such as `1-17`; empty: the start.")]


class FeedQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where in the feed, and how much of it."""

    after: Cursor = ""
    limit: Annotated[int, Meta(ge=1, le=500, description="At most so many items.")] = 100


class EventsQuery(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where in the feed; the header `Last-Event-ID` goes before it."""

    after: Cursor = ""


class ConfirmIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Up to where a seat has its feed."""

    cursor: Cursor


class Confirmed(Struct, frozen=True, kw_only=True):
    """Up to where the seat is now known to have its feed."""

    cursor: str


async def page(call: Call) -> FeedPage:
    """Some of the feed after a cursor."""
    return call.view.feed(_position(call, call.query.after, "after"), call.query.limit)


async def confirm(call: Call) -> Confirmed:
    """The seat has its feed up to there."""
    await call.centre.confirm_feed(call.actor, _position(call, call.body.cursor, "cursor"))
    return Confirmed(cursor=call.body.cursor)


async def events(call: Call) -> Streaming:
    """The feed as it grows."""
    after = call.header(b"last-event-id") or call.query.after
    position = _position(call, after, "after")
    if position > (cursor_position(call.centre.cursor(call.seat)) or 0):
        raise NotFound("cursor", after, [])
    stream = Stream(call.actor.desk, position)
    hub = call.web.hubs.enter(call.seat, stream)
    return Streaming(partial(_run, call, hub, stream))


def _position(call: Call, cursor: str, field: str) -> int:
    position = checked_position(cursor, call.centre.board.epoch)
    if position is None:
        raise Malformed(
            f"'{field}': '{cursor[:40]}' is no cursor of this feed.",
            field=field,
            found=cursor[:40],
            accepted="a cursor that this centre gave, or nothing to begin at the start",
            fix="Begin at the start: items that you have already are known by their cursors.",
        )
    return position


async def _run(call: Call, hub: Hub, stream: Stream, receive: Receive, send: Send) -> None:
    """Send the stream until the client goes, the credential ends, or the centre closes."""
    gone = asyncio.ensure_future(_gone(receive))
    gone.add_done_callback(stream.end)
    try:
        headers = [(b"content-type", EVENTS.encode()), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _say(send, b"retry: %d\n\n" % RETRY_MILLISECONDS)
        stream.push = lambda data: _is_still_good(call, hub, stream) and _sent_at_once(send, data)
        while stream.goes_on() and _is_still_good(call, hub, stream):
            stream.turn.clear()
            stream.position, data = hub.after(stream.position)
            if data:
                await _say(send, data)
                # There may be more where it read from the view.
                continue
            stream.is_idle = True
            await stream.turn.wait()
            stream.is_idle = False
            if stream.goes_on() and stream.position >= hub.newest:
                await _say(send, COMMENT)
        await send({"type": "http.response.body", "body": b""})
    except TimeoutError:
        return
    finally:
        gone.cancel()
        call.web.hubs.leave(hub, stream)


async def _say(send: Send, data: bytes) -> None:
    async with asyncio.timeout(SEND_SECONDS_MAX):
        await send(message_of(data))


def message_of(data: bytes) -> Message:
    """A part of the stream, as ASGI has it."""
    return {"type": "http.response.body", "body": data, "more_body": True}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _sent_at_once(send: Send, data: bytes) -> bool:
    """Whether it went out without waiting. The server waits before it writes, so that nothing of it did otherwise."""
    sending = send(message_of(data))
    try:
        sending.send(None)
    except StopIteration:
        return True
    except OSError:
        return False
    sending.close()
    return False


def _is_still_good(call: Call, hub: Hub, stream: Stream) -> bool:
    """Whether the session or token is still one, and its desk still entitled to read.

    While no desk has changed it is asked for only now and then, since sessions also end by themselves: the stream is
    no use of one, or nobody who leaves it open would ever be signed out. Under a delegation it is asked for each time:
    that ends at its own instant, and nothing may be told after it.
    """
    version, at = stream.checked
    now = time.monotonic()
    is_recent = version is not None and version == hub.version and now - at < CHECK_SECONDS
    if is_recent and not call.actor.on_behalf:
        return True
    try:
        actor = call.centre.desks.actor(call.secret, call.actor.on_behalf, is_use=False)
    except Unserved:
        return False
    stream.checked = hub.version, now
    return "read" in actor.scopes and actor.seat == call.actor.seat
