"""Precedents: plain words are understood, cases are found, and times that are not known are never guessed."""

from pathlib import Path

import pytest

from tests.cli import tocsin
from tocsin.replay.case import StepKind
from tocsin.replay.precedents import Interval, Precedents, Search, precedents, summary, understand


@pytest.mark.parametrize(
    ("words", "kinds", "texts"),
    [
        ("request for assistance", ("request",), ()),
        ("requests", ("request",), ()),
        ("no request", ("no request",), ()),
        ("consultation", ("convene",), ()),
        ("silence", ("open silence", "deadline", "confirm expiry"), ()),
        ("withdrawal", ("give notice", "revoke notice"), ()),
        ("suspension", ("suspend", "reinstate"), ()),
        ("deployment", ("deploy", "end deployment"), ()),
        ("end deployment", ("end deployment",), ()),
        ("text tabled", ("table",), ()),
        ("Patriot", (), ("patriot",)),
        ("request over a missile", ("request",), ("over", "missile")),
    ],
)
def test_plain_words_stand_for_kinds_of_step(words: str, kinds: tuple[StepKind, ...], texts: tuple[str, ...]) -> None:
    found = understand(words)
    assert (found.kinds, found.texts) == (kinds, texts)


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [("veto", ("blocked",)), ("vetoes", ("blocked",)), ("who objected", ("blocked", "broken")), ("silence", ())],
)
def test_plain_words_stand_for_outcomes(words: str, outcomes: tuple[str, ...]) -> None:
    assert (understand(words).outcomes, understand(words).texts) == (outcomes, ())


def test_words_that_tell_nothing_are_left_out_of_the_search() -> None:
    assert understand("who of the Patriots").texts == ("patriots",)
    assert understand("who of the").empty


def found_for(words: str, clause: str = "", system: str = "") -> Precedents:
    return precedents(understand(words, clause, system))


def test_requests_are_told_with_who_asked_under_which_clause_and_what_came_of_it() -> None:
    answer = found_for("request for assistance", system="csto")
    by_case = {one.case: one for one in answer.found}
    assert list(by_case) == ["csto-2010-kyrgyzstan", "csto-2021-armenia", "csto-2022-kazakhstan", "csto-2022-armenia"]
    armenia = by_case["csto-2022-armenia"]
    assert (armenia.steps[0].by, armenia.steps[0].clauses, armenia.steps[0].came) == ("ARM", ("CST.4",), "awaiting")
    assert armenia.outcome == "adopted, then blocked"
    assert by_case["csto-2021-armenia"].outcome == "no decision"
    assert by_case["csto-2010-kyrgyzstan"].class_ == "press"


def test_nobody_asking_is_a_complete_outcome() -> None:
    answer = found_for("no request")
    outcomes = {one.case: one.outcome for one in answer.found}
    assert outcomes["csto-2020-nagorno-karabakh"] == "no request"
    assert outcomes["nato-2026-turkey-missile"] == "no request"
    assert answer.summary.outcomes["no request"] == 2


def test_they_stand_in_the_order_of_their_days() -> None:
    days = [one.date for one in found_for("request").found]
    assert days == sorted(days)
    assert len(days) >= 12


def test_a_clause_narrows_the_search() -> None:
    answer = found_for("", clause="nat.4")
    assert {one.charter for one in answer.found} == {"nato"}
    assert all("NAT.4" in step.clauses for one in answer.found for step in one.steps)
    assert precedents(Search(words="", clause="NAT.99")).found == ()


def test_a_veto_finds_the_decisions_that_were_blocked() -> None:
    answer = found_for("veto")
    assert "saarc-2016-summit" in {one.case for one in answer.found}
    assert {step.came for one in answer.found for step in one.steps} == {"blocked"}


def test_words_beside_a_kind_may_stand_in_what_the_case_is_about() -> None:
    assert [one.case for one in found_for("request Paris").found] == ["eu-2015-france"]


def test_where_no_step_is_of_the_kind_the_words_are_looked_for() -> None:
    answer = found_for("withdrawal")
    assert answer.search.in_texts
    assert answer.search.texts == ("withdraw",)
    assert answer.found


def test_a_time_known_to_the_day_is_an_interval() -> None:
    kazakhstan = next(one for one in found_for("deployment").found if one.case == "csto-2022-kazakhstan")
    assert kazakhstan.times["t_first_unit"] == Interval(hours_least=0.0, hours_most=48.0)


def test_a_time_that_is_not_known_counts_in_no_median() -> None:
    answer = found_for("request", system="eu")
    assert [one.times["t_decide"] for one in answer.found] == [None]
    assert answer.summary.times["t_decide"].unknown == 1
    assert answer.summary.times["t_decide"].median_hours is None
    assert summary(()).times["t_decide"].known == 0


def test_the_median_is_that_of_the_middles_and_the_range_is_whole() -> None:
    answer = found_for("request", system="nato")
    times = answer.summary.times["t_consult"]
    known = [one.times["t_consult"] for one in answer.found]
    middles = sorted((one.hours_least + one.hours_most) / 2 for one in known if one is not None)
    assert times.median_hours is not None
    assert middles[0] <= times.median_hours <= middles[-1]
    assert times.most_hours == max(one.hours_most for one in known if one is not None)


def test_a_case_whose_readings_part_is_contested() -> None:
    outcomes = {one.case: one.outcome for one in found_for("decision").found}
    assert outcomes["csto-2022-kazakhstan"] in ("adopted", "contested")


# ---- The command


def test_the_command_sums_up() -> None:
    done = tocsin("precedents", "request for assistance")
    assert done.code == 0
    assert "steps: request" in done.out
    assert "KAZ: request (assist) under CST.4 → awaiting" in done.flat
    assert "to first deployment: median" in done.flat
    assert "unbounded or unknown in" in done.flat


def test_json_holds_the_same() -> None:
    answer = tocsin("precedents", "request", "--system", "gcc", "--json").json
    assert [one["case"] for one in answer["found"]] == ["gcc-2011-bahrain"]
    assert answer["summary"]["cases"] == 1


def test_nothing_found_ends_with_one_and_says_what_is_known() -> None:
    done = tocsin("precedents", "giraffes")
    assert done.code == 1
    assert "There is no such precedent" in done.out
    assert "deployment" in done.flat


def test_a_clause_that_is_in_no_charter_is_told_with_near_ones() -> None:
    done = tocsin("precedents", "consultation", "--clause", "NAT.99")
    assert done.code == 2
    assert "no charter has a clause 'NAT.99'" in done.err
    assert "NAT.9," in done.err
    assert "'csto' has no clause" in tocsin("precedents", "--clause", "NAT.4", "--system", "csto").err


def test_a_clause_without_a_precedent_ends_with_one() -> None:
    done = tocsin("precedents", "consultation", "--clause", "NAT.8")
    assert done.code == 1
    assert "no step of that kind that fits the rest is recorded" in done.flat


def test_words_that_tell_nothing_alone_are_refused() -> None:
    assert tocsin("precedents", "who of the").code == 2


def test_a_charter_that_is_none_is_told() -> None:
    done = tocsin("precedents", "request", "--system", "nat")
    assert done.code == 2
    assert "nato" in done.err


def test_nothing_to_look_for_is_told() -> None:
    assert tocsin("precedents").code == 2


def test_a_case_of_ones_own_can_be_searched(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'schema = 1\n[case]\nid = "mine"\ntitle = "Mine"\ncharter = "meridian"\nhypothetical = true\n'
        '[[step]]\nat = 2020-01-01\ndo = "note"\nby = "XAA"\nsays = "A zebra crosses."\nclass = "invented"\n',
        encoding="utf-8",
    )
    (found,) = precedents(understand("zebra"), [str(path)]).found
    assert (found.case, found.outcome, found.hypothetical) == ("mine", "no decision", True)
