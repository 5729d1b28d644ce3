"""A centre of the Meridian Pact behind its web app, in this process: people at desks, an HTTP client, event streams.

The client speaks to the app itself; nothing listens, and nothing leaves the process.
"""

import asyncio
from collections.abc import Mapping, MutableMapping
from contextlib import AsyncExitStack
from typing import Any, Self

import httpx
import msgspec

from tests.centre_world import BEGAN, World
from tocsin.centre.desk_model import SeatBook, TraceLine
from tocsin.centre.desks import Desks
from tocsin.centre.metrics import Metrics
from tocsin.centre.model import Actor, Mode, Role
from tocsin.centre.passwords import Cost
from tocsin.centre.settings import Settings
from tocsin.web.app import App, build_app

Response = httpx.Response

PASSWORD = "seven grey horses at noon"  # noqa: S105  # of invented persons
CHEAP = Cost(memory_kib=64, iterations=1)
BASE = "http://localhost"
WAIT_SECONDS = 10.0
"""No test waits for so long; one that would is broken."""


class Site:
    """A running centre with its app. Use it as `async with Site() as site`."""

    def __init__(self, *, mode: Mode = "live", settings: Settings | None = None) -> None:
        """`settings` are the centre's; without any its limits are wide."""
        self.world = World(mode=mode)
        self.settings = settings
        self.seconds = 1_000.0
        """The limits' own clock."""
        self.wall = BEGAN
        """The clock that sessions and tokens end by."""
        self.metrics = Metrics()
        self._stack = AsyncExitStack()
        self._names = 0
        self.app: App
        self.http: httpx.AsyncClient
        self.admin: str
        """The secret of a session of the secretariat."""

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.world)
        centre, clock = self.world.centre, self.world.clock
        if self.settings is not None:
            centre.settings = self.settings
        else:
            limits = msgspec.structs.replace(Settings().limits, requests_burst=10_000, logins_per_minute=1_000)
            centre.settings = msgspec.structs.replace(Settings(), limits=limits)
        centre.desks.close()
        centre.desks = Desks(
            None, clock.now, self._seats, mode=self.world.opening.mode, wall=lambda: self.wall, cost=CHEAP
        )
        self.app = build_app(centre, metrics=self.metrics, timer=lambda: self.seconds)
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]  # httpx says less of its own coroutine
        self.http = await self._stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=BASE))
        link = centre.desks.first_link()
        assert link is not None
        centre.desks.enter(link, "registrar", PASSWORD)
        self.admin = centre.desks.login("registrar", PASSWORD).secret
        return self

    async def __aexit__(self, *_: object) -> None:
        self.app.close()
        await self._stack.aclose()

    def _seats(self) -> SeatBook:
        today = self.world.centre.law.plain(self.world.clock.now())
        return SeatBook(
            parties=frozenset(today.standings), offices=frozenset(today.offices), organs=frozenset(today.organs)
        )

    @property
    def administrator(self) -> Actor:
        return self.world.centre.desks.actor(self.admin)

    def seat(self, seat: str, role: Role = "liaison") -> str:
        """Somebody signed in at a new desk of a seat: the session's secret."""
        desks, admin = self.world.centre.desks, self.administrator
        self._names += 1
        name = f"{seat} {role} {self._names}"
        made = desks.invite(admin, seat, role)
        desks.enter(made.secret, name, PASSWORD)
        desks.approve(admin, made.desk)
        return desks.login(name, PASSWORD).secret

    async def get(self, path: str, secret: str = "", **headers: str) -> Response:
        return await self.http.get(path, headers=_headers(secret, headers))

    async def post(self, path: str, secret: str = "", json: object = None, **headers: str) -> Response:
        body = msgspec.json.encode({} if json is None else json)
        return await self.send("POST", path, secret, body, **headers)

    async def send(self, method: str, path: str, secret: str = "", body: bytes = b"", **headers: str) -> Response:
        """Any request; its body is said to be JSON unless the headers say otherwise."""
        said = {"content-type": "application/json", **_headers(secret, headers)}
        return await self.http.request(method, path, content=body, headers=said)

    async def act(self, secret: str, what: str, command_id: str, **fields: Any) -> Response:  # noqa: ANN401  # fields of any command
        """Hand in a command."""
        command = {"do": what, "id": command_id, **fields}
        return await self.post("/api/v1/commands", secret, {"command": command})

    async def warn(self, secret: str, case: str, warning: str, text: str, to: list[str]) -> Response:
        """Hand in a warning in plain words."""
        body = {"case": case, "warning": warning, "text": text, "to": to, "marking": "TLP:AMBER"}
        return await self.post("/api/v1/warnings", secret, body, **{"idempotency-key": f"warn-{case}-{warning}"})

    def entries(self) -> int:
        """How many entries the ledger has."""
        return len(self.world.centre.ledger)

    def trail(self) -> tuple[TraceLine, ...]:
        return self.world.centre.desks.trail(self.administrator)

    def stream(self, secret: str, query: str = "", **headers: str) -> "EventStream":
        return EventStream(self.app, secret, query, headers)


class EventStream:
    """One event stream, read as it comes. Use it as `async with site.stream(secret) as stream`."""

    def __init__(self, app: App, secret: str, query: str, headers: Mapping[str, str]) -> None:
        self._app = app
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": "/api/v1/events",
            "query_string": query.encode(),
            "scheme": "http",
            "client": ("127.0.0.1", 1),
            "headers": [
                (b"host", b"localhost"),
                (b"authorization", f"Bearer {secret}".encode()),
                *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
            ],
        }
        self._sent: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._task: asyncio.Task[None]
        self._rest = b""
        self.status = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._app(self._scope, self._receive, self._sent.put))
        async with asyncio.timeout(WAIT_SECONDS):
            self.status = (await self._sent.get())["status"]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hang_up()
        async with asyncio.timeout(WAIT_SECONDS):
            await self._task

    def hang_up(self) -> None:
        self._gone.set()

    async def next(self) -> str:
        """The next block: an event, a comment or the retry line; empty where the stream has ended."""
        async with asyncio.timeout(WAIT_SECONDS):
            while b"\n\n" not in self._rest:
                message = await self._sent.get()
                if not message.get("more_body", False):
                    return ""
                self._rest += message["body"]
        block, _, self._rest = self._rest.partition(b"\n\n")
        return block.decode()

    async def item(self) -> tuple[str, dict[str, Any]]:
        """The next item, with its cursor; what is no item is passed over."""
        while True:
            block = await self.next()
            assert block, "the stream has ended"
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if fields.get("event") == "item":
                return fields["id"], msgspec.json.decode(fields["data"])

    async def _receive(self) -> MutableMapping[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}


def _headers(secret: str, more: Mapping[str, str]) -> dict[str, str]:
    said = {"authorization": f"Bearer {secret}"} if secret else {}
    return said | {name.replace("_", "-"): value for name, value in more.items()}
