"""A centre of the Meridian Pact in memory, with desks to act from and a clock that tests move."""

import asyncio
from collections.abc import Coroutine
from functools import cache
from hashlib import sha256
from typing import Any, Self, TypeVar

import msgspec

from tocsin.alliance.codec import encode_content
from tocsin.alliance.contents import WarningContent
from tocsin.alliance.release import SECRETARIAT
from tocsin.centre.clock import SimulatedClock
from tocsin.centre.model import Actor, Answer, Mode, Role, Submission
from tocsin.centre.runtime import Centre
from tocsin.centre.scopes import ROLE_SCOPES
from tocsin.centre.settings import Settings
from tocsin.centre.start import Opening, memory_centre
from tocsin.charter import load_charter
from tocsin.terms import DAY_US, HOUR_US, Instant, PartyId, instant

T = TypeVar("T")

_charter = cache(load_charter)

BEGAN = instant("2026-01-05T08:00:00Z")
MEMBERS = ("XAA", "XAB", "XAC", "XAD", "XAE")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine in an event loop of its own."""
    return asyncio.run(work)


def desk(seat: str, role: Role = "liaison", *, person: str = "") -> Actor:
    """A desk of a seat, as identity would attest it."""
    acts_as = frozenset() if seat == SECRETARIAT else frozenset({seat})
    return Actor(
        seat=seat,
        desk=f"d-{seat.lower()}-{role}",
        person=person or f"p-{seat.lower()}-{role}",
        role=role,
        scopes=frozenset(ROLE_SCOPES[role]),
        acts_as=acts_as,
    )


SG = desk(SECRETARIAT, "secretariat")


class World:
    """A running centre and its clock. Use it as `async with World() as world`."""

    def __init__(self, *, charter: str = "meridian", mode: Mode = "live", secret: bytes = b"s" * 32) -> None:
        self.clock = SimulatedClock(BEGAN)
        self.opening = Opening(charter=_charter(charter), mode=mode)
        self._secret = secret
        self._count = 0
        self.centre: Centre

    async def __aenter__(self) -> Self:
        self.centre = memory_centre(self.opening, self.clock, Settings(), self._secret)
        await self.centre.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.centre.close()

    def pass_hours(self, hours: float) -> Instant:
        """Let the clock go on."""
        return self.clock.set(Instant(self.clock.now() + int(hours * HOUR_US)))

    def pass_days(self, days: float) -> Instant:
        return self.clock.set(Instant(self.clock.now() + int(days * DAY_US)))

    async def do(self, actor: Actor, what: str, **fields: Any) -> Answer:  # noqa: ANN401  # fields of any command
        """Submit a command as JSON, the way the API does; `id` is made up where it is not given."""
        self._count += 1
        body = {"id": f"c{self._count}", "do": what, **fields}
        return await self.centre.submit(actor, Submission(command=msgspec.json.encode(body)))

    async def warn(
        self,
        actor: Actor,
        case: str,
        warning: str,
        text: str,
        to: tuple[str, ...] = (),
        **release: Any,  # noqa: ANN401  # fields of a content
    ) -> Answer:
        """Hand in a warning with its content."""
        self._count += 1
        by = actor.seat
        content = WarningContent(
            warning=warning,
            author=PartyId(by),
            substance=text,
            marking=release.pop("marking", "TLP:AMBER"),
            audience=to,
            salt=sha256(f"{case}{warning}{text}".encode()).hexdigest(),
            **release,
        )
        data = encode_content(content)
        body = {
            "id": f"c{self._count}",
            "do": "report warning",
            "by": by,
            "case": case,
            "warning": warning,
            "commitment": sha256(data).hexdigest(),
        }
        return await self.centre.submit(actor, Submission(command=msgspec.json.encode(body), content=data))
