"""Serving the app: uvicorn in this process, with TLS where there is a certificate, and an end within seconds.

The centre is opened, started and closed by whoever calls `run`; here only the wire is looked after.
"""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tocsin.centre.settings import Listen, Settings, is_loopback
from tocsin.errors import TocsinError
from tocsin.web.app import App

if sys.platform != "win32":
    import resource

LOGGER = logging.getLogger("tocsin.web")

FILES_BESIDE = 500
"""Open files beside the streams: other connections, the ledger, the desks."""
STOP_SECONDS = 4
"""For requests that are under way; then they are cut off."""
KEEP_ALIVE_SECONDS = 30
HEAD_SECONDS_MAX = 10.0
"""Within which a request's headers must have come in."""
BACKLOG = 2_048


class ServeError(TocsinError):
    """The centre cannot be served as the settings say; the message says what to do."""


class Protocol(HttpToolsProtocol):
    """HTTP/1.1, with a limit on how large and how slow a request's head may be."""

    head_bytes_max: int

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401  # uvicorn's own
        super().__init__(*args, **named)
        self._head_bytes = 0
        self._tail = b""
        self._head_timer: asyncio.TimerHandle | None = None
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            if self._head_timer is None:
                self._begin_head()
            # A body may begin in the same piece, and is not counted; the blank line may be cut in two.
            joined = self._tail + data
            end = joined.find(b"\r\n\r\n")
            self._head_bytes += len(data) if end < 0 else end
            self._tail = joined[-3:]
            if self._head_bytes > self.head_bytes_max:
                self.send_400_response("Request head too large.")
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._head_bytes = True, 0

    def _begin_head(self) -> None:
        self._head_bytes, self._tail = 0, b""
        self._head_timer = self.loop.call_later(HEAD_SECONDS_MAX, self._too_slow)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        self.transport.close()


class Server(uvicorn.Server):
    """uvicorn's server, which tells when it listens, ends streams first, and leaves signals to us."""

    def __init__(self, config: uvicorn.Config, app: App, ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._app, self._ready = app, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            self._ready(sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.close()
        await super().shutdown(sockets)

    def stop(self) -> None:
        """Take no more requests, and end; asked a second time, without waiting for what is under way."""
        self.force_exit = self.should_exit
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """A signal ends the serving, not the process: the centre is still to be closed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {sig: signal.signal(sig, lambda *_: self.stop()) for sig in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for sig, handler in before.items():
                signal.signal(sig, handler)


def server_of(app: App, settings: Settings, ready: Callable[[int], None] = lambda _: None) -> Server:
    """A server that is not running yet. Raises ServeError for what would be unsafe."""
    listen = settings.listen
    check_listening(listen)
    protocol = type("LimitedProtocol", (Protocol,), {"head_bytes_max": settings.limits.header_bytes * 2})
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(listen.proxies),
        forwarded_allow_ips=list(listen.proxies),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_certfile=listen.tls_cert or None,
        ssl_keyfile=listen.tls_key or None,
    )
    return Server(config, app, ready)


async def run(
    app: App,
    settings: Settings,
    ready: Callable[[int], None] = lambda _: None,
    listener: socket.socket | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is told the port once it listens; `listener` is a socket that is
    listened on already.

    Raises ServeError where the address cannot be listened on, or would be unsafe.
    """
    server = server_of(app, settings, ready)
    allow_files(settings.limits.streams + FILES_BESIDE)
    if listener is not None:
        await server.serve([listener])
        return
    with listening(settings.listen) as sock:
        await server.serve([sock])


def check_listening(listen: Listen) -> None:
    """Raises ServeError where passwords and warnings would cross a network in the open."""
    if not is_loopback(listen.host) and not listen.tls_cert and not listen.proxies:
        raise ServeError(
            f"{listen.host} is not this machine alone, and there is no certificate: everything would cross the network "
            "in the open. Set tls_cert and tls_key under [listen], or listen on 127.0.0.1."
        )


def allow_files(count: int) -> None:
    """Let this process have so many files open: each stream is one, and systems often begin with 1,024."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted < count:
        LOGGER.warning("this system lets the centre have %d files open, which is less than its streams need", wanted)


@contextlib.contextmanager
def listening(listen: Listen) -> Generator[socket.socket, None, None]:
    """The socket that is listened on. Raises ServeError where it cannot be had."""
    host = listen.host.strip("[]")
    try:
        family = socket.getaddrinfo(host, listen.port, type=socket.SOCK_STREAM)[0][0]
        sock = socket.create_server((host, listen.port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (")[0].lower()
        fix = " Something else listens there: choose another port." if error.errno == errno.EADDRINUSE else ""
        raise ServeError(f"The centre cannot listen on {listen.host}, port {listen.port}: {why}.{fix}") from None
    with sock:
        yield sock
