"""A small HTTP load generator: bare connections, so that what is measured is the server and not the client."""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import cast

READ_BYTES = 65_536


class Connection:
    """One kept-alive connection that asks one thing after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secret: str) -> None:
        self._reader, self._writer, self._secret = reader, writer, secret

    @classmethod
    async def open(cls, port: int, secret: str) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port), secret)

    async def post(self, path: str, body: bytes) -> int:
        """The status of the answer."""
        self._writer.write(
            b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (path.encode(), self._secret.encode(), len(body), body)
        )
        return await self._status()

    async def get(self, path: str) -> int:
        """The status of the answer."""
        self._writer.write(
            b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\nAccept: text/html\r\n\r\n"
            % (path.encode(), self._secret.encode())
        )
        return await self._status()

    async def _status(self) -> int:
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")), 0)
        if length:
            await self._reader.readexactly(length)
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        self._writer.close()


class Listener(asyncio.Protocol):
    """One event stream; it tells when bytes with an event came, and looks no closer."""

    def __init__(self, secret: str, after: str, heard: Callable[[bytes, float], None]) -> None:
        self._secret, self._after, self._heard = secret, after, heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        self.transport.write(
            b"GET /api/v1/events?after=%b HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\n"
            b"Accept: text/event-stream\r\n\r\n" % (self._after.encode(), self._secret.encode())
        )

    def data_received(self, data: bytes) -> None:
        self._heard(data, perf_counter())


async def open_loop(connections: list[Connection], bodies: list[bytes], path: str, per_second: float) -> list[float]:
    """Send each body at its own time, whatever became of those before. Seconds from that time to the answer.

    A request waits where no connection is free, and its wait counts: a slow server cannot hide behind slow clients.
    """
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    waits: list[float] = []
    began = perf_counter() + 0.1

    async def send(place: int, body: bytes) -> None:
        due = began + place / per_second
        await asyncio.sleep(max(0.0, due - perf_counter()))
        connection = await free.get()
        status = await connection.post(path, body)
        waits.append(perf_counter() - due)
        free.put_nowait(connection)
        assert status == 200, status

    await asyncio.gather(*(send(place, body) for place, body in enumerate(bodies)))
    return waits


async def closed_loop(connections: list[Connection], bodies: list[bytes], path: str) -> float:
    """Every connection sends the next body as soon as it has an answer. Answers a second."""
    left = iter(bodies)

    async def client(connection: Connection) -> None:
        for body in left:
            status = await connection.post(path, body)
            assert status == 200, status

    began = perf_counter()
    await asyncio.gather(*(client(connection) for connection in connections))
    return len(bodies) / (perf_counter() - began)
