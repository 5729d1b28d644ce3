"""A disk in memory that loses its power, for SQLite through apsw.

What a cut leaves of the writes that no sync has made durable:
- Each 512-byte sector is whole: as it was before or after any of the writes to it. So what lies beside a write is safe,
  as SQLite takes for granted on Linux (SQLITE_IOCAP_POWERSAFE_OVERWRITE). Sectors are kept or lost one by one, in any
  order, also those of one write.
- A file may have grown before its new content arrived: a lost sector beyond the old end is absent, zeros or noise.
- A truncation may have happened or not, whatever became of the writes around it.
- A name made or deleted is durable once its directory is synced, which SQLite's own VFS for Unix does at the first sync
  of a new journal or WAL and at a deletion that asks for it. Before, each may have happened or not. That the sync of
  another file keeps its name, as on ext4, is not relied on.
- A failed sync gives its writes up, as Linux does: they are still read, but no later sync makes them durable.

SQLite's WAL needs shared memory, which is not here: set `PRAGMA locking_mode=EXCLUSIVE` before `journal_mode=WAL`.
Nothing draws lots but the random.Random handed in, so a seed always makes the same cut. (SQLite salts each WAL anew;
that changes bytes, not operations.) Numbers of operations count from 1, over the life of a Disk.
"""
# ruff: noqa: N802  # the methods that SQLite calls have its names

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Literal, cast

import apsw

SECTOR_BYTES = 512
KEPT_SHARES = (0.0, 0.5, 0.9, 0.99, 1.0)  # of a file's unsynced sectors: from nothing, over torn, to everything
CUT_AGAIN_SHARE = 0.25  # of the cuts: the power fails once more while the store recovers
RECOVERY_OPERATIONS_MAX = 12  # the second cut falls within so many

Operation = Literal["create", "write", "truncate", "sync", "delete"]
Fault = Literal["eio", "full"]
Workload = Callable[[str, Callable[[int], None]], None]
Check = Callable[[str, list[int]], str | None]

IO_ERRORS: dict[Operation, int] = {
    "create": apsw.SQLITE_CANTOPEN,
    "write": apsw.SQLITE_IOERR_WRITE,
    "truncate": apsw.SQLITE_IOERR_TRUNCATE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "delete": apsw.SQLITE_IOERR_DELETE,
}


class PowerCut(BaseException):
    """The machine is off. No Exception, so that no `except Exception` of the code under test goes on without power."""


def put(content: bytearray, at: int, data: bytes | None) -> None:
    """Write the data at this byte, after zeros if the content ends before; without data, make it end here."""
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    if data is None:
        del content[at:]
    else:
        content[at : at + len(data)] = data


class File:
    """Its content as the running machine reads it, as it is on disk for certain, and the (byte, data) in between."""

    def __init__(self, content: bytes) -> None:
        self.content = bytearray(content)
        self.durable = bytearray(content)
        self.unsynced: list[tuple[int, bytes | None]] = []
        self.given_up = 0  # so many of the unsynced no sync will ever write
        self.locks: dict[int, int] = {}  # of handles, by their id()

    def change(self, at: int, data: bytes | None) -> None:
        put(self.content, at, data)
        self.unsynced.append((at, data))

    def sync(self) -> None:
        changes = iter(self.unsynced)
        if self.given_up:
            changes = chain.from_iterable(islice(self._sectors(), self.given_up, None))
        for at, data in changes:
            put(self.durable, at, data)
        self.unsynced.clear()
        self.given_up = 0

    def _sectors(self) -> Iterator[list[tuple[int, bytes | None]]]:
        """For each unsynced change the whole sectors as they were after it; a truncation is one of its own."""
        image = bytearray(self.durable)
        for at, data in self.unsynced:
            put(image, at, data)
            if data is None:
                yield [(at, None)]
            else:
                starts = range(at - at % SECTOR_BYTES, at + len(data), SECTOR_BYTES)
                yield [(start, bytes(image[start : start + SECTOR_BYTES])) for start in starts]

    def after_cut(self, draw: random.Random) -> bytes:
        share = draw.choice(KEPT_SHARES)
        left = bytearray(self.durable)
        for sectors in self._sectors():
            for at, sector in sectors:
                if draw.random() < share:
                    put(left, at, sector)
                elif sector and at >= len(left) and draw.random() < share:
                    put(left, at, draw.randbytes(len(sector)))
        return bytes(left)


class Disk:
    """Files by name, and the power supply.

    history         the operations so far, as (operation, name of the file); reading is none of them
    is_off          the power was cut. The operation in flight raised PowerCut; after that the dead machine may tidy up
                    like a ghost: it sees what it writes, the disk does not change
    lies_about_sync the sync of a WAL does nothing, a planted fault
    bytes_max       quota of all files together; what goes beyond is a full disk
    """

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.durable_files: dict[str, File] = {}
        self.unsynced_names: list[tuple[str, File | None]] = []
        self.history: list[tuple[Operation, str]] = []
        self.is_off = False
        self.lies_about_sync = False
        self.bytes_max: int | None = None
        self._cut_at = 0
        self._faults: dict[int, Fault] = {}

    @property
    def counts(self) -> Counter[tuple[Operation, str]]:
        """How often each (operation, name of the file) has happened, such as ("sync", "ledger-wal")."""
        return Counter(self.history)

    def cut_at(self, number: int) -> None:
        """Cut the power in the middle of the operation of this number; see PowerCut."""
        self._cut_at = number

    def fail_at(self, number: int, kind: Fault) -> None:
        """Let the operation of this number fail: with an I/O error, or as on a full disk. Half of a write is done."""
        self._faults[number] = kind

    def cut(self, draw: random.Random) -> "Disk":
        """A new disk with what is left when the power is cut now, all of it durable. This one is off from here on."""
        self.is_off = True
        names = dict(self.durable_files)
        for name, file in self.unsynced_names:
            if draw.random() < 0.5:
                put_name(names, name, file)
        after = Disk()
        after.lies_about_sync = self.lies_about_sync
        after.files = {name: File(file.after_cut(draw)) for name, file in sorted(names.items())}
        after.durable_files = dict(after.files)
        return after

    def name(self, operation: Literal["create", "delete"], name: str, file: File | None, *, sync: bool) -> None:
        """Make or delete a name, and sync the directory if asked."""
        if self.is_off:
            put_name(self.files, name, file)
            return
        if fault := self._begin(operation, name):
            raise failure(operation, fault)
        put_name(self.files, name, file)
        self.unsynced_names.append((name, file))
        self._strike()
        if sync:
            self._sync_names()

    def write(self, name: str, file: File, at: int, data: bytes) -> None:
        if self.is_off:
            put(file.content, at, data)
            return
        fault = self._begin("write", name)
        if fault:
            data = data[: len(data) // 2]
        elif self.bytes_max is not None:
            others_bytes = sum(len(other.content) for other in self.files.values() if other is not file)
            room_bytes = max(len(file.content), self.bytes_max - others_bytes) - at
            if len(data) > room_bytes:
                data, fault = data[: max(room_bytes, 0)], "full"
        file.change(at, data)
        self._strike()
        if fault:
            raise failure("write", fault)

    def truncate(self, name: str, file: File, size_bytes: int) -> None:
        if self.is_off:
            put(file.content, size_bytes, None)
            return
        if fault := self._begin("truncate", name):
            raise failure("truncate", fault)
        file.change(size_bytes, None)
        self._strike()

    def sync(self, name: str, file: File, *, names_too: bool) -> None:
        if self.is_off:
            return
        fault = self._begin("sync", name)
        self._strike()
        if fault:
            file.given_up = len(file.unsynced)
            raise failure("sync", fault)
        if self.lies_about_sync and name.endswith("-wal"):
            return
        file.sync()
        if names_too:
            self._sync_names()

    def _begin(self, operation: Operation, name: str) -> Fault | None:
        """Number an operation; returns the fault planted for it."""
        self.history.append((operation, name))
        return self._faults.get(len(self.history))

    def _strike(self) -> None:
        """Cut the power here, if it shall be. What this operation has changed is not synced."""
        if len(self.history) == self._cut_at:
            self.is_off = True
            raise PowerCut

    def _sync_names(self) -> None:
        self.durable_files = dict(self.files)
        self.unsynced_names.clear()


def put_name(names: dict[str, File], name: str, file: File | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


def failure(operation: Operation, fault: Fault) -> Exception:
    return apsw.exception_for(apsw.SQLITE_FULL if fault == "full" else IO_ERRORS[operation])


class DiskFile:
    """An open file, as apsw calls it."""

    def __init__(self, vfs: "DiskVFS", name: str, file: File, flags: int, *, is_new: bool) -> None:
        self.vfs = vfs  # SQLite needs it until its last file is closed, also where only the garbage collector closes
        self.disk, self.name, self.file = vfs.disk, name, file
        journals = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
        self.syncs_names = is_new and bool(flags & journals)

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self.file.content[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self.disk.write(self.name, self.file, offset, bytes(data))

    def xTruncate(self, newsize: int) -> None:
        self.disk.truncate(self.name, self.file, newsize)

    def xSync(self, _flags: int) -> None:
        self.disk.sync(self.name, self.file, names_too=self.syncs_names)
        self.syncs_names = False

    def xFileSize(self) -> int:
        return len(self.file.content)

    def xLock(self, level: int) -> None:
        others = [lock for handle, lock in self.file.locks.items() if handle != id(self)]
        tolerated = {
            apsw.SQLITE_LOCK_SHARED: apsw.SQLITE_LOCK_RESERVED,
            apsw.SQLITE_LOCK_RESERVED: apsw.SQLITE_LOCK_SHARED,
        }
        if max(others, default=0) > tolerated.get(level, apsw.SQLITE_LOCK_NONE):
            raise apsw.BusyError
        self.file.locks[id(self)] = level

    def xUnlock(self, level: int) -> None:
        self.file.locks[id(self)] = level

    def xCheckReservedLock(self) -> bool:
        return any(lock >= apsw.SQLITE_LOCK_RESERVED for lock in self.file.locks.values())

    def xClose(self) -> None:
        self.file.locks.pop(id(self), None)

    def xSectorSize(self) -> int:
        return SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE | apsw.SQLITE_IOCAP_SUBPAGE_READ  # what Linux claims on ext4

    def xFileControl(self, _op: int, _ptr: int) -> bool:
        return False


class DiskVFS(apsw.VFS):
    """The door of SQLite to a Disk. Clock and sleep are the machine's own."""

    def __init__(self, name: str, disk: Disk) -> None:
        super().__init__(name, base="")
        self.disk = disk

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        flags[1] = flags[0]
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or "temporary"
        file = None if name is None else self.disk.files.get(path)
        is_new = file is None
        if file is None:
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise apsw.CantOpenError
            file = File(b"")
            if name is not None:
                self.disk.name("create", path, file, sync=False)
        return cast("apsw.VFSFile", DiskFile(self, path, file, flags[0], is_new=is_new))

    def xDelete(self, filename: str, syncdir: bool) -> None:
        if filename in self.disk.files:
            self.disk.name("delete", filename, None, sync=syncdir)

    def xAccess(self, pathname: str, _flags: int) -> bool:
        return pathname in self.disk.files

    def xFullPathname(self, name: str) -> str:
        return name


NUMBERS = count(1)


@contextmanager
def mounted(disk: Disk) -> Iterator[str]:
    """The name of a VFS, `apsw.Connection(path, vfs=name)`, that opens files of this disk."""
    name = f"powercut-{next(NUMBERS)}"
    vfs = DiskVFS(name, disk)
    told = sys.unraisablehook
    # The power may also go while Python throws away a connection that nobody closed. That is no news.
    sys.unraisablehook = lambda raised: None if raised.exc_type is PowerCut else told(raised)
    try:
        yield name
    finally:
        sys.unraisablehook = told
        vfs.unregister()


@dataclass(frozen=True)
class Cuts:
    """What came of a run of cuts: complaints by seed, and what was under way when the power went."""

    complaints: dict[int, str]
    struck: Counter[tuple[Operation, str] | None]  # None: after the workload was done


def run_cuts(
    workload: Workload, reopen_and_check: Check, seeds: Iterable[int], new_disk: Callable[[], Disk] = Disk
) -> Cuts:
    """For each seed, run the workload on a new disk, cut the power in one of its operations, and check what is left.

    workload(vfs, acknowledge)           opens a store at the VFS of this name, appends groups and calls
                                         acknowledge(number) after each; it must do the same operations every time
    reopen_and_check(vfs, acknowledged)  opens what is left; returns what is wrong with it, if anything. Whatever it
                                         raises is a complaint too. After a second cut it is called once more.
    """
    rehearsal = new_disk()
    with mounted(rehearsal) as vfs:
        workload(vfs, lambda _: None)
    cuts = Cuts({}, Counter())
    for seed in seeds:
        draw = random.Random(seed)  # noqa: S311  # a seed must always make the same cut
        disk = new_disk()
        disk.cut_at(draw.randint(1, len(rehearsal.history) + 1))
        acknowledged = work_until_cut(disk, workload)
        cuts.struck[disk.history[-1] if disk.is_off else None] += 1
        left = disk.cut(draw)
        if draw.random() < CUT_AGAIN_SHARE:
            left.cut_at(draw.randint(1, RECOVERY_OPERATIONS_MAX))
        complaint = check(left, reopen_and_check, acknowledged)
        if left.is_off:
            complaint = check(left.cut(draw), reopen_and_check, acknowledged)
        if complaint:
            cuts.complaints[seed] = complaint
    return cuts


def work_until_cut(disk: Disk, workload: Workload) -> list[int]:
    """The numbers that the workload acknowledged while there was power."""
    acknowledged: list[int] = []

    def acknowledge(number: int) -> None:
        if disk.is_off:
            raise PowerCut
        acknowledged.append(number)

    with mounted(disk) as vfs:
        try:
            workload(vfs, acknowledge)
        except (PowerCut, Exception):
            if not disk.is_off:
                raise
    return acknowledged


def check(disk: Disk, reopen_and_check: Check, acknowledged: list[int]) -> str | None:
    with mounted(disk) as vfs:
        try:
            return reopen_and_check(vfs, acknowledged)
        except (PowerCut, Exception) as error:  # noqa: BLE001  # whatever a damaged store raises is a finding
            return f"{type(error).__name__}: {error}"
