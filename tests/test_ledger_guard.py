"""What every guard does, and what the one in a file must survive besides: rivals, kills, damage and full disks."""

import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tocsin.ledger.checkpoint import Origin
from tocsin.ledger.guard import FileGuard, Guard, MemoryGuard, Seen
from tocsin.ledger.port import LedgerError

GENESIS = sha256(b"genesis").digest()


def seen(size: int, epoch: int = 1, root: int = 0, genesis: bytes = GENESIS) -> Seen:
    return Seen(Origin("meridian", "live", epoch).text, size, bytes([root] * 32), genesis)


FILE = (
    b"tocsin guard, format 1\n"
    b"origin tocsin/meridian/live/1\n"
    b"size 7\n"
    b"root AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    b"genesis ruutSnlvzC4V3ExgYbRe2bNz8mrfx5jKfS2MxYGCcY4=\n"
)


def summed(lines: bytes) -> bytes:
    return lines + b"sha256 " + sha256(lines).hexdigest().encode() + b"\n"


@pytest.fixture(params=["memory", "file"])
def guard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guard]:
    made: Guard = MemoryGuard() if request.param == "memory" else FileGuard(tmp_path / "guard")
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A guard file that knows `seen(7)`."""
    FileGuard(tmp_path / "guard").advance(None, seen(7))
    return tmp_path / "guard"


# every guard


def test_it_remembers_how_far_the_ledger_went(guard: Guard) -> None:
    assert guard.last() is None
    guard.advance(None, seen(1))
    guard.advance(seen(1), seen(3, root=1))
    assert guard.last() == seen(3, root=1)


def test_to_say_the_same_again_changes_nothing(guard: Guard) -> None:
    guard.advance(None, seen(3))
    guard.advance(seen(3), seen(3))
    assert guard.last() == seen(3)


def test_a_restored_copy_goes_on_in_a_new_epoch_even_if_it_is_smaller(guard: Guard) -> None:
    guard.advance(None, seen(9))
    guard.advance(seen(9), seen(4, epoch=2))
    guard.advance(seen(4, epoch=2), seen(4, epoch=3, root=1))
    assert guard.last() == seen(4, epoch=3, root=1)


def refused(guard: Guard, expected: Seen | None, new: Seen) -> str:
    """What the guard says as it refuses; it keeps what it knows."""
    before = guard.last()
    with pytest.raises(LedgerError) as error:
        guard.advance(expected, new)
    assert guard.last() == before
    return str(error.value)


@pytest.mark.parametrize("expected", [None, seen(3), seen(5, root=1), seen(5, epoch=2), seen(6)])
def test_a_copy_that_was_left_behind_cannot_go_on(guard: Guard, expected: Seen | None) -> None:
    guard.advance(None, seen(5))
    told = refused(guard, expected, seen(9))
    assert "knows tocsin/meridian/live/1 at size 5 with root AAAAAAA" in told
    assert "another copy of this ledger went on. Go on with that copy. If it is lost for good, restore this one" in told


def test_it_shows_what_it_knows_and_what_was_expected(guard: Guard) -> None:
    guard.advance(None, seen(5))
    assert "and this ledger expected tocsin/meridian/live/2 at size 4 with root AQEB" in refused(
        guard, seen(4, epoch=2, root=1), seen(6, epoch=2)
    )
    assert "and this ledger expected nothing: another copy" in refused(guard, None, seen(6))


def test_a_guard_that_was_lost_is_missed(guard: Guard) -> None:
    told = refused(guard, seen(3), seen(4))
    assert "knows nothing, and this ledger expected tocsin/meridian/live/1 at size 3" in told
    assert "what it knew is gone. Bring the guard back" in told


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (seen(4, epoch=2), "would go back: a ledger only grows"),
        (seen(9, epoch=1), "would go back: a ledger only grows"),
        (seen(5, epoch=2, root=1), "would fork it: a ledger only grows"),
    ],
    ids=["smaller", "earlier epoch", "another root"],
)
def test_it_never_goes_back(guard: Guard, new: Seen, told: str) -> None:
    guard.advance(None, seen(5, epoch=2))
    assert told in refused(guard, seen(5, epoch=2), new)


@pytest.mark.parametrize(
    "new",
    [
        seen(6, genesis=bytes(32)),
        Seen("tocsin/meridian/replay/1", 6, bytes(32), GENESIS),
        Seen("tocsin/other/live/1", 6, bytes(32), GENESIS),
    ],
    ids=["genesis", "mode", "name"],
)
def test_it_guards_one_ledger(guard: Guard, new: Seen) -> None:
    guard.advance(None, seen(5))
    for expected in (None, seen(5)):
        assert "is another ledger: give each ledger a guard of its own" in refused(guard, expected, new)


def test_it_may_be_closed_twice_and_the_next_opening_knows_the_same(guard: Guard) -> None:
    guard.advance(None, seen(5))
    guard.close()
    guard.close()
    again = FileGuard(guard.path) if isinstance(guard, FileGuard) else guard
    assert again.last() == seen(5)


@pytest.mark.parametrize(
    ("origin", "size", "root", "genesis"),
    [
        ("example.com/log", 1, bytes(32), bytes(32)),
        ("tocsin/meridian/live/1", 0, bytes(32), bytes(32)),
        ("tocsin/meridian/live/1", 2**63, bytes(32), bytes(32)),
        ("tocsin/meridian/live/1", 1, bytes(31), bytes(32)),
        ("tocsin/meridian/live/1", 1, bytes(32), b""),
    ],
)
def test_nothing_is_remembered_that_no_ledger_can_be(origin: str, size: int, root: bytes, genesis: bytes) -> None:
    with pytest.raises(LedgerError):
        Seen(origin, size, root, genesis)


small = st.builds(seen, st.integers(1, 3), st.integers(1, 2), st.integers(0, 1), st.sampled_from([GENESIS, bytes(32)]))
steps = st.lists(st.tuples(st.integers(0, 1), st.booleans(), small), max_size=12)


def grows(was: Seen, now: Seen) -> bool:
    """Whether one ledger may stand so after it stood so."""
    epoch, next_epoch = Origin.parse(was.origin).epoch, Origin.parse(now.origin).epoch
    if was.genesis != now.genesis or next_epoch < epoch:
        return False
    return next_epoch > epoch or now.size > was.size or now == was


@pytest.mark.parametrize("in_file", [False, True], ids=["memory", "file"])
@given(steps=steps)
def test_of_two_handles_only_one_that_knows_the_newest_goes_on(
    *, in_file: bool, steps: list[tuple[int, bool, Seen]]
) -> None:
    """Each handle looks from time to time and advances from what it last saw. One variable is the model."""
    with ExitStack() as stack:
        shared = MemoryGuard()
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "guard"
        handles: list[Guard] = [FileGuard(path), FileGuard(path)] if in_file else [shared, shared]
        truth: Seen | None = None
        believed: list[Seen | None] = [None, None]
        for who, looks, new in steps:
            if looks:
                believed[who] = handles[who].last()
            if believed[who] == truth and (truth is None or grows(truth, new)):
                handles[who].advance(believed[who], new)
                truth = believed[who] = new
            else:
                refused(handles[who], believed[who], new)
            assert handles[0].last() == handles[1].last() == truth


# the guard in a file


def test_the_file_is_as_documented_and_for_its_owner_alone(path: Path) -> None:
    assert path.read_bytes() == summed(FILE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == ["guard", "guard.lock"]


def test_a_guard_reached_through_a_link_is_the_same_guard(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(path)
    FileGuard(link).advance(seen(7), seen(8))
    assert link.is_symlink()
    assert FileGuard(path).last() == seen(8)


def test_what_a_killed_process_left_is_no_hindrance(path: Path) -> None:
    left = path.with_name("guard.new")
    left.write_bytes(b"half a fi")
    left.chmod(0o644)
    assert FileGuard(path).last() == seen(7)
    FileGuard(path).advance(seen(7), seen(8))
    assert FileGuard(path).last() == seen(8)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_any_flipped_bit_is_found(path: Path) -> None:
    whole = path.read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
            with pytest.raises(LedgerError, match=str(path)):
                FileGuard(path).last()


def test_any_missing_end_is_found(path: Path) -> None:
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(LedgerError, match=r"is damaged: it.*; if it holds the newest, move this file away"):
            FileGuard(path).last()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the guard {path} is damaged: it is empty. Bring back an unharmed copy"),
        (FILE, "the guard {path} is damaged: its end is missing"),
        (FILE + b"sha256 " + b"0" * 64 + b"\n", "is damaged: its lines do not fit the sha256 at its end"),
        (summed(FILE) + b"\n", "is damaged: its end is missing"),
        (summed(FILE.replace(b"size 7", b"size 07")), "is damaged: its lines are not those of format 1"),
        (summed(FILE.replace(b"live", b"drill")), "is damaged: its lines are not those of format 1"),
        (summed(FILE.replace(b"size", b"Size")), "is damaged: its lines are not those of format 1"),
        (summed(FILE.replace(b"AA=\n", b"AB=\n")), "is damaged: its lines are not those of format 1"),
        (summed(FILE.replace(b"meridian", b"\xff")), "is damaged: its lines are not those of format 1"),
        (
            summed(FILE.replace(b"format 1", b"format 2\nnew: line")),
            "{path} is a guard of format '2', and this Tocsin reads format 1: use a later Tocsin",
        ),
        (b"my notes\n", "{path} is no guard of a Tocsin ledger; it is left as it is. Name another file"),
        (b"x" * 99_999, "{path} is no guard of a Tocsin ledger"),
        (b"\n", "{path} is no guard of a Tocsin ledger"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_told_and_left_as_it_is(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "guard"
    path.write_bytes(content)
    for use in (FileGuard(path).last, lambda: FileGuard(path).advance(None, seen(1))):
        with pytest.raises(LedgerError) as error:
            use()
        assert told.format(path=path) in str(error.value)
    assert path.read_bytes() == content


near = st.builds(lambda at, new: FILE[:at] + new + FILE[at + 3 :], st.integers(0, 160), st.binary())


@given(content=st.binary() | near, is_summed=st.booleans())
@example(content=FILE, is_summed=True)
def test_any_bytes_are_a_guard_in_just_one_spelling_or_refused(content: bytes, *, is_summed: bool) -> None:
    content = summed(content) if is_summed else content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "guard"
        path.write_bytes(content)
        try:
            found = FileGuard(path).last()
        except LedgerError:
            return
        fresh = FileGuard(path.with_name("fresh"))
        assert found
        fresh.advance(None, found)
        assert fresh.path.read_bytes() == content


def test_a_folder_that_is_not_there_is_not_taken_for_a_new_guard(tmp_path: Path) -> None:
    guard = FileGuard(tmp_path / "unmounted" / "guard")
    with pytest.raises(LedgerError, match="unmounted, the folder of the guard, is not there; mount or make it first"):
        guard.last()
    with pytest.raises(LedgerError, match="cannot be written: no such file or directory; mend that and open"):
        guard.advance(None, seen(1))


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be read: is a directory; mend that and open the ledger anew"):
        FileGuard(tmp_path).last()


def run(script: str, *args: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


FULL_DISK = """
import resource, sys
from tocsin.ledger.guard import FileGuard, LedgerError, Seen
guard = FileGuard(sys.argv[1])
held = guard.last()
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (99, limits[1]))
try:
    guard.advance(held, Seen(held.origin, held.size + 1, held.root, held.genesis))
except LedgerError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, limits)
"""


def test_a_full_disk_leaves_what_it_knew(path: Path) -> None:
    with run(FULL_DISK, path) as process:
        told, _ = process.communicate()
    assert told == f"the guard {path} cannot be written: file too large; mend that and open the ledger anew\n"
    assert FileGuard(path).last() == seen(7)
    FileGuard(path).advance(seen(7), seen(8))


def test_the_new_content_is_on_the_disk_before_its_name_and_its_name_before_it_returns(path: Path) -> None:
    """In this order a power cut leaves the old or the new."""
    called: list[str] = []

    def hears(_frame: FrameType, event: str, function: object) -> None:
        if event == "c_call":
            called.append(getattr(function, "__name__", ""))

    sys.setprofile(hears)
    try:
        FileGuard(path).advance(seen(7), seen(8))
    finally:
        sys.setprofile(None)
    steps = [name for name in called if name in ("flock", "read", "write", "flush", "fsync", "rename", "replace")]
    assert steps[steps.index("flock") :] == ["flock", "read", "write", "flush", "fsync", "replace", "fsync"]


KILLED = """
import itertools, os, signal, sys
from tocsin.ledger.guard import FileGuard, Seen
guard = FileGuard(sys.argv[1])
held = guard.last()
for step in itertools.count():
    child = os.fork()
    if child == 0:
        steps = itertools.count()
        def dies(*_):
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)
        sys.setprofile(dies)
        guard.advance(held, Seen(held.origin, held.size + 1, held.root, held.genesis))
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    now = guard.last()
    print(os.waitstatus_to_exitcode(status), now.size)
    if now != held:
        assert now.size == held.size + 1
        if status == 0:
            break
        held = now
"""


def test_killed_at_any_step_it_knows_the_old_or_the_new(path: Path) -> None:
    """The advance is killed at its first call, at its second and so on, until it comes to its end."""
    with run(KILLED, path) as process:
        told, _ = process.communicate()
    *killed, (done, size) = [[int(word) for word in line.split()] for line in told.splitlines()]
    assert process.returncode == done == 0
    assert len(killed) > 40
    assert all(status == -9 for status, _ in killed)
    assert any(size > 7 for _, size in killed)
    assert FileGuard(path).last() == seen(size)


RACER = """
import sys
from tocsin.ledger.guard import FileGuard, LedgerError, Seen
guard, me, rounds = FileGuard(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
held = guard.last()
print("ready", flush=True)
sys.stdin.readline()
for _ in range(rounds):
    new = Seen(held.origin, held.size + 1, bytes([me] * 32), held.genesis)
    try:
        guard.advance(held, new)
        print(new.size, flush=True)
    except LedgerError as error:
        assert "another copy of this ledger went on" in str(error)
    held = guard.last()
"""


@pytest.mark.parametrize("rounds", [1, 40])
def test_of_many_racing_processes_exactly_one_wins_each_size(rounds: int, path: Path) -> None:
    racers = [run(RACER, path, number, rounds) for number in range(8)]
    with ExitStack() as stack:
        for racer in racers:
            stack.enter_context(racer)
            assert racer.stdout
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin
            racer.stdin.write("\n")
            racer.stdin.flush()
        won = {number: racer.communicate()[0].split() for number, racer in enumerate(racers)}
    assert [racer.returncode for racer in racers] == [0] * len(racers)
    sizes = sorted(int(size) for sizes in won.values() for size in sizes)
    assert sizes == list(range(8, 8 + len(sizes)))
    assert len(sizes) == 1 if rounds == 1 else len(sizes) >= rounds
    last = FileGuard(path).last()
    assert last
    assert str(last.size) in won[last.root[0]]
