"""What group commit gains: closed-loop clients that each wait for one fdatasync, and what the writer itself costs.

Rounds of every number of clients take turns, because a disk drifts; each ratio is the median over rounds of the
ratio to one client in the same round. The faster the disk, the smaller the ratio: n clients never gain more than
n (sync + act) / (sync + n acts), where act is the CPU time of one. So the same is measured on this disk and on one
that answers later. The cost is CPU time of the event loop's thread, with a decide that does nothing and a commit
that sleeps. `.venv/bin/python -m benchmarks.bench_group`
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, sleep, thread_time

from tocsin.ledger.writer import Decided, GroupWriter

CLIENTS = (1, 16, 64, 256)
ROUNDS = 7
SECONDS_A_ROUND = 0.3
RECORD = b"x" * 500
LATER_SECONDS = 0.002
"""How much later a usual disk answers than the fastest; a rented one may take twice as long."""
COST_CLIENTS, COST_ACTS_EACH = 64, 400

Commit = Callable[[Sequence[bytes]], range]
Row = dict[str, str | float]


class Disk:
    """A file, and one write and one fdatasync a group, which answers `later` seconds after it could."""

    def __init__(self, path: Path, later: float) -> None:
        self.later = later
        self.handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.length = 0
        self.groups = 0

    def append(self, records: Sequence[bytes]) -> range:
        os.write(self.handle, b"".join(records))
        os.fdatasync(self.handle)
        if self.later:
            sleep(self.later)
        first, self.length = self.length, self.length + len(records)
        self.groups += 1
        return range(first, self.length)


def decide(state: int, record: bytes) -> Decided[int, int, bytes]:
    return Decided((record,), state + 1, state)


async def _load(disk: Disk, clients: int) -> tuple[float, float, float]:
    """Acts a second, acts a group, and the 99th percentile of a client's wait in milliseconds."""
    writer = GroupWriter(disk.append, decide, 0, disk.length)
    length, groups = disk.length, disk.groups
    waits: list[float] = []
    start = perf_counter()

    async def client() -> None:
        while (began := perf_counter()) < start + SECONDS_A_ROUND:
            await writer.submit(RECORD)
            waits.append(perf_counter() - began)

    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = perf_counter() - start
    await writer.close()
    acts = disk.length - length
    return acts / seconds, acts / (disk.groups - groups), quantiles(waits, n=100)[-1] * 1000


def run(later: float) -> list[Row]:
    """One row for each number of clients: acts_per_s, ratio to one client, acts_per_group and p99_ms; medians."""
    found: dict[int, list[tuple[float, float, float]]] = {clients: [] for clients in CLIENTS}
    with TemporaryDirectory() as folder:
        disk = Disk(Path(folder) / "ledger", later)
        for _ in range(ROUNDS):
            for clients in CLIENTS:
                found[clients].append(asyncio.run(_load(disk, clients)))
        os.close(disk.handle)
    rows: list[Row] = []
    for clients, rounds in found.items():
        speed, group, p99 = (median(column) for column in zip(*rounds, strict=True))
        pairs = zip(rounds, found[CLIENTS[0]], strict=True)
        ratio = round(median(many[0] / one[0] for many, one in pairs), 1)
        row: Row = {"name": f"{clients} clients, disk {later * 1000:g} ms later", "acts_per_s": round(speed)}
        rows.append(row | {"ratio": ratio, "acts_per_group": round(group, 1), "p99_ms": round(p99, 2)})
    return rows


def cost_us() -> float:
    """CPU time of the loop's thread for one act, in microseconds, at groups of 64: the median of rounds."""
    return round(median(asyncio.run(_cost_us()) for _ in range(ROUNDS)), 2)


async def _cost_us() -> float:
    length = 0

    def commit(records: Sequence[bytes]) -> range:
        nonlocal length
        sleep(LATER_SECONDS)
        first, length = length, length + len(records)
        return range(first, length)

    writer = GroupWriter(commit, decide, 0, 0)

    async def client() -> None:
        for _ in range(COST_ACTS_EACH):
            await writer.submit(RECORD)

    start = thread_time()
    await asyncio.gather(*(client() for _ in range(COST_CLIENTS)))
    seconds = thread_time() - start
    await writer.close()
    return seconds * 1_000_000 / (COST_CLIENTS * COST_ACTS_EACH)


def main() -> None:
    print(f"{'group commit, write + fdatasync':<42} {'acts/s':>10} {'x one':>8} {'a group':>8} {'p99 ms':>8}")
    for row in [*run(0), *run(LATER_SECONDS)]:
        columns = f"{row['acts_per_s']:>10} {row['ratio']:>8} {row['acts_per_group']:>8} {row['p99_ms']:>8}"
        print(f"{row['name']:<42} {columns}")
    print(f"{'the writer itself, groups of 64':<42} {cost_us():>10} us CPU an act in the loop's thread")


if __name__ == "__main__":
    main()
