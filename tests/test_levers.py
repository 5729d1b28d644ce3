"""Which electors could turn a verdict: found, minimal, and honest about what was not searched."""

from hypothesis import given

from tests.letters import A, B, C, D, compiled, compiled_session, said
from tests.strategies import Session, sessions
from tocsin.charter.rules.kinds import (
    Choice,
    Consensus,
    Excluding,
    LimitedFormat,
    Majority,
    RuleOption,
    TwoStep,
    Unanimity,
)
from tocsin.charter.rules.levers import Lever, levers
from tocsin.terms import PartyId, Position


def test_levers_are_the_smallest_sets_that_could_turn_the_verdict() -> None:
    found = levers(compiled(Consensus(), 4), said("ssoo"))
    assert (found.verdict, found.complete, found.searched_up_to) == ("blocked", True, 3)
    turned: dict[PartyId, Position] = {C: "support", D: "support"}
    assert found.changes == (Lever(parties=(C, D), moves=turned, verdict="adopted"),)


def test_levers_reach_other_questions_but_never_those_without_a_vote() -> None:
    rule = Excluding(who=("subject",), rule=LimitedFormat(question="format"))
    ready = compiled(rule, 4, groups={"subject": (A,)})
    assert levers(ready, said("ssss"), {"format": said("oooa")}, largest=1).changes == ()
    found = levers(ready, said("ssss"), {"format": said("osoa")}, largest=1)
    assert found.changes == (Lever(parties=(C,), elsewhere={"format": {C: "support"}}, verdict="adopted"),)


def test_levers_say_how_far_they_searched_when_there_is_too_much() -> None:
    found = levers(compiled(Majority(more_than="1/2"), 32), said("s" * 15 + "o" * 17))
    assert (found.complete, found.searched_up_to) == (False, 2)
    assert {len(lever.parties) for lever in found.changes} == {2}


def test_a_choice_never_put_is_not_turned_by_positions() -> None:
    fast = RuleOption(id="fast", rule=Majority(votes=1))
    rule = Choice(by=Consensus(), options=(fast,), otherwise=Consensus())
    found = levers(compiled(rule, 3), said("sso"))
    assert [(lever.parties, lever.moves, lever.elsewhere) for lever in found.changes] == [((C,), {C: "support"}, {})]
    put = levers(compiled(rule, 3), said("sso"), {"choose:fast": said("aao")}, largest=1)
    assert [(lever.moves, lever.elsewhere) for lever in put.changes] == [({C: "support"}, {})], "the text comes first"
    chosen = levers(compiled(rule, 3), said("soo"), {"choose:fast": said("aao")}, largest=1)
    assert [lever.elsewhere for lever in chosen.changes] == [{"choose:fast": {C: "support"}}]


def test_levers_know_that_support_for_a_first_step_gives_a_voice_in_the_second() -> None:
    rule = TwoStep(first=Majority(votes=1, question="format"), then=Unanimity(), among="willing")
    found = levers(compiled(rule, 3), said("sos"), {"format": said("soo")}, largest=1)
    assert found.verdict == "adopted"
    assert [(lever.parties, lever.moves, lever.elsewhere) for lever in found.changes] == [
        ((A,), {A: "object"}, {}),
        ((B,), {}, {"format": {B: "support"}}),
        ((C,), {C: "object"}, {"format": {C: "support"}}),
    ]


def test_in_a_closed_vote_the_silent_could_still_have_spoken() -> None:
    found = levers(compiled(Majority(more_than="1/2"), 3), said("so."), closed=True)
    assert found.changes[0] == Lever(parties=(B,), moves={B: "support"}, verdict="adopted")
    assert found.changes[1] == Lever(parties=(C,), moves={C: "support"}, verdict="adopted")


@given(sessions())
def test_every_lever_turns_the_verdict_and_no_smaller_one_does(session: Session) -> None:
    ready = compiled_session(session)
    found = levers(ready, session.positions, session.questions, session.closed, 2, 2000)
    for lever in found.changes:
        text = dict(session.positions) | dict(lever.moves)
        aside = {question: dict(positions) for question, positions in session.questions.items()}
        for question, moves in lever.elsewhere.items():
            aside[question] = aside.get(question, {}) | dict(moves)
        assert ready.judge(text, aside, session.closed) == lever.verdict != found.verdict
        rivals = [set(other.parties) for other in found.changes if other.verdict == lever.verdict]
        assert [rival for rival in rivals if rival <= set(lever.parties)] == [set(lever.parties)]
