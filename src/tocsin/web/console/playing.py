"""The replay's own controls, and the links by which one sits down at a demonstration's desks."""

import asyncio
import hmac
from typing import Annotated, Literal

from msgspec import Meta

from tocsin.errors import NotFound
from tocsin.web.call import Call, Reply, Route, page_route
from tocsin.web.cookies import session_header
from tocsin.web.forms import SeatForm
from tocsin.web.pages import Next, own_path
from tocsin.web.shell import see_other

SPEED_MAX = 1_000_000


class PlayForm(SeatForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The replay's buttons."""

    do: Literal["play", "pause", "next"]
    speed: Annotated[float, Meta(gt=0, le=SPEED_MAX)] = 3_600.0
    next: Next = "/"


async def control(call: Call) -> Reply:
    """Play, pause, or take one step."""
    form, player = call.body, call.web.player
    if player is None:
        raise NotFound("replay", "", [])
    match form.do:
        case "play":
            player.play(form.speed)
        case "pause":
            player.pause()
        case _:
            await asyncio.to_thread(player.take_next)
    return see_other(own_path(form.next))


async def sit_down(call: Call) -> Reply:
    """Sign in by a link of the demonstration, and go to the first page."""
    given = call.params["code"].encode()
    for code, door in call.web.doors.items():
        if hmac.compare_digest(code.encode(), given):
            session = await call.web.aside.do(door)
            return see_other("/", session_header(session.secret, is_secure=call.is_secure))
    raise NotFound("link", "", [])


ROUTES: tuple[Route, ...] = (
    page_route("POST", "/replay", control, "Play, pause or step a replay", "admin", body=PlayForm),
    page_route("GET", "/start/{code}", sit_down, "Sit down at a desk of a demonstration", None, has_effect=True),
)
