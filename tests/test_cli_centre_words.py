"""What the commands of a centre say of wrong input and of what a user should know, through a running exercise."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import tocsin
from tests.running_centre import Stage
from tocsin.cli import desk_grants, ledger_open

ERASE = ("erase", "river", "gauge", "--reason", "it holds personal data", "--decided-by", "the secretariat")
MERIDIAN = ("serve", "--charter", "meridian", "--check")


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    one = Stage(tmp_path_factory.mktemp("words"))
    try:
        one.set_up()
        yield one
    finally:
        one.close()


# ---- what a user should know


def test_whom_a_marking_keeps_from_a_warning_addressed_to_them_is_told(centre: Stage) -> None:
    told = ("--text", "Tanks.", "--to", "board,XAE", "--name", centre.new("red"), "--as", "XAB")
    done = centre.run("warn", *told, "--case", "red", "--marking", "TLP:RED")
    assert done.code == 0
    assert done.err == (
        "Not seen by Ardovia, Corvenna, Dunmark: TLP:RED goes to parties named one by one, not to groups.\n"
    )


def test_a_warning_that_reaches_all_it_is_addressed_to_needs_no_caution(centre: Stage) -> None:
    done = centre.run("warn", "--text", "Tanks.", "--to", "members", "--case", "amber", "--as", "XAB")
    assert (done.code, done.err) == (0, "")


def test_a_clock_told_to_go_back_stands_and_the_answer_is_no(centre: Stage) -> None:
    centre.conductors_token()
    token = ("--token-file", centre.conductors_token(), "--centre", centre.address)
    done = centre.run("clock", "--at", "2001-01-01", *token)
    assert done.code == 1
    assert "That time has passed, and a clock never goes back." in done.flat
    back = centre.run("clock", "--at", "2001-01-01", *token, "--json")
    assert (back.code, back.json["moved"]) == (1, False)
    assert centre.answer("clock", "--rate", "1", *token)["moved"] is True


def test_who_acts_for_another_seat_reads_and_acknowledges_for_it_too(centre: Stage) -> None:
    words = ("XAC", "--scope", "read,ack", "--until", centre.later(), "--as", "XAB")
    centre.answer("desk", "delegation", "make", *words)
    case, name = centre.warning("XAC", "XAB")
    acting = ("--as", "XAC", "--on-behalf", "XAB")
    assert centre.answer("situation", *acting)["seat"] == "XAB"
    assert case in {line["case"] for line in centre.answer("cases", *acting)["cases"]}
    assert centre.answer("case", case, *acting)["case"] == case
    assert name in {line["warning"] for line in centre.answer("released", *acting)["released"]}
    assert centre.answer("warning", case, name, *acting)["text"] == "Tanks at the ford."
    assert centre.answer("ack", "--case", case, "--warning", name, *acting)["status"] == "accepted"
    own = centre.answer("watch", "--once", "--from-start", "--no-confirm", "--as", "XAB")["items"]
    read = centre.answer("watch", "--once", "--from-start", *acting)["items"]
    assert [item["cursor"] for item in read] == [item["cursor"] for item in own]
    assert centre.answer("watch", "--once", *acting)["items"] == []
    assert centre.answer("receipt", own[-1]["cursor"], *acting)["receipt"]
    where = centre.silence()
    told = centre.answer("ack", *where, *acting)
    assert [(fact["fact"], fact["party"]) for fact in told["facts"]] == [("text delivered", "XAB")]


def test_administrators_read_what_was_refused_and_nobody_else_does(centre: Stage) -> None:
    assert centre.run("warn", "--text", "x", "--marking", "amber", "--as", "XAB").code == 2
    done = centre.run("desk", "trail", "--limit", "1", "--as", "secretariat")
    assert (done.code, "POST /api/v1/warnings: refused, malformed, marking" in done.flat) == (0, True)
    lines = centre.answer("desk", "trail", "--limit", "3", "--as", "secretariat")["trail"]
    earlier = centre.answer("desk", "trail", "--before", str(lines[-1]["number"]), "--as", "secretariat")["trail"]
    assert [line["number"] for line in lines] > [line["number"] for line in earlier]
    refused = centre.run("desk", "trail", "--as", "XAB")
    assert (refused.code, "the scope 'admin'" in refused.err) == (2, True)


def test_what_a_seat_asks_for_less_is_told_in_words_and_until_when() -> None:
    told = {
        "now": {"two_persons": ["break"], "require_key": True},
        "asked": {"two_persons": [], "require_key": False},
        "asked_by": "d-1",
        "until": "2031-05-05T08:00:00Z",
    }
    assert desk_grants.settings_words(told, ["recall"]) == [
        "Two persons, as the charter has it for every seat: recall.",
        "Two persons, as your seat wants it besides: break.",
        "Signed with your own key: always.",
        (
            "Desk d-1 asks for less. Two persons: for nothing. Signed: as you like. It is so once another person of "
            "your seat gives the same command, until 5 May 2031 08:00 UTC."
        ),
    ]


# ---- wrong input


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("warn", "--text", "x", "--marking", "amber"), "'marking' cannot be 'amber'. Accepted: TLP:RED, TLP:AMBER"),
        (("warn", "--text", "x", "--marking", "amber", "--sign"), "'marking' cannot be 'amber'. Accepted: TLP:RED"),
        (("warn", "--text", "x", "--to", "belmora"), "'to': 'belmora' is no party, group, office or organ"),
        (("warn", "--text", "x", "--to", "belmora", "--preview"), "Accepted: SG, XAA"),
        (("warn", "--text", "x", "--case", "a/b"), "'case' is not written as it must be. Accepted: a name without '/'"),
        (("recall", "k", "w", "--why", "x" * 2_001), "'command.why' is too long. Accepted: at most 2,000 letters."),
        (("text", "table", "--case", "k", "--matter", "relief"), "say what the text is"),
        (("desk", "delegation", "make", "XAC", "--scope", "read", "--until", ""), "say until when"),
        (
            ("desk", "delegation", "make", "XAC", "--scope", "reed", "--until", "2031-01-01"),
            "'scopes[0]' cannot be 'reed'. Accepted: read, warn",
        ),
        (("desk", "settings", "--two-persons", "brake"), "'two_persons[0]' cannot be 'brake'. Accepted: break, force"),
        (("token", "create", "XAB", "--days", "999"), "'days' is too large. Accepted: at most 365."),
    ],
)
def test_wrong_input_is_told_with_its_field_and_what_is_accepted(
    centre: Stage, words: tuple[str, ...], says: str
) -> None:
    if "--sign" in words and not (centre.home / "keys" / "XAB.pem").exists():
        centre.answer("desk", "key", "make", "--as", "XAB")
    named = () if words[0] == "token" else ("--as", "XAB")
    done = centre.run(*words, *named)
    assert done.code == 2
    assert says in " ".join(done.err.split())


def test_a_command_of_no_kind_is_told_the_kinds_that_anybody_may_hand_in(centre: Stage) -> None:
    done = centre.run("act", centre.file({"do": "fly"}), "--as", "XAB", "--json")
    assert done.code == 2
    accepted = done.json["error"]["accepted"].split(", ")
    assert "pledge" in accepted
    assert not {"wake", "deliver warning"} & set(accepted)


def test_nothing_is_destroyed_where_nobody_can_be_asked(centre: Stage) -> None:
    done = centre.run(*ERASE, "--as", "secretariat")
    assert (done.code, "say --yes if you mean it" in done.err) == (2, True)


def test_whoever_leaves_in_the_middle_of_a_question_is_let_go_without_a_traceback(
    centre: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_open, "is_asked", lambda: True)
    done = centre.run(*ERASE, "--as", "secretariat")
    assert (done.code, "Traceback" in done.err) == (130, False)
    assert "It does not reach backups" in done.err


def test_whoever_is_signed_in_nowhere_is_told_how_to_sign_in(tmp_path: Path) -> None:
    done = tocsin("situation", "--centre", "https://centre.example.int", TOCSIN_HOME=str(tmp_path))
    assert done.code == 2
    assert done.err == (
        "Error: You are signed in at no desk of https://centre.example.int. "
        "Sign in: tocsin desk login --centre https://centre.example.int\n"
    )


def test_a_warning_that_names_nobody_is_told_to_be_for_nobody_but_its_author(centre: Stage) -> None:
    done = centre.run("warn", "--text", "Tanks.", "--as", "XAB")
    assert (done.code, "TLP:AMBER, for nobody but you: it names nobody who may see it" in done.flat) == (0, True)


# ---- keeping one


def test_a_backup_that_was_tampered_with_leaves_no_folder_behind(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    assert tocsin(*MERIDIAN, "--data", str(data)).code == 0
    assert tocsin("backup", str(data), str(copy)).code == 0
    copy.write_bytes(copy.read_bytes().replace(b'"charter":"meridian"', b'"charter":"meridiam"'))
    done = tocsin("restore", str(copy), str(tmp_path / "new"), "--reason", "drill")
    assert (done.code, "nothing was restored" in done.err) == (1, True)
    assert not (tmp_path / "new").exists()


def test_a_backup_whose_desks_cannot_be_read_restores_nothing(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    assert tocsin(*MERIDIAN, "--data", str(data)).code == 0
    assert tocsin("backup", str(data), str(copy)).code == 0
    (tmp_path / "copy.desks").write_bytes(b"no desks at all" * 100)
    done = tocsin("restore", str(copy), str(tmp_path / "new"), "--reason", "drill")
    assert (done.code, "copy.desks holds no desks that can be read" in done.err) == (2, True)
    assert not (tmp_path / "new").exists()
    shutil.rmtree(data)
    (tmp_path / "copy.desks").unlink()
    assert tocsin("restore", str(copy), str(tmp_path / "new"), "--reason", "drill").code == 0


def test_a_certificate_is_looked_at_before_a_centre_is_made(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no certificate", encoding="utf-8")
    for cert, says in ((tmp_path / "none", "There is no file"), (text, "no certificate and its secret key in PEM")):
        done = tocsin(*MERIDIAN, "--data", str(tmp_path / "data"), "--cert", str(cert), "--key", str(text))
        assert (done.code, says in " ".join(done.err.split())) == (2, True)
    assert not (tmp_path / "data").exists()


def test_a_file_is_no_folder_for_a_centre(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    done = tocsin(*MERIDIAN, "--data", str(path))
    assert (done.code, "is no folder" in done.err) == (2, True)
