"""`tocsin ledger`: keys, exports, copies and erasures: how a ledger is kept."""

import io
import os
import sys
from base64 import b64decode
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from tests.cli_ledger import (
    BEGAN,
    BOOK,
    ENTRIES,
    RECORDS,
    damaged,
    grow,
    harm,
    ledger,
    refused,
    signing_key,
    tamper,
)
from tocsin import ledger as ledger_room
from tocsin.cli import ledger_open
from tocsin.ledger import FileLedger, FileReader, LedgerError, Signer, SqliteStore, beside, sqlite
from tocsin.ledger.port import Group


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one ledger of six entries, all under a checkpoint; commands run in it."""
    monkeypatch.chdir(tmp_path)
    grow(RECORDS)
    return tmp_path


# keys


def test_keys_are_listed_with_the_sizes_they_sign() -> None:
    first = signing_key()
    assert ledger("key", "rotate", "--reason", "new year").out.startswith(
        "Entry 6 says so: the ledger is signed by a new"
    )
    done = ledger("key", "add", "--out", "standby", "--reason", "in case")
    assert done.out.startswith("Entry 7 says so: this key may sign the ledger too, from here on.\ntocsin/run/replay/1+")
    assert done.out.endswith("Its secret is in standby. Keep that file away from this machine.\n")
    assert Path("standby").stat().st_mode & 0o777 == 0o600
    assert Path("standby").read_text(encoding="ascii").startswith("PRIVATE+KEY+")
    assert "PRIVATE" not in done.out
    old, new, standby = ledger("key", "list", "--json").json["keys"]
    assert (old["key"], old["first"], old["last"], old["brought_in_by"]) == (first, 1, 6, [])
    assert (new["first"], new["last"], new["signs_now"], new["brought_in_by"]) == (7, None, True, [old["id"]])
    assert (standby["first"], standby["last"], standby["signs_now"]) == (8, None, False)
    shown = ledger("key", "list").flat
    assert shown.startswith("tocsin/run/replay/1 · REPLAY · epoch 1 key epoch signs sizes brought in by state")
    assert f"{old['id']} 1 1 to 6 began the ledger ended" in shown
    assert f"{new['id']} 1 7 on {old['id']} signs now" in shown
    assert f"{standby['id']} 1 8 on {new['id']} in force" in shown
    assert shown.endswith(f"Verifier keys to hand out: {new['key']} {standby['key']}")
    trusting_the_old = ledger("verify", "--key", first).flat
    assert "All entries, up to entry 7, are signed by the key you gave, or by one it vouched for." in trusting_the_old
    notes = ledger("show", "--from", "6").flat
    assert f"key {new['id']} added, key {old['id']} revoked from size 7 on: new year" in notes
    assert f"key {standby['id']} added: in case" in notes


def test_a_standby_key_takes_over_where_the_first_is_lost() -> None:
    added = ledger("key", "add", "--out", "standby", "--reason", "in case", "--json").json
    Path("standby").replace(beside(BOOK, "key"))
    grow()
    assert signing_key() == added["new"]
    assert ledger("verify", "--key", added["new"]).flat.count("signed: all 8 entries fit together") == 1


def test_a_secret_is_kept_where_nobody_knows_whether_its_note_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    commit, words = SqliteStore.commit, ("key", "add", "--out", "standby", "--reason", "x")
    keep = "Keep standby: the note that brings this key in may be in; `tocsin ledger key list` shows it.\n"

    def fails(*_: object) -> None:
        raise LedgerError(f"{BOOK}: the disk failed; this group is not acknowledged")

    monkeypatch.setattr(SqliteStore, "commit", fails)
    done = ledger(*words)
    refused(done, "Invalid value for LEDGER: run.tocsin: the disk failed; this group is not acknowledged")
    assert done.err.startswith(keep)
    assert Path("standby").read_text(encoding="ascii").startswith("PRIVATE+KEY+")
    Path("standby").unlink()

    def is_interrupted(store: SqliteStore, group: Group) -> None:
        commit(store, group)
        raise KeyboardInterrupt

    monkeypatch.setattr(SqliteStore, "commit", is_interrupted)
    done = ledger(*words)
    assert (done.code, done.err.startswith(keep)) == (130, True)
    monkeypatch.setattr(SqliteStore, "commit", commit)
    assert Signer.parse(Path("standby").read_text(encoding="ascii").strip()).key.id.hex() in ledger("key", "list").out


def test_a_secret_is_kept_where_its_note_is_in_and_its_checkpoint_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(SqliteStore, "keep_checkpoint", fails)
    done = ledger("key", "add", "--out", "standby", "--reason", "x")
    assert (done.code, "Keep standby: " in done.err) == (2, True)
    assert Path("standby").exists()


def test_a_standby_key_does_not_lie_where_the_first_one_lies() -> None:
    Path("link").symlink_to(beside(BOOK))
    for out in (f"{BOOK}.d/standby", "link/standby", f"./{BOOK}.d/../{BOOK}.d/standby"):
        done = ledger("key", "add", "--out", out, "--reason", "x")
        refused(done, f"Invalid value for --out: {BOOK}.d holds what the ledger is written with, and is lost with it;")
    assert not beside(BOOK, "standby").exists()


def test_a_key_that_could_not_be_brought_in_leaves_no_secret_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(FileLedger, "change_keys", fail)
    refused(ledger("key", "add", "--out", "standby", "--reason", "x"), "Invalid value for LEDGER: the disk is full")
    assert not Path("standby").exists()


def test_with_a_damaged_checkpoint_the_keys_are_listed_still() -> None:
    harm("UPDATE checkpoint SET note = x'00'")
    (only,) = ledger("key", "list", "--json").json["keys"]
    assert only["signs_now"] is False
    assert "began the ledger in force" in ledger("key", "list").flat


def test_a_standby_key_is_revoked_and_the_signing_one_rotated() -> None:
    added = ledger("key", "add", BOOK, "--out", "standby", "--reason", "in case", "--json").json
    id_of_it = added["new"].split("+")[1]
    done = ledger("key", "revoke", id_of_it, "--reason", "the file was seen")
    assert done.out == f"Entry 7 says so: from size 8 on, nothing that key {id_of_it} signs counts.\n"
    refused(ledger("key", "revoke", "00000000", "--reason", "x"), "this ledger has no key '00000000'; it has ")
    refused(ledger("key", "revoke", added["new"], "--reason", "x"), "revoked from a size of 1 to 7, not 9")
    now = signing_key()
    said = (
        f"Invalid value for KEY: {now.split('+')[1]} is the key that signs now; `tocsin ledger key rotate` puts a new"
    )
    refused(ledger("key", "revoke", now, "--reason", "x"), said)
    assert ledger("verify").code == 0


def test_a_stolen_standby_key_is_revoked_from_an_earlier_size() -> None:
    added = ledger("key", "add", "--out", "standby", "--reason", "in case", "--json").json
    grow()
    answer = ledger("key", "revoke", added["new"], "--from", "7", "--reason", "stolen", "--json").json
    assert (answer["from"], answer["revoked"]) == (7, added["new"])
    assert f"{added['new'].split('+')[1]} 1 none" in ledger("key", "list").flat
    rotated = ledger("key", "rotate", "--reason", "to be sure", "--json").json
    assert rotated["new"] == signing_key()


def test_changes_need_a_reason_in_one_line() -> None:
    said = "Invalid value for --reason: it is one line of 1 to 500 letters, kept in the ledger for good."
    for reason in ("", "two\nlines", "x" * 501):
        refused(ledger("key", "rotate", "--reason", reason), said)
    refused(ledger("key", "rotate"), "Missing option '--reason'")


def test_a_ledger_that_is_being_written_is_read_and_not_changed() -> None:
    with closing(FileLedger(BOOK, clock=lambda: BEGAN)):
        locked = f"Invalid value for LEDGER: {BOOK} is being written by process {os.getpid()}; a ledger has one writer"
        refused(ledger("key", "rotate", "--reason", "x"), locked)
        refused(ledger("erase", "2", "--by", "a", "--reason", "b", "--yes"), locked)
        for words in (("show",), ("verify",), ("prove", "2"), ("checkpoint",), ("backup", "copy")):
            assert ledger(*words).code == 0, words


def test_without_its_secret_key_a_ledger_is_only_read() -> None:
    beside(BOOK, "key").unlink()
    refused(ledger("key", "rotate", "--reason", "x"), f"/{BOOK}.d/key is not there; this ledger is signed")
    assert ledger("verify").code == 0


# export


def test_tiles_and_records_are_written() -> None:
    done = ledger("export", "--tiles", "tiles", "--records", "all.jsonl")
    assert done.code == 0
    assert "Wrote 6 entries to all.jsonl.\n" in done.out
    assert "files to tiles, under the checkpoint of 6 entries.\n" in done.out
    assert Path("tiles/checkpoint").read_text(encoding="utf-8") == ledger("checkpoint").out
    lines = [msgspec.json.decode(line) for line in Path("all.jsonl").read_bytes().splitlines()]
    assert [line["index"] for line in lines] == list(range(ENTRIES))
    assert lines[0]["body"].startswith("tocsin-ledger/1 genesis\n")
    assert lines[1]["body"] == msgspec.json.decode(RECORDS[0][0])
    assert lines[2]["contents"][0]["body"]["warning"] == "w1"
    assert b64decode(lines[2]["contents"][1]["base64"]) == b"other bytes"
    assert b64decode(lines[4]["base64"]) == RECORDS[3][0]
    assert lines[5]["at"] == "2026-02-13T16:26:40Z"
    again = ledger("export", "--tiles", "tiles", "--json").json
    assert again["tiles"] == {"folder": "tiles", "files": 0, "entries": 6, "left_out": 0}


def test_tiles_are_written_while_a_writer_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = ledger_room.verify

    def between(*words: Any, **given: Any) -> ledger_room.Verdict:  # noqa: ANN401  # handed on as they are
        grow()
        return walk(*words, **given)

    def behind(*words: Any, **given: Any) -> ledger_room.Verdict:  # noqa: ANN401  # handed on as they are
        verdict = walk(*words, **given)
        grow()
        return verdict

    monkeypatch.setattr(ledger_room, "verify", between)
    first = ledger("export", "--tiles", "tiles", "--json").json["tiles"]
    assert (first["entries"], first["left_out"]) == (6, 1)
    monkeypatch.setattr(ledger_room, "verify", behind)
    second = ledger("export", "--tiles", "tiles", "--json").json["tiles"]
    assert (second["entries"], second["left_out"]) == (7, 1)


def test_json_of_many_lines_is_kept_byte_for_byte() -> None:
    grow(((b'{"a":\n1}', ()), (b'{"a" : 1.50}', ())))
    ledger("export", "--records", "all.jsonl")
    lines = Path("all.jsonl").read_bytes().splitlines()
    assert b64decode(msgspec.json.decode(lines[6])["base64"]) == b'{"a":\n1}'
    assert b'"body":{"a" : 1.50}' in lines[7]


def test_of_a_damaged_ledger_what_is_sound_is_exported() -> None:
    grow()
    tamper(6)
    done = ledger("export", "--tiles", "tiles", "--records", "sound.jsonl")
    assert done.code == 1
    assert done.err == (
        f"Damaged: {BOOK}: entry 6 is not what was written: its record does not fit its leaf. "
        "The 6 entries before it are sound\n"
    )
    assert "Wrote 6 entries to sound.jsonl.\n" in done.out
    answer = ledger("export", "--tiles", "tiles2", "--json")
    assert (answer.code, answer.json["error"]["index"], answer.json["exit_code"]) == (1, 6, 1)
    tamper(0)
    harm("UPDATE entry SET leaf = x'00' WHERE number = 0")
    done = ledger("export", "--tiles", "tiles3")
    assert (done.code, done.out) == (1, "No tiles were written: no checkpoint lies before the damage.\n")
    assert not Path("tiles3").exists()


def test_an_export_of_another_ledger_is_not_mixed_in() -> None:
    assert ledger("export", "--tiles", "tiles").code == 0
    grow(name="second.tocsin")
    done = ledger("export", "second.tocsin", "--tiles", "tiles")
    refused(
        done, "Invalid value for --tiles: tiles holds the export of tocsin/run/replay/1, and this is tocsin/second/"
    )
    refused(
        ledger("export", BOOK), "Invalid value for --tiles: say what to write: --tiles DIR, --records FILE, or both."
    )


# backup, restore, repair


def test_a_backup_restored_goes_on_in_a_new_epoch_with_a_key_the_old_one_vouched_for(here: Path) -> None:
    key = signing_key()
    done = ledger("backup", "copy.bak")
    assert done.code == 0
    assert done.out.startswith("Wrote copy.bak: 6 entries of tocsin/run/replay/1, ")
    assert done.out.endswith("What is erased later here stays in the backup.\n")
    grow()
    refused(
        ledger("restore", "copy.bak", "--reason", "disk failed"),
        f"Invalid value for LEDGER: {BOOK} is there already; say --replace to put it aside and go on from the backup",
    )
    done = ledger("restore", "copy.bak", "--replace", "--reason", "disk failed")
    assert done.code == 0
    new = signing_key()
    assert done.flat == (
        f"{BOOK} goes on as tocsin/run/replay/2 with entry 6, which says why. "
        f"It is signed by a new key. Hand it out: {new} "
        "The old key lay beside it and vouched for the new one: who trusts the old one can go on verifying. "
        "1 entry had been published that the backup does not have. Others may hold checkpoints and proofs of it: tell "
        "them, and enter it again. "
        f"The ledger that was there lies at {BOOK}.before-1 now."
    )
    assert (here / f"{BOOK}.before-1").exists()
    assert "signed: " in ledger("verify", "--key", key).out
    said = f"epoch 2 begins from a copy of 6 entries, signed by key {new.split('+')[1]}: disk failed"
    assert said in ledger("show", "--from", "6").flat


def test_a_backup_restored_elsewhere_has_nobody_to_vouch_for_it() -> None:
    assert ledger("backup", BOOK, "copy.bak", "--json").json["entries"] == ENTRIES
    done = ledger("restore", "copy.bak", "moved.tocsin", "--reason", "new machine")
    assert (
        "The old key was not there to vouch for it: everyone must get the new key from you, by a safe way." in done.out
    )
    assert "restore without the old key" in ledger("key", "list", "moved.tocsin").flat
    said = (
        "Warning: 6 entries of the copy are vouched for by no old key, since none was here: they may have been changed"
    )
    assert said in ledger("restore", "copy.bak", "said.tocsin", "--reason", "new machine").flat
    Path("said.tocsin").unlink()
    answer = ledger("restore", "copy.bak", "again.tocsin", "--reason", "new machine", "--json").json
    assert answer["restored"]["is_vouched"] is False
    refused(ledger("restore", "copy.bak", "--reason", "x"), "there are 3 ledgers here, name one: again.tocsin,")


def test_entries_of_a_backup_that_the_old_key_never_signed_stand_out() -> None:
    book = FileLedger(BOOK, clock=lambda: BEGAN)
    book.append(RECORDS[-1:])
    book._lock.close()  # noqa: SLF001  # as a killed process would: nothing is signed on the way out
    book.store.close()
    ledger("backup", "copy.bak")
    done = ledger("restore", "copy.bak", BOOK, "--replace", "--reason", "disk failed")
    assert done.code == 0
    assert (
        "The old key did not vouch for it: everyone must get the new key from you, by a safe way. Warning: 1 entry of "
        "the copy is signed by no key that the old key vouches for: it may have been changed since it was made."
    ) in done.flat


def test_what_cannot_be_restored(here: Path) -> None:
    (here / "letter").write_text("Dear all, " * 100, encoding="utf-8")
    refused(ledger("restore", "gone", "--reason", "x"), "Invalid value for FILE: there is no backup at gone.")
    refused(
        ledger("restore", "letter", "new.tocsin", "--reason", "x"),
        "Invalid value for FILE: letter is no Tocsin ledger;",
    )
    refused(ledger("restore", BOOK, BOOK, "--reason", "x"), "a ledger is not restored from itself; name another file.")
    refused(ledger("restore", BOOK, "--reason", "x"), "there is no ledger here; name the file at which it is to go on.")
    ledger("backup", "copy.bak")
    tamper(3, "copy.bak")
    bad = ledger("restore", "copy.bak", "new.tocsin", "--reason", "x")
    damaged(bad, "Damaged: copy.bak is damaged, so nothing was restored: entry 3 is not what was written")
    assert not Path("new.tocsin").exists()


def test_what_cannot_be_backed_up() -> None:
    refused(ledger("backup"), "Invalid value for FILE: name the new file for the backup, behind the ledger.")
    refused(ledger("backup", BOOK), "Invalid value for FILE: name the new file for the backup, behind the ledger.")
    tamper(3)
    damaged(ledger("backup", "copy.bak"), f"Damaged: {BOOK} is damaged, so no backup was made: entry 3 is not what")
    assert not Path("copy.bak").exists()


def test_a_damaged_tree_is_mended_from_the_entries() -> None:
    grow(RECORDS[-1:] * 600)
    assert ledger("repair").out == (
        "Nothing of the tree needed mending.\nAll 606 entries of tocsin/run/replay/1 are sound, and so is their tree.\n"
    )
    harm("DELETE FROM tile")
    assert "damaged: all 606 entries are sound, but something beside them is not." in ledger("verify").flat
    damaged(ledger("prove", "2"), "tocsin ledger repair")
    assert ledger("key", "list").code == 0
    with closing(FileReader(BOOK)):
        done = ledger("repair")
    assert done.out.startswith("Mended 2 parts of the tree.\nAll 606 entries of tocsin/run/replay/1 are sound")
    assert ledger("prove", "2").code == 0


def test_a_damaged_entry_cannot_be_mended() -> None:
    tamper(3)
    done = ledger("repair")
    damaged(done, f"Damaged: {BOOK}: entry 3 is not what was written")
    assert done.err.endswith("That cannot be mended from the entries; restore a backup: tocsin ledger restore\n")
    assert ledger("repair", "--json").json["first_bad"] == 3


# erase, compact-report


def test_erasing_destroys_contents_and_the_ledger_says_so() -> None:
    words = ("--by", "The Council", "--reason", "asked by its author", "--yes")
    done = ledger("erase", "2", "0", *words)
    assert done.code == 0
    assert done.flat == (
        f"Erased content 0 of entry 2 of {BOOK}. Entry 6 says so. "
        "It does not reach backups, exports and other copies: erase there yourself."
    )
    assert b"Columns move" not in Path(BOOK).read_bytes()
    shown = ledger("show").flat
    assert "(2 contents, 1 erased)" in shown
    assert "content 0 of entry 2 erased by The Council: asked by its author" in shown
    assert "Contents 0 erased 1 11 bytes of another kind" in ledger("show", "2").flat
    assert ledger("verify").flat.count("2, 1 of them erased") == 1
    refused(ledger("erase", "2", "0", *words), "Invalid value for INDEX: content 0 of entry 2 is erased already.")
    answer = ledger("erase", BOOK, "2", *words, "--json").json
    assert (answer["entry"], answer["erased"], answer["note"], answer["is_gone"]) == (2, [1], 7, True)
    assert "(2 contents, erased)" in ledger("show").flat
    refused(ledger("erase", "2", *words), "Invalid value for INDEX: every content of entry 2 is erased already.")
    assert "2 contents already are) stays in the backup." in ledger("backup", "copy.bak").out
    assert msgspec.json.decode(_exported()[2])["contents"] == [None, None]


def _exported() -> list[bytes]:
    assert ledger("export", "--records", "all.jsonl").code == 0
    return Path("all.jsonl").read_bytes().splitlines()


def test_what_cannot_be_erased() -> None:
    words = ("--by", "a", "--reason", "b", "--yes")
    refused(ledger("erase", *words), "Invalid value for INDEX: name the index of the entry.")
    refused(ledger("erase", "1", *words), "entry 1 has no contents; entries themselves are for good.")
    refused(ledger("erase", "2", "5", *words), "NUMBER: entry 2 has no content 5; it has 2, counted from 0.")
    refused(ledger("erase", "9", *words), "Invalid value for INDEX: there is no entry 9; the ledger has entries 0 to 5")
    refused(ledger("erase", "2", "--by", "", "--reason", "b"), "Invalid value for --by: it is one line of 1 to 500")


def test_a_human_confirms_that_contents_are_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("erase", "2", "--by", "a", "--reason", "b")
    refused(ledger(*words), "Invalid value for --yes: nobody can be asked here; say --yes if you mean it.")
    asked: list[str] = []
    monkeypatch.setattr(ledger_open, "is_asked", lambda: True)

    def confirm(question: str, **_: object) -> bool:
        asked.append(question)
        return len(asked) > 1

    monkeypatch.setattr(typer, "confirm", confirm)
    done = ledger(*words)
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("Nothing was erased.\n")
    assert "It does not reach backups, exports and other copies" in done.err
    assert asked == [f"Erase contents 0, 1 of entry 2 of {BOOK} for good?"]
    assert ledger(*words).out.startswith("Erased contents 0, 1 of entry 2")
    assert len(asked) == 2


def test_while_somebody_reads_what_was_erased_lingers_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 1)
    with closing(FileReader(BOOK)) as slow:
        with closing(FileLedger(BOOK)):
            slow.store.head()
        with slow.store.snapshot():
            words = ("--by", "a", "--reason", "b", "--yes")
            done = ledger("erase", "2", "0", *words)
            assert done.code == 0
            assert done.err == (
                f"Somebody reads the ledger now: what was erased stays in {BOOK}-wal until the ledger is next opened "
                "for writing and closed while nobody reads it. Repeat `tocsin ledger repair` then.\n"
            )
            answer = ledger("erase", "2", "1", *words, "--json")
            assert (answer.code, answer.json["is_gone"]) == (0, False)
            still = ledger("repair")
            assert (still.code, still.err) == (0, done.err)
    assert ledger("repair", "--json").json["left_behind"] == ""
    assert not Path(f"{BOOK}-wal").exists()
    assert b"Columns move" not in Path(BOOK).read_bytes()


def test_what_lingers_while_a_writer_is_at_work_is_said_by_repair() -> None:
    with closing(FileLedger(BOOK)) as book:
        book.append(RECORDS[-1:])
        done = ledger("repair")
    assert done.code == 0
    assert f"What was erased may stay in {BOOK}-wal: {BOOK} is being written by process" in done.err


def test_the_report_says_what_takes_room_and_that_entries_stay() -> None:
    grow(((b"{}", (b"x" * 200_000,)),))
    ledger("erase", "6", "--by", "a", "--reason", "b", "--yes")
    done = ledger("compact-report", BOOK)
    assert done.code == 0
    assert done.out.startswith(f"What takes room in {BOOK}\n")
    assert done.flat.endswith(
        "Entries are never compacted: each one stays as it was written, for good. Only contents can be erased, and "
        "the room they took is used again."
    )
    answer = ledger("compact-report", "--json").json
    given = answer["given_back_bytes"]
    assert 190_000 < given < 210_000
    assert (
        f"1 content is erased. A backup, which is written compactly, would give back about {given:,} bytes."
        in done.flat
    )
    assert {part["name"] for part in answer["parts"]} >= {"entries", "contents", "tiles", "checkpoints", "free pages"}
    small = Path(BOOK).stat().st_size - given
    assert abs(ledger("backup", "copy.bak", "--json").json["bytes"] - small) < 20_000


# a person at a terminal


def test_a_bar_moves_on_standard_error_of_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    with ledger_open.progress("checking entries") as bar:
        assert bar is not None
        bar(1_000, 4_000)
    assert "checking entries" in shown.getvalue()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with ledger_open.progress("checking entries") as bar:
        assert bar is None
