"""`tocsin outcome`: positions, verdict, whom it binds, who could change it."""

import pytest
import typer

from tests.cli import tocsin
from tocsin.cli.outcome_query import parse_positions, parse_question, parse_questions

ASSIST = ("outcome", "meridian", "assist", "--on", "2026-01-01")


def test_a_blocked_text_tells_who_and_what_would_change_it() -> None:
    done = tocsin(*ASSIST, "--positions", "XAA=support,XAB=object,XAC=abstain")
    assert done.code == 1
    assert done.out.startswith(" HYPOTHETICAL  an invented alliance, and positions entered by hand")
    assert "✗ BLOCKED" in done.out
    assert "Belmora objects, and one is enough to break the silence [MR.1]" in done.flat
    assert "not stated (2): Dunmark, Elvaria" in done.flat
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
    assert "not counted, no elector in Defence Board: Elvaria" in board.flat
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
    assert tocsin(*words).code == 0
    assert tocsin("outcome", "meridian", "suspend", "--positions", "others=support,XAC=object").code == 1


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
        (("meridian", "assist", "--organ", "senate"), "There is no open forum of 'assist' 'senate'."),
        (("meridian", "assist", "--positions", "XAA=yes"), "'XAA=yes' is no position; write PARTY=POSITION"),
        (("meridian", "assist", "--positions", "XAA"), "'XAA' is no position"),
        (("meridian", "assist", "--positions", "XAA=object,XAA=support"), "'XAA' is named twice."),
        (("meridian", "assist", "--positions", "XAZ=object"), "There is no party of 'meridian' on 2026-01-15 'XAZ'."),
        (("meridian", "suspend", "--subject", "XAZ"), "There is no party of 'meridian' on 2026-01-15 'XAZ'."),
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
