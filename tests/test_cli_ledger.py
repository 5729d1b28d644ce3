"""`tocsin ledger`: what stands in a ledger, what of it can be relied on, and how it is kept."""

import io
import os
import re
import sys
from base64 import b64decode
from contextlib import closing
from pathlib import Path

import apsw
import msgspec
import pytest
import typer

from tests.cli import Done, tocsin
from tocsin.alliance.codec import Act, encode_act, encode_command, encode_content
from tocsin.alliance.commands import StatePosition
from tocsin.alliance.facts import PositionStated, WarningContent
from tocsin.cli import ledger_open
from tocsin.cli.ledger_words import detail_of, what_of
from tocsin.ledger import Entry, FileLedger, FileReader, LedgerError, Record, SqliteStore, beside
from tocsin.replay.records import Opening, encode
from tocsin.terms import Instant, PartyId

BOOK = "run.tocsin"
BEGAN = 1_771_000_000_000_000  # 2026-02-13T16:26:40Z
COUNTED = Instant(1_044_000_000_000_000)  # 2003-01-31
ENTRIES = 6
POSITION = StatePosition(
    id="c/1", at=COUNTED, by="BEL", case="c", procedure="p", party=PartyId("BEL"), position="object"
)
FACT = PositionStated(at=COUNTED, case="c", procedure="p", party=PartyId("BEL"), position="object", by="BEL")
ACT = Act(
    command=msgspec.Raw(encode_command(POSITION)), attested="own key", facts=(FACT,), charter="nato", charter_hash="x"
)
WARNING = encode_content(
    WarningContent(
        warning="w1",
        author=PartyId("TUR"),
        substance="Columns move \x1b[31mnorth.",
        marking="TLP:AMBER",
        audience=("FRA",),
        salt="0123456789abcdef",
    )
)
RECORDS: tuple[Record, ...] = (
    (encode(Opening(case="c", charter="nato", charter_hash="x", readings=("wide",))), ()),
    (encode_act(ACT), (WARNING, b"other bytes")),
    (b'{"schema":99}', ()),
    (b"\x00\x01 of another application", ()),
    (encode_act(ACT), ()),
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one ledger of six entries, all under a checkpoint; commands run in it."""
    monkeypatch.chdir(tmp_path)
    _grow(RECORDS)
    return tmp_path


def _grow(records: tuple[Record, ...] = RECORDS[-1:], name: str = BOOK) -> None:
    with closing(FileLedger(name, mode="replay", clock=lambda: BEGAN)) as book:
        book.append(records)


def _harm(sql: str, name: str = BOOK) -> None:
    """Change a ledger by hand, past the triggers that guard it."""
    db = apsw.Connection(name)
    for (trigger,) in list(db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute(sql)
    db.close()


def _tamper(index: int, name: str = BOOK) -> None:
    _harm(f"UPDATE entry SET frame = CAST(frame || ' ' AS BLOB) WHERE number = {index}", name)  # noqa: S608  # a number


def _key() -> str:
    key: str = next(row["key"] for row in ledger("key", "list", "--json").json["keys"] if row["signs_now"])
    return key


def ledger(*words: str, columns: int = 100) -> Done:
    return tocsin("ledger", *words, COLUMNS=str(columns))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _refused(done: Done, says: str) -> None:
    assert (done.code, done.out) == (2, "")
    assert says in _flat(done.err)
    assert "Traceback" not in done.err


def _damaged(done: Done, says: str) -> None:
    assert done.code == 1
    assert says in _flat(done.err)


# show


def test_the_table_says_in_words_what_stands_in_each_entry() -> None:
    done = ledger("show")
    assert done.code == 0
    lines = [_flat(line) for line in done.out.splitlines()]
    assert lines[0] == "tocsin/run/replay/1 · REPLAY · epoch 1 · 6 entries · last checkpoint 6"
    assert lines[2] == "index time (UTC) kind what"
    genesis = re.sub("key [0-9a-f]{8}", "key ID", lines[4])
    assert genesis == "0 2026-02-13 16:26:40 note the ledger begins, signed by key ID"
    assert "1 2026-02-13 16:26:40 record replay of c under nato, readings wide" in lines
    act = "2026-02-13 16:26:40 record 2003-01-31 Belgium: state position (object) → position stated"
    assert f"2 {act} (2 contents)" in done.flat
    assert "3 2026-02-13 16:26:40 record record of 13 bytes that this release cannot read" in lines
    assert "4 2026-02-13 16:26:40 record record of 25 bytes that this release cannot read" in lines
    assert lines[-1] == f"5 {act}"


def test_the_table_as_json_has_one_object_an_entry() -> None:
    answer = ledger("show", BOOK, "--json").json
    assert {key: answer[key] for key in ("ledger", "origin", "mode", "epoch", "entries", "checkpoint", "error")} == {
        "ledger": BOOK,
        "origin": "tocsin/run/replay/1",
        "mode": "replay",
        "epoch": 1,
        "entries": ENTRIES,
        "checkpoint": ENTRIES,
        "error": None,
    }
    assert [row["index"] for row in answer["shown"]] == list(range(ENTRIES))
    assert answer["shown"][2] == {
        "index": 2,
        "at": "2026-02-13T16:26:40Z",
        "kind": "record",
        "what": "2003-01-31 Belgium: state position (object) → position stated",
        "contents": 2,
        "erased": 0,
    }


def test_a_long_table_begins_where_it_is_told_and_says_how_many_more_there_are() -> None:
    _grow(RECORDS[-1:] * 600)
    shown = ledger("show", "--from", "2", "--limit", "3")
    assert "\n    4   2026" in shown.out
    assert "\n    5   2026" not in shown.out
    assert shown.out.endswith("601 more: --from 5 goes on, --all shows all.\n")
    assert "566 more: --from 40 goes on, --all shows all." in ledger("show").out
    whole = ledger("show", "--all", columns=80)
    assert whole.out.count("time (UTC)") == 1
    assert "\n  605   2026" in whole.out
    assert max(map(len, whole.out.splitlines())) <= 80


def test_one_entry_in_full_with_its_act_and_its_contents() -> None:
    done = ledger("show", "2")
    assert done.code == 0
    assert done.out.startswith(
        "Entry 2 of tocsin/run/replay/1\n  written    2026-02-13T16:26:40Z\n  kind       record\n"
    )
    assert "· Belgium objected" in done.out
    assert '    "do": "state position",\n' in done.out
    shown = "0 warning 'w1' by Türkiye, TLP:AMBER, for France: Columns move \\x1b[31mnorth. 1 11 bytes of another kind"
    assert done.flat.endswith(shown)
    assert "\x1b" not in done.out
    entry = ledger("show", "2", BOOK, "--json").json["entry"]
    assert entry["json"]["command"]["id"] == "c/1"
    assert entry["says"] == ["Belgium objected"]
    assert entry["contents"][0]["warning"]["audience"] == ["FRA"]
    assert len(bytes.fromhex(entry["leaf_hash"])) == 32


def test_a_note_in_full_is_the_signed_text() -> None:
    done = ledger("show", BOOK, "0")
    assert "What the ledger says\ntocsin-ledger/1 genesis\norigin tocsin/run/replay/1\nindex 0\nkey tocsin/" in done.out
    assert "signed by tocsin/run/replay/1 (key " in done.out


def test_foreign_bytes_in_full_are_no_riddle() -> None:
    done = ledger("show", "4")
    assert done.code == 0
    assert "record of 25 bytes that this release cannot read" in done.out
    assert ledger("show", "4", "--json").json["entry"]["json"] is None


def test_what_stands_in_a_record_of_a_later_command_is_shown_by_its_facts() -> None:
    later = msgspec.structs.replace(ACT, command=msgspec.Raw(b'{"do":"sing"}'), facts=())
    _grow(((encode_act(later), ()),))
    assert "an act whose command this release cannot read → no fact" in ledger("show", "--from", "6").flat


def test_of_a_damaged_ledger_all_sound_entries_are_shown_and_the_first_bad_one_is_named() -> None:
    _tamper(3)
    done = ledger("show")
    assert "\n    2   2026" in done.out
    assert "\n    3   2026" not in done.out
    bad = "entry 3 is not what was written: its record does not fit its leaf."
    assert done.err == f"Damaged: {BOOK}: {bad} The 3 entries before it are sound\n"
    assert done.code == 1
    answer = ledger("show", "--json")
    assert (answer.code, answer.json["exit_code"], answer.json["error"]["index"]) == (1, 1, 3)
    assert [row["index"] for row in answer.json["shown"]] == [0, 1, 2]


def test_who_begins_in_the_middle_is_not_told_that_all_before_is_sound() -> None:
    _tamper(1)
    _tamper(3)
    finds = "its record does not fit its leaf. `tocsin ledger verify` finds the first bad one"
    for words in (("show", "--from", "2"), ("show", "3"), ("prove", "3")):
        _damaged(ledger(*words), f"Damaged: {BOOK}: entry 3 is not what was written: {finds}")


def test_a_changed_content_is_found_where_it_is_shown() -> None:
    _harm("UPDATE content SET body = x'00' WHERE body IS NOT NULL")
    _damaged(ledger("show"), "entry 2 is not what was written: its content 0 is not the one it commits to.")
    _damaged(ledger("show", "2"), "its content 0 is not the one it commits to.")


def test_a_damaged_beginning_hides_which_ledger_it_is_and_nothing_else() -> None:
    _harm("UPDATE entry SET leaf = x'00' WHERE number = 0")
    done = ledger("show", "--from", "4")
    assert done.out.startswith("unknown origin · UNKNOWN MODE · epoch 0 · 6 entries · last checkpoint 6\n")
    assert "\n    5   2026" in done.out
    _damaged(ledger("key", "list"), "entry 0 is not what was written")


def test_a_ledger_whose_end_was_cut_off_is_seen_to_be_shorter_than_its_checkpoint() -> None:
    _harm("UPDATE head SET size = 4")
    _damaged(ledger("show"), f"Damaged: {BOOK} is damaged: a checkpoint covers 6 entries, and 4 are counted")


def test_a_ledger_without_entries_is_damaged() -> None:
    _harm("DELETE FROM head")
    _harm("DELETE FROM checkpoint")
    _damaged(ledger("show"), f"Damaged: {BOOK} is damaged: it holds nothing, not even how it began")
    _damaged(ledger("export", "--records", "all.jsonl"), "it holds nothing, not even how it began")
    _refused(ledger("show", "--from", "1"), "Invalid value for --from: it has no entries.")
    assert "damaged: no entries are counted in it." in ledger("verify").flat


def test_a_note_of_a_later_release_and_a_time_beyond_any_calendar_are_shown_as_they_are() -> None:
    entry = Entry(7, 10**17 * 9, "note", b"tocsin-ledger/9 sing\n")
    detail = detail_of(entry, bytes(32), ())
    assert (detail.what, detail.statement) == ("a note of the ledger that this release cannot read", "")
    assert detail.at == "900000000000000000 us"


def test_a_day_is_the_one_its_people_lived_and_not_the_one_before() -> None:
    brussels = msgspec.structs.replace(
        POSITION, at=Instant(1_042_585_200_000_000), at_latest=Instant(1_042_671_599_999_999)
    )  # 15 January 2003, which began at 23:00 UTC
    act = msgspec.structs.replace(ACT, command=msgspec.Raw(encode_command(brussels)))
    assert what_of(Entry(1, BEGAN, "record", encode_act(act))).startswith("2003-01-15 Belgium: ")


def test_every_command_says_what_it_does_in_a_narrow_window() -> None:
    for group in (("ledger",), ("ledger", "key")):
        helped = tocsin(*group, "--help", COLUMNS="80").out
        assert "..." not in helped.partition("Commands:")[2]
        for name in re.findall(r"^  ([a-z-]+)  ", helped.partition("Commands:")[2], re.MULTILINE):
            said = tocsin(*group, name, "--help", COLUMNS="80")
            assert said.code == 0
            assert "--json" in said.out or name == "key"
            assert max(map(len, said.out.splitlines())) <= 80


# which ledger, and what is none


def test_without_a_name_it_is_the_only_ledger_here() -> None:
    assert ledger("verify", "--json").json["ledger"] == BOOK
    _grow(name="second.tocsin")
    for words in (("show",), ("verify",), ("prove", "2"), ("checkpoint",), ("key", "list"), ("compact-report",)):
        _refused(ledger(*words), f"there are 2 ledgers in this folder, name one: {BOOK}, second.tocsin")
    assert ledger("verify", "second.tocsin").code == 0


def test_without_any_ledger_here_one_has_to_be_named(here: Path) -> None:
    (here / "empty").mkdir()
    os.chdir(here / "empty")
    _refused(ledger("show"), "Invalid value for LEDGER: there is no *.tocsin file in this folder; name the ledger.")


def test_what_is_no_ledger_is_wrong_input_and_stays_as_it_is(here: Path) -> None:
    (here / "letter").write_text("Dear all, " * 100, encoding="utf-8")
    (here / "empty").touch()
    db = apsw.Connection("other.db")
    db.execute("CREATE TABLE t (x)")
    db.close()
    (here / "folder").mkdir()
    says = {
        "letter": "letter is no Tocsin ledger; it is left as it is",
        "empty": "empty is empty: it holds no ledger",
        "other.db": "other.db is a database of something else, no Tocsin ledger; it is left as it is",
        "folder": "folder is no file, so it is no ledger.",
    }
    for name, said in says.items():
        for words in (("show",), ("verify",), ("export", "--records", "out"), ("repair",), ("compact-report",)):
            _refused(ledger(words[0], name, *words[1:]), f"Invalid value for LEDGER: {said}")
        assert not beside(name).exists()
    _refused(ledger("verify", "gone.tocsin"), "Invalid value for LEDGER: there is no ledger at gone.tocsin.")
    assert (here / "letter").read_text(encoding="utf-8") == "Dear all, " * 100
    answer = ledger("verify", "letter", "--json")
    assert (answer.code, answer.json["exit_code"]) == (2, 2)


def test_a_ledger_of_a_later_format_asks_for_a_later_release() -> None:
    _harm("PRAGMA user_version = 7")
    _refused(ledger("show"), f"{BOOK} has ledger format 7; this release reads 1 to ")


@pytest.mark.parametrize("length", [300, 3000])
def test_a_ledger_cut_to_its_beginning_is_damaged(length: int) -> None:
    Path("cut").write_bytes(Path(BOOK).read_bytes()[:length])
    for words in (("show",), ("verify",), ("export", "--records", "out")):
        _damaged(ledger(words[0], "cut", *words[1:]), "Damaged: cut is damaged: ")
    answer = ledger("verify", "cut", "--json")
    assert answer.json["error"]["kind"] == "Damaged"
    assert answer.json["exit_code"] == 1


def test_of_a_ledger_cut_in_half_the_first_half_is_still_there() -> None:
    _grow(RECORDS[-1:] * 600)
    content = Path(BOOK).read_bytes()
    Path("cut").write_bytes(content[: len(content) // 2])
    done = ledger("export", "cut", "--records", "sound.jsonl", "--json")
    assert done.code == 1
    bad = done.json["error"]["index"]
    assert ENTRIES < bad < 606
    assert len(Path("sound.jsonl").read_bytes().splitlines()) == bad
    assert f"damaged: the first bad entry is {bad}, of 606;" in ledger("verify", "cut").flat


def test_reading_creates_and_changes_nothing(here: Path) -> None:
    beside(BOOK).rename(here / "away")
    before = Path(BOOK).read_bytes()
    for words in (("show",), ("show", "2"), ("verify",), ("prove", "2"), ("key", "list"), ("checkpoint",), ("repair",)):
        assert ledger(*words).code == 0, words
    assert ledger("compact-report").code == 0
    assert ledger("prove", "99").code == 2
    assert sorted(path.name for path in here.iterdir()) == ["away", BOOK]
    assert Path(BOOK).read_bytes() == before


def test_what_is_no_file_and_no_index_is_named() -> None:
    said = "'five' is no file, and no index either: an index is a number from 0 on."
    for words in (("show", "five"), ("prove", "five", "5"), ("erase", "five", "2", "--by", "x", "--reason", "y")):
        _refused(ledger(*words), f"Invalid value for LEDGER: {said}")
    _refused(ledger("prove", BOOK, BOOK), f"name one ledger, not 2: {BOOK}, {BOOK}")
    _refused(ledger("prove", "1", "2"), "Invalid value for INDEX: give at most 1, not 2.")
    _refused(ledger("prove", BOOK), "Invalid value for INDEX: name the index of the entry to prove.")
    _refused(ledger("prove", "6"), "Invalid value for INDEX: there is no entry 6; the ledger has entries 0 to 5")
    _refused(ledger("show", "6"), "Invalid value for INDEX: there is no entry 6; the ledger has entries 0 to 5.")
    _refused(ledger("show", "--from", "6"), "Invalid value for --from: there is no entry 6; the ledger has entries 0")


# verify


def test_without_a_key_a_ledger_is_self_consistent_and_no_more() -> None:
    done = ledger("verify")
    assert done.code == 0
    assert done.flat.startswith(
        "tocsin/run/replay/1 self-consistent: all 6 entries fit together, and so do the checkpoints stored with them. "
        "It does not tell who wrote it; give --key and --checkpoint. sound entries 6 of 6 records 5 "
        "notes 1, by the ledger itself contents 2 checkpoints "
    )
    answer = ledger("verify", "--json").json
    assert (answer["word"], answer["first_bad"], answer["sound"], answer["guard"]) == ("self-consistent", None, 6, "")
    assert len(b64decode(answer["root"])) == 32


def test_with_a_key_it_is_signed_and_an_older_copy_would_look_the_same(here: Path) -> None:
    (here / "key.pub").write_text(f"{_key()}\n", encoding="utf-8")
    for key in (_key(), "key.pub"):
        done = ledger("verify", "--key", key)
        assert done.code == 0
        assert (
            "signed: all 6 entries fit together, and so do the checkpoints stored with them. "
            "All entries, up to entry 5, are signed by the key you gave, or by one it vouched for. "
            "A whole older copy would look the same: give --checkpoint with one that was kept elsewhere."
        ) in done.flat


def test_with_a_checkpoint_kept_elsewhere_what_it_covers_is_authentic(here: Path) -> None:
    (here / "kept").write_text(ledger("checkpoint").out, encoding="utf-8")
    words = ("verify", "--key", _key(), "--checkpoint", "kept")
    assert (
        "authentic: the first 6 entries are those the checkpoint covers. That is all there are." in ledger(*words).flat
    )
    _grow()
    assert (
        "The one entry behind them fits together with them. All entries, up to entry 6, are signed by the key you gave"
    ) in ledger(*words).flat
    _grow()
    assert "The 2 entries behind them fit together with them. All entries, up to entry 7, are" in ledger(*words).flat
    alone = ledger("verify", "--checkpoint", "kept").flat
    assert "The first 6 entries are those the checkpoint names. Who signed that was not checked; give --key" in alone


def test_an_older_copy_put_back_is_refuted_by_the_newer_checkpoint_and_cannot_go_on(here: Path) -> None:
    older = Path(BOOK).read_bytes()
    _grow()
    (here / "kept").write_text(ledger("checkpoint").out, encoding="utf-8")
    Path(BOOK).write_bytes(older)
    done = ledger("verify", "--key", _key(), "--checkpoint", "kept")
    assert done.code == 1
    assert (
        "refuted: all 6 entries fit together, and so do the checkpoints stored with them, but they do not fit the key "
        "and the checkpoint you gave. This may be another ledger, an older copy, or one written anew. "
        "· the checkpoint covers 7 entries of 'tocsin/run/replay/1', and 6 are here: the rest is gone"
    ) in done.flat
    assert done.err == (
        f"Note: the guard {BOOK}.d/guard remembers 7 entries of 'tocsin/run/replay/1', and 6 are here: this is an "
        "older copy, or its end is gone.\n"
    )
    assert "remembers 7 entries" in ledger("checkpoint").err
    stays = "this copy has 6 entries, and 7 were published: it is an older state."
    _refused(ledger("key", "rotate", "--reason", "new year"), stays)


def test_another_key_refutes() -> None:
    _grow(name="second.tocsin")
    other = ledger("key", "list", "second.tocsin", "--json").json["keys"][0]["key"]
    done = ledger("verify", BOOK, "--key", other)
    assert done.code == 1
    assert f"no stored checkpoint is signed by '{other}', or by a key it vouched for" in done.flat.replace("' ,", "',")


def test_damage_is_named_with_what_is_sound_before_it() -> None:
    _tamper(3)
    done = ledger("verify")
    assert done.code == 1
    assert (
        "damaged: the first bad entry is 3, of 6; the 3 entries before it are sound and can be shown and exported. "
        "· entry 3 is not what was written: its record does not fit its leaf. The 3 entries before it are sound"
    ) in done.flat
    answer = ledger("verify", "--json")
    assert (answer.code, answer.json["first_bad"], answer.json["word"]) == (1, 3, "damaged")
    _tamper(0)
    _harm("UPDATE entry SET leaf = x'00' WHERE number = 0")
    assert "damaged: the first bad entry is 0, of 6; none is before it." in ledger("verify").flat


def test_a_damaged_guard_is_named() -> None:
    beside(BOOK, "guard").write_text("tocsin guard, format 1\n", encoding="utf-8")
    done = ledger("verify")
    assert done.code == 0
    assert f"{BOOK}.d/guard is damaged: its end is missing." in _flat(done.err)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--key", "run.pub"), "Invalid value for --key: 'run.pub' is no file and no verifier key."),
        (("--key", "name+00000000+AAAA"), "Invalid value for --key: the verifier key that begins 'name+00000000'"),
        (("--key", "a+" * 3000), "Invalid value for --key: the verifier key that begins"),
        (("--key", f"{BOOK}.d/key"), "it is a private key, which is for its owner alone; ask for the public one."),
        (("--key", BOOK), f"Invalid value for --key: {BOOK} is no text."),
        (("--key", "big"), "Invalid value for --key: big has more than 1,000,000 bytes."),
        (("--checkpoint", "gone"), "Invalid value for --checkpoint: gone cannot be read: no such file or directory."),
        (("--checkpoint", "note"), "Invalid value for --checkpoint: note: this is no signed note"),
        (("--checkpoint", "-"), "Invalid value for --checkpoint: -: this is no signed note"),
    ],
)
def test_keys_and_checkpoints_that_are_none(words: tuple[str, ...], says: str, here: Path) -> None:
    (here / "note").write_text("hello\n", encoding="utf-8")
    (here / "big").write_text("+" * 1_000_001, encoding="utf-8")
    _refused(ledger("verify", *words), says)


# prove, check-proof, checkpoint


@pytest.mark.parametrize("words", [("2",), (BOOK, "2"), ("2", BOOK)])
def test_a_proof_is_all_there_is_on_standard_output_and_holds_without_the_ledger(
    words: tuple[str, ...], here: Path
) -> None:
    key = _key()
    done = ledger("prove", *words)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("c2sp.org/tlog-proof@v1\nextra ")
    (here / "p").write_text(done.out, encoding="utf-8")
    Path(BOOK).unlink()
    held = ledger("check-proof", "p", "--key", key)
    assert held.code == 0
    assert held.flat.startswith(
        "The proof holds: entry 2 of tocsin/run/replay/1 is the one shown here. It stands under the checkpoint of 6 "
        "entries, signed by tocsin/run/replay/1 (key "
    )
    assert "written 2026-02-13T16:26:40Z" in held.flat
    assert "Belgium: state position (object) → position stated · Belgium objected" in held.flat
    assert held.out.endswith("2 contents beside it; none is in this proof.\n")


def test_a_proof_with_contents_shows_them(here: Path) -> None:
    assert ledger("prove", "2", "--contents", "-o", "p").err == "Wrote p.\n"
    held = ledger("check-proof", "p", "--key", _key())
    assert "0 warning 'w1' by Türkiye, TLP:AMBER, for France: Columns move" in held.flat
    answer = ledger("check-proof", "p", "--key", _key(), "--json").json
    assert (answer["holds"], answer["entry"]["index"], answer["checkpoint"]["size"]) == (True, 2, 6)
    assert [content["bytes"] for content in answer["entry"]["contents"]] == [len(WARNING), 11]
    as_json = ledger("prove", "2", "--json").json
    assert as_json["index"] == 2
    (here / "q").write_text(as_json["proof"], encoding="utf-8")
    assert ledger("check-proof", "q", "--key", _key()).code == 0


def test_a_changed_proof_or_a_stranger_s_does_not_hold(here: Path) -> None:
    proof = ledger("prove", "2").out
    (here / "p").write_text(proof.replace("index 2", "index 3"), encoding="utf-8")
    done = ledger("check-proof", "p", "--key", _key())
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("The proof does not hold: the entry is not the one at index 3 under this checkpoint:")
    as_json = ledger("check-proof", "p", "--key", _key(), "--json")
    assert (as_json.code, as_json.json["holds"], as_json.json["exit_code"]) == (1, False, 1)
    (here / "p").write_text(proof, encoding="utf-8")
    _grow(name="second.tocsin")
    other = ledger("key", "list", "second.tocsin", "--json").json["keys"][0]["key"]
    done = ledger("check-proof", "p", "--key", other)
    assert done.code == 1
    assert done.err.startswith("The proof does not hold: no known key signed this note")


def test_what_is_no_proof_is_wrong_input(here: Path) -> None:
    key = _key()
    (here / "letter").write_text("Dear all,\n", encoding="utf-8")
    (here / "cut").write_text(ledger("prove", "2").out[:-80], encoding="utf-8")
    _refused(
        ledger("check-proof", "letter", "--key", key), "Invalid value for FILE: letter: this is no proof of a ledger"
    )
    _refused(ledger("check-proof", "-", "--key", key), "Invalid value for FILE: -: this is no proof of a ledger")
    _refused(ledger("check-proof", "cut", "--key", key), "Invalid value for FILE: cut: this is no signed note")
    _refused(ledger("check-proof", "gone", "--key", key), "gone cannot be read: no such file or directory.")
    _refused(ledger("check-proof", "cut"), "Invalid value for --key: name the verifier key you trust: --key KEY, or")
    _refused(ledger("check-proof", "cut"), "It comes from the ledger's owner")


def test_nothing_is_written_over() -> None:
    before = Path(BOOK).read_bytes()
    said = f"{BOOK} is there already, and is not written over; name another."
    _refused(ledger("prove", "2", "-o", BOOK), f"Invalid value for --out: {said}")
    _refused(ledger("export", "--records", BOOK), f"Invalid value for --records: {said}")
    _refused(ledger("backup", BOOK, BOOK), f"Invalid value for FILE: {said}")
    _refused(ledger("key", "add", "--out", BOOK, "--reason", "x"), f"Invalid value for --out: {said}")
    _refused(ledger("prove", "2", "-o", "no/p"), "Invalid value for --out: there is no folder no.")
    assert Path(BOOK).read_bytes() == before


def test_a_damaged_entry_is_not_proven() -> None:
    _tamper(2)
    done = ledger("prove", "2")
    assert done.out == ""
    _damaged(done, "entry 2 is not what was written: its record does not fit its leaf.")


def test_what_no_checkpoint_covers_waits_for_one() -> None:
    book = FileLedger(BOOK, clock=lambda: BEGAN)
    try:
        book.append(RECORDS[-1:] * 2)
        _refused(ledger("prove", "7"), "entry 7 cannot be proven yet: the last checkpoint covers 6 entries. Sign one:")
        done = ledger("checkpoint")
        assert done.code == 0
        assert done.out.startswith("tocsin/run/replay/1\n6\n")
        assert "It does not cover the last 2 of 8 entries, and none was signed: " in done.err
        assert f"{BOOK} is being written by process {os.getpid()}; a ledger has one writer at a time." in done.err
        assert ledger("checkpoint", "--json").json["uncovered"] == 2
    finally:
        book._lock.close()  # noqa: SLF001  # as a killed process would: nothing is signed on the way out
        book.store.close()
    beside(BOOK, "key").rename("key.away")
    done = ledger("checkpoint")
    assert done.out.startswith("tocsin/run/replay/1\n6\n")
    assert f"none was signed: the secret key {BOOK}.d/key is not here.\n" in done.err
    Path("key.away").rename(beside(BOOK, "key"))
    done = ledger("checkpoint")
    assert done.err == ""
    assert done.out.startswith("tocsin/run/replay/1\n8\n")
    assert ledger("prove", "7").code == 0


def test_where_no_checkpoint_is_left_and_none_can_be_signed_there_is_none_to_print() -> None:
    _harm("DELETE FROM checkpoint")
    beside(BOOK, "key").unlink()
    said = f"{BOOK} has no checkpoint yet, and none could be signed: the secret key {BOOK}.d/key is not here."
    _refused(ledger("checkpoint"), f"Invalid value for LEDGER: {said}")
    _refused(ledger("prove", "2"), "entry 2 cannot be proven yet: there is no checkpoint yet.")


def test_a_checkpoint_is_not_signed_over_damage() -> None:
    with closing(FileLedger(BOOK, clock=lambda: BEGAN)) as book:
        book.append(RECORDS[-1:])
    _harm("DELETE FROM checkpoint WHERE size > 1")
    _tamper(6)
    _damaged(ledger("checkpoint"), "entry 6 is not what was written: its record does not fit its leaf.")


# keys


def test_keys_are_listed_with_the_sizes_they_sign() -> None:
    first = _key()
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
    _grow()
    assert _key() == added["new"]
    assert ledger("verify", "--key", added["new"]).flat.count("signed: all 8 entries fit together") == 1


def test_a_key_that_could_not_be_brought_in_leaves_no_secret_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> int:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(FileLedger, "change_keys", fail)
    _refused(ledger("key", "add", "--out", "standby", "--reason", "x"), "Invalid value for LEDGER: the disk is full")
    assert not Path("standby").exists()


def test_with_a_damaged_checkpoint_the_keys_are_listed_still() -> None:
    _harm("UPDATE checkpoint SET note = x'00'")
    (only,) = ledger("key", "list", "--json").json["keys"]
    assert only["signs_now"] is False
    assert "began the ledger in force" in ledger("key", "list").flat


def test_a_standby_key_is_revoked_and_the_signing_one_rotated() -> None:
    added = ledger("key", "add", BOOK, "--out", "standby", "--reason", "in case", "--json").json
    id_of_it = added["new"].split("+")[1]
    done = ledger("key", "revoke", id_of_it, "--reason", "the file was seen")
    assert done.out == f"Entry 7 says so: from size 8 on, nothing that key {id_of_it} signs counts.\n"
    _refused(ledger("key", "revoke", "00000000", "--reason", "x"), "this ledger has no key '00000000'; it has ")
    _refused(ledger("key", "revoke", added["new"], "--reason", "x"), "revoked from a size of 1 to 7, not 9")
    now = _key()
    said = (
        f"Invalid value for KEY: {now.split('+')[1]} is the key that signs now; `tocsin ledger key rotate` puts a new"
    )
    _refused(ledger("key", "revoke", now, "--reason", "x"), said)
    assert ledger("verify").code == 0


def test_a_stolen_standby_key_is_revoked_from_an_earlier_size() -> None:
    added = ledger("key", "add", "--out", "standby", "--reason", "in case", "--json").json
    _grow()
    answer = ledger("key", "revoke", added["new"], "--from", "7", "--reason", "stolen", "--json").json
    assert (answer["from"], answer["revoked"]) == (7, added["new"])
    assert f"{added['new'].split('+')[1]} 1 none" in ledger("key", "list").flat
    rotated = ledger("key", "rotate", "--reason", "to be sure", "--json").json
    assert rotated["new"] == _key()


def test_changes_need_a_reason_in_one_line() -> None:
    said = "Invalid value for --reason: it is one line of 1 to 500 letters, kept in the ledger for good."
    for reason in ("", "two\nlines", "x" * 501):
        _refused(ledger("key", "rotate", "--reason", reason), said)
    _refused(ledger("key", "rotate"), "Missing option '--reason'")


def test_a_ledger_that_is_being_written_is_read_and_not_changed() -> None:
    with closing(FileLedger(BOOK, clock=lambda: BEGAN)):
        locked = f"Invalid value for LEDGER: {BOOK} is being written by process {os.getpid()}; a ledger has one writer"
        _refused(ledger("key", "rotate", "--reason", "x"), locked)
        _refused(ledger("erase", "2", "--by", "a", "--reason", "b", "--yes"), locked)
        for words in (("show",), ("verify",), ("prove", "2"), ("checkpoint",), ("backup", "copy")):
            assert ledger(*words).code == 0, words


def test_without_its_secret_key_a_ledger_is_only_read() -> None:
    beside(BOOK, "key").unlink()
    _refused(
        ledger("key", "rotate", "--reason", "x"), f"the secret key {BOOK}.d/key is not there; this ledger is signed"
    )
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


def test_json_of_many_lines_is_kept_byte_for_byte() -> None:
    _grow(((b'{"a":\n1}', ()), (b'{"a" : 1.50}', ())))
    ledger("export", "--records", "all.jsonl")
    lines = Path("all.jsonl").read_bytes().splitlines()
    assert b64decode(msgspec.json.decode(lines[6])["base64"]) == b'{"a":\n1}'
    assert b'"body":{"a" : 1.50}' in lines[7]


def test_of_a_damaged_ledger_what_is_sound_is_exported() -> None:
    _grow()
    _tamper(6)
    done = ledger("export", "--tiles", "tiles", "--records", "sound.jsonl")
    assert done.code == 1
    assert done.err == (
        f"Damaged: {BOOK}: entry 6 is not what was written: its record does not fit its leaf. "
        "The 6 entries before it are sound\n"
    )
    assert "Wrote 6 entries to sound.jsonl.\n" in done.out
    answer = ledger("export", "--tiles", "tiles2", "--json")
    assert (answer.code, answer.json["error"]["index"], answer.json["exit_code"]) == (1, 6, 1)
    _tamper(0)
    _harm("UPDATE entry SET leaf = x'00' WHERE number = 0")
    done = ledger("export", "--tiles", "tiles3")
    assert (done.code, done.out) == (1, "No tiles were written: no checkpoint lies before the damage.\n")
    assert not Path("tiles3").exists()


def test_an_export_of_another_ledger_is_not_mixed_in() -> None:
    assert ledger("export", "--tiles", "tiles").code == 0
    _grow(name="second.tocsin")
    done = ledger("export", "second.tocsin", "--tiles", "tiles")
    _refused(
        done, "Invalid value for --tiles: tiles holds the export of tocsin/run/replay/1, and this is tocsin/second/"
    )
    _refused(
        ledger("export", BOOK), "Invalid value for --tiles: say what to write: --tiles DIR, --records FILE, or both."
    )


# backup, restore, repair


def test_a_backup_restored_goes_on_in_a_new_epoch_with_a_key_the_old_one_vouched_for(here: Path) -> None:
    key = _key()
    done = ledger("backup", "copy.bak")
    assert done.code == 0
    assert done.out.startswith("Wrote copy.bak: 6 entries of tocsin/run/replay/1, ")
    assert done.out.endswith("What is erased later here stays in the backup.\n")
    _grow()
    _refused(
        ledger("restore", "copy.bak", "--reason", "disk failed"),
        f"Invalid value for LEDGER: {BOOK} is there already; say --replace to put it aside and go on from the backup",
    )
    done = ledger("restore", "copy.bak", "--replace", "--reason", "disk failed")
    assert done.code == 0
    new = _key()
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
    answer = ledger("restore", "copy.bak", "again.tocsin", "--reason", "new machine", "--json").json
    assert answer["restored"]["is_vouched"] is False
    _refused(ledger("restore", "copy.bak", "--reason", "x"), "there are 3 ledgers here, name one: again.tocsin,")


def test_what_cannot_be_restored(here: Path) -> None:
    (here / "letter").write_text("Dear all, " * 100, encoding="utf-8")
    _refused(ledger("restore", "gone", "--reason", "x"), "Invalid value for FILE: there is no backup at gone.")
    _refused(ledger("restore", "letter", "--reason", "x"), "Invalid value for FILE: letter is no Tocsin ledger;")
    _refused(ledger("restore", BOOK, BOOK, "--reason", "x"), "a ledger is not restored from itself; name another file.")
    _refused(
        ledger("restore", BOOK, "--reason", "x"), "there is no ledger here; name the file at which it is to go on."
    )
    ledger("backup", "copy.bak")
    _tamper(3, "copy.bak")
    bad = ledger("restore", "copy.bak", "new.tocsin", "--reason", "x")
    _damaged(bad, "Damaged: copy.bak is damaged, so nothing was restored: entry 3 is not what was written")
    assert not Path("new.tocsin").exists()


def test_what_cannot_be_backed_up() -> None:
    _refused(ledger("backup"), "Invalid value for FILE: name the new file for the backup, behind the ledger.")
    _refused(ledger("backup", BOOK), "Invalid value for FILE: name the new file for the backup, behind the ledger.")
    _tamper(3)
    _damaged(ledger("backup", "copy.bak"), f"Damaged: {BOOK} is damaged, so no backup was made: entry 3 is not what")
    assert not Path("copy.bak").exists()


def test_a_damaged_tree_is_mended_from_the_entries() -> None:
    _grow(RECORDS[-1:] * 600)
    assert ledger("repair").out == (
        "Nothing of the tree needed mending.\nAll 606 entries of tocsin/run/replay/1 are sound, and so is their tree.\n"
    )
    _harm("DELETE FROM tile")
    assert "damaged: all 606 entries are sound, but something beside them is not." in ledger("verify").flat
    _damaged(ledger("prove", "2"), "tocsin ledger repair")
    assert ledger("key", "list").code == 0
    with closing(FileReader(BOOK)):
        done = ledger("repair")
    assert done.out.startswith("Mended 2 parts of the tree.\nAll 606 entries of tocsin/run/replay/1 are sound")
    assert ledger("prove", "2").code == 0


def test_a_damaged_entry_cannot_be_mended() -> None:
    _tamper(3)
    done = ledger("repair")
    _damaged(done, f"Damaged: {BOOK}: entry 3 is not what was written")
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
    _refused(ledger("erase", "2", "0", *words), "Invalid value for INDEX: content 0 of entry 2 is erased already.")
    answer = ledger("erase", BOOK, "2", *words, "--json").json
    assert (answer["entry"], answer["erased"], answer["note"], answer["is_gone"]) == (2, [1], 7, True)
    assert "(2 contents, erased)" in ledger("show").flat
    _refused(ledger("erase", "2", *words), "Invalid value for INDEX: every content of entry 2 is erased already.")
    assert "2 contents already are) stays in the backup." in ledger("backup", "copy.bak").out
    assert msgspec.json.decode(_exported()[2])["contents"] == [None, None]


def _exported() -> list[bytes]:
    assert ledger("export", "--records", "all.jsonl").code == 0
    return Path("all.jsonl").read_bytes().splitlines()


def test_what_cannot_be_erased() -> None:
    words = ("--by", "a", "--reason", "b", "--yes")
    _refused(ledger("erase", *words), "Invalid value for INDEX: name the index of the entry.")
    _refused(ledger("erase", "1", *words), "entry 1 has no contents; entries themselves are for good.")
    _refused(ledger("erase", "2", "5", *words), "NUMBER: entry 2 has no content 5; it has 2, counted from 0.")
    _refused(
        ledger("erase", "9", *words), "Invalid value for INDEX: there is no entry 9; the ledger has entries 0 to 5"
    )
    _refused(ledger("erase", "2", "--by", "", "--reason", "b"), "Invalid value for --by: it is one line of 1 to 500")


def test_a_human_confirms_that_contents_are_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("erase", "2", "--by", "a", "--reason", "b")
    _refused(ledger(*words), "Invalid value for --yes: nobody can be asked here; say --yes if you mean it.")
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
    monkeypatch.setattr(SqliteStore, "scrub", lambda _: False)
    done = ledger("erase", "2", "--by", "a", "--reason", "b", "--yes")
    assert done.code == 0
    assert done.err == f"Somebody reads the ledger now: what was erased stays in {BOOK}-wal until they close it.\n"


def test_the_report_says_what_takes_room_and_that_entries_stay() -> None:
    _grow(((b"{}", (b"x" * 200_000,)),))
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
