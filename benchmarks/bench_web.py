"""The centre over HTTP, in a process of its own: acts at half of what it can take, and a thousand open feeds.

The load generator shares the machine's two cores with the server. First 64 connections send as fast as they are
answered: that is saturation. Then acts are sent at half that rate at times of their own, and a request's wait counts
from its time. Then 1,000 streams listen while 20 acts a second come in; a push counts from when its act was sent.
`.venv/bin/python -m benchmarks web`
"""

import asyncio
import os
from collections.abc import Coroutine, Sequence
from itertools import count
from pathlib import Path
from statistics import quantiles
from time import perf_counter

import msgspec
import uvloop

from benchmarks.bench_group import on_disk
from benchmarks.load import Connection, Listener, closed_loop, open_loop
from tests.running_centre import PASSWORD, RunningCentre
from tocsin.client import Client

CONNECTIONS = 64
ACTS = 6_000
HALF_SECONDS = 6
FEEDS = 1_000
EVENTS_A_SECOND, EVENT_SECONDS = 20, 8
SETTINGS = """schema = 1
[limits]
requests_per_second = 100_000
requests_burst = 100_000
logins_per_minute = 1_000
streams_per_desk = 1_000
[log]
requests = false
"""
PATH = "/api/v1/commands"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Row = dict[str, str | float]
_names = count()


def body() -> bytes:
    """A command nobody sent before."""
    number = next(_names)
    command = {"do": "convene", "id": f"b{number}", "case": f"k{number // 50}", "organ": "council"}
    return msgspec.json.encode({"command": command})


def tokens(centre: RunningCentre, seats: Sequence[str]) -> list[str]:
    """A token of each seat, made the way people make them."""
    first, made = Client(centre.address), []
    first.enter(centre.told["link"], "secretariat", PASSWORD)
    first.login("secretariat", PASSWORD)
    for place, seat in enumerate(seats):
        invited = first.invite(seat, "head")
        name = f"officer {place}" if place else "officer"
        desk = Client(centre.address)
        desk.enter(invited["link"], name, PASSWORD)
        first.approve(invited["desk"])
        desk.login(name, PASSWORD)
        made.append(str(desk.create_token("benchmark", ["read", "consult"], 1)["secret"]))
    return made


def rss_bytes(process: int) -> int:
    """Memory of a process that is its own and in use."""
    return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * PAGE_BYTES


async def acts(port: int, secret: str) -> Row:
    """What the centre takes, and how long acts wait at half of that."""
    connections = [await Connection.open(port, secret) for _ in range(CONNECTIONS)]
    await closed_loop(connections, [body() for _ in range(500)], PATH)
    saturation = await closed_loop(connections, [body() for _ in range(ACTS)], PATH)
    half = saturation / 2
    waits = await open_loop(connections, [body() for _ in range(int(half * HALF_SECONDS))], PATH, half)
    for connection in connections:
        connection.close()
    cuts = quantiles(waits, n=100)
    return {
        "acts_per_s": round(saturation),
        "half": round(half),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
    }


async def feeds(port: int, secret: str, after: str, process: int) -> Row:
    """What an open feed costs, and how long a push takes to reach each of a thousand."""
    before = rss_bytes(process)
    sent_at = 0.0
    pushes: list[float] = []
    heard, all_heard = 0, asyncio.Event()

    def hear(data: bytes, at: float) -> None:
        nonlocal heard
        if b"event: item" in data and sent_at:
            pushes.append(at - sent_at)
        heard += 1
        if heard == FEEDS:
            all_heard.set()

    loop = asyncio.get_running_loop()
    listeners = [
        (await loop.create_connection(lambda: Listener(secret, after, hear), "127.0.0.1", port))[1]
        for _ in range(FEEDS)
    ]
    await all_heard.wait()
    await asyncio.sleep(1)
    grown = rss_bytes(process) - before
    connection = await Connection.open(port, secret)
    for _ in range(EVENTS_A_SECOND * EVENT_SECONDS):
        data = body()
        sent_at = began = perf_counter()
        await connection.post(PATH, data)
        await asyncio.sleep(max(0.0, began + 1 / EVENTS_A_SECOND - perf_counter()))
    for listener in listeners:
        listener.transport.close()
    expected = FEEDS * EVENTS_A_SECOND * EVENT_SECONDS
    cuts = quantiles(pushes, n=100)
    return {
        "feeds": FEEDS,
        "kb_a_feed": round(grown / FEEDS / 1024, 1),
        "pushes": len(pushes),
        "expected": expected,
        "p50_ms": round(cuts[49] * 1000, 2),
        "p95_ms": round(cuts[94] * 1000, 2),
    }


def run() -> tuple[Row, Row]:
    """The rows of acts and of feeds."""
    with on_disk() as folder:
        settings = folder / "centre.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        centre = RunningCentre(folder, "--settings", str(settings))
        centre.start()
        assert centre.process is not None
        try:
            secret = tokens(centre, ["XAB"])[0]
            taken = _driven(acts(centre.port, secret))
            cursor = Client(centre.address, secret).situation()["cursor"]
            open_feeds = _driven(feeds(centre.port, secret, cursor, centre.process.pid))
        finally:
            centre.end()
    return taken, open_feeds


def _driven(load: Coroutine[None, None, Row]) -> Row:
    """On the fastest loop there is: with a thousand streams a slow client would measure itself."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load)


def main() -> None:
    taken, open_feeds = run()
    print(f"Acts over HTTP, {CONNECTIONS} connections; then at half of that, each at its own time (target p99: 25 ms)")
    print("  " + ", ".join(f"{name} {value:,}" for name, value in taken.items()))
    print(f"{EVENTS_A_SECOND} acts a second to open feeds (targets: 40 KB a feed, p95 15 ms)")
    print("  " + ", ".join(f"{name} {value:,}" for name, value in open_feeds.items()))
