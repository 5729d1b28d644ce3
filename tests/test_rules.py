"""What each kind of rule makes of positions, told for a reader: one case a sentence. docs/RULES.md has the law."""

import msgspec
import pytest

from tests.letters import STATES, A, B, C, D, E, Groups, Weights, compiled, outcome, said, weighing
from tocsin.charter.rules.ballot import Ballot, digest, names_in
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
from tocsin.charter.rules.verdict import compile_ballot
from tocsin.errors import TermError
from tocsin.terms import PartyId


def verdict(rule: Rule, text: str, **how: bool) -> str:
    return outcome(rule, text, closed=how.get("closed", False)).verdict


# Objections


def test_consensus_stops_at_one_objection_and_names_its_author() -> None:
    found = outcome(Consensus(clause="M.4"), "ssso")
    assert (found.verdict, found.blockers, found.clauses) == ("blocked", (D,), ("M.4",))


def test_consensus_waits_for_those_who_have_not_spoken_until_the_vote_is_closed() -> None:
    found = outcome(Consensus(), "saa.")
    assert (found.verdict, found.waiting_for) == ("open", (D,))
    found = outcome(Consensus(), "saa.", closed=True)
    assert (found.verdict, found.bound) == ("adopted", STATES[:4])


def test_a_rule_that_lets_abstention_block_takes_a_qualified_one_as_well_but_not_silence() -> None:
    strict = Consensus(blocks=("object", "abstain"))
    assert outcome(strict, "ssaq").blockers == (C, D)
    assert verdict(strict, "sss.", closed=True) == "adopted"
    assert verdict(Consensus(blocks=("abstain",)), "so.") == "open"


def test_a_reservation_leaves_a_supporter_bound_and_free_to_act() -> None:
    ready = compiled(Consensus(reservations=True), 3)
    found = ready.outcome(said("ssa"), reservations={A, C})
    assert (found.bound, found.reserved) == (STATES[:3], (A,)), "an abstainer attaches none"
    assert compiled(Consensus(), 3).outcome(said("ssa"), reservations={A}).reserved == ()


def test_a_silence_procedure_stands_until_enough_members_break_it() -> None:
    two = Silence(breaks=2)
    assert verdict(two, "o...") == "open"
    assert verdict(two, "o...", closed=True) == "adopted"
    assert outcome(two, "oo..").blockers == (A, B)


def test_negative_consensus_is_stopped_only_by_all() -> None:
    assert verdict(NegativeConsensus(), "ooo.") == "open"
    assert verdict(NegativeConsensus(), "ooo.", closed=True) == "adopted"
    assert verdict(NegativeConsensus(), "oooo") == "blocked"


def test_a_veto_counts_only_from_its_holders() -> None:
    veto = Veto(holders="permanent")
    permanent = {"permanent": (A, B)}
    assert outcome(veto, "saooo", groups=permanent).verdict == "adopted"
    assert outcome(veto, "soooo", groups=permanent).blockers == (B,)
    assert outcome(veto, "s....", groups=permanent).waiting_for == (B,)
    assert outcome(veto, "ooooo", groups={"permanent": ()}).verdict == "adopted"
    assert outcome(Veto(holders="permanent", binds="willing"), "ssoos", groups=permanent).bound == (A, B, E)


# Support


def test_unanimity_needs_everybody_and_takes_silence_for_absence() -> None:
    assert verdict(Unanimity(), "sss.") == "open"
    found = outcome(Unanimity(), "sss.", closed=True)
    assert (found.verdict, found.blockers, found.trace.parties) == ("blocked", (), (D,))


def test_unanimity_may_leave_abstainers_aside_but_not_all_of_them() -> None:
    rule = Unanimity(neutral=("abstain",))
    assert verdict(rule, "saaq") == "adopted"
    assert verdict(rule, "aaaa") == "blocked"


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        (Majority(more_than="1/2"), "sso.", "open"),
        (Majority(more_than="1/2"), "ssoo", "blocked"),
        (Majority(at_least="1/2"), "ssoo", "adopted"),
        (Majority(more_than="1/2", of="cast"), "soaa", "blocked"),
        (Majority(more_than="1/2", of="cast"), "saax", "adopted"),
        (Majority(more_than="1/2", of="cast"), "aaax", "blocked"),
        (Majority(more_than="1/2", of="present"), "saxx", "blocked"),
        (Majority(more_than="1/2", of="present"), "ssaxx", "adopted"),
        (Majority(votes=2), "ss..", "adopted"),
        (Majority(votes=3), "soo.", "blocked"),
        (Majority(all_but=1), "ssso", "adopted"),
        (Majority(all_but=1), "ssoo", "blocked"),
    ],
)
def test_a_majority_is_taken_of_the_base_the_charter_names(rule: Majority, text: str, expected: str) -> None:
    assert verdict(rule, text) == expected


def test_a_missing_quorum_is_laid_to_the_absent() -> None:
    rule = Majority(more_than="1/2", of="cast", quorum="2/3")
    found = outcome(rule, "sssxx")
    assert (found.verdict, found.blockers) == ("blocked", (D, E))
    assert found.trace.counts == {"support": 3, "needed": 2, "of": 3, "electors": 5, "present": 3, "quorum": 4}
    assert verdict(rule, "sssox") == "adopted"
    assert verdict(Majority(votes=1, quorum_count=4), "sss.") == "open"


def test_an_open_majority_is_not_adopted_while_the_quorum_can_still_fail() -> None:
    assert verdict(Majority(more_than="1/2", of="cast", quorum="1/1"), "ss.") == "open"


def test_thirds_are_exact() -> None:
    two_thirds = Majority(at_least="2/3")
    for size in (3, 6, 9, 27, 30):
        enough = "s" * (2 * size // 3)
        assert verdict(two_thirds, enough.ljust(size, "o")) == "adopted"
        assert verdict(two_thirds, enough[1:].ljust(size, "o")) == "blocked"


def test_weights_decide_where_heads_would_not() -> None:
    rule = Weighted(weights="people", at_least="65/100")
    found = outcome(rule, "sooo", weights={"people": {A: 70, B: 10, C: 20}})
    assert found.verdict == "adopted"
    assert found.trace.counts == {"support": 70, "needed": 65, "of": 100, "electors": 4}
    assert verdict_weighted(rule, "ss..", {A: 40, B: 20, C: 40}) == "open"
    assert verdict_weighted(rule, "oo..", {A: 40, B: 20, C: 40}) == "blocked"


def verdict_weighted(rule: Rule, text: str, people: dict[str, int]) -> str:
    return outcome(rule, text, weights={"people": people}).verdict


def test_who_weighs_nothing_keeps_nobody_waiting() -> None:
    found = outcome(Weighted(weights="people", more_than="1/2"), "s...", weights={"people": {A: 1, B: 2}})
    assert found.waiting_for == (B,)


def test_unset_weights_leave_the_verdict_open_and_say_so() -> None:
    rule = Weighted(weights="people", points=1, unset={"of": "not published"})
    found = outcome(rule, "ssss", closed=True)
    assert (found.verdict, found.waiting_for, found.trace.counts) == ("open", (), {})
    assert found.unset == ("the weights 'people' have no row for the day", "of: not published")


def test_without_electors_nothing_is_adopted() -> None:
    for rule in (Consensus(electorate="none"), NegativeConsensus(electorate="none"), Unanimity(electorate="none")):
        found = outcome(rule, "sss", groups={"none": ()})
        assert (found.verdict, found.trace.note) == ("blocked", "nobody is entitled to decide")


# Formats that bind the willing


def test_a_limited_format_binds_the_willing_alone() -> None:
    found = outcome(LimitedFormat(), "ssaxa")
    assert (found.verdict, found.bound, found.outside) == ("adopted", (A, B), (C, D, E))
    assert outcome(LimitedFormat(), "ssoaa").blockers == (C,)
    assert outcome(LimitedFormat(min_size=3), "ssaaa").verdict == "blocked"


def test_an_objection_to_the_text_leaves_its_author_outside_while_one_to_the_format_stops_it() -> None:
    rule = LimitedFormat(question="format")
    found = outcome(rule, "ssooo", format="aaaaa")
    assert (found.verdict, found.bound) == ("adopted", (A, B))
    found = outcome(rule, "ssooo", format="aaoaa")
    assert (found.verdict, found.blockers) == ("blocked", (C,))
    assert outcome(rule, "ssooo").verdict == "open", "nobody has been asked about the format"


def test_silence_on_the_format_consents_but_joins_nothing() -> None:
    assert outcome(LimitedFormat(question="format"), "ss...", closed=True).bound == (A, B)
    assert verdict(LimitedFormat(), "s....", closed=True) == "blocked"


# Rules made of rules

PEOPLE: Weights = {"people": {state: 100 + 40 * place for place, state in enumerate(STATES[:27])}}
QUALIFIED_MAJORITY = AllOf(
    clause="EU.16",
    rules=(
        Majority(at_least="55/100", clause="EU.16-4"),
        AnyOf(rules=(Weighted(weights="people", at_least="65/100"), Majority(all_but=3))),
    ),
)


def test_a_qualified_majority_of_27_needs_15_states_and_65_in_100_people() -> None:
    small, large = "o" * 12 + "s" * 15, "s" * 15 + "o" * 12
    found = outcome(QUALIFIED_MAJORITY, small, weights=PEOPLE)
    assert found.verdict == "adopted"
    assert found.trace.parts[0].counts["needed"] == 15
    assert outcome(QUALIFIED_MAJORITY, "o" + small[:12] + "s" * 14, weights=PEOPLE).verdict == "blocked"
    assert outcome(QUALIFIED_MAJORITY, large, weights=PEOPLE).verdict == "blocked", "15 states, too few people"


def test_three_of_27_cannot_block_a_qualified_majority_however_many_people_they_have() -> None:
    giants = {"people": PEOPLE["people"] | weighing(100_000, *STATES[24:27])["people"]}
    assert outcome(QUALIFIED_MAJORITY, "s" * 24 + "ooo", weights=giants).verdict == "adopted"
    found = outcome(QUALIFIED_MAJORITY, "s" * 23 + "oooo", weights=giants)
    assert (found.verdict, found.blockers) == ("blocked", STATES[23:27])
    assert found.clauses == ("EU.16", "EU.16-4")


COUNCIL = Excluding(
    who=("party to the dispute",), rule=AllOf(rules=(Majority(votes=9), Veto(holders="permanent"))), clause="UN.27-3"
)
FIVE: Groups = {"permanent": STATES[:5], "party to the dispute": ()}


def test_nine_of_15_carry_a_resolution_unless_a_permanent_member_says_no() -> None:
    assert outcome(COUNCIL, "ssssa" + "sssss" + "ooooo", groups=FIVE).verdict == "adopted"
    found = outcome(COUNCIL, "sssso" + "s" * 10, groups=FIVE)
    assert (found.verdict, found.blockers) == ("blocked", (E,))
    assert outcome(COUNCIL, "s" * 8 + "a" * 7, groups=FIVE).verdict == "blocked"


def test_a_party_to_the_dispute_has_no_veto_in_it_and_is_bound_all_the_same() -> None:
    found = outcome(COUNCIL, "sssso" + "s" * 10, groups={**FIVE, "party to the dispute": (E,)})
    assert (found.verdict, found.bound, found.trace.left_out) == ("adopted", STATES[:15], (E,))


def test_a_nested_electorate_replaces_the_electors_but_gives_no_vote_back() -> None:
    inner = Consensus(electorate="guarantors")
    groups = {"guarantors": (A, B, E, PartyId("XZZ")), "subject": (B,)}
    assert outcome(AllOf(rules=(inner,)), "ssoo", groups=groups).verdict == "adopted"
    assert outcome(Excluding(who=("subject",), rule=inner), "sooo", groups=groups).verdict == "adopted"


def test_at_least_counts_adopted_parts_and_binds_whom_they_all_bind() -> None:
    rule = AtLeast(count=2, rules=(Consensus(), Majority(votes=2), LimitedFormat(blocks=("absent",))))
    found = outcome(rule, "ssoo")
    assert (found.verdict, found.bound) == ("adopted", (A, B))
    assert (verdict(rule, "s..."), verdict(rule, "sooo")) == ("open", "blocked")


def test_the_first_adopted_of_several_rules_says_who_is_bound() -> None:
    rule = AnyOf(rules=(Consensus(), LimitedFormat(blocks=("absent",))))
    assert outcome(rule, "ssaa").outside == ()
    assert outcome(rule, "ssoo").outside == (C, D)


def test_qualified_abstainers_stop_a_rule_only_by_states_and_people_jointly() -> None:
    rule = QualifiedAbstentionCap(
        rule=Unanimity(neutral=("abstain",)), states="1/3", weights="people", weight="1/3", clause="EU.31-1"
    )
    found = outcome(rule, "sqqsss", weights=weighing(1, *STATES[:6]))
    assert (found.verdict, found.blockers) == ("blocked", (B, C))
    found = outcome(rule, "sqqsss", weights=weighing(1, *STATES[3:6]))
    assert (found.verdict, found.outside) == ("adopted", (B, C)), "they are a third of the states, of no people"
    assert outcome(rule, "sq....", weights=weighing(1, *STATES[:6])).verdict == "open"
    assert outcome(rule, "ssssss").verdict == "open", "the weights are unset"


def test_a_cap_may_count_heads_alone_and_then_names_those_who_reached_it() -> None:
    found = outcome(QualifiedAbstentionCap(rule=Consensus(), states="1/2"), "sqq.")
    assert (found.verdict, found.blockers) == ("blocked", (B, C))
    assert found.trace.parts[0].counts == {"qualified": 2, "limit": 2, "of": 4, "unstated": 1}


def test_a_failed_consensus_falls_back_to_two_thirds() -> None:
    rule = Fallback(first=Consensus(clause="AU.8-12"), then=Majority(at_least="2/3", clause="AU.8-13"))
    found = outcome(rule, "ssssoo")
    assert (found.verdict, [part.verdict for part in found.trace.parts]) == ("adopted", ["blocked", "adopted"])
    assert outcome(rule, "ssooo").blockers == (C, D, E)
    assert verdict(rule, "ss....") == "open"
    assert verdict(rule, "ssss..") == "adopted", "whatever the last two say, one rule or the other carries it"


def test_what_is_blocked_here_goes_to_the_organ_above() -> None:
    rule = Escalate(rule=Escalate(rule=Consensus(), organ="ministers"), organ="summit")
    found = outcome(rule, "sso")
    assert (found.verdict, found.blockers, found.escalate_to) == ("escalated", (C,), "ministers")
    assert outcome(AllOf(rules=(rule,)), "sso").verdict == "blocked", "a part cannot go up alone"
    assert outcome(Fallback(first=rule, then=Majority(votes=2)), "sso").verdict == "adopted"


def test_the_second_step_may_be_left_to_those_who_wanted_the_first() -> None:
    rule = TwoStep(first=Consensus(question="format"), then=Unanimity(), among="willing")
    assert outcome(rule, "ssooo", format="ssaaa").verdict == "adopted"
    assert outcome(rule, "ssooo", format="sssaa").blockers == (C,)
    assert outcome(rule, "sssss", format="ssaao").verdict == "blocked"
    assert outcome(rule, "sssss").verdict == "open"


CHOICE = Choice(
    by=Consensus(question="ignored"),
    options=(RuleOption(id="fast", rule=Majority(votes=2)), RuleOption(id="slow", rule=Unanimity())),
    otherwise=Consensus(),
)


def test_an_organ_chooses_its_rule_on_a_question_of_its_own() -> None:
    assert outcome(CHOICE, "sso", choose_fast="aaa").verdict == "adopted"
    found = outcome(CHOICE, "ssa", choose_fast="aao", choose_slow="aaa")
    assert (found.verdict, found.blockers) == ("blocked", (C,))
    assert [part.role for part in found.trace.parts] == ["choosing fast", "choosing slow", "slow"]
    assert outcome(CHOICE, "ssa").trace.note == "never put to the vote: fast, slow"
    assert outcome(CHOICE, "sss", choose_fast="aa.").verdict == "open"


@pytest.mark.parametrize(
    ("binds", "bound"),
    [(None, STATES[:4]), ("electorate", STATES[:4]), ("willing", (A, B)), ("not qualified", (A, B, D))],
)
def test_a_rule_may_state_itself_whom_it_binds(binds: None, bound: tuple[PartyId, ...]) -> None:
    found = outcome(Consensus(binds=binds), "ssqa")
    assert found.bound == bound
    assert set(found.outside) == set(STATES[:4]) - set(bound)


# What is refused


def test_a_word_that_is_no_position_is_refused_with_those_that_are() -> None:
    with pytest.raises(TermError, match="'aye', given for XAB, is not a position; accepted are support, object"):
        compiled(Consensus(), 3).judge({A: "support", B: "aye"})  # type: ignore[dict-item]  # the point of the test


def test_a_party_outside_the_electorate_is_not_heard() -> None:
    assert compiled(Consensus(), 1).judge({"XZZ": "object", A: "support"}) == "adopted"
    with pytest.raises(TermError, match="given for XZZ"):
        compiled(Consensus(), 1).judge({"XZZ": "no"})  # type: ignore[dict-item]  # as above


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        (Majority(), "exactly one threshold; this one gives 0"),
        (Majority(votes=1, all_but=1), "exactly one threshold; this one gives 2"),
        (AllOf(rules=("other",)), "the rule 'other' is named in a ballot"),
        (Veto(holders="nobody knows"), "no parties for 'nobody knows'"),
        (QualifiedAbstentionCap(rule=Consensus(), states="1/3", weights="people"), "together or not at all"),
        (Weighted(weights="debts", points=1), "the weight of XAA in 'debts' is -1; a weight is 0 or more"),
    ],
)
def test_a_ballot_that_no_charter_check_would_pass_is_refused(rule: Rule, complaint: str) -> None:
    with pytest.raises(TermError, match=complaint):
        compiled(rule, 2, weights={"debts": {A: -1}})


# Ballots


def test_a_ballot_survives_its_json_and_keeps_its_digest() -> None:
    ballot = Ballot(rule=COUNCIL, universe=STATES[:15], groups=dict(FIVE), weights={"b": {B: 1, A: 2}, "a": {}})
    again = msgspec.json.decode(msgspec.json.encode(ballot), type=Ballot)
    assert again == ballot
    assert digest(again) == digest(msgspec.structs.replace(ballot, weights={"a": {}, "b": {A: 2, B: 1}}))
    assert compile_ballot(again) is compile_ballot(ballot, digest(ballot))


def test_the_names_a_rule_mentions_are_those_a_ballot_must_answer_for() -> None:
    rule = Fallback(
        first=Excluding(who=("subject", "XAA"), rule=COUNCIL, electorate="ministers"),
        then=QualifiedAbstentionCap(rule="two thirds", states="1/3", weights="people", weight="1/3"),
    )
    groups = {"subject", "XAA", "ministers", "party to the dispute", "permanent"}
    assert names_in(rule) == (groups, {"people"}, {"two thirds"})
    assert names_in(CHOICE) == (set(), set(), set())
