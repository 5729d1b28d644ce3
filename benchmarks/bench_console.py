"""The console in a real browser, and two hundred browsers' worth of pages and feeds.

The first view is loaded with an empty cache, again and again: first paint, the map drawn, bytes as they travelled. Then
20 acts a second come in and the page says when each stood on it. A burst of 1,000 acts is counted on the page. Then 200
feeds are read as browsers read them: each asks for its page again, soon after something happened and at most once a
second; a push counts from when its act was sent. Browser, readers and server share the machine's two cores.
`.venv/bin/python -m benchmarks console`
"""

import asyncio
import random
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median, quantiles

import msgspec
import uvloop
from playwright.sync_api import Page, sync_playwright

from benchmarks.bench_group import on_disk
from benchmarks.bench_web import PATH, SETTINGS, Row, tokens
from benchmarks.load import Connection, Listener
from tests.browser import CHROMIUM, FLAGS
from tests.running_centre import PASSWORD, RunningCentre
from tocsin.client import Client

SEATS = ("BEL", "BGR", "CAN", "CZE", "DEU", "DNK", "ESP", "EST", "FRA", "GBR")
"""Of a charter whose parties are on the map."""
ORGAN = "NAC"
LOADS = 9
ACTS_A_SECOND, ACTS_SECONDS = 20, 8
BURST = 1_000
BROWSERS = 200
SOON_SECONDS, SPREAD_SECONDS, REST_SECONDS, REST_TIMES = 0.15, 0.45, 1.0, 10.0
"""As console/src/regions.ts has them."""
WATCH = """() => {
  const had = new Set([...document.querySelectorAll("[data-item]")].map((one) => one.dataset.item));
  window.heard = [];
  new MutationObserver(() => {
    const at = (performance.timeOrigin + performance.now()) / 1000;
    for (const one of document.querySelectorAll("[data-feed] > [data-item]")) {
      if (had.has(one.dataset.item)) continue;
      had.add(one.dataset.item);
      window.heard.push(at);
    }
  }).observe(document.body, { childList: true, subtree: true });
}"""
_names = count()

TIMES = """() => ({
  paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
  map: performance.getEntriesByName("tocsin:map")[0]?.startTime ?? null,
})"""
BYTES = """() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


def main() -> None:
    """Print it all."""
    if not CHROMIUM:
        print("console: not measured, there is no chromium. On Debian: apt-get install chromium")
        return
    with on_disk() as folder:
        settings = Path(folder) / "settings.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        centre = RunningCentre(Path(folder), "--settings", str(settings), "--charter", "nato", "--mode", "exercise")
        centre.start()
        try:
            secrets = tokens(centre, SEATS)
            rows = in_browser(centre, secrets[0]) + uvloop.run(many(centre.port, secrets))
        finally:
            centre.end()
    for row in rows:
        print(
            "  ".join(f"{name} {value:,.1f}" if isinstance(value, float) else f"{value}" for name, value in row.items())
        )


def act() -> bytes:
    """A command nobody sent before, in one of three cases: so many crises at once are many."""
    number = next(_names)
    command = {"do": "convene", "id": f"b{number}", "case": f"k{number % 3}", "organ": ORGAN}
    return msgspec.json.encode({"command": command})


def in_browser(centre: RunningCentre, secret: str) -> list[Row]:
    """First view, push and burst, as a page sees them."""
    aside(send(centre.port, secret, 40, 1_000.0))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        loads = [first_view(browser.new_context(base_url=centre.address).new_page()) for _ in range(LOADS)]
        page = browser.new_context(base_url=centre.address).new_page()
        sign_in(page)
        page.evaluate(WATCH)
        sent = aside(send(centre.port, secret, ACTS_A_SECOND * ACTS_SECONDS, ACTS_A_SECOND))
        heard = seen(page, len(sent))
        waits = [after - before for before, after in zip(sent, heard, strict=False)]
        began = time.time()
        aside(send(centre.port, secret, BURST, 100_000.0))
        shown = seen(page, len(sent) + BURST)
        browser.close()
    cuts = quantiles(waits, n=100)
    return [
        {
            "name": f"first view, {LOADS} cold loads, medians:",
            "first paint ms": median(row["paint"] for row in loads),
            "map drawn ms": median(row["map"] for row in loads),
            "worst map ms": max(row["map"] for row in loads),
            "KB": median(row["bytes"] for row in loads) / 1_000,
        },
        {
            "name": f"push to the page, {ACTS_A_SECOND} acts a second:",
            "p50 ms": cuts[49] * 1_000,
            "p95 ms": cuts[94] * 1_000,
            "p99 ms": cuts[98] * 1_000,
        },
        {"name": f"a burst of {BURST} acts:", "shown": float(len(shown) - len(sent)), "within s": shown[-1] - began},
    ]


def first_view(page: Page) -> dict[str, float]:
    """One load of the first page with nothing in the cache but the session."""
    sign_in(page)
    client = page.context.new_cdp_session(page)
    client.send("Network.clearBrowserCache")
    page.goto("/", wait_until="load")
    page.wait_for_selector("figure[data-drawn]")
    times: dict[str, float] = page.evaluate(TIMES)
    size: float = page.evaluate(BYTES)
    page.context.close()
    return {**times, "bytes": size}


def sign_in(page: Page) -> None:
    page.goto("/login")
    page.fill("input[name=name]", "officer")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_selector("[data-feed]")


def seen(page: Page, count: int) -> list[float]:
    """When each item stood on the page, once there are so many."""
    until = time.monotonic() + 60
    while page.evaluate("window.heard.length") < count and time.monotonic() < until:
        page.wait_for_timeout(100)
    found: list[float] = page.evaluate("window.heard")
    if len(found) < count:
        print(f"only {len(found)} of {count} acts stood on the page after a minute")
    return found


def aside(work: Coroutine[None, None, list[float]]) -> list[float]:
    """Run it in a loop and a thread of its own: playwright holds this one's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def send(port: int, secret: str, count: int, per_second: float) -> list[float]:
    """Send so many acts, each at its time. When each was sent, by the machine's clock."""
    connections = [await Connection.open(port, secret) for _ in range(16)]
    began, times = time.perf_counter() + 0.1, list[float]()

    async def one(place: int) -> None:
        await asyncio.sleep(max(0.0, began + place / per_second - time.perf_counter()))
        connection = connections.pop() if connections else await Connection.open(port, secret)
        times.append(time.time())
        assert await connection.post(PATH, act()) == 200
        connections.append(connection)

    await asyncio.gather(*(one(place) for place in range(count)))
    for connection in connections:
        connection.close()
    return sorted(times)


class Reader:
    """A browser's part in it: a feed, and the page again whenever something happened."""

    def __init__(self, port: int, secret: str, after: str) -> None:
        self._port, self._secret, self._after = port, secret, after
        self._heard = asyncio.Event()
        self.events: list[float] = []
        self.pages = 0

    def heard(self, data: bytes, at: float) -> None:
        self.events += [at] * data.count(b"event: item")
        if b"event: item" in data:
            self._heard.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        await asyncio.get_running_loop().create_connection(
            lambda: Listener(self._secret, self._after, self.heard), "127.0.0.1", self._port
        )
        connection = await Connection.open(self._port, self._secret)
        while True:
            await self._heard.wait()
            self._heard.clear()
            await asyncio.sleep(SOON_SECONDS + SPREAD_SECONDS * random.random())  # noqa: S311  # to spread, not to hide
            began = time.perf_counter()
            assert await connection.get("/") == 200
            self.pages += 1
            await asyncio.sleep(max(REST_SECONDS, REST_TIMES * (time.perf_counter() - began)))


async def many(port: int, secrets: list[str]) -> list[Row]:
    """Two hundred browsers, at two rates of acts."""
    rows = list[Row]()
    for rate in (1.0, float(ACTS_A_SECOND)):
        cursors = [Client(f"http://127.0.0.1:{port}", secret).situation()["cursor"] for secret in secrets]
        desks = list(zip(secrets, cursors, strict=True))
        readers = [Reader(port, *desks[number % len(desks)]) for number in range(BROWSERS)]
        tasks = [asyncio.create_task(reader.run()) for reader in readers]
        await asyncio.sleep(2)  # each listens
        pages = sum(reader.pages for reader in readers)
        began = time.perf_counter()
        sent = await paced(port, secrets[0], rate)
        await asyncio.sleep(1)
        seconds = time.perf_counter() - began
        waits = waits_of(sent, [reader.events for reader in readers])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        cuts = quantiles(waits, n=100)
        rows.append(
            {
                "name": f"{BROWSERS} browsers, {rate:g} acts a second:",
                "push p50 ms": cuts[49] * 1_000,
                "p95 ms": cuts[94] * 1_000,
                "p99 ms": cuts[98] * 1_000,
                "pages a second": (sum(reader.pages for reader in readers) - pages) / seconds,
            }
        )
    return rows


async def paced(port: int, secret: str, rate: float) -> list[float]:
    """Acts at their own times, by the same clock as the readers'."""
    connection = await Connection.open(port, secret)
    sent = []
    for _ in range(int(rate * ACTS_SECONDS)):
        sent.append(time.perf_counter())
        assert await connection.post(PATH, act()) == 200
        await asyncio.sleep(max(0.0, 1 / rate - (time.perf_counter() - sent[-1])))
    connection.close()
    return sent


def waits_of(sent: Sequence[float], heard: Sequence[Sequence[float]]) -> list[float]:
    """Of every push its time. Raises AssertionError where a reader missed one."""
    waits = []
    for events in heard:
        assert len(events) == len(sent), (len(events), len(sent))
        waits += [after - before for before, after in zip(sent, events, strict=True)]
    return waits
