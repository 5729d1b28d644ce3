"""Outcomes in plain words: what each kind of rule says of itself, and that none is at a loss."""

import pytest
from hypothesis import given

from tests.letters import STATES, A, C, D, compiled, compiled_session, outcome, said, weighing
from tests.strategies import Session, sessions
from tocsin.charter.rules.explain import explain
from tocsin.charter.rules.kinds import (
    AllOf,
    AnyOf,
    AtLeast,
    Choice,
    Consensus,
    Escalate,
    Excluding,
    Fallback,
    LimitedFormat,
    Majority,
    NegativeConsensus,
    QualifiedAbstentionCap,
    Rule,
    RuleOption,
    Silence,
    TwoStep,
    Unanimity,
    Veto,
    Weighted,
)
from tocsin.charter.rules.verdict import Outcome, TraceLine
from tocsin.terms import POSITIONS

STATED = POSITIONS[:5]
GROUPS = {"permanent": (C,), "subject": (D,), "nobody": ()}


@pytest.mark.parametrize(
    ("rule", "text", "sentence"),
    [
        (Consensus(clause="M.4"), "ssso", "Blocked: Dorn objects, and consensus needs that nobody does [M.4]"),
        (Consensus(), "ss..", "Still open: none of 4 electors stand against it so far; 2 have yet to speak"),
        (Silence(breaks=2), "sooo", "Blocked: XAB, XAC and Dorn object, and 2 are enough to break the silence"),
        (
            Consensus(blocks=("abstain",)),
            "sssa",
            "Blocked: Dorn stands in the way, and consensus needs that nobody does",
        ),
        (
            Consensus(electorate="nobody"),
            "ssss",
            "Blocked: it has no electors here (nobody is entitled to decide)",
        ),
        (Silence(breaks=2), "ossa", "Adopted: 1 of 4 electors stands against it, and it takes 2 to stop it"),
        (
            Silence(blocks=STATED),
            "....",
            "Blocked: whatever is said would stop it, and one is enough to break the silence",
        ),
        (Unanimity(), "sss.", "Still open: 3 of 4 electors support it; 1 has yet to speak"),
        (
            NegativeConsensus(),
            "oo.",
            "Still open: 2 of 3 electors object so far, and only an objection by all would stop it; 1 has yet to speak",
        ),
        (NegativeConsensus(), "oooo", "Blocked: every elector objects"),
        (NegativeConsensus(), "oso.", "Adopted: 2 of 4 electors object, and only an objection by all would stop it"),
        (Veto(holders="nobody"), "oooo", "Adopted: no elector holds a veto here"),
        (Veto(holders="permanent"), "ss..", "Still open: no holder of a veto has cast it so far; 1 has yet to speak"),
        (Veto(holders="permanent"), "ssos", "Blocked: veto: XAC objects"),
        (
            Unanimity(),
            "sssa",
            "Blocked: 3 of 4 electors support it, and unanimity needs all the others too: Dorn does not",
        ),
        (
            Unanimity(neutral=("abstain",)),
            "aaaa",
            "Blocked: none of 4 electors support it, 4 count as neutral, and unanimity needs at least one supporter",
        ),
        (Majority(votes=3), "soss", "Adopted: 3 of 4 support it, 3 needed"),
        (Majority(votes=1, of="cast"), "aaaa", "Blocked: there is nobody of whom a majority could be taken"),
        (
            Majority(votes=1, quorum_count=3),
            "sxx.",
            "Blocked: 1 of 4 supports it, 1 needed; quorum: 1 of 4 electors present, 3 needed",
        ),
        (LimitedFormat(), "sxxx", "Blocked: nobody stands against the format; 1 of 4 electors willing, 2 needed"),
        (
            LimitedFormat(),
            "ssos",
            "Blocked: XAC objects, and a limited format needs that nobody does; 3 of 4 electors willing, 2 needed",
        ),
        (Weighted(weights="gold", points=1), "ssss", "Still open: it counts by weight, and the weights are unset"),
        (
            Weighted(weights="people", points=3),
            "ss..",
            "Still open: the supporters weigh 2 of 4, 3 needed; 2 have yet to speak",
        ),
        (
            Weighted(weights="people", points=3, of="cast"),
            "xxxx",
            "Blocked: there is no weight of which a share could be taken",
        ),
        (AnyOf(rules=(Consensus(), Unanimity())), "sssa", "Adopted: one part is enough; of 2, 1 is adopted"),
        (AtLeast(count=2, rules=(Consensus(), Unanimity())), "sssa", "Blocked: 2 of 2 parts must be adopted; 1 is"),
        (Escalate(rule=Consensus(), organ="summit"), "ssss", "Adopted: decided here"),
        (
            Escalate(rule=Consensus(), organ="summit"),
            "sss.",
            "Still open: were it blocked here, the matter would go up",
        ),
    ],
)
def test_an_outcome_explains_itself(rule: Rule, text: str, sentence: str) -> None:
    assert explain(outcome(rule, text, groups=GROUPS, weights=weighing(1, *STATES[:4])), {D: "Dorn"})[0] == sentence


def told(rule: Rule, text: str, choose_fast: str = "") -> list[str]:
    found = outcome(rule, text, groups=GROUPS, weights=weighing(1, *STATES[:6]), choose_fast=choose_fast)
    return explain(found, {"summit": "the Summit", A: "Arden"})


def test_parts_stand_indented_below_their_rule() -> None:
    rule = AllOf(
        clause="M.9",
        rules=(Majority(votes=3, clause="M.9-1"), Excluding(who=("subject",), rule=Veto(holders="permanent"))),
    )
    assert told(rule, "ssso") == [
        "Adopted: every part must be adopted; of 2, 2 are [M.9]",
        "  Adopted: 3 of 4 support it, 3 needed [M.9-1]",
        "  Adopted: XAD has no vote on this",
        "    Adopted: no holder of a veto has cast it",
        "Bound: Arden, XAB, XAC and XAD.",
    ]


def test_a_rule_tried_in_turn_says_which_part_was_which() -> None:
    rule = Fallback(first=Consensus(clause="AU.8"), then=Escalate(rule=Majority(votes=4), organ="summit"))
    assert told(rule, "sssoo") == [
        "Escalated: the first rule is blocked, so the second decides",
        "  First: blocked: XAD and XAE object, and consensus needs that nobody does [AU.8]",
        "  Then: escalated: blocked here, so the matter goes up",
        "    Blocked: 3 of 5 support it, 4 needed",
        "In the way: XAD and XAE.",
        "The matter goes to the Summit.",
    ]


def test_a_cap_says_how_near_it_is() -> None:
    rule = QualifiedAbstentionCap(rule=Consensus(), states="1/3", weights="people", weight="1/3")
    assert told(rule, "qsssss")[1:] == [
        (
            "  Cap not reached: 1 of 6 electors abstains with a declaration, "
            "2 would stop it if they also weigh 2 of 6; they weigh 1"
        ),
        "  Adopted: none of 6 electors stand against it",
        "Bound: XAB, XAC, XAD, XAE and XAF.",
        "Not bound: Arden.",
    ]
    assert told(QualifiedAbstentionCap(rule=Consensus(), states="1/2"), "qs")[1] == (
        "  Cap reached: 1 of 2 electors abstains with a declaration, 1 would stop it"
    )
    gold = QualifiedAbstentionCap(rule=Consensus(), states="1/3", weights="gold", weight="1/3")
    assert told(gold, "ssssss")[1:] == [
        "  Cap still open: the cap on qualified abstentions counts by weight, and the weights are unset",
        "  Adopted: none of 6 electors stand against it",
        "Unset: the weights 'gold' have no row for the day.",
    ]


def test_a_choice_and_a_second_step_say_how_it_came_to_them() -> None:
    fast = RuleOption(id="fast", rule=TwoStep(first=Consensus(), then=Majority(votes=2), among="willing"))
    rule = Choice(by=Consensus(), options=(RuleOption(id="slow", rule=Unanimity()), fast), otherwise=Unanimity())
    assert told(rule, "ssa", choose_fast="sss") == [
        "Adopted: the rule that was chosen decides (never put to the vote: slow)",
        "  Choosing fast: adopted: none of 3 electors stand against it",
        (
            "  Fast: adopted: the first step must be adopted, and then the second "
            "(the second is left to those who support the first)"
        ),
        "    First: adopted: none of 3 electors stand against it",
        "    Then: adopted: 2 of 2 support it, 2 needed",
        "Bound: Arden, XAB and XAC.",
    ]


def test_silence_and_reservations_are_told() -> None:
    ready = compiled(Silence(reservations=True), 3)
    assert explain(ready.outcome(said("sa."), closed=True, reservations={A})) == [
        "Adopted: none of 3 electors stand against it; 1 silent, which is consent",
        "Bound: XAA, XAB and XAC.",
        "Bound, but keeping freedom of action by a reservation: XAA.",
    ]
    assert explain(compiled(Majority(votes=3), 3).outcome(said("ss."), closed=True))[0].endswith("3 needed; 1 silent")


def test_a_long_list_is_cut_and_counted() -> None:
    assert explain(compiled(Consensus(), 12).outcome({}))[1] == (
        "Waiting for: XAA, XAB, XAC, XAD, XAE, XAF, XAG, XAH and 4 others."
    )


def test_a_rule_nobody_has_seen_is_told_as_such() -> None:
    trace = TraceLine(kind="unset", verdict="open", note="the rules of procedure are unpublished")
    assert explain(Outcome(verdict="open", trace=trace)) == [
        "Still open: the sources do not say by which rule this is decided (the rules of procedure are unpublished)"
    ]


@given(sessions())
def test_every_outcome_can_be_told(session: Session) -> None:
    found = compiled_session(session).outcome(session.positions, session.questions, session.closed)
    sentences = explain(found)
    assert sentences[0].startswith(("Adopted: ", "Blocked: ", "Still open: ", "Escalated: "))
    assert all(sentence.strip() and "  " not in sentence.strip() for sentence in sentences)
    assert bool(found.bound or found.outside) == (found.verdict == "adopted")
