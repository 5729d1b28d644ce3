"""`tocsin ledger`: what stands in a ledger, what of it can be relied on, and what is proven of it."""

import os
import re
from base64 import b64decode, b64encode
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest

from tests.cli import tocsin
from tests.cli_ledger import (
    ACT,
    BEGAN,
    BOOK,
    ENTRIES,
    POSITION,
    RECORDS,
    WARNING,
    damaged,
    flat,
    grow,
    harm,
    ledger,
    refused,
    signing_key,
    tamper,
)
from tocsin import ledger as ledger_room
from tocsin.alliance.codec import encode_act, encode_command
from tocsin.cli.ledger_words import detail_of, what_of
from tocsin.ledger import Entry, FileLedger, beside
from tocsin.terms import Instant


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one ledger of six entries, all under a checkpoint; commands run in it."""
    monkeypatch.chdir(tmp_path)
    grow(RECORDS)
    return tmp_path


# show


def test_the_table_says_in_words_what_stands_in_each_entry() -> None:
    done = ledger("show")
    assert done.code == 0
    lines = [flat(line) for line in done.out.splitlines()]
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
    grow(RECORDS[-1:] * 600)
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
    grow(((encode_act(later), ()),))
    assert "an act whose command this release cannot read → no fact" in ledger("show", "--from", "6").flat


def test_of_a_damaged_ledger_all_sound_entries_are_shown_and_the_first_bad_one_is_named() -> None:
    tamper(3)
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
    tamper(1)
    tamper(3)
    finds = "its record does not fit its leaf. `tocsin ledger verify` finds the first bad one"
    for words in (("show", "--from", "2"), ("show", "3"), ("prove", "3")):
        damaged(ledger(*words), f"Damaged: {BOOK}: entry 3 is not what was written: {finds}")


def test_a_changed_content_is_found_where_it_is_shown() -> None:
    harm("UPDATE content SET body = x'00' WHERE body IS NOT NULL")
    damaged(ledger("show"), "entry 2 is not what was written: its content 0 is not the one it commits to.")
    damaged(ledger("show", "2"), "its content 0 is not the one it commits to.")


def test_a_damaged_beginning_hides_which_ledger_it_is_and_nothing_else() -> None:
    harm("UPDATE entry SET leaf = x'00' WHERE number = 0")
    done = ledger("show", "--from", "4")
    assert done.out.startswith("unknown origin · UNKNOWN MODE · epoch 0 · 6 entries · last checkpoint 6\n")
    assert "\n    5   2026" in done.out
    damaged(ledger("key", "list"), "entry 0 is not what was written")


def test_a_ledger_whose_end_was_cut_off_is_seen_to_be_shorter_than_its_checkpoint() -> None:
    harm("UPDATE head SET size = 4")
    damaged(ledger("show"), f"Damaged: {BOOK} is damaged: a checkpoint covers 6 entries, and 4 are counted")


def test_a_ledger_without_entries_is_damaged() -> None:
    harm("DELETE FROM head")
    harm("DELETE FROM checkpoint")
    damaged(ledger("show"), f"Damaged: {BOOK} is damaged: it holds nothing, not even how it began")
    damaged(ledger("export", "--records", "all.jsonl"), "it holds nothing, not even how it began")
    refused(ledger("show", "--from", "1"), "Invalid value for --from: it has no entries.")
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
    grow(name="second.tocsin")
    for words in (("show",), ("verify",), ("prove", "2"), ("checkpoint",), ("key", "list"), ("compact-report",)):
        refused(ledger(*words), f"there are 2 ledgers in this folder, name one: {BOOK}, second.tocsin")
    assert ledger("verify", "second.tocsin").code == 0


def test_without_any_ledger_here_one_has_to_be_named(here: Path) -> None:
    (here / "empty").mkdir()
    os.chdir(here / "empty")
    refused(ledger("show"), "Invalid value for LEDGER: there is no *.tocsin file in this folder; name the ledger.")


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
            refused(ledger(words[0], name, *words[1:]), f"Invalid value for LEDGER: {said}")
        assert not beside(name).exists()
    refused(ledger("verify", "gone.tocsin"), "Invalid value for LEDGER: there is no ledger at gone.tocsin.")
    assert (here / "letter").read_text(encoding="utf-8") == "Dear all, " * 100
    answer = ledger("verify", "letter", "--json")
    assert (answer.code, answer.json["exit_code"]) == (2, 2)


def test_a_ledger_of_a_later_format_asks_for_a_later_release() -> None:
    harm("PRAGMA user_version = 7")
    refused(ledger("show"), f"{BOOK} has ledger format 7; this release reads 1 to ")


@pytest.mark.parametrize("length", [300, 3000])
def test_a_ledger_cut_to_its_beginning_is_damaged(length: int) -> None:
    Path("cut").write_bytes(Path(BOOK).read_bytes()[:length])
    for words in (("show",), ("verify",), ("export", "--records", "out")):
        damaged(ledger(words[0], "cut", *words[1:]), "Damaged: cut is damaged: ")
    answer = ledger("verify", "cut", "--json")
    assert answer.json["error"]["kind"] == "Damaged"
    assert answer.json["exit_code"] == 1


def test_of_a_ledger_cut_in_half_the_first_half_is_still_there() -> None:
    grow(RECORDS[-1:] * 600)
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
        refused(ledger(*words), f"Invalid value for LEDGER: {said}")
    refused(ledger("prove", BOOK, BOOK), f"name one ledger, not 2: {BOOK}, {BOOK}")
    refused(ledger("prove", "1", "2"), "Invalid value for INDEX: give at most 1, not 2.")
    refused(ledger("prove", BOOK), "Invalid value for INDEX: name the index of the entry to prove.")
    refused(ledger("prove", "6"), "Invalid value for INDEX: there is no entry 6; the ledger has entries 0 to 5")
    refused(ledger("show", "6"), "Invalid value for INDEX: there is no entry 6; the ledger has entries 0 to 5.")
    refused(ledger("show", "--from", "6"), "Invalid value for --from: there is no entry 6; the ledger has entries 0")


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
    (here / "key.pub").write_text(f"{signing_key()}\n", encoding="utf-8")
    for key in (signing_key(), "key.pub"):
        done = ledger("verify", "--key", key)
        assert done.code == 0
        assert (
            "signed: all 6 entries fit together, and so do the checkpoints stored with them. "
            "All entries, up to entry 5, are signed by the key you gave, or by one it vouched for. "
            "A whole older copy would look the same: give --checkpoint with one that was kept elsewhere."
        ) in done.flat


def test_with_a_checkpoint_kept_elsewhere_what_it_covers_is_authentic(here: Path) -> None:
    (here / "kept").write_text(ledger("checkpoint").out, encoding="utf-8")
    words = ("verify", "--key", signing_key(), "--checkpoint", "kept")
    assert (
        "authentic: the first 6 entries are those the checkpoint covers. That is all there are." in ledger(*words).flat
    )
    grow()
    assert (
        "The one entry behind them fits together with them. All entries, up to entry 6, are signed by the key you gave"
    ) in ledger(*words).flat
    grow()
    assert "The 2 entries behind them fit together with them. All entries, up to entry 7, are" in ledger(*words).flat
    alone = ledger("verify", "--checkpoint", "kept").flat
    assert "The first 6 entries are those the checkpoint names. Who signed that was not checked; give --key" in alone


def test_an_older_copy_put_back_is_refuted_by_the_newer_checkpoint_and_cannot_go_on(here: Path) -> None:
    older = Path(BOOK).read_bytes()
    grow()
    (here / "kept").write_text(ledger("checkpoint").out, encoding="utf-8")
    Path(BOOK).write_bytes(older)
    done = ledger("verify", "--key", signing_key(), "--checkpoint", "kept")
    assert done.code == 1
    assert (
        "refuted: all 6 entries fit together, and so do the checkpoints stored with them, but they do not fit the "
        "guard beside the ledger, nor the key and the checkpoint you gave. This may be another ledger, an older copy, "
        "or one written anew. · the guard remembers 7 entries of 'tocsin/run/replay/1', and 6 are here: this is an "
        "older copy, or its end is gone · the checkpoint covers 7 entries of 'tocsin/run/replay/1', and 6 are here: "
        "the rest is gone"
    ) in done.flat
    assert done.err == (
        f"Note: {BOOK}.d/guard: the guard remembers 7 entries of 'tocsin/run/replay/1', and 6 are here: this is an "
        "older copy, or its end is gone\n"
    )
    alone = ledger("verify")
    assert alone.code == 1
    assert "but they do not fit the guard beside the ledger. This may be another ledger" in alone.flat
    assert ledger("verify", "--json").json["guard"] in done.err
    assert "remembers 7 entries" in ledger("checkpoint").err
    stays = "this copy has 6 entries, and 7 were published: it is an older state."
    refused(ledger("key", "rotate", "--reason", "new year"), stays)


def test_another_key_refutes() -> None:
    grow(name="second.tocsin")
    other = ledger("key", "list", "second.tocsin", "--json").json["keys"][0]["key"]
    done = ledger("verify", BOOK, "--key", other)
    assert done.code == 1
    assert f"no stored checkpoint is signed by '{other}', or by a key it vouched for" in done.flat.replace("' ,", "',")


def test_damage_is_named_with_what_is_sound_before_it() -> None:
    tamper(3)
    done = ledger("verify")
    assert done.code == 1
    assert (
        "damaged: the first bad entry is 3, of 6; the 3 entries before it are sound and can be shown and exported. "
        "· entry 3 is not what was written: its record does not fit its leaf. The 3 entries before it are sound"
    ) in done.flat
    answer = ledger("verify", "--json")
    assert (answer.code, answer.json["first_bad"], answer.json["word"]) == (1, 3, "damaged")
    tamper(0)
    harm("UPDATE entry SET leaf = x'00' WHERE number = 0")
    assert "damaged: the first bad entry is 0, of 6; none is before it." in ledger("verify").flat


def test_a_damaged_guard_is_named() -> None:
    beside(BOOK, "guard").write_text("tocsin guard, format 1\n", encoding="utf-8")
    done = ledger("verify")
    assert done.code == 1
    assert done.flat.startswith("tocsin/run/replay/1 self-consistent: ")
    assert f"{BOOK}.d/guard is damaged: its end is missing." in flat(done.err)
    answer = ledger("verify", "--json")
    assert (answer.code, answer.json["exit_code"]) == (1, 1)
    assert "its end is missing" in answer.json["guard"]


def test_a_guard_that_cannot_be_read_is_named_and_one_that_is_gone_is_none() -> None:
    beside(BOOK, "guard").unlink()
    assert ledger("verify").code == 0
    beside(BOOK, "guard").mkdir()
    done = ledger("verify")
    assert (done.code, "guard cannot be read: is a directory" in flat(done.err)) == (1, True)


def test_the_guard_of_another_ledger_or_of_another_continuation_refutes() -> None:
    grow(name="second.tocsin")
    mine = beside(BOOK, "guard").read_bytes()
    beside(BOOK, "guard").write_bytes(beside("second.tocsin", "guard").read_bytes())
    done = ledger("verify", BOOK)
    assert done.code == 1
    assert "which is another ledger" in flat(done.err)
    assert "but they do not fit the guard beside the ledger." in done.flat
    beside(BOOK, "guard").write_bytes(mine)
    older = Path(BOOK).read_bytes()
    grow()
    mine = beside(BOOK, "guard").read_bytes()
    Path(BOOK).write_bytes(older)
    beside(BOOK, "guard").unlink()
    harm("DELETE FROM checkpoint")
    grow(RECORDS[:1])
    beside(BOOK, "guard").write_bytes(mine)
    done = ledger("verify", BOOK)
    assert (done.code, done.flat.count("refuted: ")) == (1, 1)
    assert "and those here are others: this is another continuation" in flat(done.err)


def test_what_a_writer_adds_while_a_ledger_is_verified_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    walk = ledger_room.verify

    def busy(*words: Any, **given: Any) -> ledger_room.Verdict:  # noqa: ANN401  # handed on as they are
        grow()
        return walk(*words, **given)

    monkeypatch.setattr(ledger_room, "verify", busy)
    done = ledger("verify", "--key", signing_key())
    assert (done.code, done.err) == (0, "")
    assert "signed: all 7 entries fit together" in done.flat


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--key", ""), "Invalid value for --key: the key is empty; is a variable unset?"),
        (("--key", " "), "Invalid value for --key: the key is empty; is a variable unset?"),
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
    refused(ledger("verify", *words), says)


# prove, check-proof, checkpoint


@pytest.mark.parametrize("words", [("2",), (BOOK, "2"), ("2", BOOK)])
def test_a_proof_is_all_there_is_on_standard_output_and_holds_without_the_ledger(
    words: tuple[str, ...], here: Path
) -> None:
    key = signing_key()
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
    held = ledger("check-proof", "p", "--key", signing_key())
    assert "0 warning 'w1' by Türkiye, TLP:AMBER, for France: Columns move" in held.flat
    answer = ledger("check-proof", "p", "--key", signing_key(), "--json").json
    assert (answer["holds"], answer["entry"]["index"], answer["checkpoint"]["size"]) == (True, 2, 6)
    assert [content["bytes"] for content in answer["entry"]["contents"]] == [len(WARNING), 11]
    as_json = ledger("prove", "2", "--json").json
    assert as_json["index"] == 2
    (here / "q").write_text(as_json["proof"], encoding="utf-8")
    assert ledger("check-proof", "q", "--key", signing_key()).code == 0


def test_contents_that_a_proof_lacks_are_not_shown_and_only_said_to_be_erased(here: Path) -> None:
    ledger("prove", "2", "--contents", "-o", "p")
    lines = Path("p").read_text(encoding="utf-8").split("\n")
    extra = msgspec.json.decode(b64decode(lines[1].removeprefix("extra ")))
    extra["contents"][0] = {}
    lines[1] = f"extra {b64encode(msgspec.json.encode(extra)).decode()}"
    (here / "q").write_text("\n".join(lines), encoding="utf-8")
    held = ledger("check-proof", "q", "--key", signing_key())
    assert held.code == 0
    said = "not shown (whoever made the proof says it was erased)"
    assert f"Contents 0 {said} 1 11 bytes of another kind" in held.flat
    answer = ledger("check-proof", "q", "--key", signing_key(), "--json").json
    assert [content["what"] for content in answer["entry"]["contents"]] == [said, "11 bytes of another kind"]


def test_a_changed_proof_or_a_stranger_s_does_not_hold(here: Path) -> None:
    proof = ledger("prove", "2").out
    (here / "p").write_text(proof.replace("index 2", "index 3"), encoding="utf-8")
    done = ledger("check-proof", "p", "--key", signing_key())
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("The proof does not hold: the entry is not the one at index 3 under this checkpoint:")
    as_json = ledger("check-proof", "p", "--key", signing_key(), "--json")
    assert (as_json.code, as_json.json["holds"], as_json.json["exit_code"]) == (1, False, 1)
    (here / "p").write_text(proof, encoding="utf-8")
    grow(name="second.tocsin")
    other = ledger("key", "list", "second.tocsin", "--json").json["keys"][0]["key"]
    done = ledger("check-proof", "p", "--key", other)
    assert done.code == 1
    assert done.err.startswith("The proof does not hold: no known key signed this note")


def test_what_is_no_proof_is_wrong_input(here: Path) -> None:
    key = signing_key()
    (here / "letter").write_text("Dear all,\n", encoding="utf-8")
    (here / "cut").write_text(ledger("prove", "2").out[:-80], encoding="utf-8")
    refused(
        ledger("check-proof", "letter", "--key", key), "Invalid value for FILE: letter: this is no proof of a ledger"
    )
    refused(ledger("check-proof", "-", "--key", key), "Invalid value for FILE: -: this is no proof of a ledger")
    refused(ledger("check-proof", "cut", "--key", key), "Invalid value for FILE: cut: this is no signed note")
    refused(ledger("check-proof", "gone", "--key", key), "gone cannot be read: no such file or directory.")
    refused(ledger("check-proof", "cut"), "Invalid value for --key: name the verifier key you trust: --key KEY, or")
    refused(ledger("check-proof", "cut"), "It comes from the ledger's owner")
    refused(
        ledger("check-proof", "cut", "--key", ""), "Invalid value for --key: the key is empty; is a variable unset?"
    )


def test_nothing_is_written_over() -> None:
    before = Path(BOOK).read_bytes()
    said = f"{BOOK} is there already, and is not written over; name another."
    refused(ledger("prove", "2", "-o", BOOK), f"Invalid value for --out: {said}")
    refused(ledger("export", "--records", BOOK), f"Invalid value for --records: {said}")
    refused(ledger("backup", BOOK, BOOK), f"Invalid value for FILE: {said}")
    refused(ledger("key", "add", "--out", BOOK, "--reason", "x"), f"Invalid value for --out: {said}")
    refused(ledger("prove", "2", "-o", "no/p"), "Invalid value for --out: there is no folder no.")
    assert Path(BOOK).read_bytes() == before


def test_a_damaged_entry_is_not_proven() -> None:
    tamper(2)
    done = ledger("prove", "2")
    assert done.out == ""
    damaged(done, "entry 2 is not what was written: its record does not fit its leaf.")


def test_what_no_checkpoint_covers_waits_for_one() -> None:
    book = FileLedger(BOOK, clock=lambda: BEGAN)
    try:
        book.append(RECORDS[-1:] * 2)
        refused(ledger("prove", "7"), "entry 7 cannot be proven yet: the last checkpoint covers 6 entries. Sign one:")
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
    harm("DELETE FROM checkpoint")
    beside(BOOK, "key").unlink()
    said = f"{BOOK} has no checkpoint yet, and none could be signed: the secret key {BOOK}.d/key is not here."
    refused(ledger("checkpoint"), f"Invalid value for LEDGER: {said}")
    refused(ledger("prove", "2"), "entry 2 cannot be proven yet: there is no checkpoint yet.")


def test_a_checkpoint_is_not_signed_over_damage() -> None:
    with closing(FileLedger(BOOK, clock=lambda: BEGAN)) as book:
        book.append(RECORDS[-1:])
    harm("DELETE FROM checkpoint WHERE size > 1")
    tamper(6)
    damaged(ledger("checkpoint"), "entry 6 is not what was written: its record does not fit its leaf.")
