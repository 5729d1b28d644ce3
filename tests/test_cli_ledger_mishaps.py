"""`tocsin ledger` where names are odd, disks are full and files are none of ours."""

import errno
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import msgspec
import pytest

from tests.cli import tocsin
from tests.cli_ledger import BOOK, RECORDS, grow, harm, ledger, refused, signing_key, tamper
from tocsin.cli import tables
from tocsin.ledger import FileReader, beside

ODD = os.fsdecode(b"odd-\xff.tocsin")
ODD_FILE = os.fsdecode(b"odd-\xff")
STEERING = "\x1b[31mred\x07.tocsin"
SHOWN = "\\x1b[31mred\\x07.tocsin"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one ledger of six entries, all under a checkpoint; commands run in it."""
    monkeypatch.chdir(tmp_path)
    grow(RECORDS)
    return tmp_path


# names


def test_a_ledger_whose_name_is_not_utf_8_is_refused_by_every_command(here: Path) -> None:
    (here / ODD).write_bytes(Path(BOOK).read_bytes())
    said = "Invalid value for LEDGER: the name odd-\\udcff.tocsin is not UTF-8, and no ledger can have it; rename it."
    why = ("--reason", "x")
    for words in (
        ("show", ODD),
        ("verify", ODD),
        ("prove", ODD, "2"),
        ("checkpoint", ODD),
        ("key", "list", ODD),
        ("key", "rotate", ODD, *why),
        ("export", ODD, "--records", "out"),
        ("backup", ODD, "out"),
        ("restore", BOOK, ODD, *why),
        ("repair", ODD),
        ("erase", ODD, "2", "--by", "x", "--yes", *why),
        ("compact-report", ODD),
        ("audit", ODD),
    ):
        refused(ledger(*words), said)
        as_json = ledger(*words, "--json")
        assert (as_json.code, as_json.json["exit_code"]) == (2, 2)
        assert "is not UTF-8" in as_json.json["error"]["message"]
    refused(ledger("backup", BOOK, f"{ODD}2"), "Invalid value for FILE: the name odd-\\udcff.tocsin2 is not UTF-8")
    refused(
        ledger("restore", ODD, "new.tocsin", *why), "Invalid value for FILE: the name odd-\\udcff.tocsin is not UTF-8"
    )
    Path(BOOK).unlink()
    refused(ledger("show"), said)


def test_other_files_may_have_any_name_and_json_tells_it_as_far_as_it_is_text() -> None:
    key = signing_key()
    answer = ledger("prove", "2", "-o", ODD_FILE, "--json").json
    assert answer["written"] == "odd-\ufffd"
    assert ledger("check-proof", ODD_FILE, "--key", key).code == 0
    assert ledger("export", "--records", f"{ODD_FILE}2", "--tiles", f"{ODD_FILE}3").out.startswith(
        "Wrote 6 entries to odd-\\udcff2.\n"
    )
    told = ledger("export", "--tiles", f"{ODD_FILE}3", "--json").json
    assert told["tiles"]["folder"] == "odd-\ufffd3"
    added = ledger("key", "add", "--out", f"{ODD_FILE}4", "--reason", "x", "--json").json
    assert added["secret"].endswith("-\ufffd4")
    refused(ledger("check-proof", f"{ODD_FILE}5", "--key", key), "odd-\\udcff5 cannot be read: no such file")
    refused(ledger("verify", "--key", f"{ODD_FILE}5"), "'odd-\\udcff5' is no file and no verifier key.")


def test_json_replaces_what_is_no_text_wherever_it_stands(capfd: pytest.CaptureFixture[str]) -> None:
    tables.print_json({"a\udcff": ["b\udcff", ("c\ud800",), {"d": 1.5}]})
    assert msgspec.json.decode(capfd.readouterr().out) == {"a\ufffd": ["b\ufffd", ["c\ufffd"], {"d": 1.5}]}


def test_a_name_cannot_steer_the_terminal() -> None:
    grow(RECORDS, STEERING)
    tamper(2, STEERING)
    words = ("--reason", "x")
    for done in (
        ledger("show", STEERING),
        ledger("verify", STEERING),
        ledger("prove", STEERING, "1", "-o", f"{STEERING}-p"),
        ledger("prove", STEERING, "2"),
        ledger("export", STEERING, "--records", f"{STEERING}-r"),
        ledger("backup", BOOK, f"{STEERING}-b"),
        ledger("backup", STEERING, "copy"),
        ledger("restore", f"{STEERING}-b", f"{STEERING}-n", *words),
        ledger("repair", STEERING),
        ledger("compact-report", STEERING),
        ledger("key", "add", BOOK, "--out", f"{STEERING}-k", *words),
        ledger("erase", BOOK, "2", "--by", "x", "--yes", *words),
        ledger("show", "\x1b[2J"),
        ledger("show"),
        tocsin("ledger", "\x1b[2J"),
    ):
        assert "\x1b" not in done.out + done.err
        assert "\x07" not in done.out + done.err
    assert SHOWN in ledger("compact-report", STEERING).out
    assert f"name one: {SHOWN}, {BOOK}" in ledger("show").err


# output that goes nowhere


def _run(*words: str, out: str = "/dev/full", err: int = subprocess.PIPE) -> tuple[int, str]:
    with open(out, "wb") as full:  # noqa: PTH123  # a device
        done = subprocess.run([sys.executable, "-m", "tocsin", "ledger", *words], stdout=full, stderr=err, check=False)
    return done.returncode, (done.stderr or b"").decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("words", [("verify",), ("verify", "--json"), ("show", "2"), ("show", "99", "--json")])
def test_an_answer_that_could_not_be_printed_is_no_answer(words: tuple[str, ...]) -> None:
    code, told = _run(*words)
    assert code == 2
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    said = "there is no entry 99" if "99" in words else "what is printed, or a file: no space left on device"
    assert told.startswith("Error: ")
    assert said in told


def test_a_reader_who_goes_away_has_no_answer_either() -> None:
    for words in (("show", "--all"), ("verify", "--json")):
        reading, writing = os.pipe()
        os.close(reading)
        with open(writing, "wb") as gone:  # noqa: PTH123  # a pipe
            done = subprocess.run(
                [sys.executable, "-m", "tocsin", "ledger", *words], stdout=gone, stderr=subprocess.PIPE, check=False
            )
        assert (done.returncode, done.stderr) == (2, b"")


# files that could not be written


@pytest.mark.parametrize(
    ("words", "file"), [(("prove", "2", "-o", "p"), "p"), (("export", "--records", "r", "--tiles", "t"), "r")]
)
def test_what_could_not_be_written_leaves_nothing(
    words: tuple[str, ...], file: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(here.iterdir())

    def fails(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    done = ledger(*words)
    refused(done, f"{file} cannot be written: the disk is full. Nothing is left of it.")
    assert sorted(here.iterdir()) == before


def test_a_file_that_came_to_be_meanwhile_is_not_written_over(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: (here / "p").write_text("mine", encoding="utf-8"))
    refused(ledger("prove", "2", "-o", "p"), "Invalid value for --out: p is there already, and is not written over")
    assert (here / "p").read_text(encoding="utf-8") == "mine"
    assert not (here / "p.partial").exists()


# files that are no ledger


@pytest.mark.parametrize("name", ["empty", "letter", "other.db", "cut"])
def test_what_is_no_ledger_is_not_written_to(name: str, here: Path) -> None:
    (here / "empty").touch()
    (here / "letter").write_text("Dear all, " * 100, encoding="utf-8")
    db = apsw.Connection("other.db")
    db.execute("CREATE TABLE t (x)")
    db.close()
    (here / "cut").write_bytes(Path(BOOK).read_bytes())
    harm("DELETE FROM head", "cut")
    harm("DELETE FROM entry", "cut")
    content, files = (here / name).read_bytes(), sorted(here.iterdir())
    why = ("--reason", "x")
    for words in (
        ("key", "rotate", name, *why),
        ("key", "add", name, "--out", "standby", *why),
        ("key", "revoke", "00000000", name, *why),
        ("checkpoint", name),
        ("erase", name, "2", "--by", "x", "--yes", *why),
    ):
        done = ledger(*words)
        assert done.code in (1, 2), words
        assert "Traceback" not in done.err
        assert sorted(here.iterdir()) == files
        assert (here / name).read_bytes() == content
    with closing(FileReader(BOOK)) as book:
        assert len(book) == 6
    assert not beside(name).exists()


# what the help says


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("export",), "But notes are public in tiles: keys, reasons, and who erased what."),
        (("check-proof",), "it cannot know whether the key was revoked later, or whether the ledger was continued"),
        (("key", "rotate"), "Take a backup after each rotation"),
        (("backup",), "Take a backup after each `key rotate`"),
    ],
)
def test_the_help_says_what_a_command_cannot_promise(words: tuple[str, ...], says: str) -> None:
    assert says in ledger(*words, "--help").flat
