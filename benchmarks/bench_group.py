"""What group commit gains: clients that each wait until their act is durable, many against one.

Each act is a record of 500 bytes, from `GroupWriter.submit` through `FileLedger.append` to the sync of the disk and
back. Rounds of all numbers of clients on all disks take turns, because a disk drifts; each ratio is the median over
rounds of the ratio to one client on the same disk in the same round. A slower disk is this one with a sleep after
each commit: of the kinds in use, a good SSD answers a sync in 1 to 2 ms, a rented disk in 2 to 5, a spinning one in 8.

The faster the disk, the smaller the ratio. Where a group costs T whatever it holds and c for each act, n clients gain
at most n (T + c) / (T + n c), and no more than T / c however many they are. T + c is the time of one client's act, c
the CPU time that each further act adds to a group; so it is known how slow a disk must be for 64 clients to gain 50.
`.venv/bin/python -m benchmarks group`
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep, thread_time
from typing import NamedTuple

from tocsin.ledger import Decided, FileLedger, GroupWriter, Record

CLIENTS = (1, 64, 256)
LATER = (0.0, 0.002, 0.005)
"""Seconds to sleep after a commit."""
ROUNDS = 7
SECONDS_A_ROUND = 0.25
TARGET = 50
RECORD: Record = (b"x" * 500, ())
COST_CLIENTS, COST_ACTS_EACH = 64, 400
SYNCS_A_ROUND = 30

Row = dict[str, str | float]


class Load(NamedTuple):
    """What clients met in one round."""

    acts: int
    groups: int
    seconds: float
    cpu_seconds: float
    p99_seconds: float
    """Of a client's wait."""


class Slowed:
    """A ledger in a file, on a disk that answers `later` seconds after it could."""

    def __init__(self, ledger: FileLedger) -> None:
        self.ledger = ledger
        self.later = 0.0
        self.groups = 0

    def append(self, records: Sequence[Record]) -> range:
        kept = self.ledger.append(records)
        if self.later:
            sleep(self.later)
        self.groups += 1
        return kept


@contextmanager
def on_disk() -> Iterator[Path]:
    """A folder on a disk, for /tmp may be in memory, where a sync costs nothing."""
    with TemporaryDirectory(prefix="tocsin-bench-", dir="/var/tmp") as folder:
        yield Path(folder)


def decide(state: int, record: Record) -> Decided[int, int, Record]:
    return Decided((record,), state + 1, state)


async def _load(disk: Slowed, clients: int, seconds_a_round: float) -> Load:
    writer = GroupWriter(disk.append, decide, 0, len(disk.ledger))
    groups = disk.groups
    waits: list[float] = []
    start, cpu = perf_counter(), process_time()

    async def client() -> None:
        while (began := perf_counter()) < start + seconds_a_round:
            await writer.submit(RECORD)
            waits.append(perf_counter() - began)

    await asyncio.gather(*(client() for _ in range(clients)))
    seconds, cpu_seconds = perf_counter() - start, process_time() - cpu
    await writer.close()
    return Load(len(waits), disk.groups - groups, seconds, cpu_seconds, quantiles(waits, n=100)[-1])


def run(*, rounds: int = ROUNDS, seconds_a_round: float = SECONDS_A_ROUND) -> tuple[float, list[Row]]:
    """What one bare sync takes in microseconds; and a row for each number of clients on each disk, those of a disk
    together. Medians over rounds."""
    found: dict[tuple[float, int], list[Load]] = {(later, clients): [] for later in LATER for clients in CLIENTS}
    syncs = []
    with on_disk() as folder:
        raw = os.open(folder / "raw", os.O_RDWR | os.O_CREAT)
        ledger = FileLedger(folder / "group.tocsin", mode="study")
        disk = Slowed(ledger)
        for _ in range(rounds):
            syncs += [_sync_us(raw) for _ in range(SYNCS_A_ROUND)]
            for (disk.later, clients), loads in found.items():
                loads.append(asyncio.run(_load(disk, clients, seconds_a_round)))
        ledger.close()
        os.close(raw)
    return round(median(syncs), 1), [_row(later, clients, found) for later, clients in found]


def _row(later: float, clients: int, found: dict[tuple[float, int], list[Load]]) -> Row:
    loads, ones = found[later, clients], found[later, 1]
    ratio = median(many.acts / many.seconds / (one.acts / one.seconds) for many, one in zip(loads, ones, strict=True))
    return {
        "name": f"{clients:>3} at once, {_disk(later)}",
        "acts_per_s": round(median(load.acts / load.seconds for load in loads)),
        "ratio": round(ratio, 1),
        "groups": sum(load.groups for load in loads),
        "acts_per_group": round(median(load.acts / load.groups for load in loads), 1),
        "group_us": round(median(load.seconds / load.groups for load in loads) * 1_000_000),
        "cpu_us_an_act": round(median(load.cpu_seconds / load.acts for load in loads) * 1_000_000, 1),
        "p99_ms": round(median(load.p99_seconds for load in loads) * 1000, 2),
    }


def _disk(later: float) -> str:
    return f"disk {later * 1000:g} ms later" if later else "this disk"


def bound(rows: list[Row], later: float) -> Row:
    """T and c on one disk, in microseconds, and what 64 clients and any number of them can gain there at most."""
    of_disk = dict(zip(CLIENTS, rows[LATER.index(later) * len(CLIENTS) :], strict=False))
    cpu_us = {count: float(row["cpu_us_an_act"]) * float(row["acts_per_group"]) for count, row in of_disk.items()}
    each = (cpu_us[64] - cpu_us[1]) / (float(of_disk[64]["acts_per_group"]) - 1)
    whole = float(of_disk[1]["group_us"]) - each
    return {
        "T_us": round(whole),
        "c_us": round(each, 1),
        "bound": round(64 * (whole + each) / (whole + 64 * each), 1),
        "measured": of_disk[64]["ratio"],
        "bound_without_end": round(whole / each),
        "T_us_for_target": round(64 * each * (TARGET - 1) / (64 - TARGET)),
    }


def _sync_us(handle: int) -> float:
    """One write of 4,096 bytes in place, and its fdatasync."""
    start = perf_counter()
    os.pwrite(handle, b"x" * 4096, 0)
    os.fdatasync(handle)
    return (perf_counter() - start) * 1_000_000


def cost_us(*, rounds: int = ROUNDS, acts_each: int = COST_ACTS_EACH) -> float:
    """CPU time of the loop's thread for one act, in microseconds, at groups of 64: the median of rounds."""
    return round(median(asyncio.run(_cost_us(acts_each)) for _ in range(rounds)), 2)


async def _cost_us(acts_each: int) -> float:
    length = 0

    def commit(records: Sequence[Record]) -> range:
        nonlocal length
        sleep(LATER[1])
        first, length = length, length + len(records)
        return range(first, length)

    writer = GroupWriter(commit, decide, 0, 0)

    async def client() -> None:
        for _ in range(acts_each):
            await writer.submit(RECORD)

    start = thread_time()
    await asyncio.gather(*(client() for _ in range(COST_CLIENTS)))
    seconds = thread_time() - start
    await writer.close()
    return seconds * 1_000_000 / (COST_CLIENTS * acts_each)


def main() -> None:
    sync_us, rows = run()
    print(f"Group commit of records of 500 bytes; a bare write and fdatasync takes {sync_us} us on this disk")
    columns = ("acts_per_s", "ratio", "groups", "acts_per_group", "group_us", "cpu_us_an_act", "p99_ms")
    print(f"{'':<32}" + "".join(f"{column:>15}" for column in columns))
    for row in rows:
        print(f"{row['name']:<32}" + "".join(f"{row[column]:>15}" for column in columns))
    print(f"{'the writer itself, groups of 64':<32}{cost_us():>15} us CPU an act in the loop's thread")
    for later in LATER:
        said = bound(rows, later)
        print(
            f"{_disk(later):<20}T = {said['T_us']} us, c = {said['c_us']} us: 64 clients can gain {said['bound']} "
            f"and gain {said['measured']} (target: {TARGET}, which needs T = {said['T_us_for_target']} us); "
            f"any number of them gain at most {said['bound_without_end']}"
        )


if __name__ == "__main__":
    main()
