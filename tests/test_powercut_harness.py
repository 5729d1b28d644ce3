"""The power-cut harness finds what it should find, on a bare SQLite table; and what SQLite promises without power."""

import gc
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count

import apsw
import pytest

from tests.powercut import SECTOR_BYTES, Cuts, Disk, Fault, File, Operation, PowerCut, Workload, mounted, run_cuts

GROUPS = 6
ROWS = 3  # of a group
SHORT, LONG = range(150), range(2_000)


def opened(vfs: str, synchronous: str = "FULL") -> apsw.Connection:
    connection = apsw.Connection("ledger", vfs=vfs)
    connection.pragma("locking_mode", "EXCLUSIVE")
    connection.pragma("journal_mode", "WAL")
    connection.pragma("synchronous", synchronous)
    connection.pragma("wal_autocheckpoint", 0)
    connection.execute("CREATE TABLE IF NOT EXISTS record (number INTEGER PRIMARY KEY, body BLOB) STRICT")
    return connection


def bodies(group: int) -> list[tuple[int, bytes]]:
    return [(number, b"%d" % number * 400) for number in range(group * ROWS, group * ROWS + ROWS)]


def append(connection: apsw.Connection, group: int) -> None:
    with connection:
        connection.executemany("INSERT INTO record VALUES (?, ?)", bodies(group))


def workload(synchronous: str = "FULL", *, checkpoint_each: int = 3, early: bool = False) -> Workload:
    """Six groups, some checkpoints, and closing. `early` acknowledges a group before it is written."""

    def work(vfs: str, acknowledge: Callable[[int], None]) -> None:
        connection = opened(vfs, synchronous)
        for group in range(GROUPS):
            if early:
                acknowledge(group)
            append(connection, group)
            if not early:
                acknowledge(group)
            if group % checkpoint_each == checkpoint_each - 1:
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        connection.close()

    return work


def lost_or_damaged(vfs: str, acknowledged: list[int]) -> str | None:
    """What is there must be whole groups from the first on, with all that were acknowledged."""
    connection = opened(vfs)
    try:
        if connection.pragma("integrity_check") != "ok":
            return "damaged"
        found = connection.execute("SELECT * FROM record ORDER BY number").fetchall()
        groups = len(found) // ROWS
        if found != [row for group in range(groups) for row in bodies(group)]:
            return "damaged"
        return "lost" if groups < len(acknowledged) else None
    finally:
        connection.close()


def lying_disk() -> Disk:
    disk = Disk()
    disk.lies_about_sync = True
    return disk


def kinds(cuts: Cuts) -> Counter[str]:
    return Counter(complaint.partition(":")[0] for complaint in cuts.complaints.values())


# what SQLite promises


@pytest.mark.parametrize("seeds", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"])
@pytest.mark.parametrize("checkpoint_each", [1, 3, GROUPS + 1])
def test_nothing_acknowledged_is_lost_with_full_sync(checkpoint_each: int, seeds: range) -> None:
    assert run_cuts(workload(checkpoint_each=checkpoint_each), lost_or_damaged, seeds).complaints == {}


def test_normal_sync_loses_what_it_acknowledged_and_damages_nothing() -> None:
    cuts = run_cuts(workload("NORMAL", checkpoint_each=GROUPS + 1), lost_or_damaged, SHORT)
    assert kinds(cuts).keys() == {"lost"}
    assert kinds(cuts)["lost"] > len(SHORT) / 4


# what the harness finds


def test_without_sync_there_is_loss_and_damage() -> None:
    found = kinds(run_cuts(workload("OFF"), lost_or_damaged, SHORT))
    assert found["lost"] > 0
    assert found["CorruptError"] + found["damaged"] + found["NotADBError"] > 0


def test_a_disk_that_lies_about_sync_is_found() -> None:
    assert kinds(run_cuts(workload(), lost_or_damaged, SHORT, lying_disk))["lost"] > len(SHORT) / 10


def test_an_early_acknowledgement_is_found() -> None:
    assert kinds(run_cuts(workload(early=True), lost_or_damaged, SHORT)).keys() == {"lost"}


def test_the_power_is_cut_everywhere() -> None:
    """While opening, within commits and checkpoints, on closing, and after all is done."""
    struck = run_cuts(workload(), lost_or_damaged, range(400)).struck
    rehearsal = Disk()
    with mounted(rehearsal) as vfs:
        workload()(vfs, lambda _: None)
    assert struck.keys() == {None, *rehearsal.history}


def test_a_seed_makes_the_same_cut_again() -> None:
    first, again = (run_cuts(workload("OFF"), lost_or_damaged, SHORT) for _ in range(2))
    assert first.struck == again.struck
    assert first.complaints == again.complaints
    seed = max(first.complaints)
    assert run_cuts(workload("OFF"), lost_or_damaged, [seed]).complaints == {seed: first.complaints[seed]}


def test_the_power_is_cut_during_recovery_too() -> None:
    """Sometimes; then the check is called once more, and what it says then counts."""
    called: list[str] = []

    def called_again(vfs: str, acknowledged: list[int]) -> str | None:
        called.append(vfs)
        return lost_or_damaged(vfs, acknowledged)

    assert run_cuts(workload(), called_again, SHORT).complaints == {}
    assert len(SHORT) * 1.1 < len(called) < len(SHORT) * 1.3
    assert len(set(called)) == len(called)


def test_whatever_the_check_raises_is_a_complaint() -> None:
    def raises(_vfs: str, _acknowledged: list[int]) -> str | None:
        raise LookupError("no such act")

    assert run_cuts(workload(), raises, [1]).complaints == {1: "LookupError: no such act"}


def test_a_mistake_of_the_workload_is_raised() -> None:
    attempts = count()

    def mistaken(_vfs: str, _acknowledge: Callable[[int], None]) -> None:
        if next(attempts):
            raise LookupError("while there was power")

    with pytest.raises(LookupError, match="while there was power"):
        run_cuts(mistaken, lost_or_damaged, [1])


def test_nothing_is_acknowledged_without_power() -> None:
    def deaf(vfs: str, acknowledge: Callable[[int], None]) -> None:
        connection = opened(vfs)
        with suppress(PowerCut, apsw.SQLError):
            append(connection, 0)
        connection.close()
        acknowledge(0)

    assert run_cuts(deaf, lost_or_damaged, SHORT).complaints == {}


def test_the_dead_machine_does_not_touch_what_is_left() -> None:
    """Closing a connection folds its WAL in and deletes it; after a cut that must not reach the disk."""
    disk = Disk()
    with mounted(disk) as vfs:
        connection = opened(vfs)
        append(connection, 0)
        disk.cut_at(len(disk.history) + 1)
        with suppress(PowerCut, apsw.SQLError):  # which says as little, where apsw hides what its VFS raised
            append(connection, 1)
        assert disk.is_off
        connection.close()
    assert "ledger-wal" not in disk.files
    with mounted(disk.cut(random.Random(1))) as vfs:  # noqa: S311  # a seed must always make the same cut
        assert lost_or_damaged(vfs, [0]) is None


# one sync a group


def operations(disk: Disk, act: Callable[[], object]) -> Counter[tuple[Operation, str]]:
    before = disk.counts
    act()
    return disk.counts - before


def test_a_group_is_one_sync_between_checkpoints() -> None:
    disk = Disk()
    with mounted(disk) as vfs:
        connection = opened(vfs)
        for group in range(20):
            done = operations(disk, partial(append, connection, group))
            assert {name: number for name, number in done.items() if name[0] == "sync"} == {("sync", "ledger-wal"): 1}
        connection.close()


@pytest.mark.parametrize("mode", [apsw.SQLITE_CHECKPOINT_PASSIVE, apsw.SQLITE_CHECKPOINT_TRUNCATE])
def test_a_checkpoint_costs_three_syncs_more(mode: int) -> None:
    """Of the WAL and of the database; and the next group syncs the header of a WAL that begins anew."""
    disk = Disk()
    with mounted(disk) as vfs:
        connection = opened(vfs)
        append(connection, 0)
        done = operations(disk, lambda: connection.wal_checkpoint(mode=mode))
        assert (done["sync", "ledger-wal"], done["sync", "ledger"]) == (1, 1)
        done = operations(disk, lambda: append(connection, 1))
        assert (done["sync", "ledger-wal"], done["sync", "ledger"]) == (2, 0)
        done = operations(disk, lambda: append(connection, 2))
        assert (done["sync", "ledger-wal"], done["sync", "ledger"]) == (1, 0)
        connection.close()


# disks that fail


def test_a_full_disk_refuses_the_group_and_keeps_what_it_holds() -> None:
    disk = Disk()
    disk.bytes_max = 100_000
    kept = 0
    with mounted(disk) as vfs:
        connection = opened(vfs)
        with suppress(apsw.FullError):
            for kept in count():
                append(connection, kept)
        with pytest.raises(apsw.FullError):
            append(connection, kept)
        assert sum(len(file.content) for file in disk.files.values()) <= disk.bytes_max
        assert connection.execute("SELECT count(*) FROM record").get == kept * ROWS
    for seed in range(20):
        with mounted(disk.cut(random.Random(seed))) as vfs:  # noqa: S311  # a seed must always make the same cut
            assert lost_or_damaged(vfs, list(range(kept))) is None
            assert groups_in(vfs) == kept


def groups_in(vfs: str) -> int:
    connection = opened(vfs)
    try:
        rows: int = connection.execute("SELECT count(*) FROM record").get
        return rows // ROWS
    finally:
        connection.close()


def refused(disk: Disk, vfs: str) -> apsw.Connection:
    """A connection that keeps group 0 and was refused group 1, as the sync of its commit failed."""
    connection = opened(vfs)
    before = len(disk.history)
    append(connection, 0)
    disk.fail_at(len(disk.history) + len(disk.history) - before, "eio")  # group 1 does what group 0 did
    with pytest.raises(apsw.IOError):
        append(connection, 1)
    assert connection.execute("SELECT count(*) FROM record").get == ROWS
    return connection


def test_a_group_refused_by_a_failed_sync_may_be_there_after_a_cut() -> None:
    """It was written as a whole, with its commit: recovery cannot know that it was refused."""
    found, disks = set(), [Disk() for _ in range(20)]
    for seed, disk in enumerate(disks):
        with mounted(disk) as vfs:
            connection = refused(disk, vfs)
            after = disk.cut(random.Random(seed))  # noqa: S311  # a seed must always make the same cut
            connection.close()
        with mounted(after) as vfs:
            assert lost_or_damaged(vfs, [0]) is None
            found.add(groups_in(vfs))
    assert found == {1, 2}


def test_a_group_refused_by_a_failed_sync_is_gone_after_closing() -> None:
    disk = Disk()
    with mounted(disk) as vfs:
        refused(disk, vfs).close()
        assert groups_in(vfs) == 1


def persistent(vfs: str, acknowledge: Callable[[int], None]) -> None:
    """A store that goes on after an error, and tries once more what failed."""
    connection = None
    with suppress(apsw.Error):
        connection = opened(vfs)
    connection = connection or opened(vfs)
    for group in range(GROUPS):
        for _ in range(2):
            with suppress(apsw.Error):
                append(connection, group)
                acknowledge(group)
                break
        with suppress(apsw.Error):
            connection.wal_checkpoint()
    with suppress(apsw.Error):
        connection.close()


@pytest.mark.parametrize("kind", ["eio", "full"])
def test_whichever_operation_fails_nothing_acknowledged_is_lost(kind: Fault) -> None:
    """Also where the store goes on after it, on a disk that gives up what it could not sync."""
    rehearsal = Disk()
    with mounted(rehearsal) as vfs:
        persistent(vfs, lambda _: None)
    operations_max, numbers = len(rehearsal.history), count()

    def failing_disk() -> Disk:
        disk = Disk()
        disk.fail_at(next(numbers) % operations_max + 1, kind)
        return disk

    assert run_cuts(persistent, lost_or_damaged, range(4 * operations_max), failing_disk).complaints == {}


# the disk itself


def cuts_of(disk: Disk, number: int = 200) -> list[dict[str, bytes]]:
    """What files are left after so many cuts at the same moment."""
    draws = (random.Random(seed) for seed in range(number))  # noqa: S311  # a seed must always make the same cut
    return [{name: bytes(file.content) for name, file in disk.cut(draw).files.items()} for draw in draws]


def disk_with(content: bytes) -> tuple[Disk, File]:
    """A disk with one durable file, "f"."""
    disk, file = Disk(), File(content)
    disk.files["f"] = disk.durable_files["f"] = file
    return disk, file


def test_sectors_are_whole_and_independent() -> None:
    disk, file = disk_with(b"a" * 3 * SECTOR_BYTES)
    disk.write("f", file, 10, b"b" * 2 * SECTOR_BYTES)
    disk.write("f", file, 20, b"c")
    old, middle = b"a" * SECTOR_BYTES, b"b" * SECTOR_BYTES
    last = b"b" * 10 + b"a" * (SECTOR_BYTES - 10)
    begun = b"a" * 10 + b"b" * (SECTOR_BYTES - 10)
    both = begun[:20] + b"c" + begun[21:]
    left = {files["f"] for files in cuts_of(disk)}
    assert left == {x + y + z for x in (old, begun, both) for y in (old, middle) for z in (old, last)}


def test_a_file_may_grow_before_its_content_arrives() -> None:
    disk, file = disk_with(b"")
    disk.write("f", file, 0, b"a" * 2 * SECTOR_BYTES)
    left = {files["f"] for files in cuts_of(disk)}
    assert {len(content) for content in left} == {0, SECTOR_BYTES, 2 * SECTOR_BYTES}
    assert bytes(SECTOR_BYTES) + b"a" * SECTOR_BYTES in left
    assert any(content[:1] not in (b"", b"a", b"\0") for content in left)


def test_a_truncation_may_have_happened_or_not() -> None:
    disk, file = disk_with(b"abc")
    disk.truncate("f", file, 1)
    assert {files["f"] for files in cuts_of(disk)} == {b"abc", b"a"}
    disk, file = disk_with(b"abc")
    disk.truncate("f", file, 1)
    disk.sync("f", file, names_too=False)
    assert {files["f"] for files in cuts_of(disk)} == {b"a"}


def test_a_name_is_durable_once_its_directory_is() -> None:
    disk, file = disk_with(b"")
    new = File(b"")
    disk.name("create", "new", new, sync=False)
    disk.sync("new", new, names_too=False)
    disk.name("delete", "f", None, sync=False)
    assert {tuple(files) for files in cuts_of(disk)} == {(), ("f",), ("new",), ("f", "new")}
    disk, file = disk_with(b"")
    disk.name("create", "new", new, sync=False)
    disk.sync("f", file, names_too=True)
    assert {*disk.durable_files} == {"f", "new"}
    disk.name("delete", "f", None, sync=False)
    disk.name("delete", "new", None, sync=True)
    assert cuts_of(disk) == [{}] * 200


def test_what_a_failed_sync_gave_up_no_later_sync_writes() -> None:
    disk, file = disk_with(b"a" * 2 * SECTOR_BYTES)
    disk.write("f", file, 0, b"b")
    disk.fail_at(2, "eio")
    with pytest.raises(apsw.IOError):
        disk.sync("f", file, names_too=False)
    disk.write("f", file, SECTOR_BYTES, b"c")
    disk.sync("f", file, names_too=False)
    assert file.content[:1] == b"b"
    assert {files["f"][::SECTOR_BYTES] for files in cuts_of(disk)} == {b"ac"}


@pytest.mark.parametrize("kind", ["eio", "full"])
def test_any_operation_can_fail(kind: Fault) -> None:
    disk, file = disk_with(b"a")
    acts: list[Callable[[], None]] = [
        lambda: disk.name("create", "new", File(b""), sync=False),
        lambda: disk.name("delete", "f", None, sync=True),
        lambda: disk.truncate("f", file, 0),
        lambda: disk.write("f", file, 0, b"bbbb"),
    ]
    for number, act in enumerate(acts, 1):
        disk.fail_at(number, kind)
        with pytest.raises(apsw.FullError if kind == "full" else apsw.Error):
            act()
    assert disk.files == {"f": file}
    assert file.content == b"bb"


def test_one_connection_writes_at_a_time_once_the_file_is_made() -> None:
    with mounted(Disk()) as vfs:
        with pytest.raises(apsw.CantOpenError):
            apsw.Connection("ledger", vfs=vfs, flags=apsw.SQLITE_OPEN_READWRITE)
        first = apsw.Connection("ledger", vfs=vfs)
        second = apsw.Connection("ledger", vfs=vfs)
        first.execute("CREATE TABLE t (x)")
        first.execute("BEGIN IMMEDIATE")
        assert second.execute("SELECT count(*) FROM t").get == 0
        with pytest.raises(apsw.BusyError):
            second.execute("BEGIN IMMEDIATE")
        first.close()
        second.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (1); COMMIT")
        second.close()


def test_temporary_files_have_no_name() -> None:
    disk = Disk()
    with mounted(disk) as vfs:
        connection = opened(vfs)
        connection.pragma("temp_store", 1)
        connection.execute("CREATE TEMP TABLE t AS SELECT randomblob(5000000)")
        assert disk.counts["write", "temporary"] > 0
        assert disk.files.keys() == {"ledger", "ledger-wal"}
        connection.close()


def test_a_connection_that_nobody_closed_does_no_harm() -> None:
    disk = Disk()
    with mounted(disk) as vfs:
        cycle: list[object] = [opened(vfs)]
        cycle.append(cycle)
    del cycle
    gc.collect()
    assert "ledger-wal" not in disk.files
