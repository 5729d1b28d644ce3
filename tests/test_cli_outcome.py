"""`tocsin outcome`: positions, verdict, whom it binds, who could change it."""

from datetime import date
from pathlib import Path

import pytest
import typer

from tests.cli import tocsin
from tocsin.charter import load_charter
from tocsin.charter.forum import electors_of
from tocsin.charter.rules import kinds
from tocsin.charter.rules.ballot import Ballot
from tocsin.charter.rules.verdict import Outcome, compile_ballot
from tocsin.charter.told.outcome_words import rule_told, told
from tocsin.charter.told.query import questions_of
from tocsin.charter.told.words import rule_words
from tocsin.cli.outcome_query import parse_positions, parse_question, parse_questions
from tocsin.terms import PartyId

ASSIST = ("outcome", "meridian", "assist", "--on", "2026-01-01")


def test_a_blocked_text_tells_who_and_what_would_change_it() -> None:
    done = tocsin(*ASSIST, "--positions", "XAA=support,XAB=object,XAC=abstain")
    assert done.code == 1
    assert done.out.startswith(" HYPOTHETICAL  an invented alliance, and positions entered by hand")
    assert "✗ BLOCKED" in done.out
    assert "Belmora objects, and one is enough to break the silence [MR.1]" in done.flat
    assert "not stated (2): Dunmark (XAD), Elvaria (XAE)" in done.flat
    assert "? open, by Belmora supporting" in done.flat
    assert "All sets of up to 3 parties were tried. This is no forecast." in done.flat


def test_an_adopted_text_binds() -> None:
    done = tocsin(*ASSIST, "--positions", "others=support")
    assert done.code == 0
    assert "✓ ADOPTED" in done.out
    assert "Bound: Ardovia, Belmora, Corvenna, Dunmark and Elvaria." in done.flat
    assert "support (5)" in done.out


def test_silence_is_consent_once_it_is_closed() -> None:
    assert tocsin(*ASSIST).code == 1
    assert tocsin(*ASSIST, "--closed").code == 0


def test_another_organ_and_another_rule() -> None:
    board = tocsin(*ASSIST, "--positions", "others=support,XAE=object", "--organ", "defence-board")
    assert board.code == 0
    assert "in Defence Board, 4 electors" in board.flat
    assert "not counted, no elector in Defence Board: Elvaria (XAE)" in board.flat
    council = tocsin(*ASSIST, "--positions", "others=support", "--organ", "council", "--rule", "consensus", "--json")
    assert council.json["rule"] == "consensus"


def test_a_question_of_its_own() -> None:
    words = ("outcome", "meridian", "coalition", "--positions", "XAA=support,XAB=support", "--closed")
    done = tocsin(*words, "--question", "format:XAE=object")
    assert done.code == 1
    assert "on the question 'format'" in done.out
    assert "✓ adopted, by Elvaria supporting on 'format'" in done.flat
    assert tocsin(*words).code == 0


def test_the_party_concerned_has_no_vote() -> None:
    words = ("outcome", "meridian", "suspend", "--positions", "others=support,XAC=object", "--subject", "XAC")
    done = tocsin(*words)
    assert done.code == 0
    assert "5 seats, of which 4 vote on this" in done.flat
    assert "about Corvenna (XAC)" in done.flat
    assert "support (4): Ardovia (XAA), Belmora (XAB), Dunmark (XAD), Elvaria (XAE)" in done.flat
    assert "not counted: Corvenna (XAC), subject" in done.flat
    answer = tocsin(*words, "--json").json
    assert (answer["subject"], answer["not_counted"]) == ("XAC", {"XAC": "subject"})


def test_whoever_is_to_be_admitted_need_not_be_a_party_yet() -> None:
    words = ("outcome", "csto", "admit", "--on", "2015-01-01", "--positions", "others=support", "--subject")
    assert tocsin(*words, "SRB", "--json").json["subject"] == "SRB"
    assert "There is no party" in tocsin(*words, "XAA").err


def test_silence_alone_adopts_nothing_where_force_is_used() -> None:
    silent = tocsin(*ASSIST, "--closed")
    assert "Where force is used, silence alone adopts nothing" in silent.flat
    assert tocsin(*ASSIST, "--closed", "--json").json["caution"]
    for words in (("--positions", "others=support"), ("--rule", "consensus")):
        assert "silence alone" not in tocsin(*ASSIST, "--closed", *words).flat


def test_an_answer_says_which_readings_it_was_computed_under() -> None:
    assert "no reading chosen" in tocsin(*ASSIST).flat
    assert "readings: cyber-counts" in tocsin(*ASSIST, "--reading", "cyber-counts").flat
    assert tocsin(*ASSIST, "--reading", "cyber-counts", "--json").json["readings"] == ["cyber-counts"]


def test_positions_given_in_several_places_are_put_together() -> None:
    done = tocsin(*ASSIST, "--positions", "XAA=support", "--positions", "XAB=object", "--json")
    assert done.json["positions"] == {"XAA": "support", "XAB": "object"}
    assert parse_questions(["f:A=object", "f:B=support", "g:A=absent"]) == {
        "f": {"A": "object", "B": "support"},
        "g": {"A": "absent"},
    }
    twice = tocsin(*ASSIST, "--positions", "XAA=support", "--positions", "XAA=object")
    assert (twice.code, "'XAA' is named twice." in twice.err) == (2, True)
    with pytest.raises(typer.BadParameter, match="'A' is named twice on 'f'"):
        parse_questions(["f:A=object", "f:A=support"])


def test_a_choice_of_rule_asks_a_question_for_each_option() -> None:
    by = kinds.Consensus()
    options = (kinds.RuleOption(id="m", rule="majority"),)
    rule = kinds.Choice(by=by, options=options, otherwise=kinds.Consensus(question="late"))
    assert set(questions_of(rule)) == {"choose:m", "late"}


def test_real_states_carry_the_banner_because_nobody_took_these_positions() -> None:
    done = tocsin("outcome", "nato", "consult", "--positions", "others=support")
    assert done.out.startswith(" HYPOTHETICAL  positions entered by hand; no state has taken them")


def test_a_rule_that_nobody_published_is_open_and_says_what_is_missing() -> None:
    done = tocsin("outcome", "nato", "dialogue-md", "--json")
    assert done.code == 1
    assert done.json["outcome"]["verdict"] == "open"
    assert done.json["outcome"]["unset"]
    shown = tocsin("outcome", "nato", "dialogue-md")
    assert "rule: unset" in shown.out
    assert "cannot be told while the rule is unset" in shown.out


def test_many_who_could_each_change_it_stand_in_one_line() -> None:
    done = tocsin("outcome", "nato", "consult", "--positions", "others=support", "--rule", "consensus")
    assert "✗ blocked, by any one of these 32 objecting: Albania, Belgium, " in done.flat


def test_a_long_list_of_sets_is_cut_and_says_so() -> None:
    done = tocsin("outcome", "meridian", "procedure", "--positions", "XAA=object,XAB=object,XAC=object")
    assert "other sets of parties; --json lists them" in done.flat


def test_json_holds_verdict_trace_reasons_and_levers() -> None:
    answer = tocsin(*ASSIST, "--positions", "XAB=object", "--json").json
    assert answer["hypothetical"] is True
    assert answer["outcome"]["trace"]["clause"] == "MR.1"
    assert answer["explanation"][0].startswith("Blocked: Belmora objects")
    assert {lever["verdict"] for lever in answer["levers"]} <= {"open", "adopted"}
    assert answer["electors"] == ["XAA", "XAB", "XAC", "XAD", "XAE"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("meridian", "asist"), "There is no matter 'asist'. Did you mean 'assist'?"),
        (("meridian", "assist", "--organ", "senate"), "There is no open forum for 'assist' named 'senate'."),
        (("meridian", "assist", "--positions", "XAA=yes"), "'XAA=yes' is no position; write PARTY=POSITION"),
        (("meridian", "assist", "--positions", "XAA"), "'XAA' is no position"),
        (("meridian", "assist", "--positions", "XAA=object,XAA=support"), "'XAA' is named twice."),
        (("meridian", "assist", "--positions", "XAZ=object"), "on 2026-01-15 with the code 'XAZ'."),
        (("meridian", "suspend", "--subject", "XAZ"), "on 2026-01-15 with the code 'XAZ'."),
        (("meridian", "suspend"), "'suspend' is about one party: name the subject, such as --subject XAA."),
        (("meridian", "assist", "--subject", "XAA"), "'assist' is about no single party; leave it out."),
        (("meridian", "coalition", "--question", "fromat:XAA=support"), "Did you mean 'format'? Known: format"),
        (("meridian", "assist", "--reading", "cyber-counts", "--reading", "cyber-does-not-count"), "same question"),
        (("meridian", "assist", "--question", "XAA=support"), "'XAA=support' is no question"),
    ],
)
def test_what_cannot_be_counted(words: tuple[str, ...], says: str) -> None:
    done = tocsin("outcome", *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_positions_typed_by_hand() -> None:
    assert parse_positions(" A = support , B=qualified-abstention,", "-p") == {
        "A": "support",
        "B": "qualified_abstention",
    }
    assert parse_positions("", "-p") == {}
    assert parse_question("format:A=object") == ("format", {"A": "object"})
    assert parse_question("choose:majority:A=object") == ("choose:majority", {"A": "object"})
    with pytest.raises(typer.BadParameter):
        parse_question("choose:A=object")


EXPEL = ("outcome", "unsc", "expel", "--on", "2022-03-01", "--positions", "others=support", "--closed")
STATEMENT = ("outcome", "gcc", "statement", "--on", "2017-06-05", "--closed", "--positions")
KUWAIT = ("outcome", "unsc", "force", "--on", "1990-11-29", "--closed")
MERIDIAN = Path(__file__).parent.parent / "src/tocsin/charters/meridian.toml"
ASSIST_ELSEWHERE = """
[[matter]]
id = "assist"
title = "Assistance"
kind = "force"
clause = "MR.1"
reading = "cyber-counts"

[[matter.forum]]
organ = "defence-board"
rule = "consensus"
"""
KUWAIT_VOTES = ("--positions", "others=support,YEM=object,CUB=object,CHN=abstain")


def test_a_verdict_says_what_must_come_first() -> None:
    done = tocsin(*EXPEL, "--subject", "RUS")
    assert "✓ ADOPTED" in done.out
    assert "Only after: 'Recommendation to expel a member' [UN.6] is adopted" in done.flat
    answer = tocsin(*EXPEL, "--subject", "RUS", "--json").json
    assert answer["needs"] == [
        {"matter": "recommend-expulsion", "title": "Recommendation to expel a member", "clause": "UN.6"}
    ]


def test_a_verdict_says_what_follows_adoption() -> None:
    assert " Then: Carried out by all members or by some" in tocsin(*KUWAIT, *KUWAIT_VOTES).flat
    assert " Once adopted: Carried out by all" in tocsin(*KUWAIT, "--positions", "others=object").flat
    assert tocsin(*KUWAIT, "--json").json["then"].startswith("Carried out by all members")


def test_a_reading_that_changes_the_verdict_is_told_beside_it() -> None:
    done = tocsin(*KUWAIT, *KUWAIT_VOTES)
    assert done.code == 0
    assert "Contested: under 'every-permanent-vote' blocked by China." in done.flat
    assert "'every-permanent-vote': The words ask for the concurring votes" in done.flat
    (rival,) = tocsin(*KUWAIT, *KUWAIT_VOTES, "--json").json["contested"]
    assert (rival["reading"], rival["question"]) == ("every-permanent-vote", "concurrence")
    assert (rival["verdict"], rival["bound"], rival["blockers"]) == ("blocked", [], ["CHN"])
    assert rival["says"].startswith("The words ask")


def test_a_question_that_a_chosen_reading_answers_is_contested_no_more() -> None:
    for reading in ("no-negative-vote", "every-permanent-vote"):
        assert "Contested" not in tocsin(*KUWAIT, *KUWAIT_VOTES, "--reading", reading).out


def test_a_reading_that_changes_nothing_is_not_told() -> None:
    assert "Contested" not in tocsin(*KUWAIT, "--positions", "others=support").out


@pytest.mark.parametrize("more", [(), ("--question", "format:KAZ=abstain")])
def test_each_contested_question_is_tried_by_itself(more: tuple[str, ...]) -> None:
    words = ("outcome", "csto", "assist", "--on", "2026-01-01", "--positions", "ARM=object,others=support", "--closed")
    done = tocsin(*words)
    assert "✗ BLOCKED" in done.out
    assert "Contested: under 'against-the-order' adopted, binding Belarus, Kazakhstan, Kyrgyzstan, Russia" in done.flat
    assert "Contested: under 'freeze-counts' adopted, binding" in done.flat
    assert "[CSTOCH.12-limited, memory]" in done.flat
    chosen = tocsin(*words, "--reading", "against-the-order", *more, "--json").json
    assert chosen["outcome"]["verdict"] == "adopted"
    assert [one["reading"] for one in chosen["contested"]] == ["freeze-counts"]


def test_a_rule_that_holds_only_under_readings_asks_for_one() -> None:
    done = tocsin(*STATEMENT, "others=support,OMN=abstain")
    assert done.code == 1
    assert "in Ministerial Council, 6 electors" in done.flat
    assert "contested: choose one with --reading: abstainer-stays-out, abstainer-takes-part [GCCCH.13]" in done.flat
    assert "under 'abstainer-stays-out' adopted, binding United Arab Emirates, Bahrain" in done.flat
    assert "under 'abstainer-takes-part' blocked by Oman." in done.flat
    assert "rule: contested; under 'abstainer-stays-out' (any number of supporters is enough; quorum 2/3)" in done.flat
    assert "cannot be told until a reading is chosen" in done.out
    for untrue in ("no elector", "not in force", "do not say"):
        assert untrue not in done.flat


def test_readings_that_agree_are_said_to_agree() -> None:
    done = tocsin(*STATEMENT, "others=support")
    assert "All readings agree: adopted, binding United Arab Emirates, Bahrain, Kuwait" in done.flat
    answer = tocsin(*STATEMENT, "others=support", "--json").json
    assert (answer["missing"], answer["readings_agree"], len(answer["contested"])) == ("reading", True, 2)
    assert tocsin(*STATEMENT, "others=support", "--reading", "abstainer-takes-part").code == 0


def test_electors_that_nobody_looked_up_are_not_known() -> None:
    words = ("outcome", "unsc", "force", "--on", "1975-01-01", "--positions", "others=support,USA=object")
    done = tocsin(*words)
    assert "in Security Council, the electors of that day are not known, on 1975-01-01" in done.flat
    assert "not counted, the electors of that day are not known: United States (USA)" in done.flat
    assert "Still open: the electors of that day are not known; who decides in Security Council is unset" in done.flat
    assert "no elector in" not in done.flat
    answer = tocsin(*words, "--json").json
    assert (answer["missing"], answer["electors_known"]) == ("electors", False)


@pytest.mark.parametrize("typed", ["fra", "France", "FRANCE", " france "])
def test_a_party_may_be_typed_in_any_case_or_by_its_name(typed: str) -> None:
    answer = tocsin(*KUWAIT, "--positions", f"{typed}=object,Others=support", "--json").json
    assert answer["positions"]["FRA"] == "object"
    assert answer["outcome"]["blockers"] == ["FRA"]


def test_accents_need_not_be_typed() -> None:
    assert tocsin(*KUWAIT, "--positions", "cote d'ivoire=object", "--json").json["positions"] == {"CIV": "object"}


def test_a_subject_may_be_typed_by_its_name() -> None:
    assert tocsin(*EXPEL, "--subject", "russia", "--json").json["subject"] == "RUS"
    admit = tocsin("outcome", "csto", "admit", "--on", "2015-01-01", "--subject", "serbia", "--json")
    assert admit.json["subject"] == "SRB"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--positions", "frnce=object"), "There is no party 'frnce'. Did you mean FRA (France)?"),
        (("--positions", "fra=object,France=support"), "'FRA' is named twice."),
        (("--positions", "Guine=object"), "Did you mean GIN (Guinea) or GNB (Guinea-Bissau) or"),
        (("--positions", "zzz=object"), "with the code 'zzz'."),
    ],
)
def test_a_party_that_is_not_quite_named_is_asked_after(words: tuple[str, ...], says: str) -> None:
    done = tocsin(*KUWAIT, *words)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_a_subject_that_is_not_quite_named_is_asked_after() -> None:
    assert "Did you mean RUS (Russia)?" in tocsin(*EXPEL, "--subject", "Rusia").err


def test_an_exclusion_that_excludes_nobody_is_not_told() -> None:
    found = outcome_of(kinds.Excluding(who=("subject",), rule=kinds.Consensus(clause="M.2"), clause="M.1"))
    assert told(found, {})[0] == "Adopted: none of 2 electors stand against it [M.1, M.2]"


def test_a_threshold_that_asks_for_nobody_is_told_as_such() -> None:
    found = outcome_of(kinds.Majority(at_least="0/1", quorum="2/3"))
    assert (
        told(found, {})[0] == "Adopted: any number of supporters is enough; quorum: 2 of 2 electors present, 2 needed"
    )
    words = rule_words(kinds.Majority(at_least="0/1", quorum="2/3"), {})
    assert rule_told(words) == "any number of supporters is enough; quorum 2/3"


def outcome_of(rule: kinds.Rule) -> Outcome:
    """Two electors support; nobody is the subject."""
    ballot = Ballot(rule=rule, universe=(PartyId("XAA"), PartyId("XAB")), groups={"subject": ()})
    return compile_ballot(ballot).outcome({"XAA": "support", "XAB": "support"}, closed=True)


def test_the_electors_of_a_forum_are_known_without_its_rule() -> None:
    gulf = load_charter("gcc").as_of(date(2017, 6, 5))
    assert electors_of(gulf, gulf.matters["statement"].forum[0]) == ("ARE", "BHR", "KWT", "OMN", "QAT", "SAU")
    council = load_charter("unsc").as_of(date(1975, 1, 1))
    assert electors_of(council, council.matters["force"].forum[0]) is None


def test_a_reading_under_which_this_forum_is_closed_changes_no_verdict_here(tmp_path: Path) -> None:
    charter = tmp_path / "meridian.toml"
    charter.write_text(MERIDIAN.read_text(encoding="utf-8") + ASSIST_ELSEWHERE, encoding="utf-8")
    words = ("outcome", str(charter), "assist", "--organ", "council", "--positions", "XAB=object", "--json")
    answer = tocsin(*words).json
    assert (answer["outcome"]["verdict"], answer["contested"]) == ("blocked", [])
