"""A centre as a process: its parts put together, its first words, and a graceful end."""

import asyncio
import gc
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec
import typer
import uvloop

from tocsin.centre import logs
from tocsin.centre.clock import Clock, SimulatedClock, WallClock
from tocsin.centre.gauges import hang
from tocsin.centre.keep import sweep_hourly
from tocsin.centre.notify.callouts import Callouts
from tocsin.centre.runtime import Centre
from tocsin.centre.settings import Settings
from tocsin.centre.start import DESKS_FILE, Opening, open_centre
from tocsin.cli.ledger_open import say
from tocsin.cli.tables import plain
from tocsin.terms import Instant
from tocsin.web.app import build_app, warm
from tocsin.web.server import run as listen_and_serve

TURN_SECONDS = 0.0005
COLLECT_AFTER = (20_000, 25, 100)
"""Python's own numbers make a pause of tens of milliseconds, felt by all, every few thousand acts."""


class Wishes(NamedTuple):
    """What `tocsin serve` was asked for."""

    data: Path
    opening: Opening
    settings: Settings
    begins: Instant
    new_link: bool
    only_checks: bool
    as_json: bool


def run(wishes: Wishes) -> None:
    """Serve until a signal ends it. Raises what opening the centre raises, and ServeError where it cannot listen."""
    handler = logs.set_up(wishes.settings.log.level)
    _tune()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_checked(wishes) if wishes.only_checks else _served(wishes))
    finally:
        logs.LOGGER.root.removeHandler(handler)


def _tune() -> None:
    """Short turns between the loop and the writer's thread, and fewer, later walks of the collector over what stays."""
    sys.setswitchinterval(TURN_SECONDS)
    gc.set_threshold(*COLLECT_AFTER)


async def _checked(wishes: Wishes) -> None:
    """Open everything but the socket, and end."""
    centre = open_centre(wishes.data, wishes.opening, _clock(wishes), wishes.settings)
    try:
        told, count = _told(wishes, centre), len(centre.ledger)
    finally:
        await centre.close()
    if wishes.as_json:
        _print_line(told | {"entries": count})
    else:
        say(f"All is well: {count:,} entries of {told['origin']} in {wishes.data}.")


async def _served(wishes: Wishes) -> None:
    """All the parts, each closed in the end, the ledger last."""
    centre = open_centre(wishes.data, wishes.opening, _clock(wishes), wishes.settings)
    metrics = centre.metrics
    try:
        hang(metrics, centre, wishes.data)
        desks = wishes.data / DESKS_FILE
        callouts = Callouts(centre, centre.law, centre.desks, wishes.settings, metrics, path=desks)
        beside = [asyncio.create_task(sweep_hourly(centre, callouts.store), name="sweeper")]
        try:
            await centre.start()
            gc.freeze()
            callouts.start()
            app = build_app(centre, metrics=metrics, callouts=callouts)
            beside.append(asyncio.create_task(warm(app), name="warming"))
            await listen_and_serve(app, wishes.settings, lambda port: _say_ready(wishes, centre, port))
        finally:
            for task in beside:
                task.cancel()
            await callouts.close()
    finally:
        await centre.close()
    if not wishes.as_json:
        say("The centre has ended. All that it acknowledged is in its ledger.")


def _clock(wishes: Wishes) -> Clock:
    """The world's for live work; for an exercise one that runs as fast; for a replay one that its conductor moves."""
    if wishes.opening.mode == "live":
        return WallClock()
    return SimulatedClock(wishes.begins, rate=1.0 if wishes.opening.mode == "exercise" else 0.0)


def _told(wishes: Wishes, centre: Centre) -> dict[str, str]:
    charter = wishes.opening.charter.id
    return {"data": str(wishes.data), "mode": centre.mode, "charter": charter, "origin": centre.origin}


def _say_ready(wishes: Wishes, centre: Centre, port: int) -> None:
    """Say where it listens, and how the secretariat gets in where nobody of it is in yet."""
    listen = wishes.settings.listen
    host = f"[{listen.host.strip('[]')}]" if ":" in listen.host else listen.host
    address = f"{'https' if listen.tls_cert else 'http'}://{host}:{port}"
    told = {"address": address} | _told(wishes, centre)
    secret = centre.desks.first_link(again=wishes.new_link)
    if secret is not None:
        told["link"] = f"{listen.public_url.rstrip('/') or address}/enter?link={secret}"
    if wishes.as_json:
        _print_line(told)
        return
    about = wishes.opening.charter.document.charter
    say(f"{about.title}: {centre.mode.upper()} centre at {address}, kept in {wishes.data}.")
    say(f"API reference: {address}/reference. Nothing leaves this machine but to those who ask; Ctrl-C ends it.")
    if secret is not None:
        say("One-time link for a desk of the secretariat, good for three days, and only until the next start:")
        typer.echo(plain(told["link"], keep=""))
    sys.stdout.flush()


def _print_line(told: dict[str, str] | dict[str, str | int]) -> None:
    """One line of JSON, at once."""
    typer.echo(msgspec.json.encode(told).decode())
    sys.stdout.flush()
