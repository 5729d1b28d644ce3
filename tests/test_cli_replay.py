"""`tocsin replay` and `tocsin demo --terminal`: recorded crises in the terminal."""

from pathlib import Path

import pytest

from tests.cli import never, tocsin
from tests.sample_report import LINES, line
from tocsin.alliance.records import Opening, decode
from tocsin.charter.files.catalog import resource_names
from tocsin.cli.replay_print import PAUSE_MAX_SECONDS, Pace
from tocsin.cli.replay_tables import totals
from tocsin.ledger import FileLedger, FileReader

INVENTED = str(Path(__file__).parent / "cases/good/missiles.toml")
NATO = "nato-2003-turkey"


def test_the_list_of_cases() -> None:
    done = tocsin("replay", "list")
    assert done.code == 0
    for name in resource_names("cases"):
        assert name in done.out
    assert "3 rival readings" in done.out
    cases = tocsin("replay", "list", "--json").json["cases"]
    nato = next(case for case in cases if case["case"] == NATO)
    assert (nato["first"], nato["charter"]) == ("2003-01-15", "nato")


def test_nato_2003_shows_the_silence_its_break_the_request_and_the_change_of_forum() -> None:
    done = tocsin("replay", NATO)
    assert done.code == 0
    texts = (
        "silence opened Secretary General of NATO",
        "→ silence runs [PRACTICE.silence",
        "deadline 10 Feb 2003 12:00 +01:00",
        "positions stated France, Belgium, Germany 09:00 to 10:00 +01:00",
        "→ broken in North Atlantic Council",
        "broken 2 h to 3 h before the end",
        "request Türkiye",
        "→ duty triggered [NAT.4]",
        "→ moved to Defence Planning Committee",
        "→ adopted in Defence Planning Committee",
        "How the steps compare with the record",
        "first decision adopted 5 d 11 h to 6 d 15 h",
    )
    places = [done.flat.index(text) for text in texts]
    assert places == sorted(places)
    assert "✗ 0 differs" in done.out
    assert done.out.index("Rests on weak sources") < done.out.index("15 Jan 2003")


def test_days_are_headings_with_the_time_that_passed() -> None:
    out = tocsin("replay", NATO).out
    assert "\n10 Feb 2003  4 d later\n" in out
    assert out.count("10 Feb 2003  4 d later") == 1


def test_sources_on_request() -> None:
    assert "source: " not in tocsin("replay", NATO).out
    done = tocsin("replay", NATO, "--sources")
    assert "source: nato.int/docu/speech/2003/s030210a.htm" in done.flat
    assert "other sources: " in done.out
    assert "inferred by the case's author: " in done.flat


def test_rival_readings_stand_side_by_side_and_a_difference_ends_with_one() -> None:
    done = tocsin("replay", "csto-2022-kazakhstan")
    assert done.code == 1
    assert "Rival readings side by side: the steps on which they part" in done.out
    assert "states-only: ✗ differs duty excluded" in done.flat
    assert "decision steps, 0 of them open under states-only" in done.flat


def test_one_chosen_reading() -> None:
    done = tocsin("replay", "csto-2022-kazakhstan", "--reading", "states-only", "--json")
    assert done.code == 1
    assert [run["readings"] for run in done.json["runs"]] == [["states-only"]]


def test_an_invented_case_carries_the_banner() -> None:
    done = tocsin("replay", INVENTED)
    assert done.code == 0
    assert done.out.startswith(" HYPOTHETICAL ")
    assert "account hack, reading cyber-does-not-count: excluded [MP.5]" in done.flat
    assert "report owed to UNSC" in done.out
    assert tocsin("replay", INVENTED, "--json").json["hypothetical"] is True


def test_what_is_missing_is_named() -> None:
    done = tocsin("replay", str(Path(INVENTED).with_name("open-questions.toml")))
    assert "? open" in done.out
    assert "missing: " in done.out


def test_all_cases_in_one_table_with_totals() -> None:
    done = tocsin("replay", "--all", "--json")
    runs = done.json["runs"]
    assert {run["case"] for run in runs} == set(resource_names("cases"))
    assert done.code == int(any(run["counts"]["differs"] for run in runs))
    assert done.json["totals"]["steps"] == sum(run["steps"] for run in runs)
    shown = tocsin("replay", "--all", COLUMNS="80")
    assert shown.code == done.code
    assert f"total, {len(runs)} runs" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 80
    assert all(name in shown.out for name in resource_names("cases"))


def test_totals_of_nothing() -> None:
    assert totals([])["steps"] == 0


def test_speed_waits_for_the_gaps_and_never_longer_than_two_seconds() -> None:
    pauses: list[float] = []
    done = tocsin("replay", INVENTED, "--speed", "36000", sleep=pauses.append)
    assert done.code == 0
    assert 0 < max(pauses) <= PAUSE_MAX_SECONDS
    assert pytest.approx(300 / 36000) == min(pauses)  # five minutes, from 10:00 to 10:05
    assert PAUSE_MAX_SECONDS in pauses


def test_without_speed_nothing_waits() -> None:
    Pace(never).wait(LINES[0], LINES[1])
    waited: list[float] = []
    Pace(waited.append, 3600).wait(
        line(1, "2003-02-06T16:00:00Z", "note", "", ""), line(2, "2003-02-06T17:00:00Z", "note", "", "")
    )
    Pace(waited.append, pause_seconds=0.25).wait(None, LINES[0])
    assert waited == [1.0, 0.25]


def test_stopping_a_replay_keeps_what_was_recorded(tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    done = tocsin("replay", INVENTED, "--speed", "1", "--ledger", str(tmp_path / "run.ledger"), sleep=stop)
    assert done.code == 130
    assert done.err == "\nStopped. Whatever was recorded until here is kept.\n"
    whole = tocsin("replay", INVENTED, "--ledger", str(tmp_path / "whole.ledger"))
    assert whole.code == 0
    kept, complete = FileReader(tmp_path / "run.ledger"), FileReader(tmp_path / "whole.ledger")
    assert len(kept) == len(complete)
    assert isinstance(decode(next(kept.read())), Opening)
    kept.close()
    complete.close()


def test_a_ledger_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all,\n", encoding="utf-8")
    done = tocsin("replay", INVENTED, "--ledger", str(tmp_path / "letter.txt"), "--json")
    assert done.code == 2
    assert "is no Tocsin ledger; it is left as it is" in done.err
    assert "no Tocsin ledger" in done.json["error"]["message"]
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "Dear all,\n"


def test_a_replay_is_not_written_into_a_live_ledger(tmp_path: Path) -> None:
    FileLedger(tmp_path / "centre.tocsin", mode="live").close()
    done = tocsin("replay", INVENTED, "--ledger", str(tmp_path / "centre.tocsin"))
    assert done.code == 2
    assert "is a LIVE ledger; nothing of a REPLAY can be written to it" in " ".join(done.err.replace("│", "").split())


def test_a_page_is_written_beside_the_text(tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    done = tocsin("replay", INVENTED, "--html", str(page), "--json")
    assert done.json["case"] == "missiles"
    assert done.err == f"Wrote {page}.\n"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name a case, or say 'list' or --all."),
        ((NATO, "--all"), "name one case or say --all, not both."),
        (("--all", "--html", "x.html"), "a page holds one case; name it."),
        (("list", "--html", "x.html"), "a page holds one case; name it."),
        (("nato-2003-turky",), "Did you mean 'nato-2003-turkey'?"),
        ((NATO, "--speed", "0"), "--speed"),
        ((NATO, "--reading", "odd"), "There is no reading 'odd'."),
        ((NATO, "--html", "nowhere/out.html"), "nowhere/out.html: no such file or directory"),
    ],
)
def test_what_cannot_be_replayed(words: tuple[str, ...], says: str) -> None:
    done = tocsin("replay", *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_a_case_with_mistakes_is_located() -> None:
    bad = Path(__file__).parent / "cases/bad/unknown-fields.toml"
    done = tocsin("replay", str(bad), "--json")
    assert done.code == 2
    assert done.json["error"]["kind"] == "CaseError"
    assert all(problem["line"] for problem in done.json["error"]["problems"])
    assert f"{bad}:" in done.err


def test_the_demo_in_the_terminal_is_short_and_ends_with_three_commands_that_work() -> None:
    done = tocsin("demo", "--terminal")
    assert done.code == 0
    for text in (
        "silence opened",
        "→ broken",
        "→ duty triggered",
        "→ moved to Defence Planning Committee",
        "deployment",
    ):
        assert text in done.flat
    ending = done.out.partition("What next?")[2].splitlines()
    commands = [text.strip() for text in ending if text.startswith("  tocsin ")]
    assert len(commands) == 3
    for command in commands:
        assert tocsin(*command.split()[1:]).code in (0, 1), command
    assert len(done.out.splitlines()) < 90


def test_the_demo_at_a_chosen_speed_and_as_json() -> None:
    pauses: list[float] = []
    assert tocsin("demo", "--terminal", "--speed", "1000000", sleep=pauses.append).code == 0
    assert pauses
    assert max(pauses) <= PAUSE_MAX_SECONDS
    assert tocsin("demo", "--terminal", "--json").json["case"] == NATO


def test_in_a_terminal_the_demo_pauses_a_little() -> None:
    pauses: list[float] = []
    done = tocsin("demo", "--terminal", sleep=pauses.append, FORCE_COLOR="1")
    assert set(pauses) == {0.25}
    assert "\x1b[" in done.out
