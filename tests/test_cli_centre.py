"""A centre from its first start to its restore, through the real command line and a real process on the loopback."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli import tocsin
from tests.running_centre import PASSWORD, ROOT, RunningCentre, fast_settings, running
from tocsin.cli.centre_words import gap_words, line_words, reach_words
from tocsin.replay.result import ReplayReport
from tocsin.replay.run import replay as report_of

TEXT = "Tanks have crossed the ford at Elm."


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCentre]:
    """A live centre of the Meridian Pact, with four nations and the secretariat at their desks."""
    with running(tmp_path_factory.mktemp("live")) as one:
        one.found()
        one.seat("XAA", "head")
        for seat in ("XAB", "XAC", "XAD"):
            one.seat(seat)
        yield one


def warned(centre: RunningCentre, name: str, to: str = "XAA,XAC") -> str:
    """The case of a warning by XAB."""
    told = ("--text", TEXT, "--to", to, "--name", name, "--case", f"XAB-{name}")
    centre.answer("warn", "--from", "XAB", *told)
    return f"XAB-{name}"


def stories(centre: RunningCentre, seat: str) -> list[dict[str, Any]]:
    """A seat's whole feed."""
    items: list[dict[str, Any]] = centre.answer("watch", "--once", "--from-start", "--no-confirm", "--as", seat)[
        "items"
    ]
    return items


# ---- the first start, and who may come in


def test_the_first_start_prints_a_link_that_is_good_once(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        link = one.told["link"]
        assert link.startswith(one.address)
        one.found()
        again = one.run("desk", "enter", link, "--name", "other", "--password-file", str(one.password_file), "--json")
        assert again.code == 2
        assert one.end() == 0
        assert "link" not in one.start()
        assert one.answer("situation")["seat"] == "secretariat"
        assert one.end(signal.SIGINT) == 0


def test_a_desk_may_do_nothing_until_it_is_approved_and_after_it_is_revoked(centre: RunningCentre) -> None:
    password = ("--password-file", str(centre.password_file))
    invited = centre.answer("desk", "invite", "XAD", "--role", "reader", "--as", "secretariat")
    centre.answer("desk", "enter", invited["link"], "--name", "reader", *password)
    assert centre.run("desk", "login", "--name", "reader", *password).code == 2
    centre.answer("desk", "approve", invited["desk"], "--as", "secretariat")
    home = str(centre.folder / "reader")
    login = ("desk", "login", "--name", "reader", *password, "--centre", centre.address)
    assert tocsin(*login, TOCSIN_HOME=home).code == 0
    assert tocsin("cases", TOCSIN_HOME=home).code == 0
    centre.answer("desk", "revoke", invited["desk"], "--why", "left", "--as", "secretariat")
    gone = tocsin("cases", "--json", TOCSIN_HOME=home)
    assert (gone.code, gone.json["error"]["status"]) == (2, 401)


def test_a_person_changes_their_password_at_the_command_line(
    centre: RunningCentre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, new, home = centre.new("officer"), tmp_path / "new", str(tmp_path / "home")
    centre.answer("desk", "approve", centre.entered("XAD", "reader", name), "--as", "secretariat")
    login = ("desk", "login", "--name", name, "--centre", centre.address, "--password-file")
    assert tocsin(*login, str(centre.password_file), TOCSIN_HOME=home).code == 0
    new.write_text("eleven brown otters at dusk\n", encoding="utf-8")
    change = ("desk", "password", "--json", "--new-password-file", str(new), "--password-file")
    wrong = tocsin(*change, str(new), TOCSIN_HOME=home)
    assert (wrong.code, wrong.json["error"]["status"]) == (2, 401)
    nobody = tocsin("desk", "password", "--password-file", str(new), TOCSIN_HOME=home)
    assert (nobody.code, "--new-password-file FILE" in nobody.err) == (2, True)
    both = tocsin("desk", "password", "--password-file", "-", "--new-password-file", "-", TOCSIN_HOME=home)
    assert (both.code, "only one of the two" in both.err) == (2, True)
    done = tocsin(*change, str(centre.password_file), TOCSIN_HOME=home)
    assert (done.code, done.json) == (0, {"centre": centre.address, "seat": "XAD"})
    assert tocsin("cases", TOCSIN_HOME=home).code == 2  # signed out, and the secret of the session is forgotten
    assert "tcs_" not in (tmp_path / "home/desks.json").read_text(encoding="utf-8")
    assert tocsin(*login, str(centre.password_file), TOCSIN_HOME=home).code == 2
    assert tocsin(*login, str(new), TOCSIN_HOME=home).code == 0
    said = ["eleven brown otters at dusk", PASSWORD, PASSWORD]
    monkeypatch.setattr("tocsin.cli.ledger_open.is_asked", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: said.pop(0))
    asked = tocsin("desk", "password", TOCSIN_HOME=home)
    assert (asked.code, "Sign in again: tocsin desk login" in asked.out) == (0, True)
    assert said == []


def test_a_person_is_forgotten_once_their_desk_is_revoked(centre: RunningCentre) -> None:
    desk = centre.entered("XAD", "reader", "Jane")
    early = centre.run("desk", "forget", desk, "--as", "secretariat", "--json")
    assert (early.code, early.json["error"]["status"]) == (2, 409)
    centre.answer("desk", "revoke", desk, "--as", "secretariat")
    assert centre.answer("desk", "forget", desk, "--as", "secretariat").get("name", "") == ""
    assert "Jane" not in centre.run("desk", "list", "--as", "secretariat").out
    assert "erased" in centre.run("desk", "forget", desk, "--as", "secretariat").out
    without = centre.run("desk", "sso", desk, "x", "--as", "secretariat", "--json")
    assert (without.code, without.json["error"]["status"]) == (2, 409)  # this centre uses no provider


def test_secrets_are_kept_for_their_owner_alone_and_never_printed(centre: RunningCentre) -> None:
    path = centre.home / "desks.json"
    assert path.stat().st_mode & 0o777 == 0o600
    content = path.read_text(encoding="utf-8")
    assert PASSWORD not in content
    held = msgspec.json.decode(content)["centres"][centre.address]
    for words in (
        ("desk", "list", "--as", "secretariat"),
        ("token", "list", "--as", "XAB"),
        ("situation", "--as", "XAB"),
    ):
        for form in ((), ("--json",)):
            printed = centre.run(*words, *form).out
            assert not any(desk["secret"] in printed for desk in held.values())
    path.chmod(0o644)
    try:
        open_to_all = centre.run("situation", "--as", "XAB")
    finally:
        path.chmod(0o600)
    assert (open_to_all.code, "chmod 600" in open_to_all.err) == (2, True)


def test_a_token_does_what_it_is_for_and_no_more(centre: RunningCentre) -> None:
    file = centre.folder / "token"
    made = centre.answer("token", "create", "XAB", "--scope", "warn,read", "--label", "sensors", "--out", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert "secret" not in made
    home = str(centre.folder / "machine")
    login = ("desk", "login", "--token-file", str(file), "--centre", centre.address)
    assert tocsin(*login, TOCSIN_HOME=home).code == 0
    assert tocsin("warn", "--text", TEXT, "--to", "XAA", TOCSIN_HOME=home).code == 0
    refused = tocsin("consult", "--case", "XAB-token", "--json", TOCSIN_HOME=home)
    assert (refused.code, refused.json["error"]["status"]) == (2, 403)
    centre.answer("token", "revoke", made["id"], "--as", "XAB")
    assert tocsin("cases", TOCSIN_HOME=home).code == 2


# ---- warnings


def test_a_warning_reaches_those_it_is_for_and_nobody_else(centre: RunningCentre) -> None:
    case = warned(centre, "ford")
    assert centre.answer("warning", case, "ford", "--as", "XAA")["text"] == TEXT
    for seat in ("XAD", "secretariat"):
        hidden = centre.run("warning", case, "ford", "--as", seat, "--json")
        assert (hidden.code, hidden.json["error"]["status"]) == (2, 404)
        never = centre.run("warning", case, "no-such-warning", "--as", seat, "--json")
        assert hidden.json == never.json
        assert TEXT not in msgspec.json.encode(stories(centre, seat)).decode()
    holders = {
        told["seat"]: told for told in centre.answer("warning", case, "ford", "--holders", "--as", "XAB")["holders"]
    }
    assert set(holders) == {"XAA", "XAC"}
    assert holders["XAA"]["delivered"]
    assert "delivered" not in holders["XAC"]


def test_a_preview_tells_who_would_see_it_and_sends_nothing(centre: RunningCentre) -> None:
    before = stories(centre, "XAA")
    lines = centre.answer("warn", "--from", "XAB", "--text", TEXT, "--to", "XAA", "--preview")["preview"]
    assert {told["seat"] for told in lines if told["sees"]} == {"XAA", "XAB"}
    assert all(told["why"] for told in lines)
    assert stories(centre, "XAA") == before


def test_a_recall_is_told_to_those_who_hold_it_and_confirmed_by_them(centre: RunningCentre) -> None:
    case = warned(centre, "error")
    centre.answer("warning", case, "error", "--as", "XAC")
    waits = centre.answer("recall", case, "error", "--why", "a hoax", "--from", "XAB")
    assert waits["status"] == "pending"  # the Pact wants two persons for it
    alone = centre.run("pending", "confirm", waits["pending"], "--as", "XAB", "--json")
    assert (alone.code, alone.json["error"]["status"]) == (2, 403)
    deputy = str(centre.folder / "deputy")
    password = ("--password-file", str(centre.password_file))
    centre.answer("desk", "approve", centre.entered("XAB", "liaison", "deputy"), "--as", "secretariat")
    login = ("desk", "login", "--name", "deputy", *password, "--centre", centre.address)
    assert tocsin(*login, TOCSIN_HOME=deputy).code == 0
    assert tocsin("pending", "confirm", waits["pending"], TOCSIN_HOME=deputy).code == 0
    asks = centre.answer("situation", "--as", "XAC")["asks"]
    assert ("acknowledge recall", "error") in {(ask["kind"], ask["name"]) for ask in asks}
    centre.answer("ack", "--case", case, "--warning", "error", "--as", "XAC")
    read = centre.answer("warning", case, "error", "--as", "XAC")
    assert (read.get("text", ""), read["recall_why"]) == ("", "a hoax")
    (line,) = [told for told in centre.answer("released", "--as", "XAC")["released"] if told["warning"] == "error"]
    assert line["recalled"]


def test_a_warning_can_be_read_from_standard_input_and_cannot_steer_the_terminal(centre: RunningCentre) -> None:
    text = "\x1b[2J\x1b]0;owned\x07 Tanks."
    words = [sys.executable, "-m", "tocsin", "warn", "--from", "XAB", "--text", "-", "--to", "XAA", "--name", "esc"]
    env = {"PYTHONPATH": str(ROOT / "src"), "TOCSIN_HOME": str(centre.home), "PATH": ""}
    done = subprocess.run(
        [*words, "--case", "XAB-esc"], env=env, input=text, capture_output=True, text=True, check=True
    )
    assert "Accepted" in done.stdout
    assert centre.answer("warning", "XAB-esc", "esc", "--as", "XAA")["text"] == text
    shown = centre.run("warning", "XAB-esc", "esc", "--as", "XAA").out
    assert "\x1b" not in shown
    assert "owned" in shown


# ---- the law


def test_a_crisis_from_request_to_broken_silence(centre: RunningCentre) -> None:
    where = ("--case", "crisis", "--procedure", "help")
    chair = ("--as", "secretariat", "--by", "SG")
    asked = centre.answer("consult", "--as", "XAB", "--case", "crisis", "--kind", "threat", "--text", "Troops gather.")
    assert [fact["fact"] for fact in asked["facts"]][:2] == ["case opened", "request made"]
    centre.answer("text", "table", "--as", "XAB", *where, "--matter", "assist", "--text", "Send help.")
    centre.answer("text", "silence", *chair, *where)
    late = centre.run("text", "silence", *chair, *where, "--json")
    assert (late.code, late.json["exit_code"], late.json["error"]["status"]) == (1, 1, 422)
    assert late.json["error"]["code"]
    assert late.err.startswith("Refused: ")
    centre.answer("ack", "--case", "crisis", "--procedure", "help", "--as", "XAC")
    told = ("--for", "XAD", "--note", "telephone, 14:05Z")
    centre.answer("position", "support", *where, *told, *chair)
    (line,) = [
        row
        for row in centre.answer("case", "crisis", "--as", "XAA")["procedures"][0]["positions"]
        if row["party"] == "XAD"
    ]
    assert line["on_behalf"] == "unconfirmed"
    centre.answer("position", "support", *where, "--confirm", "--as", "XAD")
    broken = centre.answer("position", "object", *where, "--as", "XAC")
    assert "silence broken" in [fact["fact"] for fact in broken["facts"]]
    shown = centre.run("case", "crisis", "--as", "XAA").flat
    assert "Procedure help: assist in Meridian Council" in shown


def test_a_position_that_comes_too_late_is_told_as_without_effect_and_ends_with_one(centre: RunningCentre) -> None:
    where = ("--case", "late", "--procedure", "help")
    centre.answer("consult", "--as", "XAB", "--case", "late", "--kind", "threat")
    centre.answer("text", "table", "--as", "XAB", *where, "--matter", "procedure", "--text", "Meet daily.")
    for seat in ("XAB", "XAC", "XAD"):
        centre.answer("position", "support", *where, "--as", seat)
    centre.answer("act", centre.file({"do": "convene", "case": "late", "organ": "council"}), "--as", "XAB")
    centre.answer("text", "close", *where, "--as", "secretariat", "--by", "SG")
    late = centre.run("position", "object", *where, "--as", "XAA")
    assert (late.code, "✗ Recorded, without effect: " in late.out, "Accepted" in late.out) == (1, True, False)
    as_json = centre.run("position", "object", *where, "--as", "XAA", "--json")
    assert (as_json.code, [fact["fact"] for fact in as_json.json["facts"]]) == (1, ["attempt recorded"])


def test_an_act_says_what_kind_of_centre_it_was_done_at_and_names_who_did_it(centre: RunningCentre) -> None:
    said = centre.run("consult", "--as", "XAB", "--case", "named").out
    assert "LIVE" in said
    assert "HYPOTHETICAL" in said
    assert "Belmora appealed to 'consult'" in said
    assert "LIVE" in centre.run("case", "named", "--as", "XAB").out


def test_what_is_asked_names_the_command_that_answers_it(centre: RunningCentre) -> None:
    case = warned(centre, "asked", "XAD")
    assert f"→ tocsin ack --case {case} --warning asked" in centre.run("situation", "--as", "XAD").out


def test_a_case_shows_when_nobody_was_heard_and_what_that_did_to_the_deadline() -> None:
    gap = ("2031-05-04T08:00:00Z", "2031-05-04T09:30:00Z")
    heard = "The centre could not hear its members from 4 May 2031 08:00 UTC to 4 May 2031 09:30 UTC"
    assert gap_words(gap, "extend") == f"{heard}; its deadline was moved by as much."
    assert gap_words(gap, "stand") == f"{heard}; its deadline stands all the same."
    assert reach_words([{"name": "Ardovia", "delivered": True}, {"name": "Belmora", "delivered": False}]) == (
        "Known to have the text: Ardovia (1 of 2)"
    )
    assert reach_words([{"name": "Ardovia"}]) == ""


@pytest.mark.parametrize(
    ("unit", "capability", "said"),
    [("trucks", "truck", "2 of 6 trucks, short of 4"), ("persons", "medics", "2 of 6 persons of medics, short of 4")],
)
def test_what_is_needed_is_not_named_twice(unit: str, capability: str, said: str) -> None:
    line = {"id": "a", "required": 6, "unit": unit, "capability": capability}
    assert line_words({"line": line, "pledged": 2, "shortfall": 4}) == f"a: {said}"


def test_a_receipt_is_printed_as_it_stands_and_where_there_is_none_it_says_why(centre: RunningCentre) -> None:
    warned(centre, "proven", "XAC")
    mine, theirs = stories(centre, "XAB")[-1]["cursor"], stories(centre, "XAC")[-1]["cursor"]
    proof = centre.run("receipt", mine, "--as", "XAB")
    assert proof.out.startswith("c2sp.org/tlog-proof@v1\n")
    assert proof.out == centre.answer("receipt", mine, "--as", "XAB")["receipt"]
    refused = centre.run("receipt", theirs, "--as", "XAC", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (2, "no proof")


def test_another_persons_desk_of_the_same_seat_is_not_replaced_in_silence(centre: RunningCentre) -> None:
    held = centre.answer("desk", "login", "--name", "XAD", *centre.password)["desk"]
    centre.answer("desk", "approve", centre.entered("XAD", "reader", "colleague"), "--as", "secretariat")
    login = ("desk", "login", *centre.password, "--name")
    assert f"held desk {held} of XAD" in " ".join(centre.run(*login, "colleague").err.split())
    assert centre.answer(*login, "XAD")["replaced"] != held
    assert centre.run(*login, "XAD").err == ""


def test_a_live_centre_has_no_clock_to_move(centre: RunningCentre) -> None:
    assert centre.run("clock", "--rate", "2", "--as", "secretariat").code == 2
    assert centre.run("clock", "--rate", "2", "--pause", "--as", "secretariat").code == 2


def test_the_same_command_again_does_nothing_twice(centre: RunningCentre) -> None:
    words = ("consult", "--as", "XAB", "--case", "twice", "--id", "once-only")
    first, second = centre.answer(*words), centre.answer(*words)
    assert (first["status"], second["status"]) == ("accepted", "repeated")
    assert first["facts"] == second["facts"]
    other = centre.run(*words, "--text", "Another.", "--json")
    assert (other.code, other.json["error"]["status"]) == (2, 409)


def test_any_command_can_be_handed_in_as_json(centre: RunningCentre, tmp_path: Path) -> None:
    file = tmp_path / "command.json"
    file.write_bytes(msgspec.json.encode({"do": "no such thing", "id": "x", "case": "act"}))
    assert centre.run("act", str(file), "--as", "XAB").code == 2
    for content in (b"", b"[]", b'{"id": "x"}', b"\xff"):
        file.write_bytes(content)
        assert centre.run("act", str(file), "--as", "XAB").code == 2
    centre.answer("consult", "--as", "XAB", "--case", "act")
    file.write_bytes(msgspec.json.encode({"do": "convene", "case": "act", "organ": "council"}))
    assert centre.answer("act", str(file), "--as", "XAB")["facts"]


def test_a_nation_signs_with_its_own_key(centre: RunningCentre) -> None:
    centre.answer("desk", "key", "make", "--as", "XAA")
    key = centre.answer("desk", "key", "register", "--as", "XAA")
    sign = ("consult", "--as", "XAA", "--sign", "--case")
    assert centre.run(*sign, "signed").code == 2  # nobody has confirmed it
    wrong = ("desk", "key", "confirm", key["id"], "-".join(["0000"] * 8), "--as", "secretariat")
    assert centre.run(*wrong).code == 2
    centre.answer("desk", "key", "confirm", key["id"], key["fingerprint"], "--as", "secretariat")
    centre.answer(*sign, "signed")
    assert f"own key {key['fingerprint']}" in stories(centre, "XAB")[-1]["attested"]
    centre.answer("warn", "--from", "XAA", "--sign", "--text", TEXT, "--to", "XAB", "--name", "s", "--case", "XAA-s")
    assert centre.answer("warning", "XAA-s", "s", "--as", "XAB")["text"] == TEXT
    centre.answer("desk", "settings", "--require-key", "--as", "XAA")
    unsigned = centre.run("consult", "--as", "XAA", "--case", "unsigned", "--json")
    assert (unsigned.code, unsigned.json["error"]["code"]) == (2, "own key needed")


# ---- the feed


def test_a_watch_goes_on_where_it_stopped(centre: RunningCentre) -> None:
    centre.answer("watch", "--once", "--as", "XAC")
    assert centre.answer("watch", "--once", "--as", "XAC")["items"] == []
    warned(centre, "later")
    (item,) = [told for told in centre.answer("watch", "--once", "--as", "XAC")["items"] if told["kind"] == "warning"]
    assert item["name"] == "later"
    assert centre.answer("watch", "--once", "--as", "XAC")["items"] == []
    assert len(stories(centre, "XAC")) > 1


def test_a_live_feed_outlives_the_centre_that_is_killed(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.found()
        for seat in ("XAA", "XAB"):
            one.seat(seat)
        words = [sys.executable, "-m", "tocsin", "watch", "--as", "XAA", "--json"]
        env = {"PYTHONPATH": str(ROOT / "src"), "TOCSIN_HOME": str(one.home), "PATH": ""}
        feed = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True)
        assert feed.stdout is not None
        try:
            found: list[dict[str, Any]] = []
            for name in ("first", "second", "third"):
                warned(one, name, "XAA")
                while not found or found[-1].get("name") != name or found[-1]["kind"] != "warning":
                    found.append(msgspec.json.decode(feed.stdout.readline()))
                one.end(signal.SIGKILL)
                one.start()
        finally:
            feed.send_signal(signal.SIGINT)
            code = feed.wait(30)
            feed.stdout.close()
        assert code == 130
        cursors = [told["cursor"] for told in found]
        assert len(set(cursors)) == len(cursors)
        whole = [told["cursor"] for told in stories(one, "XAA")]
        assert whole[: len(cursors)] == cursors


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.found()
        one.seat("XAB")
        one.seat("XAC")
        case = warned(one, "kept", "XAC")
        words = ("consult", "--as", "XAB", "--case", "kept", "--id", "kept-id")
        first = one.answer(*words)
        before = stories(one, "XAC")
        one.end(signal.SIGKILL)
        one.start()
        assert stories(one, "XAC")[: len(before)] == before
        again = one.answer(*words)
        assert (again["status"], again["facts"]) == ("repeated", first["facts"])
        assert one.answer("warning", case, "kept", "--as", "XAC")["text"] == TEXT


# ---- copies


def test_a_backup_of_a_running_centre_goes_on_in_another_folder(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.found()
        one.seat("XAB")
        one.seat("XAC")
        case = warned(one, "saved", "XAC")
        repeated = ("warn", "--from", "XAB", "--text", TEXT, "--to", "XAC", "--name", "again", "--id", "once-only")
        one.answer(*repeated)
        invited = one.answer("desk", "invite", "XAD", "--as", "secretariat")
        copy = tmp_path / "out.tocsin"
        told = one.answer("backup", str(one.data), str(copy))
        for kept in ("desks", "secret"):
            assert Path(told[kept]).stat().st_mode & 0o777 == 0o600
        one.end()
        assert one.run("restore", str(copy), str(one.data), "--reason", "a drill").code == 2
        one.data = tmp_path / "restored"
        done = one.answer("restore", str(copy), str(one.data), "--reason", "a drill")
        assert done["restored"]["origin"] != told["origin"]
        assert done["secret"] is True
        one.start()
        assert "link" not in one.told
        shown = tocsin("ledger", "show", str(one.data / "centre.tocsin"), "--json").json["shown"]
        assert [entry["what"] for entry in shown if "outage" in entry["what"]]  # nobody was heard since the backup
        assert one.run("cases", "--as", "XAB").code == 2  # no session outlives a restore
        password = ("--password-file", str(one.password_file))
        one.answer("desk", "login", "--name", "XAC", *password)
        assert one.answer("warning", case, "saved", "--as", "XAC")["text"] == TEXT
        late = one.run("desk", "enter", invited["link"], "--name", "late", *password)
        assert late.code == 2  # nor does an invitation
        one.answer("desk", "login", "--name", "XAB", *password)
        assert one.answer(*repeated)["status"] == "repeated"  # its sender may never have heard that it was taken
        assert [told["name"] for told in stories(one, "XAB") if told.get("name") == "again"] == ["again"]
        assert one.run(*repeated, "--marking", "TLP:RED", "--json").json["error"]["status"] == 409


def test_a_restore_puts_the_secret_that_is_there_aside_and_takes_none_that_is_not_whole(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        one.end()
    copy, restored = tmp_path / "copy", tmp_path / "restored"
    assert tocsin("backup", str(one.data), str(copy)).code == 0
    beside = tmp_path / "copy.secret"
    secret = beside.read_bytes()
    assert secret == (one.data / "secret").read_bytes()
    beside.write_bytes(secret[:8])
    refused = tocsin("restore", str(copy), str(restored), "--reason", "a drill")
    assert (refused.code, "copy.secret is no secret of a centre" in refused.err) == (2, True)
    assert not restored.exists()
    beside.write_bytes(secret)
    restored.mkdir()
    (restored / "secret").write_bytes(b"x" * 32)
    words = ("restore", str(copy), str(restored), "--reason", "a drill")
    assert tocsin(*words).code == 2
    assert tocsin(*words, "--replace").code == 0
    assert (restored / "secret").read_bytes() == secret
    assert (restored / "secret").stat().st_mode & 0o777 == 0o600
    assert (restored / "secret.aside-1").read_bytes() == b"x" * 32
    beside.unlink()  # as in a backup of an earlier release
    assert tocsin(*words, "--replace", "--json").json["secret"] is False
    assert (restored / "secret").read_bytes() == secret


def test_a_folder_that_is_no_centre_is_not_backed_up(tmp_path: Path) -> None:
    assert tocsin("backup", str(tmp_path), str(tmp_path / "out")).code == 2
    assert tocsin("restore", str(tmp_path / "none"), str(tmp_path / "data"), "--reason", "a drill").code == 2
    assert not (tmp_path / "data").exists()


# ---- replays


GOOD = ROOT / "tests/cases/good"


@pytest.mark.parametrize(
    ("case", "charter", "readings"),
    [
        ("nato-2003-turkey", "nato", ()),
        ("saarc-2016-summit", "saarc", ()),
        ("outage", "meridian", ()),
        ("membership", "meridian", ()),
        ("missiles", "meridian", ("cyber-counts",)),
        ("open-questions", "meridian", ()),
    ],
)
def test_a_case_played_through_a_centre_comes_out_as_in_a_replay(
    case: str, charter: str, readings: tuple[str, ...], tmp_path: Path
) -> None:
    own = GOOD / f"{case}.toml"
    case = str(own) if own.exists() else case
    chosen = [word for reading in readings for word in ("--reading", reading)]
    settings = ("--settings", fast_settings(tmp_path))
    with running(tmp_path, "--charter", charter, "--mode", "replay", *chosen, *settings) as one:
        one.found()
        one.seat("secretariat", "conductor", name="conductor")
        token = str(tmp_path / "token")
        one.answer("token", "create", "secretariat", "--scope", "all", "--out", token)
        waits: list[float] = []
        words = ("replay", case, "--into", one.address, "--speed", "3600000")
        done = tocsin(*words, "--token-file", token, "--json", sleep=waits.append)
        assert done.code in (0, 1), done.err
        assert waits
        plain = report_of(case, readings=readings)
        (run,) = msgspec.convert(done.json, ReplayReport).runs
        for line, wanted in zip(run.lines, plain.runs[0].lines, strict=True):
            assert (line.mark, line.computed, line.differences) == (wanted.mark, wanted.computed, wanted.differences)
        assert run.headlines == plain.runs[0].headlines
        assert done.code == int(bool(run.counts["differs"]))
        again = one.run(*words)
        assert (again.code, "already" in again.err) == (2, True)


def test_steps_are_printed_as_they_are_played(tmp_path: Path) -> None:
    with running(tmp_path, "--mode", "replay") as one:
        one.found()
        one.seat("secretariat", "conductor", name="conductor")
        done = one.run("replay", str(GOOD / "outage.toml"), "--into", one.address)
        assert done.code == 0, done.err
        assert "How the steps compare with the record" in done.out


def test_a_case_is_played_only_under_its_own_charter(centre: RunningCentre) -> None:
    done = centre.run("replay", "nato-2003-turkey", "--into", centre.address, "--as", "secretariat")
    assert done.code == 2
    assert "tocsin serve --charter nato --mode replay" in " ".join(done.err.split())


# ---- what goes wrong


@pytest.mark.parametrize("words", [("situation",), ("warn", "--text", "x"), ("watch", "--once"), ("desk", "list")])
def test_whoever_is_not_signed_in_is_told_how(words: tuple[str, ...], tmp_path: Path) -> None:
    done = tocsin(*words, "--json", TOCSIN_HOME=str(tmp_path))
    assert done.code == 2
    assert "tocsin desk login" in done.json["error"]["message"]


def test_a_centre_that_does_not_answer_is_wrong_input(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("no matter", encoding="utf-8")
    words = ("desk", "login", "--name", "x", "--password-file", str(password), "--centre", "http://127.0.0.1:1")
    done = tocsin(*words, "--json", TOCSIN_HOME=str(tmp_path))
    assert (done.code, done.json["error"]["code"]) == (2, "unreachable")
    far = tocsin("situation", "--centre", "http://centre.example", TOCSIN_HOME=str(tmp_path))
    assert (far.code, "https" in far.err) == (2, True)


def test_several_seats_are_to_be_told_apart(centre: RunningCentre) -> None:
    assert "XAA, XAB, XAC, XAD" in centre.run("situation").err
    assert "not signed in as XAE" in " ".join(centre.run("situation", "--as", "XAE").err.split())


def test_a_person_at_a_terminal_is_asked_for_a_password_that_is_not_shown(
    centre: RunningCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited = centre.invitation("XAD", "reader")
    enter = ("desk", "enter", invited["link"], "--name", "asked")
    nobody = centre.run(*enter)
    assert (nobody.code, "--password-file" in nobody.err) == (2, True)
    said = [PASSWORD, "something else", PASSWORD, PASSWORD]
    monkeypatch.setattr("tocsin.cli.ledger_open.is_asked", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: said.pop(0))
    differ = centre.run(*enter)
    assert (differ.code, "not the same" in differ.err) == (2, True)
    done = centre.run(*enter)
    assert done.code == 0
    assert PASSWORD not in done.out + done.err


def test_a_wrong_password_says_nothing_of_the_name(centre: RunningCentre, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password", encoding="utf-8")
    login = ("desk", "login", "--password-file", str(wrong), "--json", "--name")
    known, unknown = centre.run(*login, "XAB"), centre.run(*login, "nobody of this name")
    assert known.code == unknown.code == 2
    assert known.json == unknown.json
