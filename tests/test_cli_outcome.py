"""`tocsin outcome`: positions, verdict, whom it binds, who could change it."""

import pytest
import typer

from tests.cli import tocsin
from tocsin.charter.rules import kinds
from tocsin.cli.outcome_query import parse_positions, parse_question, parse_questions, questions_of

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
