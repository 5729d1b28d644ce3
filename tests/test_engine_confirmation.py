"""What a party says itself: of positions entered for it, of texts that reached it. And who is let in on a case."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from tests.world import MEMBERS, World, agree, at, canonical, commands, decided, kinds, refold, tabled, under_silence
from tocsin.alliance import commands as c
from tocsin.alliance.facts import (
    AnyFact,
    CaseShared,
    PositionConfirmed,
    PositionStated,
    Refusal,
    SilenceBroken,
    TextDelivered,
)
from tocsin.alliance.lessons import sentence
from tocsin.alliance.step import status


def only(decided: tuple[AnyFact, ...] | Refusal) -> AnyFact:
    """The one fact that a command brought."""
    assert not isinstance(decided, Refusal), decided.message
    (fact,) = decided
    return fact


def entered(position: str = "support") -> World:
    """A text on the table, and the position of XAB entered by the chair."""
    world = tabled()
    world.do(c.StatePosition, 2, "SG", party="XAB", position=position, note="telephone, 14:05Z")
    return world


def test_how_a_position_reached_the_chair_stands_beside_it() -> None:
    world = entered("object")
    (fact,) = [fact for fact in world.facts if isinstance(fact, PositionStated)]
    assert (fact.by, fact.note) == ("SG", "telephone, 14:05Z")
    assert sentence(fact) == "XAB objected (telephone, 14:05Z)"
    assert world.procedure().on_behalf == {"XAB": "unconfirmed"}


@pytest.mark.parametrize(("says", "agrees", "word"), [("support", True, "confirmed"), ("object", False, "disputed")])
def test_a_party_confirms_or_disputes_what_was_entered_for_it(says: str, agrees: bool, word: str) -> None:
    world = entered()
    brought = world.do(c.ConfirmPosition, 3, "XAB", party="XAB", position=says)
    assert not isinstance(brought, Refusal)
    fact = brought[0]
    assert isinstance(fact, PositionConfirmed)
    assert fact.agrees is agrees
    assert fact.clause == world.procedure().clause
    assert world.procedure().on_behalf == {"XAB": word}
    assert world.procedure().positions == {"XAB": says}
    assert world.procedure().own == {"XAB"}
    assert word in sentence(fact)
    assert canonical(refold(world.acts)) == canonical(world.state)


def test_what_a_party_says_instead_of_what_was_entered_is_its_position_from_then_on() -> None:
    world = entered()
    assert kinds(world.do(c.ConfirmPosition, 3, "XAB", party="XAB", position="object")) == [
        "PositionConfirmed",
        "PositionStated",
    ]
    (stated,) = [fact for fact in world.facts if isinstance(fact, PositionStated) and fact.by == "XAB"]
    assert (stated.party, stated.position, stated.at) == ("XAB", "object", at(3))
    agree(world, 4)
    world.do(c.CloseProcedure, 5, "SG")
    assert (world.procedure().verdict, world.procedure().blockers) == ("blocked", ("XAB",))


@pytest.mark.parametrize("when", [1.5, 2.5], ids=["before the silence", "under silence"])
def test_a_party_that_disputes_a_position_entered_for_it_breaks_the_silence_by_objecting(when: float) -> None:
    world = tabled("relief")
    if when < 2:
        world.do(c.StatePosition, when, "SG", party="XAB", position="support")
    world.do(c.OpenSilence, 2, "SG")
    if when > 2:
        world.do(c.StatePosition, when, "SG", party="XAB", position="support")
    assert kinds(world.do(c.ConfirmPosition, 3, "XAB", party="XAB", position="object")) == [
        "PositionConfirmed",
        "PositionStated",
        "SilenceBroken",
    ]
    assert (world.procedure().status, world.procedure().broken_by) == ("open", ("XAB",))


def test_a_dispute_that_objects_to_nothing_leaves_the_silence_running() -> None:
    world = under_silence()
    world.do(c.StatePosition, 3, "SG", party="XAB", position="support")
    brought = world.do(c.ConfirmPosition, 4, "XAB", party="XAB", position="abstain")
    assert kinds(brought) == ["PositionConfirmed", "PositionStated"]
    assert world.procedure().status == "silence"


def test_a_dispute_after_the_silence_ran_out_is_recorded_and_undoes_nothing() -> None:
    world = under_silence()
    world.do(c.StatePosition, 3, "SG", party="XAB", position="support")
    brought = world.do(c.ConfirmPosition, 26, "XAB", party="XAB", position="object")
    assert kinds(brought) == ["SilenceExpired", "Decided", "PositionConfirmed"]
    assert (world.procedure().verdict, world.procedure().on_behalf) == ("adopted", {"XAB": "disputed"})


def test_a_dispute_of_what_was_entered_for_an_earlier_version_is_no_position_on_the_new_one() -> None:
    world = entered()
    world.do(c.AmendText, 3, "XAA", text="another")
    assert kinds(world.do(c.ConfirmPosition, 4, "XAB", party="XAB", position="object")) == ["PositionConfirmed"]
    assert world.procedure().positions == {}


def test_nobody_restates_what_a_party_has_confirmed() -> None:
    world = entered()
    world.do(c.ConfirmPosition, 3, "XAB", party="XAB", position="support")
    assert kinds(world.do(c.StatePosition, 4, "SG", party="XAB", position="object")) == ["refused: stated itself"]


def test_nobody_restates_what_a_party_has_said_instead() -> None:
    world = entered()
    world.do(c.ConfirmPosition, 3, "XAB", party="XAB", position="object")
    assert kinds(world.do(c.StatePosition, 4, "SG", party="XAB", position="support")) == ["refused: stated itself"]


@pytest.mark.parametrize(("says", "word"), [("support", "confirmed"), ("abstain", "disputed")])
def test_stating_it_itself_is_an_answer_too(says: str, word: str) -> None:
    world = entered()
    world.do(c.StatePosition, 3, "XAB", party="XAB", position=says)
    assert world.procedure().on_behalf == {"XAB": word}


def test_changing_ones_mind_later_disputes_nothing() -> None:
    world = entered()
    world.do(c.ConfirmPosition, 3, "XAB", party="XAB", position="support")
    world.do(c.StatePosition, 4, "XAB", party="XAB", position="object")
    assert world.procedure().on_behalf == {"XAB": "confirmed"}


def test_a_position_on_a_new_version_says_nothing_of_the_old_one() -> None:
    world = entered()
    world.do(c.AmendText, 3, "XAA", text="another")
    world.do(c.StatePosition, 4, "XAB", party="XAB", position="object")
    assert world.procedure().on_behalf == {"XAB": "unconfirmed"}
    fact = only(world.do(c.ConfirmPosition, 5, "XAB", party="XAB", position="support"))
    assert isinstance(fact, PositionConfirmed)
    assert fact.agrees, "what was entered for the earlier version is still there to be confirmed"


def test_a_party_disputes_a_position_after_the_procedure_and_the_case_have_ended() -> None:
    world = entered()
    agree(world, 3)
    world.do(c.CloseProcedure, 4, "SG")
    world.do(c.CloseCase, 5, "SG")
    before = world.procedure().verdict
    fact = only(world.do(c.ConfirmPosition, 6, "XAB", party="XAB", position="object"))
    assert isinstance(fact, PositionConfirmed)
    assert world.procedure().on_behalf["XAB"] == "disputed"
    assert world.procedure().verdict == before == "adopted"


@pytest.mark.parametrize(
    ("by", "party", "code"),
    [("SG", "XAB", "not entitled"), ("XAC", "XAC", "nothing to confirm"), ("XAC", "XAB", "not entitled")],
)
def test_only_the_party_confirms_and_only_what_was_entered(by: str, party: str, code: str) -> None:
    refused = entered().do(c.ConfirmPosition, 3, by, party=party, position="support")
    assert kinds(refused) == [f"refused: {code}"]


def test_a_confirmation_in_no_procedure_is_refused_and_opens_no_case() -> None:
    world = World()
    refused = world.do(c.ConfirmPosition, 1, "XAB", party="XAB", position="support")
    assert kinds(refused) == ["refused: no such procedure"]
    assert world.state.cases == {}


def test_a_delivery_says_who_vouches_for_it() -> None:
    world = under_silence(delivered=False)
    world.do(c.ConfirmDelivery, 3, "SG", party="XAB")
    world.do(c.ConfirmDelivery, 3, "XAC", party="XAC")
    assert [fact.by for fact in world.facts if isinstance(fact, TextDelivered)] == ["SG", "XAC"]
    silence = world.procedure().silence
    assert silence is not None
    assert silence.delivered == silence.acknowledged == {"XAC"}
    assert silence.vouched == {"XAB"}


def test_a_partner_is_let_in_on_a_case_once() -> None:
    world = tabled()
    fact = only(world.do(c.ShareCase, 2, "SG", party="XAG"))
    assert isinstance(fact, CaseShared)
    assert sentence(fact) == "XAG was let in on the case"
    world.do(c.ShareCase, 2, "XAB", party="XAF")
    assert world.case.shared == ("XAG", "XAF")
    assert kinds(world.do(c.ShareCase, 3, "SG", party="XAG")) == ["refused: already shared"]


@pytest.mark.parametrize(
    ("by", "party", "code"),
    [("XAF", "XAG", "not entitled"), ("XZZ", "XAG", "not entitled"), ("SG", "XQA", "no such party")],
)
def test_a_case_is_shared_by_those_who_may_propose_with_those_who_belong(by: str, party: str, code: str) -> None:
    assert kinds(tabled().do(c.ShareCase, 2, by, party=party)) == [f"refused: {code}"]


def test_a_closed_case_is_shared_with_nobody() -> None:
    world = decided()
    world.do(c.CloseCase, 3, "SG")
    refused = world.do(c.ShareCase, 4, "SG", party="XAG")
    assert isinstance(refused, Refusal)
    assert refused.code == "case closed"


def test_positions_of_those_who_spoke_for_themselves_wait_for_nobody() -> None:
    world = decided()
    assert world.procedure().own == set(MEMBERS)
    assert world.procedure().on_behalf == {}


@given(commands())
def test_a_party_s_word_changes_its_own_position_alone_and_a_share_nothing(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        before = status(world.charter, world.state, command.at)
        brought = world.submit(command)
        if isinstance(brought, Refusal) or not isinstance(command, c.ConfirmPosition | c.ShareCase):
            continue
        for name, procedure in before.cases["k"].procedures.items() if "k" in before.cases else ():
            said = world.procedure(name)
            if any(isinstance(fact, PositionStated) and fact.procedure == name for fact in brought):
                assert isinstance(command, c.ConfirmPosition)
                assert procedure.status in ("open", "silence")
                assert said.positions == {**procedure.positions, command.party: command.position}
                continue
            assert replace(said, on_behalf=procedure.on_behalf, own=procedure.own) == procedure
        if not any(isinstance(fact, SilenceBroken) for fact in brought):
            assert world.state.deadlines == before.deadlines


@given(commands())
def test_whatever_was_entered_for_a_party_is_either_answered_or_waits(sequence: list[c.Command]) -> None:
    world = World()
    for command in sequence:
        world.submit(command)
    for case in world.state.cases.values():
        for procedure in case.procedures.values():
            assert procedure.on_behalf.keys() == procedure.entered.keys() <= set(procedure.ballot.universe)
            for party, word in procedure.on_behalf.items():
                told = [
                    fact.agrees
                    for fact in world.facts
                    if isinstance(fact, PositionConfirmed) and (fact.party, fact.procedure) == (party, procedure.id)
                ]
                assert word == "unconfirmed" or told or party in _spoke(world, procedure.id)


def _spoke(world: World, procedure: str) -> set[str]:
    return {
        fact.party
        for fact in world.facts
        if isinstance(fact, PositionStated) and fact.procedure == procedure and fact.by == fact.party
    }
