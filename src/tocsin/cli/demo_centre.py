"""The demonstration's centre: a folder that goes again, desks that open by a link, a case that is played into it."""

import asyncio
import os
import secrets
import sys
import webbrowser
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec
import typer
import uvloop
from msgspec.structs import replace

from tocsin.centre import logs
from tocsin.centre.clock import SimulatedClock
from tocsin.centre.desk_model import Session
from tocsin.centre.desks import Desks
from tocsin.centre.model import Role
from tocsin.centre.runtime import Centre
from tocsin.centre.settings import Limits, Listen, Settings
from tocsin.centre.start import Opening, open_centre
from tocsin.cli.case_player import CasePlayer
from tocsin.cli.ledger_open import say
from tocsin.client import Client
from tocsin.replay.case import Case
from tocsin.replay.load import load_case_and_charter
from tocsin.replay.times import between, zone
from tocsin.web.app import build_app, warm
from tocsin.web.server import listening
from tocsin.web.server import run as listen_and_serve

SPEED = 3_600.0
STOPS_AT = frozenset({"open silence"})
"""Where a visitor who chose no speed is given time to sit down and act."""
DESKS = 2
"""Nations of the case whose desks a visitor may take."""
SECRETARIAT = "secretariat"


class Demo(NamedTuple):
    """What `tocsin demo` was asked for."""

    case: str
    speed: float | None
    is_paused: bool
    opens_browser: bool
    port: int
    data: Path | None
    as_json: bool


class Seat(NamedTuple):
    """Somebody who can be signed in."""

    seat: str
    host: str
    """Name under which a browser keeps this desk's session apart from the others'."""
    code: str
    name: str
    password: str


def run(demo: Demo) -> None:
    """Serve until Ctrl-C. Raises CaseError for a case that cannot be read, and what opening a centre raises."""
    with ExitStack() as stack:
        folder = demo.data or Path(stack.enter_context(TemporaryDirectory(prefix="tocsin-demo-")))
        handler = logs.set_up("warning")
        stack.callback(logs.LOGGER.root.removeHandler, handler)
        runner = stack.enter_context(asyncio.Runner(loop_factory=uvloop.new_event_loop))
        runner.run(_served(demo, folder))
    if not demo.as_json:
        say("The demonstration has ended." + ("" if demo.data else " Nothing of it was kept."))


async def _served(demo: Demo, folder: Path) -> None:
    case, charter = load_case_and_charter(demo.case)
    first = case.step[0]
    start = between(first.at, None, zone(charter.document.charter.timezone), first.precision).first
    nations = actors_of(case)[:DESKS]
    seats = [_seat(SECRETARIAT, "127.0.0.1"), *(_seat(name, f"{name.lower()}.localhost") for name in nations)]
    settings = _settings(demo.port, seats)
    centre = open_centre(folder, Opening(charter=charter, mode="replay"), SimulatedClock(start), settings)
    try:
        conductor = _let_in(centre.desks, seats)
        await centre.start()
        app = build_app(centre)
        warming = asyncio.create_task(warm(app), name="warming")
        app.web.doors |= {seat.code: partial(_session, centre.desks, seat) for seat in seats}
        with listening(settings.listen) as sock:
            port = sock.getsockname()[1]
            client = Client(f"http://127.0.0.1:{port}", conductor.secret)
            player = CasePlayer(
                case,
                charter,
                client,
                demo.speed or SPEED,
                is_paused=demo.is_paused,
                stops_at=STOPS_AT if not demo.speed else frozenset(),
            )
            app.web.player = player
            player.start()  # whoever asks waits at the socket until it is served
            try:
                await listen_and_serve(app, settings, lambda _: _say_ready(demo, centre, seats, port), sock)
            finally:
                await asyncio.to_thread(player.close)
                await asyncio.gather(warming, return_exceptions=True)
    finally:
        await centre.close()


def actors_of(case: Case) -> list[str]:
    """The nations on which the case turns: who asked for help, who stood against a text, who put one; first to last."""
    asked = [step.by for step in case.step if step.do == "request"]
    stood = [party for step in case.step for party in step.object]
    put = [step.by for step in case.step if step.do == "table"]
    named = {party for step in case.step for party in (*step.support, *step.object)} | set(asked)
    return [party for party in dict.fromkeys([*asked[:1], *stood, *asked, *put, *sorted(named)]) if party in named]


def _seat(seat: str, host: str) -> Seat:
    name = f"{seat} at the demonstration"
    return Seat(seat, host, secrets.token_urlsafe(16), name, secrets.token_urlsafe(24))


def _settings(port: int, seats: list[Seat]) -> Settings:
    """For this machine alone; one person reads at several desks at once, so the limits are wide."""
    hosts = tuple(dict.fromkeys([*Listen().hosts, *(seat.host for seat in seats)]))
    limits = Limits(requests_per_second=2_000, requests_burst=10_000, logins_per_minute=600)
    return replace(Settings(), listen=Listen(port=port, hosts=hosts), limits=limits)


def _let_in(desks: Desks, seats: list[Seat]) -> Session:
    """Make the desks of those who watch, and one more for the conductor: its session."""
    secretariat, *nations = seats
    link = desks.first_link(again=True)
    assert link is not None
    desks.enter(link, secretariat.name, secretariat.password)
    admin = desks.actor(_session(desks, secretariat).secret)
    conductor = Seat(SECRETARIAT, "", "", "the recorded case", secrets.token_urlsafe(24))
    roles: list[tuple[Seat, Role]] = [(conductor, "conductor"), *((seat, "liaison") for seat in nations)]
    for seat, role in roles:
        made = desks.invite(admin, seat.seat, role)
        desks.enter(made.secret, seat.name, seat.password)
        desks.approve(admin, made.desk)
    return _session(desks, conductor)


def _session(desks: Desks, seat: Seat) -> Session:
    """Sign somebody in, as by its name and password."""
    return desks.login(seat.name, seat.password)


def _say_ready(demo: Demo, centre: Centre, seats: list[Seat], port: int) -> None:
    links = {seat.seat: f"http://{seat.host}:{port}/start/{seat.code}" for seat in seats}
    if demo.as_json:
        told = {"address": f"http://127.0.0.1:{port}", "mode": centre.mode, "origin": centre.origin, "links": links}
        typer.echo(msgspec.json.encode(told).decode())
    else:
        say(f"{centre.law.charter.document.charter.title}: a REPLAY centre on this machine alone. Sit down at a desk:")
        for seat, link in links.items():
            name = "the secretariat" if seat == SECRETARIAT else centre.law.name(seat)
            typer.echo(f"  {name:<18} {link}")
        say("Each link keeps a desk of its own, side by side in one browser. The secretariat's page pauses the case,")
        say("hastens it or takes it step by step. Nothing leaves this machine. Ctrl-C ends it.")
    sys.stdout.flush()
    if demo.opens_browser and (sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY")):
        webbrowser.open(links[SECRETARIAT])
