"""What the ledger costs: syncs, CPU time of an act, one append over SQLite's own, proofs, and a walk through all of it.

Records of 500 bytes. CPU time where nothing else is said; where wall time counts, what is compared takes turns and the
medians are divided. The large ledger has 100,000 acts, and with `--full` the 1,000,000 of the targets; what is measured
on it runs in processes of its own, so that their memory can be told. `.venv/bin/python -m benchmarks ledger [--full]`
"""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep
from types import FrameType

import apsw
import msgspec

from benchmarks.bench_group import RECORD, Row, on_disk
from tocsin.ledger import Checkpoint, FileGuard, FileLedger, FileReader, Ledger, Origin, Signer, SqliteStore, begin
from tocsin.ledger import check as check_proof
from tocsin.ledger import verify as verify_store
from tocsin.ledger.note import signed
from tocsin.ledger.sqlite import WAL_PAGES_MAX
from tocsin.ledger.tree import verify_consistency

STORED_BYTES = 500 + 9 + 32 + 32 + 89 + 32
"""Of one record: body, the line before it, salt, chain, leaf; and the root of the head."""
GROUPS = (1, 10, 100, 1_000)
BUILT_AT_ONCE = 1_000
CHECKPOINT_TIMES = 100
LATER_SECONDS = (0.0002, 0.002)
TARGET_ACTS = 1_000_000
TARGETS = {
    "syncs of the log, for a group": "each group 1",
    "CPU of an act, groups of 100": "25 us",
    "one append over": "ratio 1.3",
    "proof of inclusion": "200 us",
    "verified by hash": "15 s",
    "peak memory": "constant",
}
"""Of issue 3, by the beginning of a row's name."""
WARM_UP_APPENDS = 3 * WAL_PAGES_MAX // 2
"""SQLite's log grows until it is first copied into the database; from then on it is written over, which is faster."""


class CountedFile(apsw.VFSFile):
    """A file that tells what each of its syncs was for."""

    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], syncs: Counter[str]) -> None:
        super().__init__("", name, flags)
        self.is_log = bool(flags[0] & apsw.SQLITE_OPEN_WAL)
        self.syncs = syncs
        self.written: set[str] = set()

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite calls it so
        self.written.add("header" if self.is_log and offset == 0 else "pages")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite calls it so
        super().xSync(flags)
        if not self.is_log:
            self.syncs["database file, as the log is copied into it"] += 1
        elif not self.written:
            self.syncs["log, before it is copied into the database file"] += 1
        elif self.written == {"header"}:
            self.syncs["log header, as the log begins anew"] += 1
        else:
            self.syncs["log, for a group"] += 1
        self.written.clear()


class CountingVFS(apsw.VFS):
    """SQLite's own file system, which counts its syncs."""

    def __init__(self, name: str) -> None:
        super().__init__(name, base="")
        self.syncs: Counter[str] = Counter()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # so called
        return CountedFile(name, flags, self.syncs)


def syncs(groups: int = 3_000, records: int = 10) -> list[Row]:
    """What SQLite synced for so many groups, then what a checkpoint syncs: counts, for each group or checkpoint."""
    name = "tocsin-counting"
    vfs = CountingVFS(name)
    with on_disk() as folder:
        store = SqliteStore(folder / "counted.tocsin", vfs=name)
        signer = Signer.new("tocsin/counted/study/1")
        begin(store, Origin("counted", "study", 1), signer, 1)
        ledger = Ledger(store, FileGuard(folder / "guard"), signer)
        vfs.syncs.clear()
        for _ in range(groups):
            ledger.append([RECORD] * records)
        rows: list[Row] = [
            {"name": f"syncs of the {what}", "count": count, "each group": round(count / groups, 4)}
            for what, count in vfs.syncs.most_common()
        ]
        vfs.syncs.clear()
        with _counted_fsyncs() as fsyncs:
            ledger.checkpoint()
        checkpoint: Row = {
            "name": "syncs of one checkpoint",
            "of SQLite": vfs.syncs.total(),
            "of the guard": len(fsyncs),
        }
        ledger.close()
    vfs.unregister()
    return [*rows, checkpoint]


@contextmanager
def _counted_fsyncs() -> Iterator[list[FrameType]]:
    """Where Python calls os.fsync meanwhile; SQLite syncs without it."""
    found: list[FrameType] = []

    def note(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and called is os.fsync:
            found.append(frame)

    sys.setprofile(note)
    yield found
    sys.setprofile(None)


def cpu_an_act(acts: int = 20_000) -> list[Row]:
    """CPU microseconds of an act in groups of each size, with salts, hashes, tree and SQLite, without signing."""
    found: dict[int, list[float]] = {size: [] for size in GROUPS}
    with on_disk() as folder:
        ledger = FileLedger(folder / "cpu.tocsin", mode="study")
        for _ in range(10):
            for size, costs in found.items():
                times = max(1, acts // 10 // max(size, 20))
                start = process_time()
                for _ in range(times):
                    ledger.append([RECORD] * size)
                costs.append((process_time() - start) / times / size * 1_000_000)
        rows: list[Row] = [
            {"name": f"CPU of an act, groups of {size:,}", "us": round(median(costs), 1)}
            for size, costs in found.items()
        ]
        signing = []
        for _ in range(CHECKPOINT_TIMES):
            ledger.append([RECORD] * 100)
            start = process_time()
            ledger.checkpoint()
            signing.append((process_time() - start) * 1_000_000)
        ledger.close()
    signer, text = Signer.new("tocsin/signing/study/1"), Checkpoint("tocsin/signing/study/1", 1, bytes(32)).text
    alone = median(_timed(partial(signed, text, signer))[1] for _ in range(CHECKPOINT_TIMES)) * 1_000_000
    rows.append({"name": "CPU of signing a checkpoint", "us": round(alone, 1)})
    whole = round(median(signing), 1)
    return [*rows, {"name": "CPU of a checkpoint: read back the last 100, guard, sign, keep", "us": whole}]


def one_append(times: int = 2_000, later: float = 0.0, warm_up: int = WARM_UP_APPENDS) -> Row:
    """One append over one insert of as many bytes by apsw alone, which syncs as fully; medians of wall and CPU us."""
    with on_disk() as folder:
        ledger = FileLedger(folder / "one.tocsin", mode="study")
        bare = apsw.Connection(str(folder / "bare.sqlite"))
        bare.pragma("journal_mode", "WAL")
        bare.pragma("synchronous", "FULL")
        bare.wal_autocheckpoint(WAL_PAGES_MAX)
        bare.execute("CREATE TABLE record (number INTEGER PRIMARY KEY, body BLOB)")
        body = b"x" * STORED_BYTES

        def ours() -> None:
            ledger.append([RECORD])
            if later:
                sleep(later)

        def theirs() -> None:
            bare.execute("INSERT INTO record (body) VALUES (?)", (body,))
            if later:  # to sleep for 0 seconds takes time too
                sleep(later)

        for _ in range(warm_up):
            ledger.append([RECORD])
            bare.execute("INSERT INTO record (body) VALUES (?)", (body,))
        timed: list[tuple[float, ...]] = [(*_timed(ours), *_timed(theirs)) for _ in range(times)]
        ledger.close()
        bare.close()
    wall, cpu, bare_wall, bare_cpu = (round(median(column) * 1_000_000, 1) for column in zip(*timed, strict=True))
    where = f"disk {later * 1000:g} ms later" if later else "this disk"
    row: Row = {"name": f"one append over apsw's insert, {where}", "ratio": round(wall / bare_wall, 2)}
    row |= {"us": wall, "bare us": bare_wall, "cpu us": cpu, "bare cpu us": bare_cpu}
    return row if later else row | {"ratio 1.3 where a bare one takes us": round((wall - bare_wall) / 0.3)}


def _timed(call: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of one call."""
    start, cpu = perf_counter(), process_time()
    call()
    return perf_counter() - start, process_time() - cpu


def large(acts: int) -> list[Row]:
    """A ledger of so many acts and one of a tenth, each built, killed, opened, proven and verified in its process."""
    rows: list[Row] = []
    peaks: dict[int, float] = {}
    for size in (acts // 10, acts):
        with on_disk() as folder:
            path = folder / "large.tocsin"
            found = {step: _in_a_process(step, path, size) for step in ("build", "reopen", "prove", "walk")}
        peaks[size] = float(found["walk"][-1]["peak MB"])
        if size == acts:
            rows = [row for step in found.values() for row in step]
    ratio = round(peaks[acts] / peaks[acts // 10], 2)
    name = f"peak memory of verify, {acts:,} acts over {acts // 10:,}"
    return [*rows, {"name": name, "ratio": ratio, "MB": peaks[acts], "of a tenth MB": peaks[acts // 10]}]


def _in_a_process(step: str, path: Path, acts: int) -> list[Row]:
    command = [sys.executable, "-m", "benchmarks.bench_ledger", step, str(path), str(acts)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=list[Row])


def build(path: Path, acts: int) -> list[Row]:
    ledger = FileLedger(path, mode="study")
    start = process_time()
    for first in range(0, acts, BUILT_AT_ONCE):
        ledger.append([RECORD] * min(BUILT_AT_ONCE, acts - first))
    seconds = process_time() - start
    ledger.close()
    row: Row = {"name": f"built, {acts:,} acts, groups of {BUILT_AT_ONCE:,}", "acts a CPU s": round(acts / seconds)}
    return [row | {"file bytes an act": round(path.stat().st_size / acts, 1), "cpu s": round(seconds, 2)}]


def reopen(path: Path, acts: int) -> list[Row]:
    """Open for writing what a killed process left: 1,000 acts behind the last checkpoint, still in SQLite's log."""
    leave = "from benchmarks.bench_ledger import leave; leave()"
    subprocess.run([sys.executable, "-c", leave, str(path)], check=True)
    wall, cpu = _timed(lambda: FileLedger(path).close())
    name = f"opened for writing after a kill, and closed, {acts + BUILT_AT_ONCE:,} acts"
    return [{"name": name, "ms": round(wall * 1000, 1), "cpu ms": round(cpu * 1000, 1)}]


def leave() -> None:
    """Append a group to the ledger named as the first argument, and die."""
    FileLedger(sys.argv[1]).append([RECORD] * BUILT_AT_ONCE)
    os._exit(0)


def prove(path: Path, acts: int, times: int = 500) -> list[Row]:
    """Proofs of entries drawn by a fixed seed, made from the file and checked; medians of wall time."""
    start = perf_counter()
    reader = FileReader(path)
    reader.prove(acts // 2)
    first_ms = round((perf_counter() - start) * 1000, 1)
    draw = random.Random(3)  # noqa: S311  # the same entries each time
    indices = [draw.randrange(1, acts) for _ in range(times)]
    size, keys, root, ledger_tree = len(reader), reader.keys.all(), reader.root, reader._tree  # noqa: SLF001  # old roots
    proofs = [reader.prove(index) for index in indices]
    paths = [(index, reader.consistency(index, size), ledger_tree.root_at(index)) for index in indices]
    assert all(verify_consistency(old, size, hashes, old_root, root) for old, hashes, old_root in paths)
    calls: dict[str, list[Callable[[], object]]] = {
        "proof of inclusion": [partial(reader.prove, index) for index in indices],
        "check of it, with one signature": [partial(check_proof, proof, keys) for proof in proofs],
        "proof of consistency": [partial(reader.consistency, index, size) for index in indices],
        "check of it": [partial(verify_consistency, old, size, hashes, was, root) for old, hashes, was in paths],
    }
    rows: list[Row] = [{"name": f"a reader opens, and its first proof, {acts:,} acts", "ms": first_ms}]
    for name, wanted in calls.items():
        us = median(_timed(call)[0] for call in wanted) * 1_000_000
        rows.append({"name": f"{name}, {acts:,} acts", "us": round(us, 1)})
    reader.close()
    return rows


def walk(path: Path, acts: int) -> list[Row]:
    """Verify by hash, with the peak memory of this process. (ru_maxrss would tell that of the parent if larger.)"""
    store = SqliteStore(path, reading=True)
    start = process_time()
    verdict = verify_store(store)
    seconds = process_time() - start
    store.close()
    assert verdict.word == "self-consistent"
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    peak_mb = round(int(status["VmHWM"].split()[0]) / 1024, 1)
    return [{"name": f"verified by hash, {acts:,} acts", "cpu s": round(seconds, 2), "peak MB": peak_mb}]


STEPS: dict[str, Callable[[Path, int], list[Row]]] = {"build": build, "reopen": reopen, "prove": prove, "walk": walk}


def run(*, acts: int) -> list[Row]:
    """Everything, with a large ledger of so many acts."""
    slowed = [one_append(300, later) for later in LATER_SECONDS]
    return [*syncs(), *cpu_an_act(), one_append(), *slowed, *large(acts)]


def main(*, full: bool = False) -> None:
    acts = TARGET_ACTS if full else TARGET_ACTS // 10
    print(f"The ledger, with {acts:,} acts" + ("" if full else "; the targets are for 1,000,000: --full"))
    for row in run(acts=acts):
        name = str(row.pop("name"))
        said = "  ".join(f"{column}: {value:,}" for column, value in row.items())
        target = next((wanted for beginning, wanted in TARGETS.items() if name.startswith(beginning)), "")
        print(f"{name:<66} {said}{target and f'  (target: {target})'}")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(msgspec.json.encode(STEPS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))).decode())
    else:
        main(full="--full" in sys.argv)
