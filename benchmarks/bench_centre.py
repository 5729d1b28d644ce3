"""The centre in one process: how long 64 clients wait until their act is durable, and how fast it starts again.

Clients wait for each answer before they send the next, so that there are always 64 under way. Their waits stand beside
the waits of bare syncs of the same disk, taken before and after, because a disk drifts.
`.venv/bin/python -m benchmarks centre [--full]`; --full with the 100,000 acts of the start-up target.
"""

import asyncio
import os
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

import msgspec

from benchmarks.bench_group import on_disk
from tests.centre_world import desk
from tocsin.centre.clock import WallClock
from tocsin.centre.model import Actor, Submission
from tocsin.centre.runtime import Centre
from tocsin.centre.settings import Settings
from tocsin.centre.start import CACHE_FILE, Opening, open_centre
from tocsin.charter import load_charter

CLIENTS = 64
ACTS, ACTS_FULL = 20_000, 100_000
ACTS_A_CASE = 50
SYNCS = 400
TARGET_START_SECONDS = 2.0

Row = dict[str, str | float]


def waits_of_syncs(folder: Path) -> list[float]:
    """Seconds of bare writes with their fdatasync."""
    handle = os.open(folder / "raw", os.O_RDWR | os.O_CREAT)
    waits = []
    for _ in range(SYNCS):
        start = perf_counter()
        os.pwrite(handle, b"x" * 4096, 0)
        os.fdatasync(handle)
        waits.append(perf_counter() - start)
    os.close(handle)
    return waits


def command(client: int, number: int, actor: Actor) -> bytes:
    """The commands of a case: a meeting is called, a text tabled, positions stated again and again."""
    body: dict[str, str] = {"id": f"{client}-{number}", "case": f"case-{client}-{number // ACTS_A_CASE}"}
    place = number % ACTS_A_CASE
    if place == 0:
        body |= {"do": "convene", "organ": "council"}
    elif place == 1:
        body |= {"do": "table text", "procedure": "p", "matter": "consult"}
    else:
        position = ("support", "object")[number % 2]
        body |= {"do": "state position", "procedure": "p", "party": actor.seat, "position": position}
    return msgspec.json.encode(body)


async def fill(centre: Centre, acts: int) -> list[float]:
    """Let 64 clients submit so many acts. The seconds each waited for its answer."""
    actors = [desk(party) for party in ("XAA", "XAB", "XAC", "XAD")]
    waits: list[float] = []

    async def client(number: int) -> None:
        actor = actors[number % len(actors)]
        for place in range(acts // CLIENTS):
            submission = Submission(command=command(number, place, actor))
            start = perf_counter()
            answer = await centre.submit(actor, submission)
            waits.append(perf_counter() - start)
            assert answer.status == "accepted", answer

    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    return waits


async def _run(folder: Path, acts: int) -> tuple[Row, Row]:
    opening = Opening(charter=load_charter("meridian"))
    syncs = waits_of_syncs(folder)
    centre = open_centre(folder / "centre", opening, WallClock(), Settings())
    await centre.start()
    start, cpu = perf_counter(), process_time()
    waits = await fill(centre, acts)
    seconds, cpu_seconds = perf_counter() - start, process_time() - cpu
    await centre.close()
    syncs += waits_of_syncs(folder)
    p99_sync_ms, p99_ms = (round(quantiles(found, n=100)[-1] * 1000, 2) for found in (syncs, waits))
    durable: Row = {
        "acts_per_s": round(len(waits) / seconds),
        "cpu_us_an_act": round(cpu_seconds / len(waits) * 1_000_000, 1),
        "p99_ms": p99_ms,
        "p99_sync_ms": p99_sync_ms,
        "target_ms": round(2 * p99_sync_ms + 10, 2),
    }
    return durable, {"acts": acts, **await _starts(folder / "centre", opening)}


async def _starts(folder: Path, opening: Opening) -> Row:
    """Seconds to open the centre with its start-up cache, and without."""
    row: Row = {}
    for name in ("cached", "folded"):
        if name == "folded":
            (folder / CACHE_FILE).unlink()
        start, cpu = perf_counter(), process_time()
        centre = open_centre(folder, opening, WallClock(), Settings())
        row |= {f"{name}_s": round(perf_counter() - start, 2), f"{name}_cpu_s": round(process_time() - cpu, 2)}
        await centre.close()
    return row


def run(acts: int) -> tuple[Row, Row]:
    """What clients met, and what starting again takes."""
    with on_disk() as folder:
        return asyncio.run(_run(folder, acts))


def main(*, full: bool = False) -> None:
    durable, starts = run(ACTS_FULL if full else ACTS)
    print(f"The centre in process, {CLIENTS} clients, each act decided, durable and answered")
    print("  " + ", ".join(f"{name} {value:,}" for name, value in durable.items()))
    print(f"Opening it again (target for 100,000 acts: {TARGET_START_SECONDS} s for the whole command)")
    print("  " + ", ".join(f"{name} {value:,}" for name, value in starts.items()))
