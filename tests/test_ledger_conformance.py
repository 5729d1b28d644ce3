"""What holds for every ledger, and what a file must survive besides: kills, torn ends and tampering."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ledger import GROUP_RECORDS_MAX, RECORD_BYTES_MAX, FileLedger, Ledger, LedgerError, MemoryLedger

AWKWARD = [b"", b"\n", b"a b  c ", b"\x00" * 9, b"\xff\xfe", b"0 t x\n", "grüße".encode(), b"\r\n", "\u2028".encode()]


@pytest.fixture(params=["memory", "file"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    made: Ledger = MemoryLedger() if request.param == "memory" else FileLedger(tmp_path / "ledger")
    yield made
    made.close()


def reopened(path: Path) -> tuple[list[bytes], str]:
    """What a ledger file holds when it is opened, and what it says of a torn end."""
    ledger = FileLedger(path)
    try:
        return list(ledger.read()), ledger.set_aside
    finally:
        ledger.close()


def written(path: Path, *groups: list[bytes]) -> bytes:
    """The bytes of a ledger file with these groups."""
    ledger = FileLedger(path)
    for group in groups:
        ledger.append(group)
    ledger.close()
    return path.read_bytes()


# every ledger


def test_it_gives_back_what_it_was_given(ledger: Ledger) -> None:
    assert ledger.append(AWKWARD) == range(len(AWKWARD))
    assert ledger.append([b"more"]) == range(len(AWKWARD), len(AWKWARD) + 1)
    assert list(ledger.read()) == [*AWKWARD, b"more"]
    assert len(ledger) == len(AWKWARD) + 1


def test_reading_from_the_middle(ledger: Ledger) -> None:
    ledger.append([b"a", b"b", b"c"])
    assert [list(ledger.read(start)) for start in (1, 2, 3, 9)] == [[b"b", b"c"], [b"c"], [], []]


def test_a_reader_sees_what_was_there_when_it_began(ledger: Ledger) -> None:
    ledger.append([b"a", b"b"])
    reader = ledger.read()
    assert next(reader) == b"a"
    ledger.append([b"c"])
    assert list(reader) == [b"b"]


def test_nothing_appended_is_nothing_changed(ledger: Ledger) -> None:
    assert ledger.append([]) == range(0)
    assert list(ledger.read()) == []


def test_the_largest_record_fits(ledger: Ledger) -> None:
    largest = [b"t" * RECORD_BYTES_MAX, b"\n" * RECORD_BYTES_MAX]
    ledger.append(largest)
    assert list(ledger.read()) == largest


def test_a_record_that_is_too_large_keeps_its_whole_group_out(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"record 1 of this group has 1,000,001 bytes; .*Nothing of the group"):
        ledger.append([b"small", b"x" * (RECORD_BYTES_MAX + 1)])
    assert len(ledger) == 0
    assert ledger.append([b"small"]) == range(1)


def test_too_many_records_at_once(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="append at most 10,000"):
        ledger.append([b""] * (GROUP_RECORDS_MAX + 1))
    assert len(ledger) == 0


def test_there_is_nothing_before_the_first_record(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="there is none at -1"):
        ledger.read(-1)


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()
    ledger.close()
    uses: list[Callable[[], object]] = [lambda: ledger.append([b""]), ledger.read, lambda: len(ledger)]
    for use in uses:
        with pytest.raises(LedgerError, match="was closed"):
            use()


@given(groups=st.lists(st.lists(st.binary(max_size=40), max_size=4), max_size=6), reopen=st.sets(st.integers(0, 5)))
def test_a_file_holds_what_memory_holds(
    groups: list[list[bytes]], reopen: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger"
    memory, file = MemoryLedger(), FileLedger(path)
    for number, group in enumerate(groups):
        assert memory.append(group) == file.append(group)
        if number in reopen:
            file.close()
            file = FileLedger(path)
            assert not file.set_aside
        assert list(memory.read()) == list(file.read())
    file.close()


# a file


def test_text_stays_readable(tmp_path: Path) -> None:
    lines = written(tmp_path / "ledger", [b'{"fact":"decided"}', b"\x00"]).splitlines()
    assert lines[0] == b"tocsin ledger, format 1"
    assert lines[1].startswith(b"0 1 ")
    assert lines[1].endswith(b' t {"fact":"decided"}')
    assert lines[2].endswith(b" b AA==")


def test_wherever_writing_stops_only_the_unacknowledged_group_is_set_aside(tmp_path: Path) -> None:
    """Cut the file at every byte: the groups before the cut are whole, the rest of it lies beside."""
    groups = [[b"one"], [b"two", b"three\n"], [b"four"]]
    whole = written(tmp_path / "whole", *groups)
    ends = {len(written(tmp_path / f"first-{count}", *groups[:count])): count for count in range(4)}
    for cut in range(len(whole)):
        path = tmp_path / f"cut-{cut}"
        path.write_bytes(whole[:cut])
        kept = max([count for end, count in ends.items() if end <= cut], default=0)
        records, set_aside = reopened(path)
        assert records == [record for group in groups[:kept] for record in group]
        is_torn = cut not in ends and cut > min(ends)
        assert bool(set_aside) is is_torn
        beside = b"".join(torn.read_bytes() for torn in tmp_path.glob(f"cut-{cut}.torn-*"))
        assert path.read_bytes() + beside == whole[: max(cut, min(ends))]
        assert reopened(path) == (records, "")


def test_what_is_set_aside_is_told_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    whole = written(path, [b"one"], [b"two"])
    for name in ("ledger.torn-1", "ledger.torn-1-2"):
        path.write_bytes(whole[:-3])
        _, set_aside = reopened(path)
        assert set_aside == (
            f"{path}: writing stopped within the group of record 1, which was never acknowledged. "
            f"Its 72 bytes were moved to {tmp_path / name}; the 1 records before it are whole."
        )
        assert len((tmp_path / name).read_bytes()) == 72


def test_any_changed_byte_is_found(tmp_path: Path) -> None:
    """A changed byte makes an error that names the record, or, at the very end, is set aside as a torn group."""
    path = tmp_path / "ledger"
    whole = written(path, [b"one", b"two\n"], [b"three"])
    starts = [at for at in range(len(whole)) if whole[at - 1 : at] == b"\n"]
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        if at == len(whole) - 1:
            assert "group of record 2" in reopened(path)[1]
            continue
        with pytest.raises(LedgerError) as error:
            reopened(path)
        index = sum(start <= at for start in starts) - 1
        told = "is no Tocsin ledger" if index < 0 else f"record {index} is not what was written"
        assert told in str(error.value)


@pytest.mark.parametrize(
    ("change", "index"),
    [
        (lambda lines: [lines[0], *lines[2:]], 0),
        (lambda lines: [*lines[:2], lines[3], lines[2]], 1),
        (lambda lines: [*lines, lines[-1]], 3),
        (lambda lines: [*lines[:2], b"1 9 " + lines[2].split(b" ", 2)[2], *lines[3:]], 1),
        (lambda lines: [*lines, b"x" * 2_000_000 + b"\n"], 3),
    ],
    ids=["left out", "moved", "repeated", "group changed", "endless"],
)
def test_a_changed_line_is_named(change: Callable[[list[bytes]], list[bytes]], index: int, tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    lines = written(path, [b"one"], [b"two"], [b"three"]).splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))
    with pytest.raises(LedgerError, match=f"record {index} is not what was written.* The {index} records before it"):
        FileLedger(path)


def test_a_change_under_an_open_ledger_is_found_on_reading(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    ledger = FileLedger(path)
    ledger.append([b"one", b"two"])
    path.write_bytes(path.read_bytes().replace(b"two", b"TWO"))
    reader = ledger.read()
    assert next(reader) == b"one"
    with pytest.raises(LedgerError, match="record 1 is not what was written: its hash does not fit"):
        next(reader)
    ledger.close()


def test_what_is_no_ledger_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes", encoding="utf-8")
    with pytest.raises(LedgerError, match="is no Tocsin ledger of format 1; it is left as it is"):
        FileLedger(path)
    assert path.read_text(encoding="utf-8") == "my notes"


def test_one_opens_it_at_a_time(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "ledger")
    with pytest.raises(LedgerError, match="is already open"):
        FileLedger(tmp_path / "ledger")
    ledger.close()
    FileLedger(tmp_path / "ledger").close()


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be opened: no such file or directory"):
        FileLedger(tmp_path / "none" / "ledger")


WRITER = """
import itertools, sys
from tocsin.ledger import FileLedger
ledger = FileLedger(sys.argv[1])
for number in itertools.count():
    ledger.append([b"%d/%d" % (number, part) * 400 for part in range(3)])
    print(number, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 7, 30])
def test_a_killed_writer_loses_nothing_it_acknowledged(acknowledged: int, tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(acknowledged):
            assert writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        told = acknowledged + len(writer.stdout.read().split())
    records, _ = reopened(path)
    assert len(records) % 3 == 0
    assert len(records) >= told * 3
    assert records == [b"%d/%d" % (number, part) * 400 for number in range(len(records) // 3) for part in range(3)]


FULL_DISK = """
import resource, sys
from tocsin.ledger import FileLedger, LedgerError
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
ledger = FileLedger(sys.argv[1])
ledger.append([b"kept"])
for record in (b"x" * 5000, b"small"):
    try:
        ledger.append([record])
    except LedgerError as error:
        print(error)
print(list(ledger.read()))
"""


def test_a_full_disk_stops_the_ledger_and_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    told = subprocess.check_output([sys.executable, "-c", FULL_DISK, path], text=True).splitlines()
    assert told == [f"writing record 1 of {path} failed: file too large; open the ledger anew to go on"] * 2 + [
        "[b'kept']"
    ]
    assert reopened(path)[0] == [b"kept"]
