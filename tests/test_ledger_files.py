"""A ledger in a file: who may open it, what a damaged one says, how it goes on after a crash, a copy or a restore."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import apsw
import pytest

from tests.test_ledger_conformance import NOON, plain
from tocsin.ledger import (
    Damaged,
    FileGuard,
    FileLedger,
    FileReader,
    LedgerError,
    SqliteStore,
    Verdict,
    backup,
    beside,
    restore,
    verify,
)
from tocsin.ledger import sqlite as store_module
from tocsin.ledger.beside import GUARD, KEY, NEXT_KEY, read_signer, write_signer
from tocsin.ledger.note import Signer


def made(path: Path, count: int = 5) -> Path:
    """A closed ledger whose records are the digits from 0 on, each with a content."""
    ledger = FileLedger(path, mode="replay", clock=lambda: NOON)
    ledger.append([(b"%d" % number, (b"content of %d" % number,)) for number in range(count)])
    ledger.close()
    return path


def judged(path: Path) -> Verdict:
    store = SqliteStore(path, reading=True)
    try:
        return verify(store)
    finally:
        store.close()


def spoil(path: Path, *changes: str) -> None:
    """Change the file by hand, past the triggers that guard it."""
    db = apsw.Connection(str(path))
    for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    for change in changes:
        db.execute(change)
    db.close()


# opening


def test_a_ledger_is_one_file_and_a_folder_beside_it(tmp_path: Path) -> None:
    made(tmp_path / "run.tocsin")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.tocsin", "run.tocsin.d"]
    assert sorted(path.name for path in beside(tmp_path / "run.tocsin").iterdir()) == [
        "guard",
        "guard.lock",
        "key",
        "lock",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_the_secret_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = beside(made(tmp_path / "run.tocsin"))
    assert (folder.stat().st_mode & 0o777, (folder / KEY).stat().st_mode & 0o777) == (0o700, 0o600)


def test_one_writes_it_at_a_time(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path)
    with pytest.raises(LedgerError, match=rf"is being written by process {os.getpid()}; .* one writer at a time"):
        FileLedger(path)
    ledger.close()
    FileLedger(path).close()


SECOND = """
import sys
from tocsin.ledger import FileLedger, LedgerError
try:
    FileLedger(sys.argv[1])
except LedgerError as error:
    print(error)
"""


def test_a_second_process_is_told_who_writes(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path)
    told = subprocess.check_output([sys.executable, "-c", SECOND, path], text=True)
    ledger.close()
    assert told == (
        f"{path} is being written by process {os.getpid()}; a ledger has one writer at a time. "
        "Close it there, or only read it\n"
    )


def test_readers_follow_a_writer(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger, readers = FileLedger(path), [FileReader(path), FileReader(path)]
    for number in range(600):
        ledger.append(plain(b"later %d" % number))
        assert [len(reader) for reader in readers] == [len(ledger)] * 2
    ledger.checkpoint()
    for reader in readers:
        assert list(reader.read()) == list(ledger.read())
        assert reader.root == ledger.root
        assert reader.prove(300).text == ledger.prove(300).text
        reader.close()
    ledger.close()


def test_a_reader_that_pauses_keeps_no_writer_out(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin", 300)
    reader = FileReader(path)
    entries = reader.entries()
    assert next(entries).index == 0
    ledger = FileLedger(path)
    ledger.append(plain(b"later"))
    ledger.close()
    assert len(list(entries)) == 300
    reader.close()


def test_no_proof_is_made_of_a_changed_record(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    spoil(path, "UPDATE entry SET frame = CAST('contents' || char(10) || 'forged' AS BLOB) WHERE number = 2")
    reader = FileReader(path)
    with pytest.raises(Damaged, match="entry 2 is not what was written: its record does not fit its leaf"):
        reader.prove(2)
    assert reader.prove(1).index == 1
    reader.close()


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    shutil.rmtree(beside(path))
    before = path.read_bytes()
    reader = FileReader(path)
    assert list(reader.read()) == [b"0", b"1", b"2", b"3", b"4"]
    reader.close()
    assert [found.name for found in tmp_path.iterdir()] == ["run.tocsin"]
    assert path.read_bytes() == before


def test_a_ledger_of_another_mode_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    with pytest.raises(LedgerError, match="is a REPLAY ledger; nothing of a LIVE can be written to it"):
        FileLedger(path, mode="live")
    assert judged(path).word == "self-consistent"


def test_there_is_no_such_ledger(tmp_path: Path) -> None:
    for open_it in (FileLedger, FileReader):
        with pytest.raises(LedgerError, match="there is no ledger"):
            open_it(tmp_path / "none.tocsin")
    with pytest.raises(LedgerError, match="cannot be made: there is no folder"):
        FileLedger(tmp_path / "none" / "run.tocsin", mode="replay")
    assert list(tmp_path.iterdir()) == []


def _letter(path: Path) -> None:
    path.write_text("Dear all,\n" * 400, encoding="utf-8")


def _other_database(path: Path) -> None:
    db = apsw.Connection(str(path))
    db.execute("CREATE TABLE letter (text)")
    db.close()


def _later_format(path: Path) -> None:
    made(path)
    spoil(path, "PRAGMA user_version = 9")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_letter, "is no Tocsin ledger; it is left as it is"),
        (_other_database, "is a database of something else, no Tocsin ledger; it is left as it is"),
        (_later_format, "has ledger format 9; this release reads 1 to 1. Use a later release"),
    ],
)
def test_what_is_no_ledger_of_ours_is_left_alone(make: Callable[[Path], None], says: str, tmp_path: Path) -> None:
    path = tmp_path / "run.tocsin"
    make(path)
    before = path.read_bytes()
    for open_it in (lambda: FileLedger(path, mode="replay"), lambda: FileReader(path)):
        with pytest.raises(LedgerError, match=says):
            open_it()
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_ledger_and_holds_none_before(tmp_path: Path) -> None:
    path = tmp_path / "run.tocsin"
    path.touch()
    with pytest.raises(LedgerError, match="is empty: it holds no ledger"):
        FileReader(path)
    made(path)
    assert judged(path).records == 5


def test_an_older_format_is_brought_up_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries keep their bytes; only the tables around them change."""
    path = made(tmp_path / "run.tocsin")
    monkeypatch.setattr(store_module, "FORMAT", 2)
    monkeypatch.setitem(store_module.UPGRADES, 1, lambda db: db.execute("CREATE TABLE later (one) STRICT").fetchall())
    monkeypatch.setitem(store_module.UPGRADES, 1, lambda db: db.execute("CREATE INDEX later ON content (body)").get)
    ledger = FileLedger(path)
    ledger.append(plain(b"new"))
    ledger.close()
    assert judged(path).records == 6
    monkeypatch.setattr(store_module, "FORMAT", 1)
    with pytest.raises(LedgerError, match="has ledger format 2; this release reads 1 to 1"):
        FileReader(path)


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "SQLITE_LEAST", 9_999_999)
    with pytest.raises(LedgerError, match=r"can lose what it wrote; 3\.51\.3 or later is needed"):
        SqliteStore(tmp_path / "run.tocsin")


# keys and the guard


def test_a_lost_key_stops_the_writer_and_tells_the_way_on(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    beside(path, KEY).unlink()
    with pytest.raises(LedgerError, match=r"the secret key .* is not there; .* begin a new epoch"):
        FileLedger(path)
    beside(path, KEY).write_text("no key\n", encoding="ascii")
    with pytest.raises(LedgerError):
        FileLedger(path)
    beside(path, KEY).unlink()
    write_signer(beside(path, KEY), Signer.new("tocsin/other"))
    with pytest.raises(LedgerError, match=r"is that of 'tocsin/other\+"):
        FileLedger(path)


def test_a_key_file_is_never_written_over(tmp_path: Path) -> None:
    write_signer(tmp_path / KEY, Signer.new("one"))
    with pytest.raises(LedgerError, match="a key is never written over"):
        write_signer(tmp_path / KEY, Signer.new("two"))


@pytest.mark.parametrize("is_interrupted", [False, True])
def test_a_rotated_key_is_found_again(is_interrupted: bool, tmp_path: Path) -> None:
    """Also where the process died between the note and the renaming of the key."""
    path = made(tmp_path / "run.tocsin")
    former = beside(path, KEY).read_bytes()
    ledger = FileLedger(path)
    key = ledger.rotate_key(reason="yearly")
    ledger.append(plain(b"after"))
    ledger.close()
    if is_interrupted:
        beside(path, KEY).rename(beside(path, NEXT_KEY))
        beside(path, KEY).write_bytes(former)
    ledger = FileLedger(path)
    assert ledger.signing_key == key
    ledger.close()
    assert not beside(path, NEXT_KEY).exists()
    assert judged(path).word == "self-consistent"


def test_an_older_copy_put_back_is_noticed(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    shutil.copy(path, tmp_path / "copy")
    ledger = FileLedger(path)
    ledger.append(plain(b"published later"))
    ledger.close()
    shutil.copy(tmp_path / "copy", path)
    with pytest.raises(LedgerError, match="this copy has 6 entries, and 7 were published: it is an older state"):
        FileLedger(path)
    assert list(FileReader(path).read()) == [b"0", b"1", b"2", b"3", b"4"]


def test_another_continuation_is_noticed(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    shutil.copytree(beside(path), beside(tmp_path / "fork.tocsin"))
    shutil.copy(path, tmp_path / "fork.tocsin")
    for name, count in (("run.tocsin", 1), ("fork.tocsin", 2)):
        ledger = FileLedger(tmp_path / name)
        ledger.append(plain(*[b"after"] * count))
        ledger.close()
    shutil.copy(tmp_path / "fork.tocsin", path)
    with pytest.raises(LedgerError, match=r"this copy and what was published part before entry 7 of"):
        FileLedger(path)


def test_a_guard_that_advanced_elsewhere_stops_the_next_checkpoint(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    shutil.copy(path, tmp_path / "fork.tocsin")
    shutil.copytree(beside(path), beside(tmp_path / "fork.tocsin"))
    one = FileLedger(path)
    other = FileLedger(tmp_path / "fork.tocsin", guard=FileGuard(beside(path, GUARD)))
    one.append(plain(b"one"))
    one.checkpoint()
    other.append(plain(b"other"))
    with pytest.raises(LedgerError, match="another copy of this ledger went on"):
        other.checkpoint()
    assert [size for size, _ in other.store.checkpoints()] == [6]
    with pytest.raises(LedgerError, match="the guard did not take a checkpoint"):
        other.append(plain(b"on"))
    one.close()
    other.close()


def test_a_lost_guard_or_a_foreign_one_stops_the_writer(tmp_path: Path) -> None:
    path, other = made(tmp_path / "run.tocsin"), made(tmp_path / "other.tocsin")
    beside(path, GUARD).unlink()
    with pytest.raises(LedgerError, match="the guard beside this ledger knows nothing of it, though 6 entries"):
        FileLedger(path)
    shutil.copy(beside(other, GUARD), beside(path, GUARD))
    with pytest.raises(LedgerError, match="the guard beside this ledger is that of another one"):
        FileLedger(path)


def test_a_lost_file_is_not_begun_anew_in_silence(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    path.unlink()
    with pytest.raises(LedgerError, match="is gone, though its guard remembers it"):
        FileLedger(path, mode="replay")


# what was not closed


def test_it_goes_on_where_a_killed_writer_stopped(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path)
    ledger.append(plain(*[b"unsigned %d" % number for number in range(400)]))
    for ending in ("", "-wal", "-shm"):
        shutil.copy(f"{path}{ending}", f"{tmp_path / 'killed.tocsin'}{ending}")
    shutil.copytree(beside(path), beside(tmp_path / "killed.tocsin"))
    again = FileLedger(tmp_path / "killed.tocsin")
    assert len(again) == 406
    assert again.root == ledger.root
    again.append(plain(b"on"))
    again.close()
    ledger.close()
    assert judged(tmp_path / "killed.tocsin").covered == 407


def test_a_failed_commit_stops_the_ledger_and_discards_what_it_had_in_mind(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path)
    root = ledger.root
    db = apsw.Connection(str(path))
    db.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="is in use by another process"):
        ledger.append(plain(*[b"x"] * 300))
    db.execute("ROLLBACK")
    db.close()
    assert (len(ledger), ledger.root) == (6, root)
    with pytest.raises(LedgerError, match=r"writing entry 6 failed: .*; open the ledger anew to go on"):
        ledger.append(plain(b"x"))
    ledger.close()
    ledger = FileLedger(path)
    assert ledger.append(plain(b"x")) == range(6, 7)
    ledger.close()


# damage


@pytest.mark.parametrize(
    ("change", "index", "says"),
    [
        (
            "UPDATE entry SET frame = CAST('contents' || char(10) || 'forged' AS BLOB) WHERE number = 2",
            2,
            "fit its leaf",
        ),
        (
            "UPDATE entry SET leaf = CAST(replace(leaf, 'record 1', 'record 2') AS BLOB) WHERE number = 3",
            3,
            "follow from",
        ),
        ("UPDATE entry SET salt = zeroblob(32) WHERE number = 1", 1, "its record does not fit its leaf"),
        ("UPDATE entry SET salt = zeroblob(0) WHERE number = 4", 4, "its record does not fit its leaf"),
        ("UPDATE entry SET chain = zeroblob(32) WHERE number = 5", 5, "does not follow from the entries before it"),
        ("DELETE FROM entry WHERE number = 3", 3, "it is missing"),
        ("DELETE FROM entry WHERE number = 5", 5, "it is missing"),
    ],
)
def test_a_change_by_hand_is_found_and_what_lies_before_stays_readable(
    change: str, index: int, says: str, tmp_path: Path
) -> None:
    path = made(tmp_path / "run.tocsin")
    spoil(path, change)
    verdict = judged(path)
    assert (verdict.word, verdict.sound, verdict.size) == ("damaged", index, 6)
    assert verdict.faults[0].startswith(f"entry {index} is not what was written: ")
    assert says in verdict.faults[0]
    assert verdict.faults[0].endswith(f"The {index} entries before it are sound")
    reader = FileReader(path)
    assert [entry.index for entry in reader.entries(0, index)] == list(range(index))
    reader.close()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "UPDATE content SET body = CAST('forged' AS BLOB) WHERE id = 32",
            "its content 0 is not the one it commits to",
        ),
        ("UPDATE content SET body = NULL WHERE id = 32", "its content 0 is half erased"),
        ("DELETE FROM content WHERE id = 32", "0 contents lie beside it; it has 1"),
    ],
)
def test_a_content_changed_by_hand_is_found(change: str, says: str, tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    spoil(path, change)
    verdict = judged(path)
    assert (verdict.word, verdict.sound) == ("damaged", 6)
    assert verdict.faults == (f"entry 2 itself is sound, but {says}",)


def test_swapped_entries_are_found_at_the_first(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    swap = "UPDATE entry SET number = {} WHERE number = {}"
    spoil(path, swap.format(99, 2), swap.format(2, 4), swap.format(4, 99))
    verdict = judged(path)
    assert (verdict.word, verdict.sound) == ("damaged", 2)


def test_a_whole_ending_that_is_gone_is_found(tmp_path: Path) -> None:
    """The last entries and all that counts them, but not what was signed."""
    path = made(tmp_path / "run.tocsin")
    whole = FileReader(path)
    shorter = FileReader(made(tmp_path / "shorter.tocsin", 3))
    whole.close()
    spoil(path, "DELETE FROM entry WHERE number > 3", "DELETE FROM content WHERE id > 63", "UPDATE head SET size = 4")
    shorter.close()
    verdict = judged(path)
    assert verdict.word == "damaged"
    assert "the entries fit together, but are not those that were counted when they were written" in verdict.faults
    assert "a stored checkpoint covers 6 entries, and 4 are there and sound" in verdict.faults
    with pytest.raises(LedgerError):
        FileLedger(path)


def test_a_file_cut_short_keeps_what_lies_before(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin", 3000)
    content = path.read_bytes()
    for share in (0.3, 0.6, 0.95):
        path.write_bytes(content[: int(len(content) * share)])
        verdict = judged(path)
        assert verdict.word == "damaged"
        reader = FileReader(path)
        read: list[bytes] = []
        with suppress(Damaged):
            read.extend(entry.body for entry in reader.entries())
        reader.close()
        assert read[1:] == [b"%d" % number for number in range(len(read) - 1)]
        assert len(read) >= verdict.sound > 100


def test_damaged_tiles_are_told_apart_and_made_anew(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin", 600)
    spoil(path, "UPDATE tile SET nodes = zeroblob(16352) WHERE id = 1")
    (fault,) = judged(path).faults
    assert fault.startswith("tile 1 of level 0, which repeats what the entries say, is damaged or missing")
    ledger = FileLedger(path)
    ledger.close()
    assert judged(path).word == "self-consistent"


@pytest.mark.parametrize("inner", [b"", b"\x00" * 16352])
def test_no_wrong_proof_is_handed_out(inner: bytes, tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin", 600)
    if inner:
        spoil(path, "UPDATE tile SET nodes = CAST(zeroblob(16320) || substr(nodes, -32) AS BLOB) WHERE id = 0")
    reader = FileReader(path)
    if inner:
        with pytest.raises(LedgerError, match=r"entry 7 is sound, but the tree's tiles do not lead from it"):
            reader.prove(7)
    else:
        assert reader.prove(7).index == 7
    reader.close()


def test_contents_gone_without_a_word_are_found(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    spoil(path, "UPDATE content SET body = NULL, salt = NULL WHERE id = 32")
    assert judged(path).faults == ("1 contents are gone that no note of the ledger says were erased",)


def test_what_was_erased_is_in_no_file_any_more(tmp_path: Path) -> None:
    path = tmp_path / "run.tocsin"
    ledger = FileLedger(path, mode="live")
    secret = b"the substance of a warning " * 300
    ledger.append([(b"act", (secret, b"short secret"))])
    ledger.erase([(1, 0), (1, 1)], by="the secretariat", reason="asked for")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"substance" not in file.read_bytes()
            assert b"short secret" not in file.read_bytes()
    ledger.close()
    assert judged(path).erased == 2


# backup and restore


def test_a_backup_is_a_whole_ledger_to_read(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path)
    ledger.append(plain(b"while it is written"))
    assert backup(path, tmp_path / "out.tocsin").size == 7
    ledger.close()
    assert list(FileReader(tmp_path / "out.tocsin").read())[-1] == b"while it is written"
    with pytest.raises(LedgerError, match="is there already; a backup never writes over a file"):
        backup(path, tmp_path / "out.tocsin")
    with pytest.raises(LedgerError, match=r"the secret key .* is not there"):
        FileLedger(tmp_path / "out.tocsin")


def test_no_backup_is_made_of_a_damaged_ledger(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    spoil(path, "UPDATE entry SET salt = zeroblob(32) WHERE number = 1")
    with pytest.raises(LedgerError, match="is damaged, so no backup was made: entry 1 is not what was written"):
        backup(path, tmp_path / "out.tocsin")
    assert not list(tmp_path.glob("out*"))


def test_a_restored_ledger_goes_on_in_a_new_epoch(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    backup(path, tmp_path / "out.tocsin")
    ledger = FileLedger(path)
    ledger.append(plain(b"not in the backup"))
    held, key = ledger.checkpoint(), ledger.signing_key
    ledger.close()
    done = restore(tmp_path / "out.tocsin", path, reason="the disk failed", replace=True)
    assert (done.origin, done.size, done.is_vouched, done.missing) == ("tocsin/run/replay/2", 7, True, 1)
    assert list(FileReader(done.kept).read())[-1] == b"not in the backup"
    ledger = FileLedger(path)
    epoch = ledger.entry(6).body.decode()
    assert epoch.startswith("tocsin-ledger/1 epoch\norigin tocsin/run/replay/2\nindex 6\nafter tocsin/run/replay/1 6 ")
    ledger.append(plain(b"on"))
    ledger.close()
    store = SqliteStore(path, reading=True)
    assert verify(store, key=key).word == "signed"
    verdict = verify(store, key=key, checkpoint=held)
    store.close()
    assert verdict.word == "refuted"
    assert verdict.faults == (
        "the checkpoint is of 'tocsin/run/replay/1'; the first 7 entries here are of 'tocsin/run/replay/2'",
    )


def test_each_restore_is_an_epoch_of_its_own(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    backup(path, tmp_path / "out.tocsin")
    origins = [restore(tmp_path / "out.tocsin", path, reason="a drill", replace=True).origin for _ in range(3)]
    assert origins == [f"tocsin/run/replay/{epoch}" for epoch in (2, 3, 4)]
    assert judged(path).word == "self-consistent"


def test_a_restore_elsewhere_is_not_vouched_for_by_the_old_key(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    signer = read_signer(beside(path, KEY))
    assert signer is not None
    backup(path, tmp_path / "out.tocsin")
    shutil.rmtree(beside(path))
    path.unlink()
    done = restore(tmp_path / "out.tocsin", path, reason="the machine burnt")
    assert (done.is_vouched, done.kept, done.missing) == (False, "", 0)
    store = SqliteStore(path, reading=True)
    verdict = verify(store, key=signer.key)
    store.close()
    assert (verdict.word, verdict.signed) == ("signed", 6)


def test_a_restore_that_cannot_be_changes_nothing(tmp_path: Path) -> None:
    path, other = made(tmp_path / "run.tocsin"), made(tmp_path / "other.tocsin")
    backup(path, tmp_path / "out.tocsin")
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="is there already; say --replace"):
        restore(tmp_path / "out.tocsin", path, reason="a mistake")
    with pytest.raises(LedgerError, match="is that of another ledger, so nothing was restored"):
        restore(tmp_path / "out.tocsin", other, reason="a mistake", replace=True)
    spoil(tmp_path / "out.tocsin", "DELETE FROM entry WHERE number = 3")
    with pytest.raises(LedgerError, match="is damaged, so nothing was restored: entry 3"):
        restore(tmp_path / "out.tocsin", path, reason="a mistake", replace=True)
    assert path.read_bytes() == before
    assert sorted(found.name for found in tmp_path.iterdir()) == [
        "other.tocsin",
        "other.tocsin.d",
        "out.tocsin",
        "run.tocsin",
        "run.tocsin.d",
    ]
    FileLedger(path).close()
    FileLedger(other).close()
