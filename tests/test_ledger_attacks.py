"""What somebody tries who can write files beside us, or makes a mistake at the worst moment, and what comes of it."""

import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import apsw
import pytest

from tests.streamed_root import RootOnly
from tests.test_ledger_conformance import NOON, plain
from tests.test_ledger_files import judged, made, spoil
from tocsin.ledger import (
    Checkpoint,
    FileGuard,
    FileLedger,
    FileReader,
    LedgerError,
    Signer,
    SqliteStore,
    Unsound,
    backup,
    beside,
    mend,
    restore,
    verify,
)
from tocsin.ledger.beside import GUARD, KEY, NEXT_KEY, read_signer
from tocsin.ledger.entry import NO_CHAIN, chained
from tocsin.ledger.ledger import add_note
from tocsin.ledger.port import Record
from tocsin.ledger.reader import keys_of
from tocsin.ledger.statements import Epoch
from tocsin.ledger.tree import leaf_hash


def forged(path: Path, index: int) -> None:
    """Change a record and everything in the file that would tell, without any key."""
    db = apsw.Connection(str(path))
    spoil(path, "DELETE FROM checkpoint")
    leaf, salt, frame = db.execute("SELECT leaf, salt, frame FROM entry WHERE number = ?", (index,)).fetchall()[0]
    assert isinstance(leaf, bytes)
    assert isinstance(salt, bytes)
    assert isinstance(frame, bytes)
    head, _, _ = frame.partition(b"\n")
    frame = head + b"\nFORGED"
    time = leaf.split(b" ")[1]
    leaf = b"record %b %b\n" % (time, sha256(salt + frame).hexdigest().encode())
    db.execute("UPDATE entry SET leaf = ?, frame = ? WHERE number = ?", (leaf, frame, index))
    chain, tree = NO_CHAIN, RootOnly()
    for number, found in db.execute("SELECT number, leaf FROM entry ORDER BY number").fetchall():
        assert isinstance(found, bytes)
        chain = chained(chain, found)
        tree.append(leaf_hash(found))
        db.execute("UPDATE entry SET chain = ? WHERE number = ?", (chain, number))
    db.execute("UPDATE head SET root = ?", (tree.root(),))
    db.close()


# a backup that was tampered with


def test_a_forged_backup_is_not_restored_over_what_was_published(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    backup(path, tmp_path / "copy")
    forged(tmp_path / "copy", 3)
    assert judged(tmp_path / "copy").word == "self-consistent"
    before = path.read_bytes()
    with pytest.raises(Unsound, match="the copy parts from what was published before entry 6 of"):
        restore(tmp_path / "copy", path, reason="x", replace=True)
    assert path.read_bytes() == before


def test_the_old_key_does_not_vouch_for_entries_that_nobody_signed(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    key = read_signer(beside(path, KEY))
    assert key is not None
    backup(path, tmp_path / "copy")
    forged(tmp_path / "copy", 3)
    beside(path, GUARD).unlink()
    done = restore(tmp_path / "copy", path, reason="x", replace=True)
    assert (done.is_vouched, done.unsigned) == (False, 6)
    store = SqliteStore(path, reading=True)
    assert verify(store, key=key.key).word == "refuted"
    store.close()


def test_a_sound_backup_is_vouched_for(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    backup(path, tmp_path / "copy")
    done = restore(tmp_path / "copy", path, reason="x", replace=True)
    assert (done.is_vouched, done.unsigned) == (True, 0)


# threads


def test_threads_take_turns(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "run.tocsin", mode="replay")
    failed: list[BaseException] = []

    def work(use: Callable[[int], object]) -> None:
        try:
            for number in range(60):
                use(number)
        except BaseException as error:  # noqa: BLE001  # shown by the test
            failed.append(error)

    uses: list[Callable[[int], object]] = [
        lambda number: ledger.append(plain(b"one %d" % number)),
        lambda number: ledger.append([(b"other %d" % number, (b"content",))]),
        lambda _: ledger.checkpoint(),
        lambda _: ledger.change_keys(add=Signer.new("tocsin/standby"), reason="x"),
        lambda _: list(ledger.entries()),
    ]
    threads = [threading.Thread(target=work, args=(use,)) for use in uses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(ledger) == 1 + 3 * 60
    ledger.close()
    assert judged(tmp_path / "run.tocsin").word == "self-consistent"


# files of other moments, names and places


@pytest.mark.parametrize("name", ["run.tocsin.partial", ".run.tocsin.partial"])
def test_no_copy_takes_its_source_away(name: str, tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    shutil.copy(path, tmp_path / name)
    path.unlink()
    backup(tmp_path / name, path)
    assert (tmp_path / name).read_bytes()
    path.unlink()
    restore(tmp_path / name, path, reason="x")
    assert (tmp_path / name).read_bytes()


def test_a_log_left_beside_a_lost_file_is_no_part_of_the_restored_one(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    backup(path, tmp_path / "copy")
    ledger = FileLedger(path)
    ledger.append(plain(*[b"later %d" % number for number in range(50)]))
    for ending in ("-wal", "-shm"):
        shutil.copy(f"{path}{ending}", f"{tmp_path / 'left'}{ending}")
    ledger.close()
    path.unlink()
    for ending in ("-wal", "-shm"):
        shutil.copy(f"{tmp_path / 'left'}{ending}", f"{path}{ending}")
    restore(tmp_path / "copy", path, reason="the file was lost", replace=True)
    assert judged(path).word == "self-consistent"
    assert judged(path).size == 7


def test_a_ledger_reached_by_a_link_is_the_same_ledger(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    (tmp_path / "alias.tocsin").symlink_to(path)
    ledger = FileLedger(tmp_path / "alias.tocsin")
    with pytest.raises(LedgerError, match="is being written by process"):
        FileLedger(path)
    ledger.append(plain(b"by its other name"))
    ledger.close()
    assert not (tmp_path / "alias.tocsin.d").exists()
    assert judged(path).records == 6


def test_another_working_folder_is_no_other_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        made(tmp_path / name / "run.tocsin")
    before = beside(tmp_path / "there/run.tocsin", KEY).read_bytes()
    monkeypatch.chdir(tmp_path / "here")
    ledger = FileLedger("run.tocsin")
    monkeypatch.chdir(tmp_path / "there")
    ledger.rotate_key(reason="x")
    ledger.close()
    assert beside(tmp_path / "there/run.tocsin", KEY).read_bytes() == before
    for name in ("here", "there"):
        FileLedger(tmp_path / name / "run.tocsin").close()


def replaced(path: Path) -> None:
    shutil.copy(path, path.with_name("other"))
    path.with_name("other").replace(path)


def removed(path: Path) -> None:
    beside(path, "lock").unlink()


@pytest.mark.parametrize("harm", [replaced, removed])
def test_nothing_is_acknowledged_into_a_file_that_is_not_there_any_more(
    harm: Callable[[Path], None], tmp_path: Path
) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path)
    ledger.append(plain(b"kept"))
    harm(path)
    with pytest.raises(LedgerError, match="or its lock, was moved or replaced while it was being written"):
        ledger.append(plain(b"refused"))
    ledger.close()


def test_a_ledger_its_log_and_its_backup_are_for_their_owner_alone(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "run.tocsin", mode="replay")
    ledger.append(plain(b"a"))
    files = [tmp_path / "run.tocsin", tmp_path / "run.tocsin-wal"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    backup(tmp_path / "run.tocsin", tmp_path / "copy")
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    ledger.close()


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_an_impossible_name_is_said_to_be_none(name: str, tmp_path: Path) -> None:
    for use in (lambda: FileReader(tmp_path / name), lambda: FileLedger(tmp_path / name)):
        with pytest.raises(LedgerError):
            use()


def test_a_name_with_two_slashes_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "a ?#%41 b.tocsin")
    reader = FileReader(f"/{path}")
    assert len(reader) == 6
    reader.close()


# keys


def test_no_secret_is_ever_lost_by_restoring(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    backup(path, tmp_path / "old")
    ledger = FileLedger(path)
    key = ledger.rotate_key(reason="yearly")
    ledger.append(plain(b"after"))
    ledger.close()
    by_mistake = restore(tmp_path / "old", path, reason="the wrong backup", replace=True)
    done = restore(by_mistake.kept, path, reason="the right one", replace=True)
    assert done.is_vouched
    kept = [read_signer(file) for file in beside(path).glob("key*")]
    assert key in [signer.key for signer in kept if signer is not None]


def test_a_next_key_is_put_aside_and_not_deleted(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path)
    beside(path, NEXT_KEY).write_text(Signer.new("tocsin/standby").private, encoding="ascii")
    ledger.rotate_key(reason="x")
    ledger.close()
    assert beside(path, f"{NEXT_KEY}.before-1").exists()


def test_a_rotation_after_a_failure_touches_no_key(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path)
    ledger._fault = "writing failed"  # noqa: SLF001  # as after a commit whose outcome is not known
    beside(path, NEXT_KEY).write_text("in force", encoding="ascii")
    with pytest.raises(LedgerError, match="writing failed"):
        ledger.rotate_key(reason="x")
    assert beside(path, NEXT_KEY).read_text(encoding="ascii") == "in force"
    ledger.close()


def test_a_key_that_ended_does_not_bring_itself_back(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    stolen = read_signer(beside(path, KEY))
    assert stolen is not None
    ledger = FileLedger(path)
    ledger.rotate_key(reason="it was stolen")
    ledger.close()
    store = SqliteStore(path)
    head, keys = store.head(), keys_of(store)
    after = Checkpoint(keys.origin.text, head.size, head.root)
    add_note(store, Epoch(keys.origin.next(), head.size, after, stolen.key, "x"), [stolen], NOON)
    store.close()
    verdict = judged(path)
    assert verdict.word == "damaged"
    assert "a key is brought in that was in force before" in verdict.faults[0]


# SQL of somebody else


def test_a_view_in_place_of_a_table_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    spoil(path, "ALTER TABLE entry RENAME TO good", "CREATE VIEW entry AS SELECT * FROM good")
    for use in (lambda: FileReader(path), lambda: FileLedger(path)):
        with pytest.raises(Unsound, match="its tables are not those of a ledger"):
            use()


def test_a_trigger_of_somebody_else_is_refused_by_the_writer(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    spoil(path, "CREATE TRIGGER bomb AFTER INSERT ON content BEGIN UPDATE content SET salt = NULL, body = NULL; END")
    with pytest.raises(Unsound, match="its tables are not those of a ledger, see 'bomb'"):
        FileLedger(path)
    assert judged(path).word == "self-consistent"


# stored checkpoints and the guard


def test_a_spoilt_checkpoint_is_handed_out_by_nobody_and_can_be_taken_out(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    spoil(path, "UPDATE checkpoint SET note = CAST(replace(note, 'run/replay', 'evil/live') AS BLOB)")
    assert judged(path).word == "damaged"
    reader = FileReader(path)
    with pytest.raises(Unsound, match="the stored checkpoint of size 6 does not fit"):
        reader.prove(2)
    reader.close()
    with pytest.raises(Unsound, match="the stored checkpoint of size 6 does not fit"):
        FileLedger(path)
    store = SqliteStore(path)
    mend(store)
    store.close()
    FileLedger(path).close()
    assert judged(path).word == "self-consistent"
    assert judged(path).covered == 6


def _fork(path: Path) -> None:
    forged(path, 3)


def _other(path: Path) -> None:
    shutil.copy(made(path.with_name("other.tocsin"), 20), path)


def _older(path: Path) -> None:
    spoil(
        path,
        "DELETE FROM checkpoint",
        "DELETE FROM entry WHERE number > 3",
        "DELETE FROM content WHERE id > 63",
    )
    tree = RootOnly()
    db = apsw.Connection(str(path))
    for (leaf,) in db.execute("SELECT leaf FROM entry ORDER BY number").fetchall():
        assert isinstance(leaf, bytes)
        tree.append(leaf_hash(leaf))
    db.execute("UPDATE head SET size = 4, root = ?", (tree.root(),))
    db.close()


@pytest.mark.parametrize(
    ("harm", "says"),
    [(_fork, "another continuation"), (_other, "which is another ledger"), (_older, "this is an older copy")],
)
def test_the_guard_refutes_what_it_does_not_know(harm: Callable[[Path], None], says: str, tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin")
    harm(path)
    assert judged(path).word == "self-consistent"
    store = SqliteStore(path, reading=True)
    verdict = verify(store, guard=FileGuard(beside(path, GUARD)).last())
    store.close()
    assert verdict.word == "refuted"
    assert says in verdict.faults[0]


def test_a_guard_that_could_not_be_asked_stops_the_writer(tmp_path: Path) -> None:
    class Torn(FileGuard):
        def advance(self, *_: object) -> None:
            raise LedgerError("its folder could not be synced")

    path = made(tmp_path / "run.tocsin")
    ledger = FileLedger(path, guard=Torn(beside(path, GUARD)))
    ledger.append(plain(b"a"))
    with pytest.raises(LedgerError, match="its folder could not be synced"):
        ledger.checkpoint()
    with pytest.raises(LedgerError, match=r"the guard did not take a checkpoint: .*; open the ledger anew"):
        ledger.append(plain(b"b"))
    ledger.close()
    FileLedger(path).close()
    assert judged(path).covered == 7


# one moment


def test_a_ledger_is_judged_as_it_is_at_one_moment(tmp_path: Path) -> None:
    path = made(tmp_path / "run.tocsin", 3000)
    ledger = FileLedger(path)
    store = SqliteStore(path, reading=True)

    def meanwhile(*_: int) -> None:
        ledger.append([(b"meanwhile", (b"content",))])
        ledger.erase([(len(ledger) - 1, 0)], by="x", reason="y")
        ledger.checkpoint()

    verdict = verify(store, on_progress=meanwhile)
    assert (verdict.word, verdict.size) == ("self-consistent", 3001)
    assert len(ledger) > 3001
    store.close()
    ledger.close()


# odd input


@pytest.mark.parametrize("at", [True, 1.5, -1, NOON + 2 * 86_400_000_000, 10**18])
def test_a_time_that_cannot_be_is_refused(at: int, tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "run.tocsin", mode="replay", clock=lambda: NOON)
    with pytest.raises(LedgerError, match="a time is microseconds UTC"):
        ledger.append(plain(b"a"), at)
    assert len(ledger) == 1
    ledger.close()


@pytest.mark.parametrize(
    "record", [(bytearray(b"a"), ()), (memoryview(b"a"), ()), (b"a", (bytearray(b"c"),)), ("a", ())]
)
def test_what_is_not_bytes_is_refused(record: Record, tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "run.tocsin", mode="replay")
    with pytest.raises(LedgerError, match="record 0 of this group is not of bytes"):
        ledger.append([record])
    ledger.close()


@pytest.fixture(autouse=True)
def usual_mask() -> Iterator[None]:
    """As most machines have it: others may read new files."""
    before = os.umask(0o022)
    yield
    os.umask(before)
