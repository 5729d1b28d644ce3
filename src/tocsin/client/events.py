"""A seat's feed as it grows, over server-sent events: it goes on where it stopped, however often it is cut."""

import random
from collections.abc import Callable, Iterator

import msgspec
import urllib3
from urllib3.exceptions import HTTPError, SSLError

from tocsin.client.wire import BUSY, Answer, Sent, Wire, problem, target, unreachable, wait_seconds
from tocsin.errors import ClientError

SILENCE_SECONDS_MAX = 60.0
"""A centre says something at least every quarter of a minute; one that is silent for longer is lost."""
PAUSE_SECONDS_MAX = 30.0
LINE_BYTES_MAX = 8_000_000
CHUNK_BYTES = 65_536


class Event(msgspec.Struct, frozen=True):
    """One event as it stands on the wire."""

    id: str
    kind: str
    data: str


OPENED = Event("", "", "")
"""Stands before a connection's own events: the centre has answered."""

OnLine = Callable[[ClientError | None], object]
"""Told of the line: with an error when it is lost, with None when it is back."""


def events(wire: Wire, after: str = "", *, tries_max: int = 0, on_line: OnLine | None = None) -> Iterator[Answer]:
    """Each item of the feed after that cursor, for as long as it is asked for.

    Lost connections are made anew, from the last item that was handed out, after pauses that grow to half a minute.
    `tries_max` is how many in a row may fail; 0: there is no limit. `on_line` is told once of each loss, and once when
    the line is back. Raises ClientError for an answer other than "too busy", such as 401 once the secret is no longer
    good.
    """
    failed, line = 0, _Line(on_line)
    while True:
        try:
            for event in _stream(wire, after):
                line.is_back()
                if event is OPENED:
                    continue
                failed = 0
                if event.kind == "item":
                    yield item_of(event, wire.address)
                after = event.id or after
            lost = _Lost(ClientError("unreachable", f"{wire.address} ended the stream."))
        except _Lost as error:
            lost = error
        failed += 1
        line.is_lost(lost.error)
        if tries_max and failed >= tries_max:
            raise lost.error
        wire.sleep(max(lost.wait_seconds, pause_seconds(failed)))


def pause_seconds(failed: int) -> float:
    """How long to wait after so many failures in a row; spread out, so that clients do not come back all at once."""
    most = min(PAUSE_SECONDS_MAX, 0.25 * 2.0 ** min(failed, 10))
    return most * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load and keeps no secret


def item_of(event: Event, address: str) -> Answer:
    """The item an event carries. Raises ClientError where it carries none."""
    try:
        item = msgspec.json.decode(event.data)
    except (msgspec.DecodeError, RecursionError):
        item = None
    if not isinstance(item, dict):
        raise ClientError("no answer", f"{address} sends an event that this release cannot read.")
    return item


def parsed(chunks: Iterator[bytes]) -> Iterator[Event]:
    """The events in a stream of bytes, each when its blank line has come. A comment is an event of kind ''."""
    at, kind, data = "", "", list[str]()
    for line in _lines(chunks):
        if not line:
            if data or kind or at:
                yield Event(at, kind or "message", "\n".join(data))
            at, kind, data = "", "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match field:
            case "":
                yield Event("", "", "")
            case "id" if "\0" not in value:
                at = value
            case "event":
                kind = value
            case "data":
                data.append(value)
            case _:
                pass


class _Line:
    """Tells of each change of the line once."""

    def __init__(self, tell: OnLine | None) -> None:
        self._tell, self._is_there = tell, True

    def is_lost(self, error: ClientError) -> None:
        if self._is_there and self._tell is not None:
            self._tell(error)
        self._is_there = False

    def is_back(self) -> None:
        if not self._is_there and self._tell is not None:
            self._tell(None)
        self._is_there = True


class _Lost(Exception):
    """The stream cannot be had now. `error` says so to a person."""

    def __init__(self, error: ClientError, wait: float = 0.0) -> None:
        self.error, self.wait_seconds = error, wait


def _stream(wire: Wire, after: str) -> Iterator[Event]:
    """One connection's events. Raises _Lost where it can be tried again, ClientError where not."""
    headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"} | ({"Last-Event-ID": after} if after else {})
    try:
        response = wire.open(Sent("GET", target("events"), headers=headers), SILENCE_SECONDS_MAX)
        try:
            if response.status != 200:
                refused = problem(response, response.read(100_000), wire.address)
                if response.status in BUSY or response.status in (500, 502, 504):
                    raise _Lost(refused, wait_seconds(response))
                raise refused
            yield OPENED
            yield from parsed(_chunks(response))
        finally:
            response.close()
    except SSLError as error:
        raise unreachable(wire.address, error) from None
    except (HTTPError, OSError) as error:
        raise _Lost(unreachable(wire.address, error)) from None


def _chunks(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """What has come so far, as soon as it has."""
    while chunk := response.read1(CHUNK_BYTES):
        yield chunk


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    """Lines without their ends, which are \\n or \\r\\n."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")
        if len(rest) > LINE_BYTES_MAX:
            raise ClientError("too long", f"An event has a line of more than {LINE_BYTES_MAX:,} bytes.")
