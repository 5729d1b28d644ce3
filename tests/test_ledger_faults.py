"""Nothing acknowledged is lost, any change is found: where the power goes, the disk fails or fills, a process dies.

The power cut, the failing and the full disk are those of tests/powercut.py, under the real store and the real ledger.
What no cut reaches lies outside: the guard, the secret keys, and what was published.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple
from warnings import catch_warnings

import pytest

from tests.powercut import Cuts, Disk, check, mounted, run_cuts
from tests.test_ledger_conformance import NOON, plain
from tests.test_ledger_files import made, spoil
from tocsin.ledger import (
    Entry,
    FileGuard,
    FileLedger,
    FileReader,
    Ledger,
    LedgerError,
    MemoryGuard,
    Origin,
    Record,
    Seen,
    Signer,
    SqliteStore,
    backup,
    begin,
    beside,
    restore,
    verify,
)
from tocsin.ledger import sqlite as store_module
from tocsin.ledger.beside import GUARD
from tocsin.ledger.ledger import genesis_of
from tocsin.ledger.port import Group
from tocsin.ledger.reader import keys_of

pytestmark = pytest.mark.exhaustive

PATH = "run.tocsin"
ORIGIN = Origin("run", "live", 1)
CUTS_SHORT, CUTS_LONG = 80, 2_500

Act = list[Record] | Literal["checkpoint", "rotate", "erase"]
Kept = tuple[str, bytes, tuple[bytes | None, ...]]


def group(number: int, count: int) -> list[Record]:
    """Some records of different sizes; every second one has contents."""
    return [
        (
            b"%d/%d " % (number, place) * (1 + 40 * (place % 3)),
            (b"content %d/%d " % (number, place) * 30,) * (place % 2),
        )
        for place in range(count)
    ]


ACTS: tuple[Act, ...] = (
    group(0, 1),
    group(1, 3),
    "checkpoint",
    group(2, 4),
    "erase",
    group(3, 2),
    "rotate",
    group(4, 250),
    "checkpoint",
    group(5, 2),
    "checkpoint",
    group(6, 3),
)
ERASED = (3, 0)  # entry 3 is the second record of group 1


def kept(acts: int) -> list[Kept]:
    """What is in the ledger, its genesis apart, after so many acts."""
    found: list[Kept] = []
    for act in ACTS[:acts]:
        if isinstance(act, list):
            found += [("record", *record) for record in act]
        elif act != "checkpoint":
            found.append((act, b"", ()))
        if act == "erase":
            found[ERASED[0] - 1] = (*found[ERASED[0] - 1][:2], (None,))
    return found


AFTER = [kept(acts) for acts in range(len(ACTS) + 1)]


def found_in(ledger: Ledger) -> list[Kept]:
    """The same as it is read from a ledger."""
    found: list[Kept] = []
    for entry in ledger.entries(1):
        if entry.kind == "record":
            found.append(("record", entry.body, ledger.contents(entry.index)))
        else:
            kind = entry.body.split(b"\n")[0].split()[1]
            found.append(({b"key": "rotate", b"erasure": "erase"}[kind], b"", ()))
    return found


class Office:
    """A ledger on a disk that fails, and what lies outside of it."""

    def __init__(self, store: type[SqliteStore] = SqliteStore, *, acknowledges_early: bool = False) -> None:
        self.store, self.acknowledges_early = store, acknowledges_early
        self.begin()

    def begin(self) -> None:
        self.guard = MemoryGuard()
        self.signers = [Signer.new(ORIGIN.text)]
        self.published: list[str] = []

    def opened(self, vfs: str) -> Ledger:
        store = self.store(PATH, vfs=vfs)
        try:
            if store.head().size == 0:
                begin(store, ORIGIN, self.signers[0], NOON)
            in_force = keys_of(store).at(store.head().size)
            (signer,) = (signer for signer in self.signers if signer.key in in_force)
            ledger = Ledger(store, self.guard, signer, clock=lambda: NOON)
        except BaseException:
            store.close()
            raise
        if isinstance(store, Telltale):
            store.ledger = ledger
        return ledger

    def do(self, ledger: Ledger, act: Act) -> str:
        """Do it; the checkpoint that was signed in doing so."""
        match act:
            case "checkpoint":
                return ledger.checkpoint()
            case "erase":
                ledger.erase([ERASED], by="the secretariat", reason="asked for")
            case "rotate":
                if ledger.signing_key == self.signers[0].key:
                    self.signers.append(Signer.new(ORIGIN.text))
                    ledger.change_keys(add=self.signers[-1], revoke=[(ledger.signing_key, None)], reason="yearly")
                    ledger.sign_with(self.signers[-1])
                return ledger.checkpoint()
            case _:
                ledger.append(act)
        return ""

    def work(self, vfs: str, acknowledge: Callable[[int], None]) -> None:
        self.begin()
        ledger = self.opened(vfs)
        for number, act in enumerate(ACTS):
            if self.acknowledges_early:
                acknowledge(number)
            note = self.do(ledger, act)
            if not self.acknowledges_early:
                acknowledge(number)
            self.published += [note] if note else []
        ledger.close()

    def lost_or_damaged(self, vfs: str, acknowledged: Sequence[int]) -> str | None:
        """What is wrong with what is left. It must be all that was acknowledged, and at most the act after it."""
        ledger = self.opened(vfs)
        try:
            found, done = found_in(ledger), len(acknowledged)
            while found and found[-1][1] == b"on":  # of an earlier check, which was cut short itself
                found.pop()
            if found not in AFTER[done : done + 2]:
                return "lost" if found in AFTER else "damaged: a part of a group, or something else than was written"
            verdict = verify(ledger.store)
            if verdict.faults:
                return f"damaged: {verdict.faults}"
            for note in self.published:
                if verify(ledger.store, key=self.signers[0].key, checkpoint=note).word != "authentic":
                    return "a published checkpoint does not hold any more"
            if self.published and verdict.covered < int(self.published[-1].split("\n")[1]):
                return "lost a checkpoint"
            ledger.append(plain(b"on"))
            ledger.checkpoint()
        finally:
            ledger.close()
        return None


class Hasty(SqliteStore):
    """A planted fault: it does not wait for the disk."""

    def __init__(self, path: str | Path, *, reading: bool = False, vfs: str | None = None) -> None:
        super().__init__(path, reading=reading, vfs=vfs)
        self._db.pragma("synchronous", "NORMAL")


class Telltale(SqliteStore):
    """A planted fault: it tells the guard of entries that are not durable yet."""

    ledger: Ledger | None = None

    def commit(self, group: Group) -> None:
        if self.ledger is not None:
            guard, head = self.ledger.guard, group.head
            seen = Seen(ORIGIN.text, head.size, head.root, genesis_of(self))
            guard.advance(guard.last(), seen)
            self.ledger._seen = seen  # noqa: SLF001  # else the ledger itself would find the fault at once
        super().commit(group)


@pytest.fixture(autouse=True)
def _small_log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's log is folded into the file every few groups, so that cuts and faults fall into that as well."""
    if "log_pages_max" not in request.fixturenames:
        monkeypatch.setattr(store_module, "WAL_PAGES_MAX", 20)


@pytest.fixture
def memory_folder() -> Iterator[Path]:
    """A folder that lies in memory where the system has such: these tests write a file ten thousand times."""
    memory = Path("/dev/shm")  # noqa: S108  # the folder is made anew, for its owner alone
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def kinds(cuts: Cuts) -> Counter[str]:
    return Counter(complaint.partition(":")[0] for complaint in cuts.complaints.values())


# the power cut


@pytest.mark.parametrize("seeds", [range(CUTS_SHORT), pytest.param(range(CUTS_LONG), marks=pytest.mark.long)], ids=len)
def test_no_power_cut_loses_what_was_acknowledged(seeds: range) -> None:
    office = Office()
    cuts = run_cuts(office.work, office.lost_or_damaged, seeds)
    assert cuts.complaints == {}
    assert sum(cuts.struck.values()) == len(seeds)
    assert {("sync", f"{PATH}-wal"), ("sync", PATH), ("write", PATH)} <= cuts.struck.keys()


def lying_disk() -> Disk:
    disk = Disk()
    disk.lies_about_sync = True
    return disk


def test_a_disk_that_lies_about_sync_is_found() -> None:
    office = Office()
    assert len(run_cuts(office.work, office.lost_or_damaged, range(60), lying_disk).complaints) > 6


def test_an_early_acknowledgement_is_found() -> None:
    office = Office(acknowledges_early=True)
    assert kinds(run_cuts(office.work, office.lost_or_damaged, range(60)))["lost"] > 6


def test_a_store_that_does_not_wait_for_the_disk_is_found() -> None:
    office = Office(Hasty)
    assert len(run_cuts(office.work, office.lost_or_damaged, range(60)).complaints) > 6


def test_a_guard_that_is_told_too_early_is_found() -> None:
    office = Office(Telltale)
    cuts = run_cuts(office.work, office.lost_or_damaged, range(60))
    assert any("were published: it is an older state" in complaint for complaint in cuts.complaints.values())


# a disk that fails


class Failed(NamedTuple):
    """How far a workload came on a disk that fails, and what it was told."""

    done: int
    told: str


def worked_until_it_failed(office: Office, vfs: str) -> Failed:
    """Do all acts, as far as the disk lets. Who was refused is refused from then on, and can still read."""
    try:
        ledger = office.opened(vfs)
    except LedgerError as error:
        return Failed(0, str(error))
    done, told = 0, ""
    try:
        for act in ACTS:
            note = office.do(ledger, act)
            office.published += [note] if note else []
            done += 1
    except LedgerError as error:
        told = str(error)
        for again in (lambda: ledger.append(plain(b"more")), ledger.checkpoint):
            with pytest.raises(LedgerError, match="anew"):
                again()
        assert found_in(ledger) in AFTER[done : done + 2]
    ledger.close()
    return Failed(done, told)


def operations() -> int:
    """How many operations the workload is."""
    rehearsal = Disk()
    with mounted(rehearsal) as vfs:
        Office().work(vfs, lambda _: None)
    return len(rehearsal.history)


@pytest.mark.parametrize(
    "step", [pytest.param(5, id="every fifth"), pytest.param(1, id="every one", marks=pytest.mark.long)]
)
def test_whichever_operation_fails_nothing_acknowledged_is_lost(step: int) -> None:
    """Nor kept by half: a refused group is there as a whole or not at all, also where the power goes afterwards."""
    told = Counter[str]()
    for number in range(1, operations() + 1, step):
        office, disk = Office(), Disk()
        disk.fail_at(number, "eio")
        with mounted(disk) as vfs:
            failed = worked_until_it_failed(office, vfs)
        told[failed.told.partition("; ")[0]] += 1
        left = disk.cut(random.Random(number))  # noqa: S311  # a number must always make the same cut
        acknowledged = list(range(failed.done))
        assert check(left, office.lost_or_damaged, acknowledged) is None, number
    assert told.keys() > {""}
    assert all("the disk failed" in said or "no ledger that can be opened" in said for said in told if said), told


# a disk that is full


@pytest.mark.parametrize(
    "step", [pytest.param(12_000, id="some sizes"), pytest.param(700, id="many sizes", marks=pytest.mark.long)]
)
def test_on_a_full_disk_an_act_is_acknowledged_and_there_or_refused(step: int) -> None:
    """What was there can be read, and after room is made the rest is done."""
    refused = 0
    for bytes_max in range(0, 400_000, step):
        office, disk = Office(), Disk()
        disk.bytes_max = bytes_max
        with mounted(disk) as vfs:
            failed = worked_until_it_failed(office, vfs)
        if failed.told:
            refused += 1
            assert "full" in failed.told, failed
        seen = office.guard.last()
        left = disk.cut(random.Random(bytes_max))  # noqa: S311  # a size must always make the same cut
        assert check(left, office.lost_or_damaged, list(range(failed.done))) is None, bytes_max
        disk.bytes_max, disk.is_off, office.guard = None, False, MemoryGuard()
        if seen is not None:
            office.guard.advance(None, seen)
        with mounted(disk) as vfs, closing(office.opened(vfs)) as ledger:
            there = AFTER.index(found_in(ledger), failed.done)
            for act in ACTS[there:]:
                office.do(ledger, act)
            assert found_in(ledger) == AFTER[-1]
            assert verify(ledger.store).word == "self-consistent"
    assert refused > 3


FULL = """
import resource, sys
from tocsin.ledger import FileLedger, LedgerError
path, limit = sys.argv[1], int(sys.argv[2])
ledger = FileLedger(path, mode="live")
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
done = 0
try:
    while True:
        ledger.append([(b"%d" % done, (b"content " * 200,))])
        done += 1
        if done % 7 == 0:
            ledger.checkpoint()
except LedgerError as error:
    told = error
read = len(list(ledger.read()))
try:
    ledger.append([(b"more", ())])
    sys.exit("it goes on")
except LedgerError as error:
    again = error
ledger.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(done, read, told, again, sep="\\n")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limit")
@pytest.mark.parametrize("limit_bytes", [60_000, 900_000])
def test_a_file_that_may_not_grow_refuses_cleanly(limit_bytes: int, tmp_path: Path) -> None:
    path = tmp_path / PATH
    told = subprocess.check_output([sys.executable, "-c", FULL, path, str(limit_bytes)], text=True).splitlines()
    done = int(told[0])
    assert (done > 0, int(told[1])) == (True, done)
    assert "the disk" in told[2]
    assert "anew" in told[3]
    with closing(FileLedger(path)) as ledger:
        assert list(ledger.read()) == [b"%d" % number for number in range(done)]
        ledger.append(plain(b"room was made"))
    assert judged(path) == "self-consistent"


CREATED = """
import resource, sys
from tocsin.ledger import FileLedger, LedgerError
told = ""
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    FileLedger(sys.argv[1], mode="live")
except LedgerError as error:
    told = str(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(told)
FileLedger(sys.argv[1], mode="live").close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limit")
@pytest.mark.parametrize("limit_bytes", [0, 50, 4_096, 20_000])
def test_a_ledger_that_has_no_room_to_begin_begins_later(limit_bytes: int, tmp_path: Path) -> None:
    """Also one that is there is not opened by half: not even its lock can be written to."""
    path = tmp_path / PATH
    for _ in range(2):
        told = subprocess.check_output([sys.executable, "-c", CREATED, path, str(limit_bytes)], text=True)
        assert "the disk failed" in told
    assert judged(path) == "self-consistent"


def judged(path: Path) -> str:
    """The word on a ledger; "refused" where it cannot be opened or read at all."""
    try:
        with closing(SqliteStore(path, reading=True)) as store:
            return verify(store).word
    except LedgerError:
        return "refused"


# a process that dies

WRITER = """
import os, sys
from tocsin.ledger import FileLedger
ledger = FileLedger(sys.argv[1], mode="live")
kinds = [entry.kind for entry in ledger.entries()]
number = kinds.count("record")
def tell(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
for turn in range(10**9):
    count = 1 + number % 5
    ledger.append([(b"%d" % place, (b"content of %d" % place,)) for place in range(number, number + count)])
    number += count
    tell("kept", number)
    if turn % 3 == 0:
        tell("signed", repr(ledger.checkpoint()))
    if turn % 8 == 5:
        tell("rotated", ledger.rotate_key(reason="often").text)
    if turn % 8 == 6:
        index = next(entry.index for entry in ledger.entries(len(ledger) - 3) if entry.kind == "record")
        ledger.erase([(index, 0)], by="x", reason="y")
        tell("erased", index)
"""


def killed(path: Path, lines: int) -> list[tuple[str, str]]:
    """What a writer told until it was killed, some time after so many lines."""
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    return [(word, value) for line in told for word, _, value in [line.rstrip("\n").partition(" ")]]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows kills otherwise")
@pytest.mark.parametrize("kills", [3, pytest.param(110, marks=pytest.mark.long)])
def test_no_kill_loses_what_was_acknowledged(kills: int, tmp_path: Path) -> None:
    path, draw = tmp_path / PATH, random.Random(kills)  # noqa: S311  # a red run is red for everybody
    with closing(FileLedger(path, mode="live")) as ledger:
        first = ledger.signing_key
    rotations = 0
    for _ in range(kills):
        told = killed(path, draw.randint(1, 30))
        seen = FileGuard(beside(path, GUARD)).last()
        with closing(FileLedger(path)) as ledger:
            bodies = list(ledger.read())
            assert bodies == [b"%d" % number for number in range(len(bodies))]
            assert len(bodies) >= max([int(value) for word, value in told if word == "kept"], default=0)
            assert all(ledger.contents(int(index)) == (None,) for word, index in told if word == "erased")
            assert seen is not None
            assert seen.size <= len(ledger)
            for note in [value for word, value in told if word == "signed"][-2:]:
                published = note[1:-1].replace("\\n", "\n")
                assert seen.size >= int(published.split("\n")[1])
                assert verify(ledger.store, key=first, checkpoint=published).word == "authentic"
            rotations = len(ledger.keys.terms)
    assert rotations > kills / 3


STEPS = ("open", "write", "fsync", "replace", "rename", "unlink")


def die_at(number: int) -> None:
    """Die before the step of this number, of those that touch names or files other than SQLite's."""
    steps = count(1)

    def mortal(real: Callable[..., object]) -> Callable[..., object]:
        def step(*words: object, **options: object) -> object:
            if next(steps) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*words, **options)

        return step

    for name in STEPS:
        setattr(os, name, mortal(getattr(os, name)))


def killed_at_each_step(do: Callable[[], object], again: Callable[[], object]) -> int:
    """Do it in a process killed before its first step, its second, and so on, and then `again`. How many there are."""
    for number in count(1):
        with catch_warnings(action="ignore", category=DeprecationWarning):  # the child needs no threads of ours
            child = os.fork()
        if child == 0:
            try:
                die_at(number)
                do()
            except BaseException:  # noqa: BLE001  # the child must not go on as a second run of the tests
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return number
        again()
    raise AssertionError


@pytest.mark.skipif(sys.platform == "win32", reason="Windows kills otherwise")
def test_a_key_change_that_is_killed_leaves_a_ledger_that_goes_on(tmp_path: Path) -> None:
    path = made(tmp_path / PATH)

    def rotate() -> None:
        with closing(FileLedger(path, clock=lambda: NOON)) as ledger:
            ledger.rotate_key(reason="yearly")

    def go_on() -> None:
        with closing(FileLedger(path, clock=lambda: NOON)) as ledger:
            ledger.append(plain(b"on"))
        assert judged(path) == "self-consistent"

    assert killed_at_each_step(rotate, go_on) > 20


@pytest.mark.skipif(sys.platform == "win32", reason="Windows kills otherwise")
def test_a_beginning_that_is_killed_is_begun_again(tmp_path: Path) -> None:
    tries = count()
    path = tmp_path / f"{next(tries)}.tocsin"

    def again() -> None:
        nonlocal path
        made(path)
        assert judged(path) == "self-consistent"
        path = tmp_path / f"{next(tries)}.tocsin"

    assert killed_at_each_step(lambda: made(path), again) > 10


def first_of(folder: Path) -> Path:
    folder.mkdir()
    return made(folder / PATH, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows kills otherwise")
def test_a_restore_that_is_killed_loses_nothing(memory_folder: Path) -> None:
    """Either state is whole, or one is told to restore once more; the ledger that was there is kept."""
    tries, copy = count(), memory_folder / "backup"
    backup(first_of(memory_folder / "first"), copy)
    with_more = [[b"0", b"1", b"2"], [b"0", b"1", b"2", b"not in the backup"]]

    def fresh() -> Path:
        path = shutil.copytree(memory_folder / "first", memory_folder / f"try {next(tries)}") / PATH
        with closing(FileLedger(path, clock=lambda: NOON)) as ledger:
            ledger.append(plain(b"not in the backup"))
        return path

    path = fresh()

    def go_on() -> None:
        nonlocal path
        try:
            with closing(FileLedger(path, clock=lambda: NOON)) as ledger:
                assert list(ledger.read()) in with_more
        except LedgerError as problem:
            assert "`tocsin ledger restore`" in str(problem)  # noqa: PT017  # not every step leads here
        restore(copy, path, reason="a drill", replace=path.exists())
        with closing(FileLedger(path)) as ledger:
            assert list(ledger.read()) == with_more[0]
        assert judged(path) == "self-consistent"
        aside = [list(FileReader(found).read()) for found in path.parent.glob("*.before-?")]
        assert with_more[1] in aside
        path = fresh()

    assert killed_at_each_step(lambda: restore(copy, path, reason="a drill", replace=True), go_on) > 30


def test_a_file_that_was_emptied_or_lost_is_not_begun_anew(tmp_path: Path) -> None:
    path = made(tmp_path / PATH)
    path.write_bytes(b"")
    for mode in ("replay", None):
        with pytest.raises(LedgerError, match=r"is empty, though its guard remembers it\. .*`tocsin ledger restore`"):
            FileLedger(path, mode=mode)
    assert path.read_bytes() == b""
    path.unlink()
    for mode in ("replay", None):
        with pytest.raises(LedgerError, match=r"is gone, though its guard remembers it\. .*`tocsin ledger restore`"):
            FileLedger(path, mode=mode)
    assert not path.exists()


# a file that is damaged


class Copy(NamedTuple):
    """What reading a ledger gives: its entries up to the first that cannot be had, and the contents of each."""

    entries: list[Entry]
    contents: dict[int, tuple[bytes | None, ...] | None]
    """None where they cannot be had."""


def copy_of(path: Path) -> Copy:
    """Raises LedgerError where it cannot even be opened."""
    found = Copy([], {})
    with closing(FileReader(path)) as reader:
        with suppress(LedgerError):
            found.entries.extend(reader.entries())
        for entry in found.entries:
            if entry.commitments:
                with suppress(LedgerError):
                    found.contents[entry.index] = None
                    found.contents[entry.index] = reader.contents(entry.index)
    return found


def filled(path: Path, *, uncovered: int = 0) -> Path:
    """A ledger of some 290 entries with contents, a full tile, checkpoints, two keys and an erasure, closed again.

    With `uncovered` so many more lie behind its last checkpoint, as a killed writer leaves them.
    """
    ledger = FileLedger(path, mode="replay", clock=lambda: NOON)
    for number in range(70):
        ledger.append(group(number, 4))
        if number in (10, 40):
            ledger.checkpoint()
        if number == 20:
            ledger.rotate_key(reason="yearly")
    ledger.erase([(2, 0)], by="the secretariat", reason="asked for")
    ledger.checkpoint()
    if uncovered:
        ledger.append(group(99, uncovered))
        abandon(ledger)
    ledger.close()
    return path


def abandon(ledger: FileLedger) -> None:
    """Let go of it as a process that dies, but for SQLite's log, which is folded in."""
    ledger.store.close()
    with suppress(LedgerError):
        ledger.close()


class Damage:
    """A ledger file to be damaged time and again, and what came of it by (what is read, what verify says)."""

    def __init__(self, folder: Path) -> None:
        self.path = filled(folder / PATH)
        self.content = self.path.read_bytes()
        self.whole = copy_of(self.path)
        self.classes = Counter[tuple[str, str]]()

    @property
    def pages(self) -> list[bytes]:
        return [self.content[at : at + 4096] for at in range(0, len(self.content), 4096)]

    def of(self, content: bytes, *others: Copy) -> str:
        """What is wrong with how the damage was met; nothing, if it was met well.

        What is read may begin as another of these ledgers, where the damage came from that.
        """
        self.path.write_bytes(content)
        word = judged(self.path)
        try:
            found = copy_of(self.path)
        except LedgerError:
            found = Copy([], {})
        what = "same" if found == self.whole else "other" if found.entries else "nothing"
        self.classes[what, word] += 1
        if what != "same" and word == "self-consistent":
            return "what is read is not what was written, and verify does not find it"
        if not any(_begins(found, whole) for whole in (self.whole, *others)):
            return "what is read was never written"
        return ""


def _begins(found: Copy, whole: Copy) -> bool:
    """Whether all that was read is as it was. None is what is gone; verify says so."""
    return found.entries == whole.entries[: len(found.entries)] and all(
        content in (None, original)
        for index, contents in found.contents.items()
        for content, original in zip(contents or (), whole.contents[index] or (), strict=False)
    )


@pytest.fixture
def damage(memory_folder: Path) -> Damage:
    return Damage(memory_folder)


@pytest.mark.parametrize(
    ("flips", "seed"), [(150, 0), *(pytest.param(2_500, seed, marks=pytest.mark.long) for seed in range(1, 6))]
)
def test_every_flipped_bit_that_changes_something_is_found(flips: int, seed: int, damage: Damage) -> None:
    """And what is changed is never read as if it were not: an error stands in its place."""
    assert judged(damage.path) == "self-consistent"
    draw = random.Random(seed)  # noqa: S311  # a seed must always make the same flips
    for _ in range(flips):
        bit = draw.randrange(8 * len(damage.content))
        flipped = bytearray(damage.content)
        flipped[bit >> 3] ^= 1 << (bit & 7)
        assert damage.of(bytes(flipped)) == "", bit
    # Some bits say nothing: free room in pages, what SQLite keeps for itself.
    assert damage.classes["same", "self-consistent"] < flips / 2
    assert damage.classes["other", "damaged"] > flips / 2


@pytest.mark.parametrize("cuts", [40, pytest.param(1_000, marks=pytest.mark.long)])
def test_a_file_cut_short_anywhere_is_found(cuts: int, damage: Damage) -> None:
    draw = random.Random(cuts)  # noqa: S311  # a seed must always make the same cuts
    pages = list(range(0, len(damage.content), 4096))
    for size in [*pages, *(draw.randrange(len(damage.content)) for _ in range(cuts))]:
        assert damage.of(damage.content[:size]) == "", size
    assert damage.classes["same", "self-consistent"] == 0


def test_a_row_that_is_there_but_cannot_be_found_is_damage(damage: Damage) -> None:
    """A changed key inside SQLite's own tree leads a search astray, where a walk over all rows still finds each."""
    tried = 0
    for place, page in enumerate(damage.pages):
        if page[0] != 5:  # an inner page of a table
            continue
        for cell in range(int.from_bytes(page[3:5])):
            at = int.from_bytes(page[12 + 2 * cell :][:2]) + 4  # the key is behind the number of a page
            while page[at] & 0x80:
                at += 1
            for bit in range(7):
                changed = bytearray(damage.content)
                changed[place * 4096 + at] ^= 1 << bit
                assert damage.of(bytes(changed)) == "", (place, cell, bit)
                tried += 1
    assert tried > 100
    assert damage.classes["other", "damaged"] > tried / 2  # others fall into gaps between the numbers


LOOSE = (
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_schema SET sql = replace(sql, 'INTEGER NOT NULL', 'ANY')",
    "UPDATE sqlite_schema SET sql = replace(sql, 'BLOB NOT NULL', 'ANY')",
    "UPDATE sqlite_schema SET sql = replace(sql, 'BLOB', 'ANY')",
    "PRAGMA writable_schema = RESET",
)
NO_TEXT = "CAST(x'ff' AS TEXT)"


@pytest.mark.parametrize(
    "value", ["NULL", "7", "1.5", "'text'", NO_TEXT, "-1", "x'00'", "1 << 62", "9223372036854775807"]
)
@pytest.mark.parametrize(
    "column",
    [
        "head SET size",
        "head SET root",
        "entry SET leaf",
        "entry SET salt",
        "entry SET frame",
        "entry SET chain",
        "content SET salt",
        "content SET body",
        "checkpoint SET note",
        "tile SET nodes",
    ],
)
def test_whatever_stands_where_bytes_should_is_damage(column: str, value: str, tmp_path: Path) -> None:
    """In words, at once, and to a writer as well: a damaged file may hold any type anywhere."""
    path = made(tmp_path / PATH, 300)
    last = {"entry": " WHERE number = 300", "content": " WHERE id = 16 * 300"}
    spoil(path, *LOOSE, f"UPDATE {column} = {value}{last.get(column.partition(' ')[0], '')}")
    assert judged(path) in ("damaged", "refused")
    with suppress(LedgerError):
        copy_of(path)
    if column != "tile SET nodes":  # which are made anew
        with pytest.raises(LedgerError):
            FileLedger(path)


def zeros(pages: list[bytes], place: int, _draw: random.Random) -> None:
    pages[place] = bytes(len(pages[place]))


def noise(pages: list[bytes], place: int, draw: random.Random) -> None:
    pages[place] = draw.randbytes(len(pages[place]))


def swapped(pages: list[bytes], place: int, draw: random.Random) -> None:
    other = draw.randrange(len(pages))
    pages[place], pages[other] = pages[other], pages[place]


def doubled(pages: list[bytes], place: int, draw: random.Random) -> None:
    pages[place] = draw.choice(pages)


def half_written(pages: list[bytes], place: int, draw: random.Random) -> None:
    at = 512 * draw.randint(1, 7)
    pages[place] = pages[place][:at] + draw.choice(pages)[at:]


@pytest.mark.parametrize("spoil", [zeros, noise, swapped, doubled, half_written])
@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=pytest.mark.long)])
def test_a_page_that_is_not_what_it_was_is_found(
    spoil: Callable[[list[bytes], int, random.Random], None], rounds: int, damage: Damage
) -> None:
    draw = random.Random(rounds)  # noqa: S311  # a seed must always make the same damage
    for place in list(range(len(damage.pages))) * rounds:
        pages = damage.pages
        spoil(pages, place, draw)
        assert damage.of(b"".join(pages)) == "", place


@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=pytest.mark.long)])
def test_pages_of_another_ledger_are_found(rounds: int, damage: Damage, tmp_path: Path) -> None:
    """Of one that holds the same acts at the same time, and so differs in keys and salts alone."""
    content, other = filled(tmp_path / PATH).read_bytes(), copy_of(tmp_path / PATH)
    others = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    draw = random.Random(rounds)  # noqa: S311  # a seed must always make the same damage
    for place in list(range(len(damage.pages))) * rounds:
        pages = damage.pages
        for at in {place, *draw.sample(range(len(pages)), draw.randint(0, 4))}:
            pages[at] = others[at % len(others)]
        assert damage.of(b"".join(pages), other) == "", place


@pytest.mark.parametrize("step", [12, pytest.param(1, marks=pytest.mark.long)])
def test_a_log_of_another_moment_put_beside_is_found_or_makes_an_older_state(step: int, memory_folder: Path) -> None:
    """SQLite takes the frames of such a log as its own. Whole, they are an older state, which only the guard or a
    checkpoint that was kept can tell from the newest; mixed with newer pages they are damage."""
    path, logs = memory_folder / PATH, []
    with closing(FileLedger(path, mode="replay", clock=lambda: NOON)) as ledger:
        for number in range(60):
            ledger.append(group(number, 4))
            logs.append(Path(f"{path}-wal").read_bytes())
            if number % 20 == 19:
                ledger.store.scrub()
    content, whole = path.read_bytes(), copy_of(path)
    words = Counter[str]()
    for log in logs[::step]:
        path.write_bytes(content)
        Path(f"{path}-wal").write_bytes(log)
        word = judged(path)
        words[word] += 1
        try:
            found = copy_of(path)
        except LedgerError:
            found = Copy([], {})
        assert found.entries == whole.entries[: len(found.entries)]
        if word == "self-consistent":
            assert found.contents == {index: whole.contents[index] for index in found.contents}
            if found != whole:
                with pytest.raises(LedgerError, match="it is an older state"):
                    FileLedger(path)
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
    assert words["damaged"] + words["refused"] > 0


@pytest.mark.parametrize(
    ("flips", "seed"), [(120, 0), *(pytest.param(1_500, seed, marks=pytest.mark.long) for seed in (1, 2))]
)
def test_a_writer_does_not_go_on_over_a_damaged_end(flips: int, seed: int, memory_folder: Path) -> None:
    """What no checkpoint covers yet is read back when it is opened: signing it would make the damage official."""
    path = filled(memory_folder / PATH, uncovered=40)
    content, whole = path.read_bytes(), copy_of(path)
    with closing(SqliteStore(path, reading=True)) as store:
        covered = verify(store).covered
    assert covered == len(whole.entries) - 40
    guard = beside(path, GUARD).read_bytes()
    draw = random.Random(seed)  # noqa: S311  # a seed must always make the same flips
    places = [at for at in range(0, len(content), 4096) if b"99/" in content[at : at + 4096]]
    refused = 0
    for _ in range(flips):
        flipped = bytearray(content)
        at = draw.choice(places) + draw.randrange(4096)
        flipped[at] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        beside(path, GUARD).write_bytes(guard)
        try:
            ledger = FileLedger(path)
        except LedgerError:
            refused += 1
            continue
        try:
            assert list(ledger.entries(covered)) == whole.entries[covered:], at
            for entry in whole.entries[covered:]:
                assert ledger.contents(entry.index) == (whole.contents.get(entry.index) or ()), at
        finally:
            abandon(ledger)
    assert refused > flips / 3
